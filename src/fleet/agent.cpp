#include "fleet/agent.h"

#include <charconv>
#include <functional>

#include "json/encode.h"
#include "json/write.h"

namespace trinity::fleet {

namespace {

std::string text(const engine::Labels& labels, const char* key, std::string_view fallback = {}) {
  const auto it = labels.find(key);
  return it == labels.end() ? std::string(fallback) : it->second;
}

std::int64_t number(const std::string& digits) {
  std::int64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

/// The engine does not tell since when a container is paused.
std::optional<Time> changed_at(const engine::ContainerDetail& container) {
  if (container.state == "running") return container.started_at;
  if (container.state == "exited" || container.state == "dead") return container.finished_at;
  if (container.state == "created") return container.created;
  return std::nullopt;
}

json::value time_or_null(const std::optional<Time>& time) {
  return time ? json::value(format_z(*time)) : json::value(nullptr);
}

json::array tags_of(const std::optional<Metadata>& metadata) {
  json::array made;
  if (!metadata) return made;
  for (const auto& tag : metadata->tags) made.emplace_back(tag);
  return made;
}

template <class T>
json::value nullable(const std::optional<T>& from) {
  return from ? json::value(*from) : json::value(nullptr);
}

}  // namespace

std::string status_of(const std::string& engine_state) {
  return engine_state == "exited" || engine_state == "dead" || engine_state == "created" ? "stopped" : engine_state;
}

Agent make_agent(const engine::ContainerDetail& container, const std::optional<Metadata>& metadata,
                 const std::string& network) {
  const auto& labels = container.labels;
  Agent agent;
  agent.name = text(labels, label::agent_name, container.name);
  agent.container_id = container.id;
  agent.container_name = container.name;
  agent.type = text(labels, label::agent_type, "unknown");
  agent.engine_state = container.state;
  agent.status = status_of(container.state);
  agent.port = number(text(labels, label::ssh_port));
  agent.created = text(labels, label::created, format_naive(container.created));
  agent.created_at = container.created;
  agent.cpu = text(labels, label::cpu);
  agent.memory = text(labels, label::memory);
  agent.full_capabilities = text(labels, label::full_capabilities) == "true";
  agent.is_system = text(labels, label::is_system) == "true";
  agent.model_key = container.model_key;
  agent.template_id = text(labels, label::template_id);
  agent.runtime = text(labels, label::runtime, text(labels, "trinity.runtime", "claude-code"));
  if (const auto it = labels.find(label::image_version); it != labels.end()) agent.base_image_version = it->second;
  agent.key_nonce = text(labels, label::key_nonce);
  agent.started_at = container.state == "running" || container.state == "paused" ? container.started_at : std::nullopt;
  if (container.state == "exited" || container.state == "dead") agent.exit_code = container.exit_code;
  agent.oom_killed = container.oom_killed;
  agent.pid = container.state == "running" ? container.pid : 0;
  if (const auto it = container.addresses.find(network); it != container.addresses.end()) {
    agent.address = it->second;
  } else if (!labels.contains(label::instance) && !container.addresses.empty()) {
    // An adopted one lives in the network of the deployment that made it.
    agent.address = container.addresses.begin()->second;
  }
  agent.memory_limit = static_cast<std::uint64_t>(std::max<std::int64_t>(container.memory_limit, 0));
  agent.metadata = metadata;
  agent.changed_at = changed_at(container);
  write_fragment(agent);
  return agent;
}

void write_fragment(Agent& agent) {
  agent.fragment = make_fragment(agent);
  agent.fragment_digest = std::hash<std::string>{}(agent.fragment);
}

std::string make_fragment(const Agent& agent) {
  const auto& metadata = agent.metadata;
  const auto field = [&](auto pick) { return metadata ? nullable(pick(*metadata)) : json::value(nullptr); };
  const json::object item{
      {"name", agent.name},
      {"type", agent.type},
      {"status", agent.status},
      {"port", agent.port},
      {"created", agent.created},
      {"resources", json::object{{"cpu", agent.cpu}, {"memory", agent.memory}}},
      {"container_id", agent.container_id},
      {"template", agent.template_id.empty() ? json::value(nullptr) : json::value(agent.template_id)},
      {"runtime", agent.runtime},
      {"base_image_version", nullable(agent.base_image_version)},
      {"owner", field([](const Metadata& m) { return m.owner; })},
      {"is_system", metadata && metadata->is_system},
      {"autonomy_enabled", metadata && metadata->autonomy_enabled},
      {"github_repo", field([](const Metadata& m) { return m.github_repo; })},
      {"memory_limit", field([](const Metadata& m) { return m.memory_limit; })},
      {"cpu_limit", field([](const Metadata& m) { return m.cpu_limit; })},
      {"started_at", time_or_null(agent.started_at)},
      {"changed_at", time_or_null(agent.changed_at)},
      {"reason", nullable(agent.reason)},
      {"exit_code", nullable(agent.exit_code)},
      {"tags", tags_of(metadata)},
  };
  auto made = json::write(item);
  made.pop_back();  // the closing brace: append_item adds the viewer's fields
  return made;
}

}  // namespace trinity::fleet
