#pragma once
#include <string>

#include "sessions/store.h"

namespace trinity::sessions {

/// Stored conversations between people and agents. A conversation belongs to one person and one agent; at most one of
/// the two is active. Any I/O thread.
class SessionService {
 public:
  /// `store` must outlive it.
  explicit SessionService(SessionStore& store) : store_(store) {}

  // ---- for chats; access has been checked
  /// Finds or opens the active conversation and stores what the person said. `user_email`: or the user's name.
  Task<Opened> user_message(Call call, std::string agent, std::int64_t user_id, std::string user_email,
                            std::string content) {
    return store_.add_question(call, {std::move(agent), user_id, std::move(user_email), std::move(content)});
  }
  /// Stores the answer to a message, once however often it is called for it. The answer's id; empty when the
  /// conversation is gone, because its agent was deleted meanwhile.
  Task<std::string> answer(Call call, std::string session_id, std::string reply_to, Answer answer) {
    return store_.add_answer(call, std::move(session_id), std::move(reply_to), std::move(answer));
  }

 private:
  SessionStore& store_;
};

}  // namespace trinity::sessions
