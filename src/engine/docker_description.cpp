// How a container was made, read from what inspect tells of it.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <charconv>

#include "engine/docker_json.h"

namespace trinity::engine {

namespace {

namespace json = boost::json;

const json::object& object_at(const json::object& in, std::string_view name) {
  static const json::object none;
  const auto* found = in.if_contains(name);
  return found && found->is_object() ? found->get_object() : none;
}

std::string text_at(const json::object& in, std::string_view name) {
  const auto* found = in.if_contains(name);
  return found && found->is_string() ? std::string(found->get_string()) : std::string();
}

std::int64_t number_at(const json::object& in, std::string_view name) {
  const auto* found = in.if_contains(name);
  if (!found) return 0;
  boost::system::error_code fault;
  const auto number = found->to_number<std::int64_t>(fault);
  return fault ? 0 : number;
}

std::vector<std::string> texts_at(const json::object& in, std::string_view name) {
  std::vector<std::string> texts;
  const auto* found = in.if_contains(name);
  if (!found || !found->is_array()) return texts;
  for (const auto& entry : found->get_array()) {
    if (entry.is_string()) texts.emplace_back(entry.get_string());
  }
  return texts;
}

std::map<std::string, std::string> map_at(const json::object& in, std::string_view name) {
  std::map<std::string, std::string> texts;
  for (const auto& [key, value] : object_at(in, name)) {
    if (value.is_string()) texts.emplace(key, value.get_string());
  }
  return texts;
}

void read_environment(ContainerSpec& into, const json::object& config) {
  for (const auto& variable : texts_at(config, "Env")) {
    const auto equals = variable.find('=');
    if (equals != std::string::npos && equals > 0) into.env[variable.substr(0, equals)] = variable.substr(equals + 1);
  }
}

void read_mounts(ContainerSpec& into, const json::object& answer) {
  const auto* mounts = answer.if_contains("Mounts");
  if (!mounts || !mounts->is_array()) return;
  for (const auto& entry : mounts->get_array()) {
    if (!entry.is_object()) continue;
    const auto& mount = entry.get_object();
    const auto* writable = mount.if_contains("RW");
    const bool read_only = writable && writable->is_bool() && !writable->get_bool();
    const auto type = text_at(mount, "Type");
    if (type == "volume") into.volumes.push_back({text_at(mount, "Name"), text_at(mount, "Destination"), read_only});
    if (type == "bind") into.binds.push_back({text_at(mount, "Source"), text_at(mount, "Destination"), read_only});
  }
}

/// "22/tcp" -> 22. Other protocols are not published by agents.
std::uint16_t port_of(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool whole = fault == std::errc() && std::string_view(end, text.data() + text.size()) == "/tcp";
  return whole ? port : std::uint16_t{0};
}

void read_ports(ContainerSpec& into, const json::object& host) {
  for (const auto& [name, places] : object_at(host, "PortBindings")) {
    const auto container = port_of(name);
    if (container == 0 || !places.is_array()) continue;
    for (const auto& place : places.get_array()) {
      if (!place.is_object()) continue;
      const auto published = text_at(place.get_object(), "HostPort") + "/tcp";
      into.ports.push_back({container, port_of(published), text_at(place.get_object(), "HostIp")});
    }
  }
}

void read_host(ContainerSpec& into, const json::object& host) {
  into.network = text_at(host, "NetworkMode");
  into.tmpfs = map_at(host, "Tmpfs");
  into.memory = number_at(host, "Memory");
  into.cpu_period = number_at(host, "CpuPeriod");
  into.cpu_quota = number_at(host, "CpuQuota");
  into.pids_limit = number_at(host, "PidsLimit");
  into.restart_policy = text_at(object_at(host, "RestartPolicy"), "Name");
  into.cap_drop = texts_at(host, "CapDrop");
  into.cap_add = texts_at(host, "CapAdd");
  into.security_opt = texts_at(host, "SecurityOpt");
  read_ports(into, host);
}

}  // namespace

Description parse_description(std::string_view body) {
  boost::system::error_code fault;
  json::parse_options options;
  options.allow_invalid_utf8 = true;
  const auto parsed = json::parse(body, fault, {}, options);
  if (fault || !parsed.is_object()) throw EngineError(Fault::failed, "the engine's answer to inspect cannot be read");
  const auto& answer = parsed.get_object();
  const auto& config = object_at(answer, "Config");
  Description made;
  made.image_id = text_at(answer, "Image");
  made.spec.image = text_at(config, "Image");
  made.spec.hostname = text_at(config, "Hostname");
  made.spec.labels = map_at(config, "Labels");
  read_environment(made.spec, config);
  read_mounts(made.spec, answer);
  read_host(made.spec, object_at(answer, "HostConfig"));
  return made;
}

}  // namespace trinity::engine
