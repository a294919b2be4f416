#pragma once
#include <boost/describe.hpp>
#include <boost/json.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "json/encode.h"

namespace trinity::activities {

/// One thing that an agent did, for good (the contract's Activity). Times are naive UTC.
struct Activity {
  std::string id;  ///< UUID v4
  std::string agent_name;
  std::string activity_type;   ///< chat_start, schedule_start, agent_collaboration, tool_call, execution_cancelled ...
  std::string activity_state;  ///< started, completed, failed
  std::optional<std::string> parent_activity_id;
  std::string started_at;
  std::optional<std::string> completed_at;
  std::optional<std::int64_t> duration_ms;
  std::optional<std::int64_t> user_id;
  std::string triggered_by;  ///< user, schedule, agent, manual
  std::optional<std::string> related_chat_message_id;
  std::optional<std::string> related_execution_id;
  json::value details = json::object{};
  std::optional<std::string> error;
  std::string created_at;  ///< as started_at
};
BOOST_DESCRIBE_STRUCT(Activity, (),
                      (id, agent_name, activity_type, activity_state, parent_activity_id, started_at, completed_at,
                       duration_ms, user_id, triggered_by, related_chat_message_id, related_execution_id, details,
                       error, created_at))

/// What begins.
struct Beginning {
  std::string agent;                       ///< that it belongs to
  std::string type;                        ///< chat_start, schedule_start, agent_collaboration
  std::string triggered_by;                ///< user, schedule, agent, manual
  std::optional<std::int64_t> user_id{};   ///< the caller; of a schedule its owner
  std::optional<std::string> parent{};     ///< activity id
  std::optional<std::string> execution{};  ///< record id
  json::object details{};
  std::string action{};  ///< for those who watch, free text
};

/// How it ended.
struct Ending {
  bool success = true;
  json::object details{};  ///< merged over those of the start
  std::optional<std::string> error{};
  std::optional<std::string> chat_message{};  ///< related_chat_message_id
  std::string action{};
};

/// What has happened as a whole: tool_call, execution_cancelled.
struct Single {
  std::string agent;
  std::string type;
  std::string triggered_by;
  std::optional<std::int64_t> user_id{};
  std::optional<std::string> parent{};
  std::optional<std::string> execution{};
  json::object details{};
  std::string action{};
  bool success = true;
  std::optional<std::string> error{};
  std::optional<std::int64_t> duration_ms{};
  std::optional<std::string> chat_message{};
};

/// An activity stands in the database as `row` says.
struct Told {
  std::shared_ptr<const Activity> row;
  json::object details;  ///< those of this moment: of the start, or of the end
  std::string action;
};

/// An agent calls another one.
struct Collaboration {
  std::string source;
  std::string target;
  std::string action;     ///< chat, parallel_task
  std::string timestamp;  ///< naive UTC
};

using News = std::variant<Told, Collaboration>;
/// Hears on the teller's thread and must not block or throw.
using Listener = std::function<void(const News&)>;

}  // namespace trinity::activities
