#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/call.h"
#include "base/clock.h"
#include "base/task.h"

namespace trinity::app {

/// Removes what is too old, a little at a time, so that nobody waits for it.
class Retention {
 public:
  /// Removes at most `most` that are older; how many there were.
  using Prune = std::function<Task<std::int64_t>(Call call, Time older_than, std::int64_t most)>;
  struct Pace {
    std::chrono::milliseconds first{60'000};  ///< after the start
    std::chrono::milliseconds every{3'600'000};
    std::chrono::milliseconds between{200};  ///< two steps
    std::int64_t step = 500;
  };

  /// `days`: 0 keeps everything.
  explicit Retention(std::uint32_t days) : Retention(days, Pace()) {}
  Retention(std::uint32_t days, Pace pace) : days_(days), pace_(pace) {}
  Retention(const Retention&) = delete;
  Retention& operator=(const Retention&) = delete;

  /// Before the start. `what`: for the log.
  void add(std::string what, Prune prune) { pruned_.push_back({std::move(what), std::move(prune)}); }
  /// On this executor, which must have ended its work when this object dies.
  void start(const asio::any_io_executor& executor);

 private:
  struct Pruned {
    std::string what;
    Prune prune;
  };
  static Task<> run(Retention* self);
  Task<> prune_all(Call call, const Pruned* pruned);

  std::uint32_t days_;
  Pace pace_;
  std::vector<Pruned> pruned_;
};

}  // namespace trinity::app
