#pragma once
#include <string>
#include <string_view>

#include "agentlink/live.h"

namespace trinity::activity {

/// As GET /api/agents/{name}/activity answers: the calls that are kept here, without inputs. Nothing is known: idle.
[[nodiscard]] std::string activity_text(const agentlink::Live* live);
/// Whether the agent has calls that are not kept here.
[[nodiscard]] bool has_older(const agentlink::Live& live) noexcept;

/// What somebody gets who begins to listen to `agent:{n}:activity`.
[[nodiscard]] std::string snapshot_text(std::string_view agent, const agentlink::Live* live);
/// What `agent_activity_update` says of the way from one state to a later one; empty when nothing of it has changed.
[[nodiscard]] std::string activity_change(std::string_view agent, const agentlink::Live* before,
                                          const agentlink::Live* after);
/// The object with the member `name` in front.
[[nodiscard]] std::string with_name(std::string_view agent, std::string_view object);

}  // namespace trinity::activity
