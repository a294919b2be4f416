#pragma once
#include <string>

#include "fleet/agent.h"
#include "fleet/types.h"

namespace trinity::test {

inline constexpr const char* network = "trinity-agent-network";

inline Time wall(std::int64_t seconds) {
  return Time{std::chrono::seconds(1'800'000'000 + seconds)};
}
inline SteadyTime steady(double seconds) {
  return SteadyTime{} + std::chrono::hours(1) +
         std::chrono::duration_cast<SteadyTime::duration>(std::chrono::duration<double>(seconds));
}

/// A container of an agent as the engine tells it.
inline engine::ContainerDetail container(const std::string& id, const std::string& agent,
                                         const std::string& state = "running", std::int64_t pid = 100) {
  engine::ContainerDetail made;
  made.id = id;
  made.name = "agent-" + agent;
  made.image = "trinity-agent-base:latest";
  made.state = state;
  made.created = wall(0);
  made.labels = {{fleet::label::platform, "agent"}, {fleet::label::agent_name, agent}};
  if (state == "running" || state == "paused") {
    made.pid = pid;
    made.started_at = wall(pid);
    made.addresses = {{network, "172.28.0.5"}, {"bridge", "172.17.0.2"}};
  }
  return made;
}

inline engine::Container listed(const engine::ContainerDetail& detail) {
  return {detail.id, detail.name, detail.image, detail.state, detail.labels, detail.created};
}

inline fleet::Metadata owned_by(std::int64_t owner, std::vector<std::string> shared_with = {}) {
  fleet::Metadata made;
  made.owner_id = owner;
  made.owner = "user" + std::to_string(owner);
  made.shared_with = std::move(shared_with);
  return made;
}

}  // namespace trinity::test
