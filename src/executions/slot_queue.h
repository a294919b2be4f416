#pragma once
#include <chrono>
#include <cstddef>
#include <deque>
#include <expected>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "executions/news.h"

namespace trinity::executions {

struct SlotLimits {
  std::size_t waiting = 3;          ///< per agent
  std::chrono::seconds lease{600};  ///< without a sign of life the slot counts as free
};

/// One slot for each agent and a line of entries that wait for it, first come first served. The rules only: no I/O, no
/// threads, no clock of its own. Every step that frees a slot says who has it now.
class SlotQueue {
 public:
  explicit SlotQueue(SlotLimits limits = {}) : limits_(limits) {}

  /// Both clocks of one moment.
  struct Moment {
    SteadyTime steady;
    Time wall;
    static Moment current() { return {steady_now(), now()}; }
  };
  enum class Refusal {
    full,   ///< as many wait as may
    self,   ///< an agent's message to itself, while its own turn goes on
    circle  ///< the agent waits for the caller, directly or over others
  };
  /// The entry's agent, source and source agent count; its times and status are set here. `attended`: its caller waits
  /// for its end, so that agents could wait for each other. Gives its place in the line: 0 holds the slot.
  std::expected<std::size_t, Refusal> admit(QueuedExecution entry, bool attended, Moment at);
  /// As an earlier life of the server had it: limits do not count. An entry that says `running` takes the slot unless
  /// it is taken; true when the entry holds it.
  bool restore(QueuedExecution entry, Moment at);

  /// The holder has ended: who has the slot now. Nothing happens when the entry does not hold it.
  std::optional<std::string> complete(const std::string& agent, const std::string& id, Moment at);
  /// Takes a waiting entry out; false when it does not wait.
  bool withdraw(const std::string& agent, const std::string& id);
  /// Takes all waiting entries out, oldest first.
  std::vector<std::string> clear(const std::string& agent);
  struct Released {
    std::optional<std::string> ended;    ///< who held it
    std::optional<std::string> started;  ///< who holds it now
    bool operator==(const Released&) const = default;
  };
  Released release(const std::string& agent, Moment at);

  /// A sign of life; false when the entry does not hold the slot.
  bool renew(const std::string& agent, const std::string& id, Moment at);
  struct Lapsed {
    std::string agent;
    Released slot;
    bool operator==(const Lapsed&) const = default;
  };
  /// Frees the slots whose holders have not been heard for the lease.
  std::vector<Lapsed> lapse(Moment at);

  [[nodiscard]] QueueStatus status(const std::string& agent) const;
  [[nodiscard]] bool holds(const std::string& agent, const std::string& id) const;
  [[nodiscard]] std::size_t waiting(const std::string& agent) const;
  /// Of all agents: holders and waiting entries.
  struct Counts {
    std::size_t holding = 0;
    std::size_t waiting = 0;
  };
  [[nodiscard]] Counts counts() const;

 private:
  struct Entry {
    QueuedExecution shown;
    bool attended = true;
    [[nodiscard]] bool is_call_of(const std::string& agent) const {
      return attended && shown.source == "agent" && shown.source_agent == agent;
    }
  };
  struct Line {
    std::optional<Entry> holder;
    SteadyTime lease_until{};
    std::deque<Entry> waiting;
  };
  void take(Line& line, Entry entry, Moment at) const;
  /// Frees the slot and gives it to the first in line; forgets an idle agent.
  std::optional<std::string> next(const std::string& agent, Moment at);
  void forget_idle(const std::string& agent);
  /// Whether agent `from` waits for agent `for_whom`, directly or over others.
  [[nodiscard]] bool waits_for(const std::string& from, const std::string& for_whom) const;

  SlotLimits limits_;
  std::map<std::string, Line> lines_;  ///< of agents that are busy; by name
};

}  // namespace trinity::executions
