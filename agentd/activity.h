#pragma once
#include <boost/describe.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "agentd/runtime/event.h"
#include "base/clock.h"

namespace trinity::agentd {

/// One tool call, in the words of the agent API.
struct TimelineEntry {
  std::string id;
  std::string tool;
  boost::json::object input;
  std::string input_summary;
  std::optional<std::string> output_summary;
  std::optional<std::int64_t> duration_ms;
  std::string started_at;
  std::optional<std::string> ended_at;
  std::optional<bool> success;
  std::string status = "running";  ///< running or completed
  std::optional<std::string> execution_id;
};
BOOST_DESCRIBE_STRUCT(TimelineEntry, (),
                      (id, tool, input, input_summary, output_summary, duration_ms, started_at, ended_at, success,
                       status, execution_id))

/// What the agent is doing, tool by tool, over all its runs. Bounded in entries and in bytes: what is oldest goes
/// first, and inputs and outputs go before entries do. Belongs to one I/O thread. No I/O.
class Activity {
 public:
  struct Limits {
    std::size_t entries = 500;
    std::size_t one_output = 1024 * 1024;
    std::size_t outputs = 4 * 1024 * 1024;  ///< bytes of all outputs together
    std::size_t one_input = 256 * 1024;     ///< as JSON text
    std::size_t inputs = 2 * 1024 * 1024;
  };
  /// Called after every change with the entry that changed; null after a reset.
  using Changed = std::function<void(const TimelineEntry* entry)>;

  Activity() : Activity(Limits{}) {}
  explicit Activity(Limits limits) : limits_(limits) {}

  void on_change(Changed changed) { changed_ = std::move(changed); }
  /// Takes tool calls and their results; other events are none of its business.
  void take(const std::string& execution, const Event& event, Time time);
  /// A run has ended: what it left open is completed as failed.
  void end_run(const std::string& execution, Time time);
  void clear();

  /// All of it, newest first. Without `timeline` when that is not wanted.
  [[nodiscard]] boost::json::object json(bool with_timeline = true) const;
  /// The newest calls, newest first, without their inputs: what is pushed to those who follow.
  [[nodiscard]] boost::json::array recent(std::size_t most) const;
  /// One call with all its output; nothing when it is not known.
  [[nodiscard]] std::optional<boost::json::object> detail(const std::string& tool_id) const;

 private:
  struct Call {
    TimelineEntry entry;
    std::string output;  ///< as much as is kept
    std::size_t input_bytes = 0;
    Time started;
  };
  void start(const std::string& execution, const event::ToolStart& tool, Time time);
  void end(const std::string& execution, const event::ToolEnd& tool, Time time);
  void complete(Call& call, Time time, bool success);
  void keep_within_limits();

  Limits limits_;
  Changed changed_;
  std::deque<Call> calls_;  ///< oldest first
  std::map<std::string, std::int64_t> counts_;
  std::int64_t total_calls_ = 0;
  std::int64_t total_duration_ms_ = 0;
  std::optional<std::string> started_at_;
  std::size_t output_bytes_ = 0;
  std::size_t input_bytes_ = 0;
};

/// A call without its input.
[[nodiscard]] boost::json::object without_input(const TimelineEntry& entry);

}  // namespace trinity::agentd
