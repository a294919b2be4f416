#include "templates/files.h"

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <set>

#include "yaml/yaml.h"

namespace trinity::templates {

namespace json = boost::json;

namespace {

bool is_name_start(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_name_part(char c) {
  return is_name_start(c) || (c >= '0' && c <= '9') || c == '_';
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

void add_placeholders(const json::value& from, std::set<std::string>& into) {
  if (!from.is_string()) return;
  for (auto& name : placeholders(std::string_view(from.as_string()))) into.insert(std::move(name));
}

/// The variables of one server: values of `env` and elements of `args`.
std::set<std::string> server_variables(const json::value& server) {
  std::set<std::string> names;
  const auto* fields = server.if_object();
  if (!fields) return names;
  if (const auto* env = fields->if_contains("env"); env && env->is_object()) {
    for (const auto& [key, item] : env->as_object()) add_placeholders(item, names);
  }
  if (const auto* args = fields->if_contains("args"); args && args->is_array()) {
    for (const auto& item : args->as_array()) add_placeholders(item, names);
  }
  return names;
}

}  // namespace

bool is_variable_name(std::string_view text) noexcept {
  return !text.empty() && is_name_start(text.front()) && std::all_of(text.begin(), text.end(), is_name_part);
}

std::optional<std::string> read_bounded(const std::filesystem::path& file, std::size_t most) {
  std::error_code fault;
  if (!std::filesystem::is_regular_file(file, fault)) return std::nullopt;
  const auto size = std::filesystem::file_size(file, fault);
  if (fault || size > most) return std::nullopt;
  std::ifstream in(file, std::ios::binary);
  std::string text(size, '\0');
  in.read(text.data(), static_cast<std::streamsize>(size));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

TemplateFiles read_files(const std::filesystem::path& directory) {
  TemplateFiles made;
  std::error_code fault;
  made.has_yaml = std::filesystem::exists(directory / "template.yaml", fault);
  made.yaml = read_bounded(directory / "template.yaml");
  made.mcp = read_bounded(directory / ".mcp.json");
  made.mcp_template = read_bounded(directory / ".mcp.json.template");
  made.env_example = read_bounded(directory / ".env.example");
  return made;
}

std::expected<json::object, std::string> template_root(const TemplateFiles& files) {
  if (!files.has_yaml) return std::unexpected(missing_file);
  if (!files.yaml) return std::unexpected(std::string("Invalid template.yaml: cannot be read, or larger than 1 MB"));
  auto parsed = yaml::to_json(*files.yaml);
  if (!parsed) return std::unexpected("Invalid template.yaml: " + parsed.error());
  if (parsed->is_null()) return std::unexpected(std::string("template.yaml is empty"));
  if (!parsed->is_object()) return std::unexpected(std::string("Invalid template.yaml: its root must be a mapping"));
  return std::move(parsed->as_object());
}

std::vector<std::string> placeholders(std::string_view text) {
  std::vector<std::string> names;
  for (auto at = text.find("${"); at != std::string_view::npos; at = text.find("${", at + 2)) {
    const auto end = text.find('}', at);
    if (end == std::string_view::npos) break;
    const auto name = text.substr(at + 2, end - at - 2);
    if (is_variable_name(name)) names.emplace_back(name);
  }
  return names;
}

std::vector<std::string> env_names(std::string_view text) {
  std::vector<std::string> names;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const auto equals = line.find('=');
    if (line.empty() || line.front() == '#' || equals == std::string_view::npos) continue;
    const auto name = trimmed(line.substr(0, equals));
    if (is_variable_name(name)) names.emplace_back(name);
  }
  return names;
}

std::map<std::string, std::vector<std::string>> mcp_variables(const TemplateFiles& files) {
  std::map<std::string, std::vector<std::string>> made;
  const auto& text = files.mcp ? files.mcp : files.mcp_template;
  if (!text) return made;
  boost::system::error_code fault;
  const auto parsed = json::parse(*text, fault);
  const auto* root = fault ? nullptr : parsed.if_object();
  const auto* servers = root ? root->if_contains("mcpServers") : nullptr;
  if (!servers || !servers->is_object()) return made;
  for (const auto& [name, server] : servers->as_object()) {
    const auto names = server_variables(server);
    made[std::string(name)] = {names.begin(), names.end()};
  }
  return made;
}

std::vector<RequiredCredential> required_credentials(const TemplateFiles& files, const json::object& root) {
  std::map<std::string, std::string> first_source;
  const auto add = [&](const std::string& name, const std::string& source) { first_source.try_emplace(name, source); };
  for (const auto& [server, names] : mcp_variables(files)) {
    for (const auto& name : names) add(name, "mcp:" + server);
  }
  const auto* credentials = root.if_contains("credentials");
  const auto* section = credentials ? credentials->if_object() : nullptr;
  if (const auto* servers = section ? section->if_contains("mcp_servers") : nullptr; servers && servers->is_object()) {
    for (const auto& [server, fields] : servers->as_object()) {
      const auto* variables = fields.is_object() ? fields.as_object().if_contains("env_vars") : nullptr;
      if (!variables || !variables->is_array()) continue;
      for (const auto& name : variables->as_array()) {
        if (name.is_string()) add(std::string(name.as_string()), "template:mcp:" + std::string(server));
      }
    }
  }
  if (const auto* env_file = section ? section->if_contains("env_file") : nullptr; env_file && env_file->is_array()) {
    for (const auto& name : env_file->as_array()) {
      if (name.is_string()) add(std::string(name.as_string()), "template:env_file");
    }
  }
  if (files.env_example) {
    for (const auto& name : env_names(*files.env_example)) add(name, ".env.example");
  }
  std::vector<RequiredCredential> made;
  made.reserve(first_source.size());
  for (const auto& [name, source] : first_source) made.push_back({name, source});
  return made;
}

}  // namespace trinity::templates
