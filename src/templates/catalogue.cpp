#include "templates/catalogue.h"

#include <algorithm>
#include <boost/json.hpp>

#include "base/errors.h"
#include "base/log.h"
#include "json/encode.h"
#include "json/write.h"
#include "templates/files.h"

namespace trinity::templates {

namespace {

constexpr std::size_t most_templates = 1'000;

/// null counts as absent.
const json::value* member(const json::object& from, std::string_view key) {
  const auto* found = from.if_contains(key);
  return found && !found->is_null() ? found : nullptr;
}

std::string text_or(const json::object& from, std::string_view key, std::string fallback) {
  const auto* found = member(from, key);
  return found && found->is_string() ? std::string(found->as_string()) : std::move(fallback);
}

/// Texts stay, numbers become texts (`cpu: 2` is as good as `cpu: "2"`).
std::optional<std::string> scalar_text(const json::value* from) {
  if (!from) return std::nullopt;
  if (from->is_string()) return std::string(from->as_string());
  if (from->is_int64() || from->is_uint64() || from->is_double()) return json::write(*from);
  throw BadRequest("The template's resources must be texts or numbers");
}

json::array credentials_json(const std::vector<RequiredCredential>& credentials) {
  json::array list;
  for (const auto& one : credentials) list.push_back(json::object{{"name", one.name}, {"source", one.source}});
  return list;
}

json::value list_or_empty(const json::object& from, std::string_view key) {
  const auto* found = member(from, key);
  return found && found->is_array() ? *found : json::value(json::array{});
}

Listed listed(const std::filesystem::path& directory, const json::object& root) {
  const auto name = directory.filename().string();
  Listed made;
  made.id = "local:" + name;
  made.display_name = text_or(root, "display_name", text_or(root, "name", name));
  made.description = text_or(root, "description", "");
  if (const auto* priority = member(root, "priority"); priority && priority->is_int64())
    made.priority = priority->as_int64();
  const auto* resources = member(root, "resources");
  made.item = json::object{
      {"id", made.id},
      {"display_name", made.display_name},
      {"description", made.description},
      {"mcp_servers", list_or_empty(root, "mcp_servers")},
      {"resources",
       resources && resources->is_object() ? *resources : json::value(json::object{{"cpu", "2"}, {"memory", "4g"}})},
      {"source", "local"},
      {"required_credentials", credentials_json(required_credentials(directory, root))},
      {"priority", made.priority},
  };
  return made;
}

}  // namespace

bool is_plain_name(std::string_view directory) noexcept {
  if (directory.empty() || directory.size() > 100 || directory.front() == '.') return false;
  return std::all_of(directory.begin(), directory.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  });
}

std::optional<std::string> local_directory(std::string_view template_id) {
  if (!template_id.starts_with("local:")) return std::nullopt;
  return std::string(template_id.substr(6));
}

std::vector<Listed> list_local(const std::filesystem::path& root) {
  std::vector<Listed> made;
  std::error_code fault;
  // Stepped by hand: the range form throws when a folder cannot be read to its end.
  for (std::filesystem::directory_iterator at(root, fault), end; !fault && at != end; at.increment(fault)) {
    const auto& entry = *at;
    if (made.size() >= most_templates) break;
    std::error_code unreadable;
    if (!entry.is_directory(unreadable) || !is_plain_name(entry.path().filename().string())) continue;
    const auto file = read_template_file(entry.path());
    if (file) {
      made.push_back(listed(entry.path(), *file));
    } else if (file.error() != missing_file) {
      log::warn("templates", "{} is left out: {}", entry.path().filename().string(), file.error());
    }
  }
  std::sort(made.begin(), made.end(), [](const Listed& a, const Listed& b) {
    return a.priority != b.priority ? a.priority < b.priority : a.display_name < b.display_name;
  });
  return made;
}

json::object local_detail(const std::filesystem::path& root, std::string_view directory) {
  const auto path = root / directory;
  std::error_code fault;
  if (!is_plain_name(directory) || !std::filesystem::is_directory(path, fault)) throw NotFound("Template not found");
  auto file = read_template_file(path);
  if (!file && file.error() == missing_file) throw NotFound("Template configuration not found");
  if (!file) throw Failed("Failed to load template: " + file.error());
  auto detail = std::move(*file);
  auto required = credentials_json(required_credentials(path, detail));
  auto servers = mcp_variables(path);
  json::value env_file = json::array{};
  if (const auto* credentials = member(detail, "credentials"); credentials && credentials->is_object()) {
    env_file = list_or_empty(credentials->as_object(), "env_file");
  }
  detail["required_credentials"] = std::move(required);
  detail["mcp_servers_credentials"] = json::encode(servers);
  detail["env_file_vars"] = std::move(env_file);
  return detail;
}

std::optional<CreationConfig> creation_config(const std::filesystem::path& root, std::string_view directory) {
  if (!is_plain_name(directory)) throw BadRequest("Invalid template name");
  const auto path = root / directory;
  std::error_code fault;
  if (!std::filesystem::is_directory(path, fault)) return std::nullopt;
  CreationConfig made;
  made.directory = path;
  const auto file = read_template_file(path);
  if (!file) {
    log::warn("templates", "{} is used without its settings: {}", std::string(directory), file.error());
    return made;
  }
  if (const auto* type = member(*file, "type"); type && type->is_string()) made.type = std::string(type->as_string());
  if (const auto* resources = member(*file, "resources")) {
    if (!resources->is_object()) throw BadRequest("The template's resources must be a mapping");
    made.cpu = scalar_text(member(resources->as_object(), "cpu"));
    made.memory = scalar_text(member(resources->as_object(), "memory"));
  }
  if (const auto* tools = member(*file, "tools"); tools && tools->is_array()) {
    made.tools.emplace();
    for (const auto& tool : tools->as_array()) {
      if (tool.is_string()) made.tools->emplace_back(tool.as_string());
    }
  }
  if (const auto* credentials = member(*file, "credentials"); credentials && credentials->is_object()) {
    if (const auto* servers = member(credentials->as_object(), "mcp_servers"); servers && servers->is_object()) {
      for (const auto& [name, unused] : servers->as_object()) made.mcp_servers.emplace_back(name);
    }
  }
  if (const auto* runtime = member(*file, "runtime")) {
    if (runtime->is_string()) made.runtime = std::string(runtime->as_string());
    if (const auto* fields = runtime->if_object()) {
      if (const auto type = text_or(*fields, "type", ""); !type.empty()) made.runtime = type;
      if (const auto model = text_or(*fields, "model", ""); !model.empty()) made.runtime_model = model;
    }
  }
  return made;
}

}  // namespace trinity::templates
