#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "executions/signal.h"
#include "executions/slot_queue.h"

namespace trinity::executions {

/// The agents' slots and lines at work: who waits sleeps here until it is its turn, its time is over, or somebody takes
/// it out. Each step is atomic. Kept in this process; a store that many processes share would take its place behind the
/// same calls. Any thread.
class AgentQueue {
 public:
  /// What became of an entry's waiting.
  enum class Fate { waiting, holding, timed_out, cleared, left, terminated, halted };

  /// The board must outlive it.
  AgentQueue(SlotLimits limits, const RunBoard& board) : limits_(limits), slots_(limits), board_(board) {}
  AgentQueue(const AgentQueue&) = delete;
  AgentQueue& operator=(const AgentQueue&) = delete;

  class Place;
  /// `run`: the id of the entry's run. `attended`: its caller waits for its end.
  std::expected<Place, SlotQueue::Refusal> admit(QueuedExecution entry, std::string run, bool attended);
  /// An entry of an earlier life of the server, in the order of that life: those that ran first.
  Place restore(QueuedExecution entry, std::string run, std::int64_t order);

  /// The whole of it, messages uncut.
  [[nodiscard]] QueueStatus status(const std::string& agent) const;
  [[nodiscard]] SlotQueue::Counts counts() const;
  [[nodiscard]] std::size_t waiting(const std::string& agent) const;

  /// Takes waiting entries out; their callers are told `fate` and `why`. Gives their number.
  std::size_t clear(const std::string& agent, Fate fate, const std::string& why);
  std::size_t clear_all(Fate fate, const std::string& why);
  /// Takes one out by the entry's id or its run's; false when it does not wait.
  bool drop(const std::string& agent, const std::string& id, Fate fate, const std::string& why);
  /// Frees the slot; whoever had it works on. False when nobody had it.
  bool release(const std::string& agent);
  /// The run of an entry; nothing when there is no such entry.
  [[nodiscard]] std::optional<std::string> run_of(const std::string& agent, const std::string& entry) const;
  /// Frees the agent's slot when this run has it.
  void release_run(const std::string& agent, const std::string& run);

  /// Renews the leases of those that are still at work, and frees what nobody works on, again and again.
  void keep_leases(const asio::any_io_executor& executor);
  /// One round.
  void look_after_leases(SlotQueue::Moment at);

 private:
  struct Ticket {
    QueuedExecution entry;
    std::string run;
    std::size_t position = 0;
    std::int64_t order = 0;
    Signal moved;               ///< its waiting has ended
    Fate fate = Fate::waiting;  ///< guarded by the queue's mutex, as the next
    std::string why;
  };
  using TicketPtr = std::shared_ptr<Ticket>;

  static Task<> keep(AgentQueue* queue);
  TicketPtr enlist(QueuedExecution entry, std::string run);
  Task<Fate> wait(TicketPtr ticket, std::chrono::milliseconds limit);
  void leave(const TicketPtr& ticket) noexcept;
  /// With the lock held.
  void end(const std::string& id, Fate fate, const std::string& why);
  void start(const std::optional<std::string>& id);
  /// Tells the newest state, without the lock.
  void tell(const std::string& agent);

  SlotLimits limits_;
  mutable std::mutex mutex_;
  SlotQueue slots_;
  std::unordered_map<std::string, TicketPtr> tickets_;  ///< by the entry's id
  std::int64_t next_order_ = 1;
  std::mutex telling_;  ///< so that the last one told is the newest
  const RunBoard& board_;

 public:
  /// Somebody's place, in the line or in the slot. Gives it up when it dies.
  class Place {
   public:
    Place(AgentQueue* queue, TicketPtr ticket) noexcept : queue_(queue), ticket_(std::move(ticket)) {}
    Place(Place&& other) noexcept : queue_(std::exchange(other.queue_, nullptr)), ticket_(std::move(other.ticket_)) {}
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (queue_ != nullptr) queue_->leave(ticket_);
    }
    [[nodiscard]] const QueuedExecution& entry() const noexcept { return ticket_->entry; }
    /// Grows in the order of admission.
    [[nodiscard]] std::int64_t order() const noexcept { return ticket_->order; }
    [[nodiscard]] bool was_queued() const noexcept { return ticket_->position > 0; }
    /// `running` or `queued:N`, as decided at admission.
    [[nodiscard]] std::string queue_status() const;
    /// Until it holds the slot, at most for `limit`; what became of it.
    Task<Fate> wait(std::chrono::milliseconds limit) { return queue_->wait(ticket_, limit); }
    /// Why it was taken out.
    [[nodiscard]] std::string why() const;

   private:
    AgentQueue* queue_;
    TicketPtr ticket_;
  };
};

}  // namespace trinity::executions
