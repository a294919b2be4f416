#pragma once
#include <atomic>
#include <boost/describe.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "executions/types.h"

namespace trinity::executions {

/// An entry of an agent's queue (the contract's QueuedExecution). Times are naive UTC.
struct QueuedExecution {
  std::string id;  ///< UUID v4; neither a record's id nor a process's
  std::string agent_name;
  std::string source;                            ///< user, schedule, agent
  std::optional<std::string> source_agent;       ///< with source agent only
  std::optional<std::string> source_user_id;     ///< decimal, as text
  std::optional<std::string> source_user_email;  ///< or user name
  std::string message;
  std::string queued_at;
  std::optional<std::string> started_at;    ///< nothing while it waits
  std::string status;                       ///< queued, running
  std::optional<std::string> execution_id;  ///< of its record; nothing when it leaves none
  bool operator==(const QueuedExecution&) const = default;
};
BOOST_DESCRIBE_STRUCT(QueuedExecution, (),
                      (id, agent_name, source, source_agent, source_user_id, source_user_email, message, queued_at,
                       started_at, status, execution_id))

/// Who holds an agent's slot and who waits for it (the contract's QueueStatus). Tasks never appear.
struct QueueStatus {
  std::string agent_name;
  bool is_busy = false;
  std::optional<QueuedExecution> current_execution;
  std::int64_t queue_length = 0;
  std::vector<QueuedExecution> queued_executions;  ///< oldest first
  bool operator==(const QueueStatus&) const = default;
};
BOOST_DESCRIBE_STRUCT(QueueStatus, (), (agent_name, is_busy, current_execution, queue_length, queued_executions))

/// How a run has ended, also one without record.
struct Outcome {
  bool success = false;
  std::string error;  ///< why not; empty after a success
  std::string wish;   ///< as in Ending
};

/// Something has happened to a run, or to an agent's queue.
struct RunNews {
  enum class Kind {
    started,   ///< its record stands
    began,     ///< the agent has been asked; its process may be there
    finished,  ///< its record has ended
    queue      ///< the queue is another one
  };
  Kind kind = Kind::started;
  std::string agent;
  std::string run;                             ///< its id; empty with `queue`
  bool chat = false;                           ///< a turn of the conversation, not a task
  std::shared_ptr<const Execution> record{};   ///< without transcript; null with `queue`, and for turns without record
  std::shared_ptr<const QueueStatus> queue{};  ///< with `queue`: the whole of it
  std::optional<std::int64_t> caller_user_id{};  ///< whose run it is
  std::optional<Outcome> outcome{};              ///< with `finished`
};

/// Who tells news of runs does not know who listens. Any thread.
class RunBoard {
 public:
  using Listener = std::function<void(const RunNews&)>;
  RunBoard() = default;
  RunBoard(const RunBoard&) = delete;
  RunBoard& operator=(const RunBoard&) = delete;

  /// Before the first news. The listener hears on the teller's thread, in order per run, and must not block.
  void listen(Listener listener) { listeners_.push_back(std::move(listener)); }
  void tell(const RunNews& news) const {
    if (closed_) return;
    for (const auto& listener : listeners_) listener(news);
  }
  /// Nobody hears anything any more: at the end of the program what still runs is dropped after those who listened.
  void close() noexcept { closed_ = true; }

 private:
  std::vector<Listener> listeners_;
  std::atomic<bool> closed_{false};
};

}  // namespace trinity::executions
