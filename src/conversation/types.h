#pragma once
#include <boost/describe.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace trinity::conversation {

/// Body of POST /api/agents/{agent_name}/chat (the contract's ChatRequest).
struct ChatRequest {
  std::string message;
  std::optional<std::string> model;  ///< stays the agent's for later turns
};
BOOST_DESCRIBE_STRUCT(ChatRequest, (), (message, model))

struct ChatLimits {
  std::chrono::milliseconds wait{120'000};             ///< for the slot, while somebody waits for the answer
  std::chrono::milliseconds wait_unattended{900'000};  ///< while nobody does
  std::chrono::seconds run{300};                       ///< from the moment of having the slot
};

/// What a turn needs to go on, also in another life of the server. Ids are empty while there is none.
struct TurnState {
  std::optional<std::string> model;
  std::int64_t user_id = 0;
  std::string user_email;  ///< or the user's name
  std::string source;      ///< agent that asks
  std::string session_id;
  std::string question;       ///< the user's message
  std::string chat_start;     ///< activity
  std::string collaboration;  ///< activity
  std::string queue_status;   ///< running, queued:N
  bool was_queued = false;
};
BOOST_DESCRIBE_STRUCT(TurnState, (),
                      (model, user_id, user_email, source, session_id, question, chat_start, collaboration,
                       queue_status, was_queued))

}  // namespace trinity::conversation
