#include "engine/docker_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

namespace trinity::engine {

namespace {

namespace json = boost::json;

/// Deeper than any answer of an engine.
constexpr std::size_t max_depth = 64;
/// Texts of failures end up in log lines.
constexpr std::size_t max_message = 500;

std::optional<json::value> parse(std::string_view text) {
  json::parse_options options;
  options.max_depth = max_depth;
  // One odd byte in a label must not hide all the other containers.
  options.allow_invalid_utf8 = true;
  json::error_code fault;
  // Memory in one piece that goes at once: halves the time for long lists.
  auto parsed = json::parse(text, fault, json::make_shared_resource<json::monotonic_resource>(), options);
  if (fault) return std::nullopt;
  return parsed;
}

json::object parse_object(std::string_view body, std::string_view what) {
  auto parsed = parse(body);
  if (!parsed || !parsed->is_object()) {
    throw EngineError(Fault::failed, fmt::format("the engine's answer to {} cannot be read", what));
  }
  return std::move(parsed->get_object());
}

/// The object, list, text or number called `name`; null, missing or of another kind is nothing or empty.
const json::object* object_of(const json::object& in, std::string_view name) {
  const auto* found = in.if_contains(name);
  return found ? found->if_object() : nullptr;
}

const json::array* list_of(const json::object& in, std::string_view name) {
  const auto* found = in.if_contains(name);
  return found ? found->if_array() : nullptr;
}

std::string text_of(const json::object& in, std::string_view name) {
  const auto* found = in.if_contains(name);
  const auto* text = found ? found->if_string() : nullptr;
  return text ? std::string(*text) : std::string();
}

template <class Number>
Number number_of(const json::object& in, std::string_view name) {
  const auto* found = in.if_contains(name);
  if (!found) return 0;
  json::error_code fault;
  const auto number = found->to_number<Number>(fault);
  return fault ? 0 : number;
}

bool flag_of(const json::object& in, std::string_view name) {
  const auto* found = in.if_contains(name);
  const auto* flag = found ? found->if_bool() : nullptr;
  return flag && *flag;
}

Labels texts_of(const json::object& in, std::string_view name) {
  Labels texts;
  if (const auto* found = object_of(in, name)) {
    for (const auto& [key, value] : *found) {
      if (const auto* text = value.if_string()) texts.emplace(key, *text);
    }
  }
  return texts;
}

/// Go's zero time, year 1, means "never".
std::optional<Time> time_of(const json::object& in, std::string_view name) {
  const auto time = parse_time(text_of(in, name));
  return time && *time > Time() ? time : std::nullopt;
}

std::string without_slash(std::string name) {
  if (name.starts_with('/')) name.erase(0, 1);
  return name;
}

/// Links of other containers appear as further names with a second slash.
std::string own_name(const json::object& container) {
  const auto* names = list_of(container, "Names");
  if (!names) return {};
  for (const auto& entry : *names) {
    const auto* text = entry.if_string();
    if (text && text->find('/', 1) == json::string::npos) return without_slash(std::string(*text));
  }
  return {};
}

int minor_of(std::string_view version) {
  int minor = 0;
  if (!version.starts_with("1.")) return 0;
  version.remove_prefix(2);
  const auto [end, fault] = std::from_chars(version.data(), version.data() + version.size(), minor);
  return fault == std::errc() ? minor : 0;
}

void read_state(ContainerDetail& into, const json::object& state) {
  into.state = text_of(state, "Status");
  into.pid = number_of<std::int64_t>(state, "Pid");
  into.exit_code = number_of<std::int64_t>(state, "ExitCode");
  into.oom_killed = flag_of(state, "OOMKilled");
  into.started_at = time_of(state, "StartedAt");
  into.finished_at = time_of(state, "FinishedAt");
}

void read_addresses(ContainerDetail& into, const json::object& settings) {
  const auto* networks = object_of(settings, "Networks");
  if (!networks) return;
  for (const auto& [name, entry] : *networks) {
    const auto* network = entry.if_object();
    if (!network) continue;
    auto address = text_of(*network, "IPAddress");
    if (address.empty()) address = text_of(*network, "GlobalIPv6Address");
    if (!address.empty()) into.addresses.emplace(name, std::move(address));
  }
}

void read_volumes(ContainerDetail& into, const json::array& mounts) {
  for (const auto& entry : mounts) {
    const auto* mount = entry.if_object();
    if (!mount || text_of(*mount, "Type") != "volume") continue;
    if (auto name = text_of(*mount, "Name"); !name.empty()) into.volumes.push_back(std::move(name));
  }
}

/// The engine tells it like "NAME=value".
std::string variable_of(const json::object& config, std::string_view name) {
  const auto* variables = list_of(config, "Env");
  if (!variables) return {};
  for (const auto& entry : *variables) {
    const auto* found = entry.if_string();
    const std::string_view text = found ? std::string_view(*found) : std::string_view();
    if (text.size() > name.size() && text.starts_with(name) && text[name.size()] == '=')
      return std::string(text.substr(name.size() + 1));
  }
  return {};
}

std::uint64_t memory_without_cache(const json::object& memory) {
  const auto usage = number_of<std::uint64_t>(memory, "usage");
  const auto* stats = object_of(memory, "stats");
  if (!stats) return usage;
  // The figure for the whole tree is cgroup v1's; v2 has one figure, and it is for the whole tree.
  const auto* name = stats->contains("total_inactive_file") ? "total_inactive_file" : "inactive_file";
  return usage - std::min(usage, number_of<std::uint64_t>(*stats, name));
}

}  // namespace

EngineVersion parse_version(std::string_view body) {
  const auto answer = parse_object(body, "version");
  return {.engine = text_of(answer, "Version"),
          .api = minor_of(text_of(answer, "ApiVersion")),
          .oldest_api = minor_of(text_of(answer, "MinAPIVersion"))};
}

int choose_api(const EngineVersion& theirs) {
  if (theirs.api < oldest_api) {
    throw EngineError(Fault::failed,
                      fmt::format("the container engine is too old: it speaks API 1.{}, at least 1.{} is needed",
                                  theirs.api, oldest_api));
  }
  return std::min(theirs.api, std::max(our_api, theirs.oldest_api));
}

std::vector<Container> parse_list(std::string_view body) {
  const auto parsed = parse(body);
  if (!parsed || !(parsed->is_array() || parsed->is_null())) {
    throw EngineError(Fault::failed, "the engine's answer to the list of containers cannot be read");
  }
  std::vector<Container> containers;
  if (parsed->is_null()) return containers;
  containers.reserve(parsed->get_array().size());
  for (const auto& entry : parsed->get_array()) {
    const auto* fields = entry.if_object();
    if (!fields) continue;
    Container container;
    container.id = text_of(*fields, "Id");
    if (container.id.empty()) continue;
    container.name = own_name(*fields);
    container.image = text_of(*fields, "Image");
    container.state = text_of(*fields, "State");
    container.labels = texts_of(*fields, "Labels");
    container.created = Time(std::chrono::seconds(number_of<std::int32_t>(*fields, "Created")));
    containers.push_back(std::move(container));
  }
  return containers;
}

ContainerDetail parse_inspect(std::string_view body) {
  const auto answer = parse_object(body, "inspect");
  ContainerDetail detail;
  detail.id = text_of(answer, "Id");
  if (detail.id.empty()) throw EngineError(Fault::failed, "the engine's answer to inspect names no container");
  detail.name = without_slash(text_of(answer, "Name"));
  detail.created = time_of(answer, "Created").value_or(Time());
  if (const auto* state = object_of(answer, "State")) read_state(detail, *state);
  if (const auto* config = object_of(answer, "Config")) {
    detail.image = text_of(*config, "Image");
    detail.labels = texts_of(*config, "Labels");
    detail.model_key = key_digest(variable_of(*config, "ANTHROPIC_API_KEY"));
  }
  if (const auto* host = object_of(answer, "HostConfig"))
    detail.memory_limit = number_of<std::int64_t>(*host, "Memory");
  if (const auto* settings = object_of(answer, "NetworkSettings")) read_addresses(detail, *settings);
  if (const auto* mounts = list_of(answer, "Mounts")) read_volumes(detail, *mounts);
  return detail;
}

std::optional<Event> parse_event(std::string_view line) {
  const auto parsed = parse(line);
  const auto* fields = parsed ? parsed->if_object() : nullptr;
  if (!fields) return std::nullopt;
  Event event;
  event.type = text_of(*fields, "Type");
  event.action = text_of(*fields, "Action");
  if (const auto* actor = object_of(*fields, "Actor")) {
    event.id = text_of(*actor, "ID");
    event.attributes = texts_of(*actor, "Attributes");
  }
  if (event.action.empty() || event.id.empty()) return std::nullopt;
  event.time_nano = number_of<std::int64_t>(*fields, "timeNano");
  if (event.time_nano == 0) event.time_nano = number_of<std::int32_t>(*fields, "time") * 1'000'000'000LL;
  return event;
}

namespace {

/// The words are written small or with a capital, by the version of control groups.
void read_disk(Statistics& into, const json::object& answer) {
  const auto* disk = object_of(answer, "blkio_stats");
  const auto* entries = disk ? list_of(*disk, "io_service_bytes_recursive") : nullptr;
  if (!entries) return;
  into.disk_read = into.disk_written = 0;
  for (const auto& entry : *entries) {
    const auto* one = entry.if_object();
    if (!one) continue;
    const auto action = text_of(*one, "op");
    const auto bytes = number_of<std::uint64_t>(*one, "value");
    if (action == "read" || action == "Read") *into.disk_read += bytes;
    if (action == "write" || action == "Write") *into.disk_written += bytes;
  }
}

}  // namespace

std::optional<Statistics> parse_statistics(std::string_view body) {
  const auto answer = parse_object(body, "statistics");
  const auto read_at = time_of(answer, "read");
  const auto* cpu = object_of(answer, "cpu_stats");
  const auto* memory = object_of(answer, "memory_stats");
  if (!read_at || !cpu || !memory || !memory->contains("usage")) return std::nullopt;
  Statistics statistics;
  statistics.read_at = *read_at;
  if (const auto* usage = object_of(*cpu, "cpu_usage")) {
    statistics.cpu_nanoseconds = number_of<std::uint64_t>(*usage, "total_usage");
  }
  if (const auto* held = object_of(*cpu, "throttling_data")) {
    statistics.throttling = Statistics::Throttling{number_of<std::uint64_t>(*held, "periods"),
                                                   number_of<std::uint64_t>(*held, "throttled_periods"),
                                                   number_of<std::uint64_t>(*held, "throttled_time")};
  }
  read_disk(statistics, answer);
  statistics.memory_bytes = memory_without_cache(*memory);
  statistics.memory_limit = number_of<std::uint64_t>(*memory, "limit");
  if (const auto* pids = object_of(answer, "pids_stats")) statistics.pids = number_of<std::uint64_t>(*pids, "current");
  if (const auto* networks = object_of(answer, "networks")) {
    for (const auto& [name, entry] : *networks) {
      const auto* network = entry.if_object();
      if (!network) continue;
      statistics.network_rx += number_of<std::uint64_t>(*network, "rx_bytes");
      statistics.network_tx += number_of<std::uint64_t>(*network, "tx_bytes");
    }
  }
  return statistics;
}

Volume parse_volume(std::string_view body) {
  const auto answer = parse_object(body, "a volume");
  return {.name = text_of(answer, "Name"), .labels = texts_of(answer, "Labels")};
}

Network parse_network(std::string_view body) {
  const auto answer = parse_object(body, "a network");
  Network network{.id = text_of(answer, "Id"),
                  .name = text_of(answer, "Name"),
                  .labels = texts_of(answer, "Labels"),
                  .gateway = {}};
  const auto* addresses = object_of(answer, "IPAM");
  const auto* entries = addresses ? list_of(*addresses, "Config") : nullptr;
  if (!entries) return network;
  for (const auto& entry : *entries) {
    const auto* config = entry.if_object();
    if (!config || !network.gateway.empty()) continue;
    network.gateway = text_of(*config, "Gateway");
    // Not told when only the subnet was chosen by hand; the engine takes the first address then.
    if (network.gateway.empty()) network.gateway = first_address(text_of(*config, "Subnet"));
    network.gateway = network.gateway.substr(0, network.gateway.find('/'));
  }
  return network;
}

Image parse_image(std::string_view body) {
  const auto answer = parse_object(body, "an image");
  Image image{.id = text_of(answer, "Id"), .labels = {}};
  if (const auto* config = object_of(answer, "Config")) image.labels = texts_of(*config, "Labels");
  return image;
}

std::string parse_created(std::string_view body) {
  auto id = text_of(parse_object(body, "a creation"), "Id");
  if (id.empty()) throw EngineError(Fault::failed, "the engine's answer to a creation names no id");
  return id;
}

std::string parse_message(std::string_view body) {
  std::string text;
  if (const auto parsed = parse(body.substr(0, 64 * 1024)); parsed && parsed->is_object()) {
    text = text_of(parsed->get_object(), "message");
  }
  if (text.empty()) text = body.substr(0, max_message);
  if (text.size() > max_message) text.resize(max_message);
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

std::optional<std::string> parse_pull_failure(std::string_view line) {
  const auto parsed = parse(line);
  const auto* fields = parsed ? parsed->if_object() : nullptr;
  if (!fields) return std::nullopt;
  auto text = text_of(*fields, "error");
  const auto* detail = object_of(*fields, "errorDetail");
  if (text.empty() && detail) text = text_of(*detail, "message");
  if (text.empty()) return std::nullopt;
  if (text.size() > max_message) text.resize(max_message);
  return text;
}

}  // namespace trinity::engine
