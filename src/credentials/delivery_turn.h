#pragma once
#include <memory>

#include "credentials/delivery.h"

namespace trinity::credentials {

/// A push of one agent. Members die from the last one on, so each permit goes before its gate.
struct Delivery::Turn {
  agents::NameLocks::Held held;
  std::shared_ptr<Gate> slots;
  Gate::Permit slot;
};

}  // namespace trinity::credentials
