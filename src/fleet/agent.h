#pragma once
#include "fleet/types.h"

namespace trinity::fleet {

/// `exited`, `dead` and `created` read `stopped` to clients; everything else is the engine's word.
[[nodiscard]] std::string status_of(const std::string& engine_state);

/// Joins a container with its metadata. Pure. `network` is the one whose address counts.
[[nodiscard]] Agent make_agent(const engine::ContainerDetail& container, const std::optional<Metadata>& metadata,
                               const std::string& network);

/// Makes Agent::fragment anew after a change of its fields.
void write_fragment(Agent& agent);
/// The list item's part that is the same for every viewer; see Agent::fragment.
[[nodiscard]] std::string make_fragment(const Agent& agent);

}  // namespace trinity::fleet
