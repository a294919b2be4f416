#pragma once
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/blocking.h"
#include "base/task.h"

namespace trinity::agentd {

/// The answers of runs that have ended, for callers who lost their connection, or were started anew meanwhile: they ask
/// by the id that they gave. Kept as files in the home folder, so that a restart of agentd does not lose them; the
/// oldest go first. Belongs to one I/O thread; files are the pool's.
class Results {
 public:
  struct Limits {
    std::size_t results = 32;
    std::uintmax_t bytes = 128 * 1024 * 1024;  ///< of all files
    std::size_t waiting = 64;                  ///< callers who wait, over all runs
  };
  using Body = std::shared_ptr<const std::string>;

  Results(asio::any_io_executor executor, BlockingPool& pool, std::filesystem::path folder)
      : Results(std::move(executor), pool, std::move(folder), Limits{}) {}
  Results(asio::any_io_executor executor, BlockingPool& pool, std::filesystem::path folder, Limits limits)
      : executor_(std::move(executor)), pool_(pool), folder_(std::move(folder)), limits_(limits) {}
  Results(const Results&) = delete;
  Results& operator=(const Results&) = delete;

  /// Learns what an earlier life has kept.
  Task<> restore();

  /// A run that goes on, as long as this lives; then it is forgotten unless its answer was kept. At the end of the
  /// program the coroutines that hold it may be taken apart after the results.
  class Pending {
   public:
    Pending(std::weak_ptr<Results*> of, std::string id) : of_(std::move(of)), id_(std::move(id)) {}
    Pending(Pending&&) noexcept = default;
    Pending& operator=(Pending&&) = delete;
    ~Pending() {
      if (const auto of = of_.lock()) (*of)->over(id_);
    }
    [[nodiscard]] const std::string& id() const noexcept { return id_; }

   private:
    std::weak_ptr<Results*> of_;
    std::string id_;
  };
  /// Throws Conflict when a run of this id goes on. An older answer of the same id is forgotten.
  [[nodiscard]] Pending begin(const std::string& id);
  /// The run has ended with this answer.
  Task<> keep(Pending pending, unsigned status, Body body);

  struct Found {
    bool running = false;  ///< else there is the answer
    unsigned status = 0;
    std::string body{};
  };
  /// Waits for the end of a run that goes on, at most this long. Nothing when the id is not known (any more).
  Task<std::optional<Found>> find(std::string id, std::chrono::seconds wait);

 private:
  struct Kept {
    std::string id;
    unsigned status = 0;
    std::uintmax_t bytes = 0;
  };
  using Waiters = std::vector<asio::steady_timer*>;

  void over(const std::string& id) noexcept;
  [[nodiscard]] std::filesystem::path file_of(const Kept& one) const;
  [[nodiscard]] const Kept* kept(const std::string& id) const;
  void forget(const std::string& id);
  /// The files that are of no use any more.
  [[nodiscard]] std::vector<std::filesystem::path> take_surplus();

  asio::any_io_executor executor_;
  BlockingPool& pool_;
  std::filesystem::path folder_;
  Limits limits_;
  std::deque<Kept> kept_;  ///< oldest first
  std::vector<std::filesystem::path> surplus_;
  std::map<std::string, Waiters> running_;
  std::size_t waiting_ = 0;
  /// For those who may outlive it; the first to go.
  std::shared_ptr<Results*> self_ = std::make_shared<Results*>(this);
};

}  // namespace trinity::agentd
