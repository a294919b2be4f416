#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace trinity::executions {

/// What a running turn waits for, and how long it has waited for what. Its parts add up: `elapsed` is `model_wait`,
/// `tool_wait` and `own` together.
struct TurnWaits {
  enum class Now {
    start,  ///< the program has been started and has said nothing yet
    model,  ///< no tool is running: the model is to answer
    tool
  };
  struct Tool {
    std::string name;           ///< as people read it: `Bash`, `mcp:server`, `Task:kind`
    std::string input_summary;  ///< at most 4 KiB
    Time since{};
  };

  std::string execution_id;
  bool chat = false;  ///< a turn of the conversation, not a task
  Time started_at{};  ///< when its program was started
  Now now = Now::start;
  Time now_since{};
  std::chrono::milliseconds elapsed{0};
  std::chrono::milliseconds model_wait{0};
  std::chrono::milliseconds tool_wait{0};  ///< while at least one tool was running; calls side by side count once
  std::chrono::milliseconds own{0};        ///< the program's own: its start
  std::optional<Tool> tool;                ///< with Now::tool: what it waits for longest, a sub-agent's own tool first
  /// The last sign of life: something that the program said, or a tool that began or ended. Exact to ten seconds.
  Time heard_at{};
  /// False: its daemon is an older one, which tells tools only. Then `start` is not known (it counts as `model`), and a
  /// long silence between two tools says nothing.
  bool tells_life = true;
};
[[nodiscard]] std::string_view word_of(TurnWaits::Now now) noexcept;

/// Works out what one turn has waited for from when its parts began and ended. Facts may come late, twice and in any
/// order; times before the turn's start count as its start. Bounded: of very many calls apart from each other the
/// oldest are kept as a sum. Pure; one thread at a time.
class TurnClock {
 public:
  static constexpr std::size_t most_open = 64;    ///< calls; more of them are not looked at
  static constexpr std::size_t most_spans = 256;  ///< times apart from each other with a tool

  explicit TurnClock(Time started_at) : started_at_(started_at), heard_at_(started_at) {}

  /// The program has said its first word then.
  void ready(Time at);
  /// The program has said something then.
  void heard(Time at);
  /// Its daemon tells neither of both.
  void tells_no_life() noexcept { tells_life_ = false; }
  void call_began(const std::string& id, const std::string& tool, const std::string& input_summary, Time at);
  /// A call whose beginning was not told: call_spent().
  void call_ended(const std::string& id, Time at);
  void call_spent(Time from, Time to);
  /// Of the open calls only these will be told of again; the others ended then.
  void keep_calls(const std::set<std::string>& ids, Time at);

  [[nodiscard]] TurnWaits::Now now() const noexcept;
  /// The tool that is waited for; empty when none is.
  [[nodiscard]] std::string waiting_for() const;
  /// Since when the tool runs that is waited for.
  [[nodiscard]] std::optional<Time> waiting_since() const noexcept;
  /// As of this moment, without `execution_id` and `chat`.
  [[nodiscard]] TurnWaits waits(Time at) const;

 private:
  struct Call {
    std::string tool;
    std::string input_summary;
    Time since{};
  };
  struct Span {
    Time from{};
    Time to{};
  };
  [[nodiscard]] const Call* longest() const noexcept;
  [[nodiscard]] Time begun() const noexcept;
  [[nodiscard]] Time open_since() const noexcept;
  void settle_oldest();

  Time started_at_;
  Time heard_at_;
  std::optional<Time> ready_at_;
  bool tells_life_ = true;
  std::map<std::string, Call> open_;
  std::vector<Span> spans_;              ///< apart from each other, oldest first
  std::chrono::nanoseconds settled_{0};  ///< of spans that are not kept any more
  std::optional<Time> settled_until_{};  ///< no span may begin before
};

}  // namespace trinity::executions
