#pragma once
#include <optional>
#include <set>
#include <string>

#include "conversation/presence.h"
#include "conversation/types.h"
#include "executions/tasks.h"
#include "sessions/service.h"

namespace trinity::conversation {

using executions::RunAnswer;

/// Turns of the agents' conversations: one at a time for each agent, the others wait. Access is checked here. Any I/O
/// thread.
class ChatService {
 public:
  /// All must outlive it.
  ChatService(ChatLimits limits, executions::Runs& runs, executions::RunKeys& keys, sessions::SessionService& sessions)
      : limits_(limits), runs_(runs), keys_(keys), sessions_(sessions) {}

  /// One turn. `digest`: of the request's body. `presence`: of a caller that goes away; it leaves the line while it
  /// waits, and no more. Null: nobody leaves. Throws NotFound, Forbidden, Unavailable, Unprocessable.
  Task<RunAnswer> chat(Call call, executions::CallerPtr caller, std::string name, ChatRequest request,
                       executions::CallHeaders headers, std::string digest, PresencePtr presence);

  /// What an earlier life of the server left: turns that ran are taken up, those that nobody waits for wait on in their
  /// order, the others have failed. Blocks; before the first chat. Gives the ids of the runs and activities that it
  /// looks after from now on.
  std::set<std::string> restore(Call call, const asio::any_io_executor& executor);

 private:
  /// A turn that has been admitted.
  struct Turn {
    executions::AgentQueue::Place place;
    executions::RunBook::Place run;
    TurnState state;
    bool attended = true;
    PresencePtr presence{};
  };
  struct Wanted {
    executions::CallerPtr caller;
    std::string source;
    ChatRequest request;
    executions::CallHeaders headers;
    std::string digest;
  };
  std::expected<executions::AgentQueue::Place, executions::SlotQueue::Refusal> admit(const std::string& name,
                                                                                     const Wanted& wanted,
                                                                                     const std::string& run);
  Task<> store_start(Call call, Turn* turn, const Wanted* wanted);
  Task<> begin_bookkeeping(Call call, Turn* turn);
  [[nodiscard]] static std::string execution_of(const Turn& turn);

  /// From waiting for the slot to the answer.
  static Task<RunAnswer> go(ChatService* service, Call call, Turn turn);
  static Task<> go_alone(ChatService* service, Turn turn);
  Task<std::optional<RunAnswer>> wait_for_slot(Call call, Turn* turn, std::string* why);
  Task<executions::Verdict> ask_agent(Call call, Turn* turn, RunAnswer* refusal);
  /// Everything is closed, whatever came of it.
  Task<> close(Call call, Turn turn, executions::Verdict verdict, std::int64_t took_ms);
  Task<std::string> store_answer(Call call, const TurnState* state, const executions::Verdict* verdict,
                                 std::int64_t took_ms);
  static Task<> answer_later(ChatService* service, TurnState state, sessions::Answer answer);
  Task<> end_activities(Call call, const Turn* turn, const executions::Verdict* verdict, std::string message,
                        std::int64_t took_ms);
  Task<RunAnswer> replay(Call call, executions::KeyRow row, bool asynchronous);

  static Task<> take_up(ChatService* service, Turn turn);
  static Task<> drop(ChatService* service, Turn turn);

  ChatLimits limits_;
  executions::Runs& runs_;
  executions::RunKeys& keys_;
  sessions::SessionService& sessions_;
};

}  // namespace trinity::conversation
