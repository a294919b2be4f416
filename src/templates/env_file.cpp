#include "templates/env_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <set>
#include <string_view>

namespace trinity::templates {

namespace {

/// The upper-cased server for what an MCP server needs; OTHER for names without a place; else the place.
std::string group_of(std::string_view source) {
  for (const std::string_view prefix : {"template:mcp:", "mcp:"}) {
    if (source.starts_with(prefix)) {
      source.remove_prefix(prefix.size());
      break;
    }
  }
  if (source.empty()) return "OTHER";
  std::string made(source);
  std::ranges::transform(made, made.begin(), [](char c) {
    if (static_cast<unsigned char>(c) < ' ') return ' ';
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  });
  return made;
}

/// Comment lines must stay comment lines, whatever a template calls itself.
std::string one_line(std::string text) {
  std::ranges::replace_if(text, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  return text;
}

}  // namespace

boost::json::object env_template(const std::string& id, const std::string& name,
                                 const std::vector<RequiredCredential>& required) {
  boost::json::object made{{"template_id", id}, {"template_name", name}};
  made["credential_count"] = required.size();
  const auto shown = one_line(name);
  if (required.empty()) {
    made["content"] = fmt::format("# {} needs no credentials\n", shown);
    return made;
  }
  std::map<std::string, std::set<std::string>> groups;
  for (const auto& one : required) groups[group_of(one.source)].insert(one.name);
  auto content = fmt::format(
      "# Credentials of the template {}\n# Template: {}\n# Credentials: {}\n"
      "# Fill in the values, then import this text on the page Credentials.\n\n",
      shown, one_line(id), required.size());
  for (const auto& [group, names] : groups) {
    content += fmt::format("# === {} ===\n", group);
    for (const auto& one : names) content += one + "=\n";
    content += "\n";
  }
  made["content"] = content;
  return made;
}

}  // namespace trinity::templates
