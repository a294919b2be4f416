#include "agentd/tool_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "agentd/runtime/fields.h"
#include "agentd/text.h"

namespace trinity::agentd {

namespace {

using boost::json::object;

constexpr const char* kNothing = "...";

std::string or_nothing(std::string text) {
  return text.empty() ? kNothing : std::move(text);
}

/// `a/b/c/d` becomes `.../c/d`.
std::string short_path(const std::string& path) {
  const auto last = path.rfind('/');
  if (last == std::string::npos || last == 0) return or_nothing(path);
  const auto before = path.rfind('/', last - 1);
  if (before == std::string::npos) return path;
  return "..." + path.substr(before);
}

std::string host_of(const std::string& url) {
  const auto scheme = url.find("://");
  if (scheme == std::string::npos) return first_characters(url, 30);
  auto host = url.substr(scheme + 3);
  host = host.substr(0, host.find_first_of("/?#"));
  if (const auto user = host.rfind('@'); user != std::string::npos) host = host.substr(user + 1);
  if (!host.starts_with('[')) host = host.substr(0, host.find(':'));
  return host.empty() ? first_characters(url, 30) : host;
}

std::string first_text(const object& input) {
  for (const auto& [key, value] : input) {
    if (!value.is_string()) continue;
    const std::string_view text = value.get_string();
    const bool cut = first_characters(text, 49).size() < text.size();
    return fmt::format("{}: {}{}", std::string_view(key), first_characters(text, 30), cut ? "..." : "");
  }
  return kNothing;
}

}  // namespace

std::string display_name(const std::string& tool, const object& input) {
  if (tool.starts_with("mcp__")) {
    const auto end = tool.find("__", 5);
    return "mcp:" + tool.substr(5, end == std::string::npos ? std::string::npos : end - 5);
  }
  if (tool == "Task") {
    if (auto kind = text_of(input, "subagent_type"); !kind.empty()) return "Task:" + kind;
  }
  return tool;
}

std::string input_summary(const std::string& tool, const object& input) {
  if (input.empty()) return kNothing;
  if (tool == "Read" || tool == "Edit" || tool == "Write") return short_path(text_of(input, "file_path"));
  if (tool == "Glob") return or_nothing(text_of(input, "pattern"));
  if (tool == "Grep") return fmt::format("\"{}\"", first_characters(text_of(input, "pattern"), 30));
  if (tool == "Bash") return or_nothing(shortened(text_of(input, "command"), 50));
  if (tool == "Task") {
    if (auto described = text_of(input, "description"); !described.empty()) return described;
    return or_nothing(first_characters(text_of(input, "prompt"), 50));
  }
  if (tool == "WebFetch") return or_nothing(host_of(text_of(input, "url")));
  if (tool == "WebSearch") return or_nothing(first_characters(text_of(input, "query"), 40));
  if (tool == "TodoWrite") return "updates the list of tasks";
  if (tool == "AskUserQuestion") return "asks a question";
  return first_text(input);
}

}  // namespace trinity::agentd
