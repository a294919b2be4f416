#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/call.h"
#include "base/clock.h"
#include "base/task.h"
#include "engine/engine.h"
#include "logs/batch.h"
#include "logs/lines.h"
#include "logs/seen.h"

namespace trinity::logs {

/// What is to be followed.
struct Target {
  std::string container;
  bool running = false;
  std::optional<Time> started_at{};

  bool operator==(const Target&) const = default;
};

struct Pace {
  std::chrono::milliseconds every{250};   ///< between two batches, at least
  std::chrono::milliseconds settle{20};   ///< a line waits this long for company
  std::chrono::milliseconds backlog{30};  ///< no line for this long: what was there before is read
  std::chrono::milliseconds backlog_most{500};
  std::chrono::milliseconds retry_first{500};  ///< after a fault or an unexpected end; doubles
  std::chrono::milliseconds retry_most{8'000};
};

/// Follows the log of one container while it is told to: one stream of the engine, taken up again where it broke.
/// Works on `executor` (one thread); batches go to `sink` on that thread. Keep it in a shared_ptr.
class Follower : public std::enable_shared_from_this<Follower> {
 public:
  using Sink = std::function<void(Batch)>;

  Follower(engine::Engine& engine, asio::any_io_executor executor, Bounds bounds, Pace pace, Sink sink);

  /// Follows this from now on; nothing: nobody looks. Being told the same again makes it try at once. Any thread.
  void aim(std::optional<Target> target);

 private:
  static Task<> run(std::shared_ptr<Follower> self);
  Task<> follow();
  Task<> read(engine::LogStream* stream, unsigned turn);
  Task<> rest();

  void take_aim(std::optional<Target> target);
  void begin();
  void take(const engine::LogPortion& portion);
  void take_lines();
  void hand_over();
  void end(State state);
  [[nodiscard]] std::chrono::milliseconds patience() const;
  [[nodiscard]] bool due(bool quiet) const;

  engine::Engine& engine_;
  asio::any_io_executor executor_;
  Bounds bounds_;
  Pace pace_;
  Sink sink_;
  BackgroundCall job_{"logs"};
  asio::steady_timer wake_;

  std::optional<Target> target_;
  unsigned turn_ = 0;  ///< counts changes of the target's container
  bool active_ = false;
  bool called_ = false;  ///< the container runs, as was told since the last try
  engine::LogStream* stream_ = nullptr;
  std::chrono::milliseconds pause_{0};

  LineAssembler assembler_;
  std::vector<Line> assembled_;
  Seen seen_;
  Gathering gathering_;
  State state_ = State::connecting;
  SteadyTime opened_at_{};
  SteadyTime handed_at_{};
  SteadyTime waiting_since_{};
  bool untold_ = false;   ///< the state has changed
  bool backlog_ = false;  ///< still reading what was there before
  bool joining_ = false;  ///< not known yet whether the log goes on where it was left
  bool anew_ = true;
  bool reset_ = false;
};

}  // namespace trinity::logs
