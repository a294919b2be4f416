#include "templates/entries.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "base/amounts.h"
#include "base/log.h"
#include "base/text.h"
#include "json/write.h"
#include "templates/files.h"
#include "yaml/yaml.h"

namespace trinity::templates {

namespace json = boost::json;

namespace {

constexpr std::size_t most_entries = 200;
constexpr std::size_t most_items = 200;

/// One entry on its way from the file.
class Reading {
 public:
  Reading(const yaml::Document& document, const GitPlaces& places) : document_(document), places_(places) {}

  CatalogueEntry read(const json::value& from, const std::string& path);

 private:
  void say(const std::string& key, std::string message, Problem::Level level = Problem::Level::warning) {
    entry_.problems.push_back({catalogue_file, document_.line_of(key), key, std::move(message), level});
  }
  const json::value* member(const json::object& from, std::string_view key) const {
    const auto* found = from.if_contains(key);
    return found && !found->is_null() ? found : nullptr;
  }
  std::optional<std::string> text(const json::object& from, std::string_view key, const std::string& path);
  void resources(const json::object& from, const std::string& path);
  void servers(const json::object& from, const std::string& path);
  void credentials(const json::object& from, const std::string& path);

  const yaml::Document& document_;
  const GitPlaces& places_;
  CatalogueEntry entry_;
};

std::optional<std::string> Reading::text(const json::object& from, std::string_view key, const std::string& path) {
  const auto* found = member(from, key);
  if (!found) return std::nullopt;
  if (found->is_string()) return std::string(found->get_string());
  say(fmt::format("{}.{}", path, key), "must be a text");
  return std::nullopt;
}

void Reading::resources(const json::object& from, const std::string& path) {
  const auto* found = member(from, "resources");
  if (!found) return;
  const auto place = path + ".resources";
  if (!found->is_object()) return say(place, "must be a mapping with cpu and memory");
  const auto amount = [&](std::string_view key) -> std::optional<std::string> {
    const auto* value = member(found->get_object(), key);
    if (!value) return std::nullopt;
    return value->is_string() ? std::string(value->get_string()) : trinity::json::write(*value);
  };
  entry_.cpu = amount("cpu");
  entry_.memory = amount("memory");
  if (entry_.cpu && !parse_cpu_quota(*entry_.cpu)) {
    say(place + ".cpu", "is no number of cores. Use for example 2 or 0.5.");
    entry_.cpu.reset();
  }
  if (entry_.memory && !parse_memory(*entry_.memory)) {
    say(place + ".memory", "is no size. Use a number with k, m, g or t, for example 4g.");
    entry_.memory.reset();
  }
}

void Reading::servers(const json::object& from, const std::string& path) {
  const auto* found = member(from, "mcp_servers");
  if (!found) return;
  const auto* list = found->if_array();
  if (!list || list->size() > most_items) return say(path + ".mcp_servers", "must be a list of at most 200 names");
  entry_.mcp_servers.emplace();
  for (const auto& one : *list) {
    if (one.is_string()) entry_.mcp_servers->emplace_back(one.get_string());
  }
}

void Reading::credentials(const json::object& from, const std::string& path) {
  const auto* found = member(from, "required_credentials");
  if (!found) return;
  const auto place = path + ".required_credentials";
  const auto* list = found->if_array();
  if (!list || list->size() > most_items) return say(place, "must be a list of at most 200 names");
  entry_.required.emplace();
  for (const auto& one : *list) {
    RequiredCredential made;
    if (one.is_string()) made.name = std::string(one.get_string());
    if (const auto* fields = one.if_object()) {
      const auto* name = fields->if_contains("name");
      const auto* source = fields->if_contains("source");
      if (name && name->is_string()) made.name = std::string(name->get_string());
      if (source && source->is_string()) made.source = std::string(source->get_string());
    }
    if (is_variable_name(made.name)) {
      entry_.required->push_back(std::move(made));
    } else {
      say(place, "'" + preview(made.name, 40) + "' is not the name of a variable, like GITHUB_TOKEN");
    }
  }
}

CatalogueEntry Reading::read(const json::value& from, const std::string& path) {
  entry_ = {};
  const json::object none;
  const auto* fields = from.if_object();
  if (from.is_string()) entry_.id = std::string(from.get_string());
  if (!fields) fields = &none;
  if (auto id = text(*fields, "id", path)) entry_.id = std::move(*id);
  auto address = parse_repository(entry_.id, places_);
  if (address) {
    entry_.address = std::move(*address);
  } else {
    say(path + ".id", address.error(), Problem::Level::error);
  }
  entry_.id = preview(entry_.id, 300);
  entry_.display_name = text(*fields, "display_name", path);
  entry_.description = text(*fields, "description", path);
  entry_.credential_id = text(*fields, "github_credential_id", path);
  if (const auto* priority = member(*fields, "priority")) {
    if (priority->is_int64()) {
      entry_.priority = priority->get_int64();
    } else {
      say(path + ".priority", "must be a whole number");
    }
  }
  resources(*fields, path);
  servers(*fields, path);
  credentials(*fields, path);
  return std::move(entry_);
}

Problem whole(int line, std::string message) {
  return {catalogue_file, line, "", std::move(message), Problem::Level::error};
}

}  // namespace

Entries entries_of(const std::string& text, const GitPlaces& places) {
  Entries made;
  const auto document = yaml::read(text);
  if (!document) {
    made.problems.push_back(whole(document.error().line, document.error().message));
    return made;
  }
  const auto& root = document->value;
  if (root.is_null()) return made;
  const auto* list = root.if_array();
  std::string path;
  if (const auto* fields = root.if_object()) {
    const auto* found = fields->if_contains("repositories");
    list = found ? found->if_array() : nullptr;
    path = "repositories";
    if (found && found->is_null()) return made;
  }
  if (!list) {
    made.problems.push_back(whole(1, "must have 'repositories', a list"));
    return made;
  }
  if (list->size() > most_entries)
    made.problems.push_back(whole(1, "has more than 200 repositories; the others are left out"));
  Reading reading(*document, places);
  for (std::size_t i = 0; i < std::min(list->size(), most_entries); ++i)
    made.all.push_back(reading.read((*list)[i], fmt::format("{}[{}]", path, i)));
  return made;
}

EntryBook::EntryBook(std::filesystem::path file, std::vector<std::string> ids, GitPlaces places)
    : file_(std::move(file)), places_(std::move(places)) {
  for (auto& id : ids) {
    CatalogueEntry entry;
    entry.id = std::move(id);
    if (auto address = parse_repository(entry.id, places_)) {
      entry.address = std::move(*address);
    } else {
      entry.problems.push_back({"github-templates", 0, entry.id, address.error(), Problem::Level::error});
      log::warn("templates", "setting github-templates: {}", address.error());
    }
    configured_.all.push_back(std::move(entry));
  }
}

Entries EntryBook::entries() {
  std::error_code fault;
  const auto time = std::filesystem::last_write_time(file_, fault);
  const auto size = fault ? 0 : std::filesystem::file_size(file_, fault);
  const std::pair<std::int64_t, std::uintmax_t> stamp{fault ? 0 : time.time_since_epoch().count(), fault ? 0 : size};
  const std::scoped_lock lock(mutex_);
  if (stamp != stamp_) {
    stamp_ = stamp;
    const auto text = read_bounded(file_);
    read_ = text ? entries_of(*text, places_) : Entries();
    for (const auto& one : read_.problems) log::warn("templates", "{}", one.text());
    for (const auto& entry : read_.all) {
      for (const auto& one : entry.problems) log::warn("templates", "{}", one.text());
    }
  }
  auto made = read_;
  for (const auto& entry : configured_.all) {
    const auto same = [&](const CatalogueEntry& other) { return other.id == entry.id; };
    if (std::ranges::none_of(made.all, same)) made.all.push_back(entry);
  }
  return made;
}

}  // namespace trinity::templates
