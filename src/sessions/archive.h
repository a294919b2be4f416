#pragma once
#include <optional>
#include <string>
#include <vector>

#include "agents/lookup.h"
#include "sessions/store.h"

namespace trinity::sessions {

using agents::CallerPtr;

/// Stored conversations for those who read them: their own, administrators everybody's. All throw, in this order,
/// NotFound and Forbidden for the agent, then what is named. Any I/O thread.
class Archive {
 public:
  /// Bytes of the largest conversation that is handed out whole.
  static constexpr std::int64_t largest_export = 64 * 1024 * 1024;

  /// Both must outlive it.
  Archive(const fleet::Fleet& fleet, SessionStore& store) : lookup_(fleet), store_(store) {}

  /// For operations whose other faults are told behind these. Throws NotFound, Forbidden.
  Task<> check_reader(CallerPtr caller, std::string agent);

  struct Page {
    std::int64_t limit = 100;
    std::optional<std::string> before{};  ///< id; Unprocessable when there is none such
  };
  /// `own`: an administrator wants only their own, too.
  Task<std::vector<ChatMessage>> messages(Call call, CallerPtr caller, std::string agent, Page page, bool own);
  Task<std::vector<ChatSession>> sessions(Call call, CallerPtr caller, std::string agent, Page page,
                                          std::optional<std::string> status);
  Task<SessionStore::Found> search(Call call, CallerPtr caller, std::string agent, Page page, std::string text);

  // ---- one conversation; throw NotFound and Forbidden for it, too
  Task<ChatSession> session(Call call, CallerPtr caller, std::string agent, std::string id);
  struct Conversation {
    ChatSession session;
    std::vector<ChatMessage> messages;
  };
  /// Newest message first.
  Task<Conversation> conversation(Call call, CallerPtr caller, std::string agent, std::string id, Page page);
  /// All of it, oldest message first. Throws PayloadTooLarge.
  Task<Conversation> whole(Call call, CallerPtr caller, std::string agent, std::string id);
  /// Closing again does nothing.
  Task<> close(Call call, CallerPtr caller, std::string agent, std::string id);

 private:
  agents::AgentLookup lookup_;
  SessionStore& store_;
};

}  // namespace trinity::sessions
