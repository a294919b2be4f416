#include "agentd/credentials/mcp_file.h"

#include <algorithm>
#include <boost/json.hpp>
#include <map>

#include "agentd/credentials/secret_file.h"
#include "agentd/files.h"
#include "base/log.h"
#include "json/indented.h"

namespace trinity::agentd {

namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

constexpr std::size_t kLargest = 1'000'000;
constexpr const char* kClaudeFile = ".mcp.json";
constexpr const char* kGeminiFile = ".gemini/settings.json";

std::optional<value> parsed(const std::string& text) {
  boost::system::error_code fault;
  auto read = boost::json::parse(text, fault);
  if (fault) return std::nullopt;
  return read;
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

/// The member as an object; what is there of another kind is replaced.
object& object_at(object& of, const char* name) {
  auto& member = of[name];
  if (!member.is_object()) member = object();
  return member.get_object();
}

object headers_of(const PlatformMcp& platform) {
  return {{"Authorization", "Bearer " + platform.key}};
}

/// The text of a JSON object after `change`, or the text itself when nothing has changed.
template <class Change>
std::optional<std::string> changed(const std::string& text, Change change) {
  auto root = is_blank(text) ? std::optional<value>(object()) : parsed(text);
  if (!root || !root->is_object()) return std::nullopt;
  const auto before = *root;
  change(root->get_object());
  if (*root == before && !is_blank(text)) return text;
  return json::indented(*root);
}

/// Gemini CLI reads GEMINI.md only, unless it is told more.
void read_claude_md(object& settings) {
  auto& names = object_at(settings, "context")["fileName"];
  if (names.is_null()) names = array{"GEMINI.md"};
  if (names.is_string()) names = array{names};
  if (!names.is_array()) return;
  auto& list = names.get_array();
  if (std::find(list.begin(), list.end(), value("CLAUDE.md")) == list.end()) list.emplace_back("CLAUDE.md");
}

std::string filled(std::string_view text, const std::map<std::string_view, std::string_view>& variables) {
  std::string out;
  while (!text.empty()) {
    const auto open = text.find("${");
    const auto close = open == std::string_view::npos ? open : text.find('}', open);
    if (close == std::string_view::npos) return out.append(text);
    const auto known = variables.find(text.substr(open + 2, close - open - 2));
    out.append(text.substr(0, open));
    // What is unknown stays, and what stands in it is looked at again.
    const auto taken = known != variables.end() ? close + 1 : open + 2;
    out.append(known != variables.end() ? known->second : text.substr(open, 2));
    text.remove_prefix(taken);
  }
  return out;
}

void fill(value& in, const std::map<std::string_view, std::string_view>& variables) {
  if (auto* text = in.if_string()) {
    in = filled({text->data(), text->size()}, variables);
  } else if (auto* items = in.if_array()) {
    for (auto& item : *items) fill(item, variables);
  } else if (auto* members = in.if_object()) {
    for (auto& member : *members) fill(member.value(), variables);
  }
}

template <class With>
void keep_in(const Config& config, const char* name, With with) {
  const auto file = config.home / name;
  std::error_code ignored;
  const bool there = std::filesystem::exists(std::filesystem::symlink_status(file, ignored));
  const auto text = there ? read_small_file(file, kLargest) : std::expected<std::string, std::string>();
  if (!text) {
    log::warn("mcp", "{} cannot be read: {}", name, text.error());
    return;
  }
  const auto wanted = with(*text, config.platform_mcp);
  if (!wanted) {
    log::warn("mcp", "{} is not JSON; it is left alone, without the platform's MCP server", name);
  } else if (*wanted != *text || !there) {
    const auto written = write_secret_file(config.home, name, *wanted);
    if (!written) log::warn("mcp", "the platform's MCP server could not be written: {}", written.error());
    if (written) log::info("mcp", "the platform's MCP server stands in {}", name);
  }
}

}  // namespace

std::optional<std::string> with_platform_entry(const std::string& text, const PlatformMcp& platform) {
  return changed(text, [&platform](object& root) {
    if (!platform.known()) return;
    object_at(root, "mcpServers")["trinity"] =
        object{{"type", "http"}, {"url", platform.url}, {"headers", headers_of(platform)}};
  });
}

std::optional<std::string> with_gemini_settings(const std::string& text, const PlatformMcp& platform) {
  return changed(text, [&platform](object& root) {
    read_claude_md(root);
    if (!platform.known()) return;
    // Its own word for HTTP that streams; it refuses keys that it does not know.
    object_at(root, "mcpServers")["trinity"] = object{{"httpUrl", platform.url}, {"headers", headers_of(platform)}};
  });
}

std::optional<std::string> filled_template(const std::string& text, const std::vector<Variable>& variables) {
  auto root = parsed(text);
  if (!root) return std::nullopt;
  std::map<std::string_view, std::string_view> known;
  for (const auto& variable : variables) known[variable.name] = variable.value;
  fill(*root, known);
  return json::indented(*root);
}

void keep_platform_entry(const Config& config) {
  if (config.uses_gemini()) {
    keep_in(config, kGeminiFile, with_gemini_settings);
  } else if (config.platform_mcp.known()) {
    keep_in(config, kClaudeFile, with_platform_entry);
  }
}

void keep_platform_entry_in(const Config& config, const std::filesystem::path& written) {
  const auto name = written.filename();
  if (name == kClaudeFile || name == std::filesystem::path(kGeminiFile).filename()) keep_platform_entry(config);
}

}  // namespace trinity::agentd
