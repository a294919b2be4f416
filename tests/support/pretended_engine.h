#pragma once
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "support/engine_world.h"
#include "support/scripted_engine.h"

namespace trinity::test {

/// How a call goes wrong.
struct CallTrouble {
  std::string call{};       ///< list, inspect, ... or "*" for all
  std::string container{};  ///< only for this name or id; empty: for all
  unsigned status = 0;      ///< set: this answer
  bool hang = false;        ///< no answer until the trouble is over
  bool vanish = false;      ///< the container goes, untold, after the answer was made
  std::chrono::milliseconds delay{0};
  std::size_t piece = 0;  ///< the body comes slowly, in pieces of so many bytes
  std::chrono::milliseconds pause{0};
  int times = -1;  ///< below zero: always
};

/// A container engine that runs nothing: it speaks the parts of the Docker Engine API that src/engine uses, keeps the
/// books of what it was told, and goes wrong as the test wants. docs: see scripted_engine_program.cpp for the commands.
class PretendedEngine {
 public:
  explicit PretendedEngine(std::unique_ptr<HostTrees> trees) : world_(std::move(trees)) {}

  /// The Engine API. Waits on the caller's thread while a call hangs.
  Answer answer(const SeenRequest& request);

  // ---- what the test does; any thread
  void trouble(CallTrouble trouble);
  /// All troubles are over: what hangs goes on.
  void heal();
  /// Nothing is answered and no event is sent, as after SIGSTOP; connections are taken. Until heal().
  void hang();
  /// Hanging calls end at once; for the end of the program.
  void give_up();
  [[nodiscard]] std::map<std::string, std::size_t> calls() const;

  /// Works on the world under its lock.
  template <class F>
  auto with_world(F work) {
    const std::lock_guard lock(mutex_);
    return work(world_);
  }

 private:
  struct Question;
  Answer reply(const Question& question);
  Answer reply_container(const Question& question);
  Answer reply_volume(const Question& question);
  Answer reply_network(const Question& question);
  Answer reply_image(const Question& question);
  Answer create(const Question& question);
  [[nodiscard]] std::optional<CallTrouble> next_trouble(const Question& question);

  mutable std::mutex mutex_;
  std::condition_variable healed_;
  std::uint64_t healings_ = 0;
  bool over_ = false;
  EngineWorld world_;
  std::vector<CallTrouble> troubles_;
  std::map<std::string, std::size_t> calls_;
};

}  // namespace trinity::test
