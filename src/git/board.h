#pragma once
#include <boost/json/object.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/clock.h"
#include "fleet/types.h"

namespace trinity::git {

/// What an agent last told of its repository, and what goes on with it. Immutable.
struct Known {
  boost::json::object told{};  ///< see status_from(); empty: it has not told anything in this life
  std::string fault{};         ///< why the last look gave nothing; empty: it gave something
  std::string container_id{};  ///< of which life, as the next
  std::optional<Time> started_at{};
  std::optional<Time> looked_at{};      ///< when it told that
  SteadyTime looked{};                  ///< of the last look, whatever it gave
  std::optional<SteadyTime> changed{};  ///< since the last look files have changed, or something was done
  SteadyTime done{};                    ///< when the last operation ended: looks from before are old
  std::string operation{};              ///< pull, push, initialize; empty: none is under way
  std::string last_error{};             ///< of the last operation; empty: it went well
  std::uint64_t version = 0;            ///< another one after every change

  [[nodiscard]] bool is_of(const fleet::Agent& agent) const {
    return container_id == agent.container_id && started_at == agent.started_at;
  }
};
using KnownPtr = std::shared_ptr<const Known>;

/// What is known of all agents' repositories: reads ask nobody. As many entries as there are agents. Any thread.
class Board {
 public:
  /// Never null.
  [[nodiscard]] KnownPtr find(const std::string& agent) const;
  /// Files have changed since the last look, or something was done.
  [[nodiscard]] bool unsettled(const std::string& agent) const { return find(agent)->changed.has_value(); }
  [[nodiscard]] std::uint64_t version(const std::string& agent) const { return find(agent)->version; }

  /// A look that began at `begun` gave this.
  void told(const fleet::Agent& agent, SteadyTime begun, boost::json::object told);
  void silent(const fleet::Agent& agent, SteadyTime begun, std::string fault);
  /// Files of it have changed. True when that was not known yet.
  bool changed(const std::string& agent);
  void begun(const std::string& agent, std::string operation);
  /// `error`: empty when it went well.
  void ended(const std::string& agent, std::string error);
  void forget(const std::string& agent);

 private:
  template <class F>
  void update(const std::string& agent, F change);

  mutable std::mutex mutex_;
  std::uint64_t versions_ = 0;
  std::unordered_map<std::string, KnownPtr> known_;
};

}  // namespace trinity::git
