#include "agentd/credentials/env_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/credential_rules.h"

namespace trinity::agentd {

namespace {

constexpr std::string_view kHead = "# Credentials that Trinity put here\n\n";

std::string_view without_blanks(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// Where the closing quote stands; `text` begins behind the opening one.
std::size_t end_of_quoted(std::string_view text, char quote) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == quote) return at;
    if (quote == '"' && text[at] == '\\') ++at;
  }
  return std::string_view::npos;
}

std::string unescaped(std::string_view text) {
  std::string value;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool escaped = text[at] == '\\' && at + 1 < text.size() &&
                         std::string_view("\\\"$`").find(text[at + 1]) != std::string_view::npos;
    value += escaped ? text[++at] : text[at];
  }
  return value;
}

/// Reads the variable at the begin of `text`, if one stands there, and tells how many bytes it takes.
std::pair<std::optional<Variable>, std::size_t> variable_at(std::string_view text) {
  const auto line_end = std::min(text.find('\n'), text.size());
  const auto taken = std::min(line_end + 1, text.size());
  auto line = text.substr(0, line_end);
  const auto equals = line.find('=');
  if (equals == std::string_view::npos) return {std::nullopt, taken};
  auto name = without_blanks(line.substr(0, equals));
  if (name.starts_with("export ") || name.starts_with("export\t")) name = without_blanks(name.substr(7));
  if (!is_variable_name(name)) return {std::nullopt, taken};
  auto begin = equals + 1;
  while (begin < line_end && (text[begin] == ' ' || text[begin] == '\t')) ++begin;
  const char quote = begin < line_end ? text[begin] : '\0';
  if (quote == '"' || quote == '\'') {
    const auto length = end_of_quoted(text.substr(begin + 1), quote);
    if (length != std::string_view::npos) {
      const auto quoted = text.substr(begin + 1, length);
      const auto after = text.find('\n', begin + 1 + length);
      Variable found{std::string(name), quote == '"' ? unescaped(quoted) : std::string(quoted)};
      return {std::move(found), after == std::string_view::npos ? text.size() : after + 1};
    }
  }
  auto value = line.substr(begin);
  if (const auto comment = value.find(" #"); comment != std::string_view::npos) value = value.substr(0, comment);
  return {Variable{std::string(name), std::string(without_blanks(value))}, taken};
}

}  // namespace

std::string env_line(const Variable& variable) {
  const auto& value = variable.value;
  if (value.find_first_of("\"\\$`") == std::string::npos) return fmt::format("{}=\"{}\"\n", variable.name, value);
  if (value.find('\'') == std::string::npos) return fmt::format("{}='{}'\n", variable.name, value);
  std::string escaped;
  for (const char c : value) {
    if (std::string_view("\"\\$`").find(c) != std::string_view::npos) escaped += '\\';
    escaped += c;
  }
  return fmt::format("{}=\"{}\"\n", variable.name, escaped);
}

std::vector<EnvItem> read_env(std::string_view text) {
  std::vector<EnvItem> items;
  while (!text.empty()) {
    auto [variable, length] = variable_at(text);
    items.push_back({std::string(text.substr(0, length)), std::move(variable)});
    text.remove_prefix(length);
  }
  return items;
}

std::string env_text(const std::vector<Variable>& ours, const std::vector<EnvItem>& others,
                     const std::vector<std::string>& without) {
  std::set<std::string_view> gone(without.begin(), without.end());
  std::string text(kHead);
  for (const auto& variable : ours) {
    gone.insert(variable.name);
    text += env_line(variable);
  }
  // What stands between variables (comments) goes along with the variable behind it.
  std::string between;
  bool begun = false;
  for (const auto& item : others) {
    // Our own head, or what is left of it.
    begun = begun || item.variable || (item.raw != "\n" && !kHead.starts_with(item.raw));
    if (!begun) continue;
    between += item.raw;
    if (!item.variable) continue;
    if (!gone.contains(item.variable->name)) text += between;
    between.clear();
  }
  if (between.find_first_not_of(" \t\r\n") != std::string::npos) text += between;
  if (!text.ends_with('\n')) text += '\n';
  return text;
}

std::size_t count_of_variables(std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = without_blanks(text.substr(0, end));
    if (!line.empty() && line.front() != '#' && line.find('=') != std::string_view::npos) ++count;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return count;
}

}  // namespace trinity::agentd
