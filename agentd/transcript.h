#pragma once
#include <boost/describe.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"

namespace trinity::agentd {

/// What a run cost and how long it took; field names of the agent API.
struct RunMetadata {
  std::optional<double> cost_usd;
  std::optional<std::int64_t> duration_ms;
  std::optional<std::int64_t> num_turns;
  std::int64_t tool_count = 0;
  std::optional<std::string> session_id;
  std::optional<std::string> execution_id;
  std::int64_t input_tokens = 0;  ///< cached ones included
  std::int64_t output_tokens = 0;
  std::int64_t cache_creation_tokens = 0;
  std::int64_t cache_read_tokens = 0;
  std::int64_t context_window = 200'000;
};
BOOST_DESCRIBE_STRUCT(RunMetadata, (),
                      (cost_usd, duration_ms, num_turns, tool_count, session_id, execution_id, input_tokens,
                       output_tokens, cache_creation_tokens, cache_read_tokens, context_window))

/// A tool call or its result. All keys are always present in JSON.
struct ToolEntry {
  std::string id;
  std::string type;  ///< tool_use or tool_result
  std::string tool;
  std::optional<boost::json::object> input;
  std::optional<std::string> output;
  std::optional<bool> success;
  std::optional<std::int64_t> duration_ms;
  std::string timestamp;
};
BOOST_DESCRIBE_STRUCT(ToolEntry, (), (id, type, tool, input, output, success, duration_ms, timestamp))

/// Follows the output of a run line by line. A line that is a JSON object with a text `type` is an event in the shapes
/// that the web UI shows (system/init, assistant, user, result); every other line is plain text of the answer. Any
/// value of any kind in any field is taken: what does not fit is ignored. No I/O.
class Transcript {
 public:
  /// At most `most` bytes of lines are kept; later ones are counted and marked.
  explicit Transcript(std::size_t most = 64 * 1024 * 1024) : most_(most) {}

  void line(std::string_view line, bool cut, Time time);
  /// No more lines follow. A program that wrote plain text only gets the events around it that clients expect.
  /// `duration` of the process stands in where no result line told one.
  void finish(std::chrono::milliseconds duration, bool failed);

  /// The text of the result line when it has one, else all texts of the answer joined by newlines.
  [[nodiscard]] std::string answer() const;
  /// What the program itself said about its failure; empty when nothing. Set by a result line with `is_error`.
  [[nodiscard]] const std::string& failure() const noexcept { return failure_; }
  [[nodiscard]] bool failed() const noexcept { return failed_; }
  /// All lines as the text of a JSON array.
  [[nodiscard]] std::string log_json() const { return "[" + log_ + "]"; }
  [[nodiscard]] const std::vector<ToolEntry>& tools() const noexcept { return tools_; }
  [[nodiscard]] RunMetadata& metadata() noexcept { return metadata_; }
  [[nodiscard]] const RunMetadata& metadata() const noexcept { return metadata_; }

 private:
  void text_line(std::string_view line, bool cut);
  void event(const boost::json::object& event, Time time);
  void message(const boost::json::object& event, bool from_assistant, Time time);
  void tool_use(const boost::json::object& block, Time time);
  void tool_result(const boost::json::object& block, Time time);
  void result(const boost::json::object& event);
  void usage(const boost::json::object& usage);
  void end_text();
  void keep(std::string_view json);

  std::size_t most_;
  std::string log_;  ///< the lines, joined by commas
  std::size_t dropped_ = 0;
  std::vector<std::string> parts_;
  std::string text_;  ///< plain lines since the last event
  bool any_text_ = false;
  bool any_event_ = false;
  bool any_result_ = false;
  std::string result_;
  std::string failure_;
  bool failed_ = false;
  std::vector<ToolEntry> tools_;
  std::unordered_map<std::string, std::pair<std::string, Time>> calls_;  ///< tool and start by call id
  RunMetadata metadata_;
};

}  // namespace trinity::agentd
