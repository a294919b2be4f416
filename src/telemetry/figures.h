#pragma once
#include <boost/json/object.hpp>

#include "base/caller.h"
#include "fleet/types.h"

namespace trinity::telemetry {

/// The contract's ContainerTelemetry: the running agents that the viewer may read, the busiest first. An agent without
/// figures has zeros and a text, and counts in no sum. Null viewer: every agent.
[[nodiscard]] boost::json::object container_telemetry(const fleet::Snapshot& snapshot, const Caller* viewer, Time at);

}  // namespace trinity::telemetry
