#include "executions/question.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <ranges>
#include <vector>

#include "base/masking.h"
#include "base/text.h"

namespace trinity::executions {

namespace {

using boost::json::array;
using boost::json::object;

/// Of an answer's end; a question is shorter.
constexpr std::size_t looked_at = 4'096;
constexpr std::size_t most_choices = 12;
constexpr std::size_t most_named = 3;
constexpr std::string_view blanks = " \t\r\n";
/// What may stand behind a sentence's end: quotes, brackets, emphasis.
constexpr std::array<std::string_view, 11> closers{"*", "_",      "`",      "\"",     "'",     ")",
                                                   "]", "\u201D", "\u2019", "\u00BB", "\uFF09"};
constexpr std::array<std::string_view, 3> question_marks{"?", "\uFF1F", "\u061F"};

std::string_view without_blanks(std::string_view text) {
  const auto begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::string_view without_closers(std::string_view text) {
  for (bool cut = true; cut;) {
    text = without_blanks(text);
    cut = false;
    for (const auto closer : closers) {
      if (!text.ends_with(closer)) continue;
      text.remove_suffix(closer.size());
      cut = true;
    }
  }
  return text;
}

bool asks_here(std::string_view text) {
  return std::ranges::any_of(question_marks, [&](std::string_view mark) { return text.ends_with(mark); });
}

/// `- one`, `* one`, `• one`, `1. one`, `b) one`.
bool is_choice(std::string_view line) {
  line = without_blanks(line);
  if (line.starts_with("- ") || line.starts_with("* ") || line.starts_with("\u2022")) return true;
  std::size_t at = 0;
  while (at < line.size() && at < 2 && line[at] >= '0' && line[at] <= '9') ++at;
  if (at == 0 && !line.empty() && ((line[0] >= 'a' && line[0] <= 'z') || (line[0] >= 'A' && line[0] <= 'Z'))) at = 1;
  return at > 0 && at + 1 < line.size() && (line[at] == '.' || line[at] == ')') && line[at + 1] == ' ';
}

/// Non-empty lines, the last one first.
std::vector<std::string_view> lines_from_end(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty() && lines.size() < most_choices + 1) {
    const auto at = text.rfind('\n');
    const auto line = without_blanks(at == std::string_view::npos ? text : text.substr(at + 1));
    if (!line.empty()) lines.push_back(line);
    text = at == std::string_view::npos ? std::string_view{} : text.substr(0, at);
  }
  return lines;
}

/// The line that the question would end in.
std::string_view last_line(std::string_view answer) {
  const auto lines = lines_from_end(answer);
  if (lines.empty()) return {};
  const bool lists = is_choice(lines.front()) && !asks_here(without_closers(lines.front()));
  if (!lists) return lines.front();
  const auto found = std::ranges::find_if_not(lines, is_choice);
  return found == lines.end() ? std::string_view{} : *found;
}

/// Of a line that ends with a question: where its last sentence begins.
std::string_view last_sentence(std::string_view line) {
  const auto body = without_closers(line);
  // The mark itself is no end of a sentence before it.
  std::size_t from = 0;
  for (std::size_t i = 0; i + 2 < body.size(); ++i) {
    const bool ends = (body[i] == '.' || body[i] == '!' || body[i] == '?') && body[i + 1] == ' ';
    if (ends) from = i + 2;
  }
  auto sentence = body.substr(from);
  const auto begin = sentence.find_first_not_of("(#>*_-` \t\"'");
  return begin == std::string_view::npos ? std::string_view{} : sentence.substr(begin);
}

const object* object_in(const object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  return found != nullptr ? found->if_object() : nullptr;
}

const array* array_in(const object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  return found != nullptr ? found->if_array() : nullptr;
}

std::string_view text_in(const object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  return found != nullptr && found->is_string() ? std::string_view(found->get_string()) : std::string_view{};
}

/// The last tool call of a line; null: it has none.
const object* call_in(const object& line) {
  const auto* message = object_in(line, "message");
  const auto* content = message != nullptr ? array_in(*message, "content") : nullptr;
  if (content == nullptr) return nullptr;
  for (const auto& part : std::ranges::reverse_view(*content)) {
    const auto* block = part.if_object();
    if (block != nullptr && text_in(*block, "type") == "tool_use") return block;
  }
  return nullptr;
}

std::string wish_of_call(const object& call) {
  const auto tool = text_in(call, "name");
  if (tool == "ExitPlanMode") return "Wants its plan to be approved";
  if (tool != "AskUserQuestion") return {};
  const auto* input = object_in(call, "input");
  const auto* questions = input != nullptr ? array_in(*input, "questions") : nullptr;
  const auto* first = questions != nullptr && !questions->empty() ? questions->front().if_object() : nullptr;
  const auto text = first != nullptr ? text_in(*first, "question") : std::string_view{};
  if (text.empty()) return "Asks a question";
  return std::string(asks) + preview(masked(to_utf8(text)), longest_question);
}

/// Names of tools, each once.
std::string wish_of_denials(const array& denials) {
  std::vector<std::string> names;
  for (const auto& denial : denials) {
    const auto* one = denial.if_object();
    if (one == nullptr) continue;
    auto name = preview(to_utf8(text_in(*one, "tool_name")), 40);
    if (name.empty() || std::ranges::find(names, name) != names.end()) continue;
    names.push_back(std::move(name));
  }
  if (names.empty()) return {};
  std::string made = "Was not permitted to use ";
  for (std::size_t i = 0; i < std::min(names.size(), most_named); ++i) made += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > most_named) made += " and others";
  return made;
}

struct Last {
  const object* call = nullptr;
  const array* denials = nullptr;
};

Last last_of(const array& lines) {
  Last found;
  for (const auto& entry : std::ranges::reverse_view(lines)) {
    const auto* line = entry.if_object();
    if (line == nullptr) continue;
    if (found.denials == nullptr && text_in(*line, "type") == "result")
      found.denials = array_in(*line, "permission_denials");
    if (text_in(*line, "type") == "assistant") found.call = call_in(*line);
    if (found.call != nullptr) break;
  }
  return found;
}

}  // namespace

std::string question_in(std::string_view answer) {
  if (answer.size() > looked_at) answer.remove_prefix(answer.size() - looked_at);
  const auto line = last_line(answer);
  if (!asks_here(without_closers(line))) return {};
  return preview(masked(to_utf8(last_sentence(line))), longest_question);
}

std::string wish_of(const array& lines, std::string_view answer) {
  const auto last = last_of(lines);
  if (last.call != nullptr) {
    auto wish = wish_of_call(*last.call);
    if (!wish.empty()) return wish;
  }
  if (last.denials != nullptr) {
    auto wish = wish_of_denials(*last.denials);
    if (!wish.empty()) return wish;
  }
  auto question = question_in(answer);
  return question.empty() ? question : std::string(asks) + std::move(question);
}

}  // namespace trinity::executions
