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
#include "fleet/types.h"
#include "http/client.h"

namespace trinity::executions {

struct RunLimits {
  std::size_t per_agent = 16;
  std::size_t in_all = 64;
  /// Before an end that the database did not take is stored again: once, twice, ... five times this, while the client
  /// waits; then in the background, up to sixty times.
  std::chrono::milliseconds store_again{1'000};
};

/// A run that this server waits for.
struct Run {
  std::string id;     ///< the record's
  std::string agent;  ///< name
  std::string container_id;
  std::optional<Time> container_since;  ///< a restart of the container ends its runs
  SteadyTime entered = steady_now();

  // Any thread.

  /// Why its container cannot answer any more; empty while it can.
  [[nodiscard]] std::string lost() const;
  void lose(std::string why);
  /// For the next request about it, which lose() and ask_again() end.
  [[nodiscard]] std::shared_ptr<http::Hangup> line();
  /// Its end may have been missed: the request that waits for it ends, and the daemon is asked by the run's id.
  void ask_again();

 private:
  mutable std::mutex mutex_;
  std::string lost_;
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

   private:
    RunBook* book_;
    RunPtr run_;
  };

  /// Nothing when there are too many.
  std::optional<Place> enter(std::string id, const fleet::Agent& agent);
  /// For a run of an earlier life, which is there already.
  Place enter_again(std::string id, const fleet::Agent& agent);
  /// Whether this server waits for it.
  [[nodiscard]] bool has(const std::string& id) const;
  /// Hangs up on the runs whose container has ended, gone or been replaced.
  void follow(const fleet::Publication& publication);
  /// Run::ask_again() for this one, or for all runs of an agent that are from before this moment.
  void ask_again(const std::string& id);
  void ask_again_all(const std::string& agent, SteadyTime before);

 private:
  /// With the lock held.
  Place put(std::string id, const fleet::Agent& agent);
  void leave(const Run& run) noexcept;

  RunLimits limits_;
  mutable std::mutex mutex_;
  std::map<std::string, RunPtr> runs_;  ///< by id
  std::map<std::string, std::size_t> per_agent_;
};

}  // namespace trinity::executions
