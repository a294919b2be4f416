#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "executions/answer.h"
#include "executions/signal.h"
#include "fleet/types.h"
#include "http/client.h"

namespace trinity::executions {

struct RunLimits {
  std::size_t per_agent = 16;  ///< tasks at once
  std::size_t in_all = 64;
  std::uint64_t least_free = 0;  ///< bytes of memory that must be free for another task; 0: not looked at
  /// Before an end that the database did not take is stored again: once, twice, ... five times this, while the client
  /// waits; then in the background, up to sixty times.
  std::chrono::milliseconds store_again{1'000};
  /// A run that was told to stop ends by then, whatever its agent says.
  std::chrono::milliseconds stops_within{1'500};
};

/// A run that this server waits for.
struct Run {
  std::string id;     ///< the record's, or would be
  std::string agent;  ///< name
  std::string container_id;
  std::optional<Time> container_since;  ///< a restart of the container ends its runs
  RunKind kind = RunKind::task;
  std::shared_ptr<const Execution> record{};  ///< as it began; null: it leaves none
  std::optional<std::int64_t> caller{};       ///< user id
  SteadyTime entered = steady_now();
  Signal over;  ///< its end has been stored, or will be later

  // Any thread.

  /// Why its container cannot answer any more; empty while it can.
  [[nodiscard]] std::string lost() const;
  void lose(std::string why);
  /// It begins in a container that serves.
  void find_again();
  /// Somebody wants its end. However it ends from now on, `why` is the reason; the first one counts.
  void want_end(std::string why);
  /// The reason; empty when nobody wants its end.
  [[nodiscard]] std::string unwanted() const;
  /// Nobody waits for its agent any more.
  void give_up();
  [[nodiscard]] bool given_up() const;
  /// For the next request about it, which lose(), give_up() and ask_again() end.
  [[nodiscard]] std::shared_ptr<http::Hangup> line();
  /// Its end may have been missed: the request that waits for it ends, and the daemon is asked by the run's id.
  void ask_again();
  /// Its container is gone or nobody wants its answer.
  [[nodiscard]] bool is_over() const { return given_up() || !lost().empty(); }

 private:
  mutable std::mutex mutex_;
  std::string lost_;
  std::string unwanted_;
  bool given_up_ = false;
  std::shared_ptr<http::Hangup> line_;
};
using RunPtr = std::shared_ptr<Run>;

/// The runs under way, bounded. Any thread.
class RunBook {
 public:
  explicit RunBook(RunLimits limits) : limits_(limits) {}
  [[nodiscard]] const RunLimits& limits() const noexcept { return limits_; }
  RunBook(const RunBook&) = delete;
  RunBook& operator=(const RunBook&) = delete;

  /// Takes the run out again when it dies.
  class Place {
   public:
    Place(RunBook* book, RunPtr run) noexcept : book_(book), run_(std::move(run)) {}
    Place(Place&& other) noexcept : book_(std::exchange(other.book_, nullptr)), run_(std::move(other.run_)) {}
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (book_ != nullptr) book_->leave(*run_);
    }
    [[nodiscard]] Run& run() const noexcept { return *run_; }
    [[nodiscard]] const RunPtr& ptr() const noexcept { return run_; }

   private:
    RunBook* book_;
    RunPtr run_;
  };

  /// A task. Nothing when there are too many.
  std::optional<Place> enter(std::string id, const fleet::Agent& agent);
  /// For a run that no limit holds back: a turn of a conversation, or one of an earlier life, which is there already.
  Place enter_anyway(std::string id, RunKind kind, const fleet::Agent& agent);
  /// A run that was entered before it could begin: this is the container that it runs in.
  void bind(const RunPtr& run, const fleet::Agent& agent);
  /// Whether this server waits for it; null: no.
  [[nodiscard]] RunPtr find(const std::string& id) const;
  [[nodiscard]] bool has(const std::string& id) const { return find(id) != nullptr; }
  [[nodiscard]] std::vector<RunPtr> all() const;
  [[nodiscard]] std::size_t size() const;
  /// Hangs up on the runs whose container has ended, gone or been replaced.
  void follow(const fleet::Publication& publication);
  /// Run::ask_again() for this one, or for all runs of an agent that are from before this moment.
  void ask_again(const std::string& id);
  void ask_again_all(const std::string& agent, SteadyTime before);

 private:
  /// With the lock held.
  Place put(std::string id, RunKind kind, const fleet::Agent& agent);
  void leave(Run& run) noexcept;

  RunLimits limits_;
  mutable std::mutex mutex_;
  std::map<std::string, RunPtr> runs_;        ///< by id
  std::map<std::string, std::size_t> tasks_;  ///< by agent
  std::size_t all_tasks_ = 0;
};

}  // namespace trinity::executions
