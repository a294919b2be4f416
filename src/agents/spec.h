#pragma once
#include <string>

#include "agents/types.h"
#include "base/clock.h"
#include "engine/types.h"

namespace trinity::agents {

/// Of one agent. Enough for a build with parallel compilers, far from what a fork bomb needs.
inline constexpr std::int64_t most_processes = 4'096;

/// What all agents of this installation have in common.
struct Placement {
  std::string instance;
  std::string container_prefix = "agent-";
  std::string network = "trinity-agent-network";
  std::string subnet = "172.28.0.0/16";  ///< empty: the engine chooses
  std::string image_version;
  std::string ssh_address;  ///< host address of published SSH ports; empty: all interfaces
};

[[nodiscard]] std::string container_name(const Placement& placement, const std::string& agent);
/// Volumes are named after the container that was made with them.
[[nodiscard]] std::string workspace_volume(const std::string& container_name);
/// The agent's own `/data`; never shared.
[[nodiscard]] std::string data_volume(const std::string& container_name);
/// What the agent shows to others; of agents of an earlier deployment only.
[[nodiscard]] std::string shared_volume(const std::string& container_name);
[[nodiscard]] engine::Labels volume_labels(const Placement& placement, const std::string& agent,
                                           const std::string& kind);

/// The container of a plan: the contract's sections 6.6 to 6.9 with the limits that Linux enforces. Pure.
[[nodiscard]] engine::ContainerSpec container_spec(const Plan& plan, const Placement& placement, Time created);

/// Full mode: the engine's default capabilities. Restricted mode: the contract's list. And /tmp as it belongs to the
/// mode.
void set_rights(engine::ContainerSpec& spec, bool full);

/// The content of /config/agent-config.yaml (JSON, which is YAML too, so that nothing needs quoting rules of its own).
[[nodiscard]] std::string agent_config(const Plan& plan);

/// Everything that is put into the container before it starts, as a tar archive for `/`: the secret, the configuration,
/// the template. Reads the template's files: not on an I/O thread.
[[nodiscard]] std::string container_files(const Plan& plan, const std::string& secret);

}  // namespace trinity::agents
