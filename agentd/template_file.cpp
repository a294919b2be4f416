#include "agentd/template_file.h"

#include <fmt/format.h>

#include <array>
#include <boost/json/array.hpp>
#include <charconv>

#include "agentd/files.h"
#include "base/log.h"
#include "base/text.h"
#include "yaml/yaml.h"

namespace trinity::agentd {

namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

constexpr std::size_t kMostArguments = 64;
constexpr std::size_t kLongestArgument = 4096;
constexpr std::size_t kLongestMessage = 64 * 1024;
constexpr std::int64_t kLongestSeconds = 86'400;

/// The member, or null when it is missing or null.
const value* member(const object& of, std::string_view name) {
  const auto* found = of.if_contains(name);
  return found != nullptr && !found->is_null() ? found : nullptr;
}

/// Whole seconds from 1 to a day, as number or numeric text.
std::optional<std::chrono::seconds> seconds_of(const value& from) {
  std::int64_t number = 0;
  if (const auto* whole = from.if_int64()) {
    number = *whole;
  } else if (const auto* text = from.if_string()) {
    const auto [end, fault] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (fault != std::errc() || end != text->data() + text->size()) return std::nullopt;
  }
  if (number < 1 || number > kLongestSeconds) return std::nullopt;
  return std::chrono::seconds(number);
}

/// `[sleep, 5]` is meant as two texts, so whole numbers are taken as written.
std::optional<std::string> argument_of(const value& from) {
  if (const auto* whole = from.if_int64()) return fmt::format("{}", *whole);
  const auto* text = from.if_string();
  if (text == nullptr || text->size() > kLongestArgument || text->find('\0') != boost::json::string::npos) {
    return std::nullopt;
  }
  return std::string(*text);
}

std::vector<std::string> command_of(const object& runtime, std::vector<std::string>& faults) {
  const auto* given = member(runtime, "command");
  const auto* list = given != nullptr ? given->if_array() : nullptr;
  if (list == nullptr || list->empty() || list->size() > kMostArguments) {
    faults.emplace_back("runtime.command must be a list of 1 to 64 texts: the program and its arguments");
    return {};
  }
  std::vector<std::string> command;
  for (const auto& item : *list) {
    auto argument = argument_of(item);
    if (!argument || (command.empty() && argument->empty())) {
      faults.push_back(
          fmt::format("runtime.command[{}] must be a text of at most {} bytes", command.size(), kLongestArgument));
      return {};
    }
    command.push_back(std::move(*argument));
  }
  return command;
}

void read_runtime(const object& root, Behaviour& into) {
  const auto* given = member(root, "runtime");
  if (given == nullptr) return;
  if (const auto* text = given->if_string()) {
    into.runtime = std::string(*text);
    if (into.runtime == "command") into.faults.emplace_back("runtime.command is missing");
    return;
  }
  const auto* runtime = given->if_object();
  if (runtime == nullptr) {
    into.faults.emplace_back("runtime must be a mapping or a text");
    return;
  }
  const auto* type = member(*runtime, "type");
  if (type != nullptr && type->is_string()) into.runtime = std::string(type->get_string());
  if (into.runtime != "command") return;
  CommandRuntime command{command_of(*runtime, into.faults)};
  if (const auto* timeout = member(*runtime, "timeout")) {
    const auto limit = seconds_of(*timeout);
    if (limit) {
      command.timeout = *limit;
    } else {
      into.faults.emplace_back("runtime.timeout must be 1 to 86400 seconds; 900 is used");
    }
  }
  if (!command.command.empty()) into.command = std::move(command);
}

void read_autorun(const object& root, Behaviour& into) {
  const auto* given = member(root, "autorun");
  if (given == nullptr) return;
  const auto* autorun = given->if_object();
  if (autorun == nullptr) {
    into.faults.emplace_back("autorun must be a mapping with message and every");
    return;
  }
  const auto* message = member(*autorun, "message");
  const auto* every = member(*autorun, "every");
  const auto seconds = every != nullptr ? seconds_of(*every) : std::nullopt;
  if (message == nullptr || !message->is_string() || message->get_string().size() > kLongestMessage) {
    into.faults.emplace_back("autorun.message must be a text of at most 64 KiB");
  } else if (!seconds) {
    into.faults.emplace_back("autorun.every must be 1 to 86400 seconds");
  } else {
    into.autorun = Autorun{std::string(message->get_string()), *seconds};
  }
}

/// The value when it has the wanted kind, else an empty one: clients iterate and print without looking.
value text_or_empty(const object& root, std::string_view name) {
  const auto* given = member(root, name);
  return given != nullptr && !given->is_structured() ? *given : value("");
}

value list_or_empty(const object& root, std::string_view name) {
  const auto* given = member(root, name);
  return given != nullptr && given->is_array() ? *given : value(array());
}

value mapping_or_empty(const object& root, std::string_view name) {
  const auto* given = member(root, name);
  return given != nullptr && given->is_object() ? *given : value(object());
}

value mcp_servers(const object& root) {
  auto listed = list_or_empty(root, "mcp_servers");
  if (!listed.get_array().empty()) return listed;
  const auto credentials = mapping_or_empty(root, "credentials");
  const auto servers = mapping_or_empty(credentials.get_object(), "mcp_servers");
  array names;
  for (const auto& server : servers.get_object()) names.emplace_back(server.key());
  return names;
}

std::array<std::filesystem::path, 3> template_places(const Config& config) {
  return {config.home / "template.yaml", config.home / "workspace" / "template.yaml",
          config.template_folder / "template.yaml"};
}

std::optional<TemplateRead> read_template(const std::filesystem::path& place) {
  std::error_code ignored;
  if (!std::filesystem::exists(place, ignored)) return std::nullopt;
  const auto text = read_small_file(place, yaml::largest_file);
  return TemplateRead{place, text ? yaml::to_json(*text) : std::unexpected(text.error())};
}

}  // namespace

Behaviour behaviour_of(const object& root) {
  Behaviour found;
  read_runtime(root, found);
  read_autorun(root, found);
  return found;
}

std::optional<TemplateRead> first_template(const Config& config) {
  for (const auto& place : template_places(config)) {
    if (auto read = read_template(place)) return read;
  }
  return std::nullopt;
}

std::optional<TemplateFile> find_template(const Config& config) {
  for (const auto& place : template_places(config)) {
    auto read = read_template(place);
    if (!read) continue;
    if (!read->root) {
      log::warn("template", "{} is skipped: {}", place.string(), read->root.error());
      continue;
    }
    if (!read->root->is_object() || read->root->get_object().empty()) return std::nullopt;
    return TemplateFile{place, std::move(read->root->get_object())};
  }
  return std::nullopt;
}

object template_card(const Config& config, const std::optional<TemplateFile>& file) {
  if (!file) {
    return {{"has_template", false},
            {"agent_name", config.agent_name},
            {"template_name", config.template_name},
            {"message", "This agent has no template.yaml."}};
  }
  const auto& root = file->root;
  object card{{"has_template", true}, {"template_path", file->path.string()}, {"agent_name", config.agent_name}};
  for (const auto* name : {"name", "display_name", "tagline", "description", "version", "author", "updated", "type"}) {
    card[name] = text_or_empty(root, name);
  }
  if (card["display_name"] == "") card["display_name"] = card["name"];
  card["resources"] = mapping_or_empty(root, "resources");
  for (const auto* name : {"use_cases", "capabilities", "sub_agents", "commands", "platforms", "tools", "skills"}) {
    card[name] = list_or_empty(root, name);
  }
  card["mcp_servers"] = mcp_servers(root);
  return card;
}

std::vector<std::string> configured_mcp_servers(const Config& config) {
  const auto text = read_small_file(config.agent_config_file, yaml::largest_file);
  const auto root = text ? yaml::to_json(*text) : std::unexpected(text.error());
  if (!root) {
    log::info("agentd", "{} is not used: {}", config.agent_config_file.string(), root.error());
    return {};
  }
  std::vector<std::string> names;
  if (!root->is_object()) return names;
  const auto agent = mapping_or_empty(root->get_object(), "agent");
  const auto listed = list_or_empty(agent.get_object(), "mcp_servers");
  for (const auto& name : listed.get_array()) {
    if (name.is_string()) names.emplace_back(name.get_string());
  }
  return names;
}

}  // namespace trinity::agentd
