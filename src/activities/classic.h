#pragma once
#include "activities/types.h"
#include "live/hub_link.h"

namespace trinity::activities {

/// The event that is told when an activity begins or ends, as sockets get it that never subscribed.
[[nodiscard]] std::string classic_text(const Told& told);
[[nodiscard]] std::string classic_text(const Collaboration& collaboration);

/// Tells sockets that never subscribed, of people who may read the agent (one of the two). `link` must outlive it.
[[nodiscard]] Listener classic(live::HubLink& link);

}  // namespace trinity::activities
