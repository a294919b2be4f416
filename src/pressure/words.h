#pragma once
#include <boost/json/object.hpp>
#include <optional>

#include "executions/turn_clock.h"
#include "fleet/types.h"

namespace trinity::pressure {

/// Why an agent is slow: what it uses, what holds it back and what its turn waits for. Of one that does not run all
/// figures are null and there is no turn.
[[nodiscard]] boost::json::object pressure_object(const fleet::Agent& agent, const fleet::Figures* figures,
                                                  const std::optional<executions::TurnWaits>& turn);

/// When its figures were read: the older ones of those that are shown.
[[nodiscard]] std::optional<Time> sampled_at(const fleet::Agent& agent, const fleet::Figures* figures);

}  // namespace trinity::pressure
