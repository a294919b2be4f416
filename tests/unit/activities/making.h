#pragma once
#include <fmt/format.h>

#include <string>

#include "activities/types.h"
#include "unit/agents/house.h"

namespace trinity::test {

/// A chat that goes on.
inline activities::Activity activity(const std::string& id, const std::string& agent, const std::string& at) {
  activities::Activity made;
  made.id = id;
  made.agent_name = agent;
  made.activity_type = "chat_start";
  made.activity_state = "started";
  made.triggered_by = "user";
  made.started_at = made.created_at = at;
  return made;
}

}  // namespace trinity::test
