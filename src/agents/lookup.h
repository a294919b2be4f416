#pragma once
#include <memory>
#include <string>

#include "base/caller.h"
#include "base/task.h"
#include "fleet/fleet.h"

namespace trinity::agents {

using CallerPtr = std::shared_ptr<const Caller>;

inline constexpr const char* not_found = "Agent not found";
inline constexpr const char* no_permission = "You don't have permission to access this agent";
inline constexpr const char* system_agent = "trinity-system";

/// By its name, its row or its container.
[[nodiscard]] bool is_system(const fleet::Agent& agent) noexcept;

/// An agent at one moment, and everything beside it.
struct AgentView {
  fleet::SnapshotPtr snapshot;
  fleet::AgentPtr agent;
  fleet::FiguresPtr figures;
};

/// Finds the agent that a request is about, for those who may have it, in the order of checks that the contract's two
/// families of operations have. From memory. Any I/O thread.
class AgentLookup {
 public:
  /// `fleet` must outlive it.
  explicit AgentLookup(const fleet::Fleet& fleet) : fleet_(fleet) {}

  /// The snapshot of this thread.
  Task<fleet::SnapshotPtr> snapshot() const;
  /// Family A: without a row NotFound for everybody, then Forbidden.
  Task<AgentView> row_first(CallerPtr caller, std::string name, fleet::Rule rule) const;
  /// For operations on what runs inside: without a container NotFound for everybody, then Forbidden. Needs reading.
  Task<AgentView> container_first(CallerPtr caller, std::string name) const;
  /// Family B: Forbidden with `refusal`; NotFound only for those whose rule holds for any name.
  Task<AgentView> rule_first(CallerPtr caller, std::string name, fleet::Rule rule, std::string refusal) const;

 private:
  const fleet::Fleet& fleet_;
};

}  // namespace trinity::agents
