#include "templates/catalogue.h"

#include <algorithm>
#include <boost/json.hpp>

#include "base/errors.h"
#include "base/log.h"
#include "json/encode.h"
#include "json/write.h"
#include "templates/files.h"
#include "templates/rules.h"

namespace trinity::templates {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_templates = 1'000;

/// null counts as absent.
const json::value* member(const json::object& from, std::string_view key) {
  const auto* found = from.if_contains(key);
  return found && !found->is_null() ? found : nullptr;
}

/// Texts stay, numbers become texts (`cpu: 2` is as good as `cpu: "2"`).
std::optional<std::string> scalar_text(const json::value* from) {
  if (!from) return std::nullopt;
  return from->is_string() ? std::string(from->get_string()) : json::write(*from);
}

json::value list_or_empty(const json::object& from, std::string_view key) {
  const auto* found = member(from, key);
  return found && found->is_array() ? *found : json::value(json::array{});
}

void take_runtime(const json::value& runtime, CreationConfig& into) {
  if (runtime.is_string()) into.runtime = std::string(runtime.get_string());
  const auto* fields = runtime.if_object();
  if (!fields) return;
  if (auto type = text_or(*fields, "type", ""); !type.empty()) into.runtime = std::move(type);
  if (auto model = text_or(*fields, "model", ""); !model.empty()) into.runtime_model = std::move(model);
}

}  // namespace

std::string text_or(const json::object& from, std::string_view key, std::string fallback) {
  const auto* found = member(from, key);
  return found && found->is_string() ? std::string(found->as_string()) : std::move(fallback);
}

json::array credentials_json(const std::vector<RequiredCredential>& credentials) {
  json::array list;
  for (const auto& one : credentials) list.push_back(json::object{{"name", one.name}, {"source", one.source}});
  return list;
}

Listed local_listed(const std::string& directory, const TemplateFiles& files) {
  Listed made;
  made.id = "local:" + directory;
  made.problems = problems_of(files);
  const auto parsed = template_root(files);
  made.broken = !parsed || first_error(made.problems) != nullptr;
  const auto root = parsed.value_or(json::object());
  made.display_name = text_or(root, "display_name", text_or(root, "name", directory));
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
      {"required_credentials", credentials_json(required_credentials(files, root))},
      {"priority", made.priority},
  };
  return made;
}

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

void sort_catalogue(std::vector<ListedPtr>& all) {
  std::sort(all.begin(), all.end(), [](const ListedPtr& a, const ListedPtr& b) {
    return a->priority != b->priority ? a->priority < b->priority : a->display_name < b->display_name;
  });
}

LocalCatalogue::Stamp LocalCatalogue::stamp_of(const fs::path& directory) {
  Stamp made;
  for (const auto* name : {"template.yaml", ".mcp.json", ".mcp.json.template", ".env.example"}) {
    std::error_code fault;
    const auto time = fs::last_write_time(directory / name, fault);
    const auto size = fault ? 0 : fs::file_size(directory / name, fault);
    made.emplace_back(fault ? 0 : time.time_since_epoch().count(), fault ? 0 : size);
  }
  return made;
}

/// Null: it has no template.yaml.
ListedPtr LocalCatalogue::look_at(const fs::path& directory) {
  const auto name = directory.filename().string();
  auto stamp = stamp_of(directory);
  {
    const std::scoped_lock lock(mutex_);
    const auto known = known_.find(name);
    if (known != known_.end() && known->second.stamp == stamp) return known->second.listed;
  }
  const auto files = read_files(directory);
  ListedPtr made = files.has_yaml ? std::make_shared<const Listed>(local_listed(name, files)) : nullptr;
  if (made && made->broken) {
    const auto* why = first_error(made->problems);
    log::warn("templates", "{} cannot be used: {}", made->id, why ? why->text() : std::string("it cannot be read"));
  }
  const std::scoped_lock lock(mutex_);
  known_[name] = {std::move(stamp), made};
  return made;
}

std::vector<ListedPtr> LocalCatalogue::list() {
  std::vector<ListedPtr> made;
  std::map<std::string, bool> seen;
  std::error_code fault;
  // Stepped by hand: the range form throws when a folder cannot be read to its end.
  for (fs::directory_iterator at(root_, fault), end; !fault && at != end; at.increment(fault)) {
    if (seen.size() >= most_templates) break;
    std::error_code unreadable;
    const auto name = at->path().filename().string();
    if (!at->is_directory(unreadable) || !is_plain_name(name)) continue;
    seen[name] = true;
    if (auto found = look_at(at->path())) made.push_back(std::move(found));
  }
  {
    const std::scoped_lock lock(mutex_);
    std::erase_if(known_, [&](const auto& one) { return !seen.contains(one.first); });
  }
  sort_catalogue(made);
  return made;
}

json::object local_detail(const fs::path& root, std::string_view directory) {
  const auto path = root / directory;
  std::error_code fault;
  if (!is_plain_name(directory) || !fs::is_directory(path, fault)) throw NotFound("Template not found");
  const auto files = read_files(path);
  auto file = template_root(files);
  if (!file && file.error() == missing_file) throw NotFound("Template configuration not found");
  if (!file) throw Failed("Failed to load template: " + file.error());
  auto detail = std::move(*file);
  auto required = credentials_json(required_credentials(files, detail));
  auto servers = mcp_variables(files);
  json::value env_file = json::array{};
  if (const auto* credentials = member(detail, "credentials"); credentials && credentials->is_object()) {
    env_file = list_or_empty(credentials->as_object(), "env_file");
  }
  detail["required_credentials"] = std::move(required);
  detail["mcp_servers_credentials"] = json::encode(servers);
  detail["env_file_vars"] = std::move(env_file);
  return detail;
}

CreationConfig config_of(const TemplateFiles& files) {
  CreationConfig made;
  const auto file = template_root(files);
  if (!file) return made;
  const auto problems = problems_of(files);
  if (const auto* why = first_error(problems)) throw BadRequest("The template cannot be used: " + why->text());
  if (const auto* type = member(*file, "type"); type && type->is_string()) made.type = std::string(type->as_string());
  if (const auto* resources = member(*file, "resources"); resources && resources->is_object()) {
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
  if (const auto* runtime = member(*file, "runtime")) take_runtime(*runtime, made);
  return made;
}

std::optional<CreationConfig> creation_config(const fs::path& root, std::string_view directory) {
  if (!is_plain_name(directory)) throw BadRequest("Invalid template name");
  const auto path = root / directory;
  std::error_code fault;
  if (!fs::is_directory(path, fault)) return std::nullopt;
  const auto files = read_files(path);
  if (const auto file = template_root(files); !file)
    log::warn("templates", "{} is used without its settings: {}", std::string(directory), file.error());
  auto made = config_of(files);
  made.directory = path;
  return made;
}

}  // namespace trinity::templates
