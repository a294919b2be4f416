#include "agentd/prompt/sections.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace trinity::agentd {

namespace {

constexpr std::string_view kSystemName = "agent-system";
constexpr std::string_view kCustomName = "custom-instructions";
/// The text before it had no line end at its end; taking the section out takes away the one that was added.
constexpr std::string_view kJoined = ", joined";

/// A section with its comments and the empty line before it.
struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t content = 0;  ///< behind the heading
  std::size_t content_end = 0;
  bool joined = false;
};

struct Found {
  std::optional<Range> system;
  std::optional<Range> custom;
};

struct Line {
  std::size_t begin;
  std::size_t end;  ///< behind its line end
  std::string_view text;
};

std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> lines;
  for (std::size_t at = 0; at < text.size();) {
    const auto newline = text.find('\n', at);
    const auto end = newline == std::string_view::npos ? text.size() : newline + 1;
    auto line = text.substr(at, end - at);
    while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back({at, end, line});
    at = end;
  }
  return lines;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

bool is_heading(std::string_view line, std::string_view heading) {
  return line.starts_with(heading) && trimmed(line) == heading;
}

bool is_begin(std::string_view line, std::string_view name) {
  const auto start = fmt::format("<!-- trinity:begin {}", name);
  if (!line.starts_with(start)) return false;
  const auto rest = line.substr(start.size());
  return rest == " -->" || rest == fmt::format("{} -->", kJoined);
}

std::string end_of(std::string_view name) {
  return fmt::format("<!-- trinity:end {} -->", name);
}

/// The empty line before a section belongs to it.
std::size_t with_empty_line(const std::vector<Line>& lines, std::size_t number) {
  const bool empty = number > 0 && lines[number - 1].text.empty();
  return empty ? lines[number - 1].begin : lines[number].begin;
}

std::optional<Range> marked(const std::vector<Line>& lines, std::string_view name, std::string_view heading) {
  auto begin = lines.end();
  auto end = lines.begin();
  // One without an end is somebody's leftover; the next one may be whole.
  for (; end != lines.end() && (begin == lines.end() || end->text != end_of(name)); ++end) {
    if (is_begin(end->text, name)) begin = end;
  }
  if (end == lines.end()) return std::nullopt;
  const auto head = std::find_if(begin, end, [heading](const Line& l) { return is_heading(l.text, heading); });
  Range range;
  range.begin = with_empty_line(lines, static_cast<std::size_t>(begin - lines.begin()));
  range.end = end->end;
  range.content = head == end ? begin->end : head->end;
  range.content_end = end->begin;
  range.joined = begin->text.find(kJoined) != std::string_view::npos;
  return range;
}

/// Without comments, as older platforms wrote it.
std::optional<Range> unmarked(const std::vector<Line>& lines, std::size_t from, std::string_view heading) {
  bool fenced = false;
  std::optional<Range> range;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto line = lines[i].text;
    if (line.starts_with("```")) fenced = !fenced;
    if (fenced || lines[i].begin < from) continue;
    const bool next = line.starts_with("# ") || line.starts_with("## ") || line.starts_with("<!-- trinity:begin");
    if (range && next) {
      range->end = range->content_end = lines[i].begin;
      return range;
    }
    if (!range && is_heading(line, heading)) {
      range = Range{with_empty_line(lines, i), 0, lines[i].end, 0, false};
      range->end = range->content_end = lines.back().end;
    }
  }
  return range;
}

Found find_in(std::string_view text) {
  const auto lines = lines_of(text);
  Found found{marked(lines, kSystemName, kSystemHeading), marked(lines, kCustomName, kCustomHeading)};
  if (found.system || lines.empty()) return found;
  found.system = unmarked(lines, 0, kSystemHeading);
  // People give sections that name too; one of ours follows the other one.
  if (found.system && !found.custom) found.custom = unmarked(lines, found.system->end, kCustomHeading);
  return found;
}

/// What an instruction says must not be taken for the end of its section.
std::string harmless(std::string_view content) {
  std::string text(content);
  for (std::size_t at = 0; (at = text.find("<!-- trinity:", at)) != std::string::npos;) text.insert(at + 4, "\\");
  return text;
}

std::string section(std::string_view name, std::string_view heading, std::string_view content, bool joined) {
  return fmt::format("\n<!-- trinity:begin {}{} -->\n\n{}\n\n{}\n{}\n", name, joined ? kJoined : "", heading,
                     harmless(trimmed(content)), end_of(name));
}

bool is_blank(const std::optional<std::string>& text) {
  return !text || trimmed(*text).empty();
}

void cut(std::string& text, const Range& range) {
  auto begin = range.begin;
  // Only when nothing was added behind it since.
  if (range.joined && range.end == text.size() && begin > 0 && text[begin - 1] == '\n') --begin;
  text.erase(begin, range.end - begin);
}

}  // namespace

PlatformSections sections_in(std::string_view text) {
  const auto found = find_in(text);
  PlatformSections sections;
  sections.system = found.system.has_value();
  if (found.custom) {
    const auto& range = *found.custom;
    sections.custom = std::string(trimmed(text.substr(range.content, range.content_end - range.content)));
  }
  return sections;
}

std::string with_sections(std::string_view text, std::string_view system, const std::optional<std::string>& custom) {
  std::string made(text);
  if (auto old = find_in(made).custom; old && is_blank(custom)) cut(made, *old);
  auto found = find_in(made);
  if (!is_blank(custom) && found.custom) {
    const auto range = *found.custom;
    made.replace(range.begin, range.end - range.begin, section(kCustomName, kCustomHeading, *custom, range.joined));
  }
  found = find_in(made);
  std::size_t behind = made.size();
  if (found.system) {
    const auto range = *found.system;
    auto fresh = section(kSystemName, kSystemHeading, system, range.joined);
    behind = range.begin + fresh.size();
    made.replace(range.begin, range.end - range.begin, fresh);
  } else {
    const bool joined = !made.empty() && !made.ends_with('\n');
    if (joined) made += '\n';
    made += section(kSystemName, kSystemHeading, system, joined);
    behind = made.size();
  }
  if (!is_blank(custom) && !find_in(made).custom) {
    made.insert(behind, section(kCustomName, kCustomHeading, *custom, false));
  }
  return made;
}

std::string without_sections(std::string_view text) {
  std::string made(text);
  // The later one first; the second look is at the text without it.
  for (int round = 0; round < 2; ++round) {
    const auto found = find_in(made);
    const auto& last =
        found.custom && (!found.system || found.custom->begin > found.system->begin) ? found.custom : found.system;
    if (last) cut(made, *last);
  }
  return made;
}

}  // namespace trinity::agentd
