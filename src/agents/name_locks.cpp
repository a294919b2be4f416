#include "agents/name_locks.h"

#include <optional>

#include "base/errors.h"

namespace trinity::agents {

Task<NameLocks::Held> NameLocks::lock(std::string name, std::chrono::milliseconds limit) {
  std::shared_ptr<Gate> gate;
  {
    const std::lock_guard guard(mutex_);
    std::erase_if(gates_, [](const auto& item) { return item.second.expired(); });
    gate = gates_[name].lock();
    if (!gate) {
      gate = std::make_shared<Gate>(1);
      gates_[name] = gate;
    }
  }
  bool refused = false;
  std::optional<Gate::Permit> permit;
  try {
    permit.emplace(co_await gate->enter(limit));
  } catch (const Unavailable&) {
    refused = true;
  }
  if (refused)
    throw Conflict("Another action on agent '" + name + "' is still under way. Try again when it has ended.");
  co_return Held(std::move(gate), std::move(*permit));
}

}  // namespace trinity::agents
