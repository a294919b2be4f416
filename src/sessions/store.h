#pragma once
#include <optional>
#include <string>
#include <vector>

#include "db/database.h"
#include "sessions/types.h"

namespace trinity::sessions {

/// All SQL about stored conversations (tables chat_sessions, chat_messages). Any I/O thread.
class SessionStore {
 public:
  /// Bytes of messages in one answer, at least one message apart: a page may be shorter than its limit.
  static constexpr std::int64_t most_bytes = 16 * 1024 * 1024;
  /// Messages that one search looks at.
  static constexpr std::int64_t most_searched = 5'000;

  /// `database` must outlive it.
  explicit SessionStore(db::Database& database) : database_(database) {}

  // ---- writing; message and counters in one transaction
  struct Said {
    std::string agent;
    std::int64_t user_id = 0;
    std::string user_email;
    std::string content;
  };
  /// In the active conversation of the two, which is made when there is none.
  Task<Opened> add_question(Call call, Said said);
  /// The answer to a message, stored once however often it comes. The message's id; empty when the conversation is
  /// gone.
  Task<std::string> add_answer(Call call, std::string session_id, std::string reply_to, Answer answer);
  /// Closing again does nothing.
  Task<> close(Call call, std::string session_id);

  // ---- reading, newest first
  /// Whose, and of which: everything that has a value must fit.
  struct Which {
    std::string agent;
    std::optional<std::int64_t> user_id{};
    std::optional<std::string> session_id{};
    std::optional<std::string> before{};  ///< a message's or a session's id: only what stands behind it
    std::int64_t limit = 100;
  };
  Task<std::optional<ChatSession>> find(Call call, std::string session_id);
  /// Nothing: Which::before is unknown. `status`: exactly this one.
  Task<std::optional<std::vector<ChatSession>>> sessions(Call call, Which which, std::optional<std::string> status);
  /// Nothing: Which::before is unknown.
  Task<std::optional<std::vector<ChatMessage>>> messages(Call call, Which which);
  struct Found {
    std::vector<ChatMessage> messages;
    std::optional<std::string> next{};  ///< a message's id: older ones were not looked at
  };
  /// Messages that hold this text, whatever the case of its letters A to Z. Looks at most at `most_searched`. Nothing:
  /// Which::before is unknown.
  Task<std::optional<Found>> search(Call call, Which which, std::string text);
  /// Bytes of a conversation's messages.
  Task<std::int64_t> size_of(Call call, std::string session_id);
  /// All of it, oldest first.
  Task<std::vector<ChatMessage>> transcript(Call call, std::string session_id);

 private:
  db::Database& database_;
};

/// The id of the answer to this message: always the same one, and nobody else's.
[[nodiscard]] std::string answer_id(const std::string& reply_to);

}  // namespace trinity::sessions
