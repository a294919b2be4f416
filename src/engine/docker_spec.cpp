#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/json.hpp>

#include "engine/docker_json.h"

namespace trinity::engine {

namespace {

namespace json = boost::json;

json::object to_object(const std::map<std::string, std::string>& texts) {
  json::object made;
  for (const auto& [key, value] : texts) made[key] = value;
  return made;
}

json::array to_list(const std::vector<std::string>& texts) {
  json::array made;
  for (const auto& text : texts) made.emplace_back(text);
  return made;
}

/// The engine's own rule for names of volumes.
bool is_volume_name(std::string_view name) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
  return !name.empty() && plain(name.front()) &&
         std::ranges::all_of(name, [&](char c) { return plain(c) || c == '_' || c == '.' || c == '-'; });
}

bool is_plain_path(std::string_view path) {
  return path.starts_with('/') && path.find(':') == std::string_view::npos;
}

/// As binds, which every API version knows. `:z` and the like are not wanted; the engine makes a missing volume.
json::array binds_of(const ContainerSpec& spec) {
  json::array binds;
  const auto add = [&binds](const std::string& from, const std::string& path, bool read_only) {
    if (!is_plain_path(path))
      throw EngineError(Fault::bad_request, fmt::format("'{}' is not a place to mount at", path));
    binds.emplace_back(fmt::format("{}:{}:{}", from, path, read_only ? "ro" : "rw"));
  };
  for (const auto& mount : spec.volumes) {
    if (!is_volume_name(mount.volume)) {
      throw EngineError(Fault::bad_request, fmt::format("'{}' is not a name for a volume", mount.volume));
    }
    add(mount.volume, mount.path, mount.read_only);
  }
  for (const auto& mount : spec.binds) {
    if (!is_plain_path(mount.source))
      throw EngineError(Fault::bad_request, fmt::format("'{}' is not a path of the host", mount.source));
    add(mount.source, mount.path, mount.read_only);
  }
  return binds;
}

/// The engine's own modes take no settings of an endpoint.
bool is_network_name(std::string_view mode) {
  return !mode.empty() && mode != "default" && mode != "bridge" && mode != "host" && mode != "none" &&
         mode.find(':') == std::string_view::npos;
}

std::string port_name(const ContainerSpec::Port& port) {
  return fmt::format("{}/tcp", port.container);
}

void add_limits(json::object& host, const ContainerSpec& spec) {
  if (spec.memory > 0) host["Memory"] = spec.memory;
  if (spec.cpu_quota > 0) {
    host["CpuPeriod"] = spec.cpu_period;
    host["CpuQuota"] = spec.cpu_quota;
  }
  if (spec.pids_limit > 0) host["PidsLimit"] = spec.pids_limit;
}

void add_rights(json::object& host, const ContainerSpec& spec) {
  if (!spec.cap_drop.empty()) host["CapDrop"] = to_list(spec.cap_drop);
  if (!spec.cap_add.empty()) host["CapAdd"] = to_list(spec.cap_add);
  if (!spec.security_opt.empty()) host["SecurityOpt"] = to_list(spec.security_opt);
}

json::object host_part(const ContainerSpec& spec) {
  json::object host;
  add_limits(host, spec);
  add_rights(host, spec);
  if (!spec.volumes.empty() || !spec.binds.empty()) host["Binds"] = binds_of(spec);
  if (!spec.tmpfs.empty()) host["Tmpfs"] = to_object(spec.tmpfs);
  if (!spec.network.empty()) host["NetworkMode"] = spec.network;
  if (!spec.restart_policy.empty()) host["RestartPolicy"] = json::object{{"Name", spec.restart_policy}};
  json::object ports;
  for (const auto& port : spec.ports) {
    auto& places = ports[port_name(port)];
    if (!places.is_array()) places = json::array();
    places.get_array().push_back(
        json::object{{"HostIp", port.address}, {"HostPort", port.host == 0 ? "" : std::to_string(port.host)}});
  }
  if (!ports.empty()) host["PortBindings"] = std::move(ports);
  return host;
}

}  // namespace

json::value spec_to_json(const ContainerSpec& spec) {
  json::object body{{"Image", spec.image}, {"Labels", to_object(spec.labels)}};
  if (!spec.hostname.empty()) body["Hostname"] = spec.hostname;
  if (!spec.command.empty()) body["Cmd"] = to_list(spec.command);
  json::array env;
  for (const auto& [name, value] : spec.env) {
    // Checked here, because the engine's refusal would repeat the value.
    if (name.empty() || name.find('=') != std::string::npos || (name + value).find('\0') != std::string::npos) {
      throw EngineError(Fault::bad_request, fmt::format("the environment variable '{}' cannot be set", name));
    }
    env.emplace_back(fmt::format("{}={}", name, value));
  }
  if (!env.empty()) body["Env"] = std::move(env);
  json::object exposed;
  for (const auto& port : spec.ports) exposed[port_name(port)] = json::object();
  if (!exposed.empty()) body["ExposedPorts"] = std::move(exposed);
  body["HostConfig"] = host_part(spec);
  if (is_network_name(spec.network)) {
    json::object networks;
    networks[spec.network] = json::object();
    json::object part;
    part["EndpointsConfig"] = std::move(networks);
    body["NetworkingConfig"] = std::move(part);
  }
  return body;
}

json::value volume_to_json(const std::string& name, const Labels& labels) {
  if (!is_volume_name(name))
    throw EngineError(Fault::bad_request, fmt::format("'{}' is not a name for a volume", name));
  return json::object{{"Name", name}, {"Labels", to_object(labels)}};
}

json::value network_to_json(const std::string& name, const std::string& subnet, const Labels& labels) {
  // Without the check the engine would make a second network of the same name.
  json::object body{{"Name", name}, {"Driver", "bridge"}, {"CheckDuplicate", true}, {"Labels", to_object(labels)}};
  if (subnet.empty()) return body;
  json::object config{{"Subnet", subnet}};
  if (const auto gateway = first_address(subnet); !gateway.empty()) config["Gateway"] = gateway;
  json::array configs;
  configs.push_back(std::move(config));
  json::object addresses;
  addresses["Driver"] = "default";
  addresses["Config"] = std::move(configs);
  body["IPAM"] = std::move(addresses);
  return body;
}

std::string filters_text(const std::vector<std::string>& labels, std::string_view type) {
  json::object filters;
  if (!type.empty()) {
    json::array types;
    types.emplace_back(type);
    filters["type"] = std::move(types);
  }
  if (!labels.empty()) filters["label"] = to_list(labels);
  return json::serialize(filters);
}

std::string first_address(std::string_view subnet) {
  boost::system::error_code fault;
  const auto network = boost::asio::ip::make_network_v4(std::string(subnet), fault);
  if (fault || network.prefix_length() > 30) return {};
  return boost::asio::ip::address_v4(network.network().to_uint() + 1).to_string();
}

}  // namespace trinity::engine
