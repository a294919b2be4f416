#pragma once
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "fleet/types.h"
#include "http/client.h"

namespace trinity::executions {

struct RunLimits {
  std::size_t per_agent = 16;
  std::size_t in_all = 64;
};

/// A run that this server waits for.
struct Run {
  std::string id;     ///< the record's
  std::string agent;  ///< name
  std::string container_id;
  std::optional<Time> container_since;  ///< a restart of the container ends its runs
  std::shared_ptr<http::Hangup> hangup = std::make_shared<http::Hangup>();

  /// Why its container cannot answer any more; empty while it can. Any thread.
  [[nodiscard]] std::string lost() const;
  void lose(std::string why);

 private:
  mutable std::mutex mutex_;
  std::string lost_;
};
using RunPtr = std::shared_ptr<Run>;

/// The runs under way, bounded. Any thread.
class RunBook {
 public:
  explicit RunBook(RunLimits limits) : limits_(limits) {}
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

  /// Nothing when there are too many, unless `beyond` (runs of an earlier life are there already).
  std::optional<Place> enter(std::string id, const fleet::Agent& agent, bool beyond = false);
  /// Whether this server waits for it.
  [[nodiscard]] bool has(const std::string& id) const;
  /// Hangs up on the runs whose container has ended, gone or been replaced.
  void follow(const fleet::Publication& publication);

 private:
  void leave(const Run& run) noexcept;

  RunLimits limits_;
  mutable std::mutex mutex_;
  std::map<std::string, RunPtr> runs_;  ///< by id
  std::map<std::string, std::size_t> per_agent_;
};

}  // namespace trinity::executions
