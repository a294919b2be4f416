#pragma once
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/gate.h"
#include "base/task.h"

namespace trinity::agents {

/// One action at a time per agent, in the order of asking; different agents do not wait for each other. Any thread.
class NameLocks {
 public:
  /// Holds the name until it dies.
  class Held {
   public:
    Held(std::shared_ptr<Gate> gate, Gate::Permit permit) : gate_(std::move(gate)), permit_(std::move(permit)) {}
    Held(Held&&) = default;

   private:
    std::shared_ptr<Gate> gate_;  // outlives the permit
    Gate::Permit permit_;
  };

  /// Throws Conflict when the action before takes longer than `limit`.
  Task<Held> lock(std::string name, std::chrono::milliseconds limit);

 private:
  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<Gate>> gates_;
};

}  // namespace trinity::agents
