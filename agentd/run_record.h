#pragma once
#include <boost/describe.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "agentd/runtime/event.h"
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
  std::optional<std::string> output;  ///< its beginning
  std::optional<bool> success;
  std::optional<std::int64_t> duration_ms;
  std::string timestamp;
};
BOOST_DESCRIBE_STRUCT(ToolEntry, (), (id, type, tool, input, output, success, duration_ms, timestamp))

/// What the events of one run come to: answer, tool calls, tokens, cost, cause of a failure. Bounded. No I/O.
class RunRecord {
 public:
  explicit RunRecord(std::int64_t context_window) { metadata_.context_window = context_window; }

  void take(const Event& event, Time time);
  /// No more events follow. `duration` of the process stands in where the program told none.
  void finish(std::chrono::milliseconds duration);

  /// The text of the result when it has one, else all pieces of the answer; separate pieces on lines of their own.
  [[nodiscard]] const std::string& answer() const noexcept { return result_.empty() ? text_ : result_; }
  /// What the program itself said about its failure; empty when nothing.
  [[nodiscard]] const std::string& cause() const noexcept { return cause_.empty() ? error_ : cause_; }
  /// The result says that the run failed.
  [[nodiscard]] bool failed() const noexcept { return failed_; }
  [[nodiscard]] bool turn_limit() const noexcept { return turn_limit_; }
  /// What the context holds after the last model call of the main conversation; nothing when no call was told.
  [[nodiscard]] const std::optional<std::int64_t>& context_tokens() const noexcept { return context_tokens_; }
  [[nodiscard]] const std::vector<ToolEntry>& tools() const noexcept { return tools_; }
  /// The output of the last tool that ended, at most 1 MiB of it.
  [[nodiscard]] const std::string& last_output() const noexcept { return last_output_; }
  [[nodiscard]] const std::string& model() const noexcept { return model_; }
  [[nodiscard]] RunMetadata& metadata() noexcept { return metadata_; }
  [[nodiscard]] const RunMetadata& metadata() const noexcept { return metadata_; }

 private:
  void take_one(const event::Session& session, Time);
  void take_one(const event::Text& text, Time);
  void take_one(const event::Thinking&, Time) {}
  void take_one(const event::ToolStart& start, Time time);
  void take_one(const event::ToolEnd& end, Time time);
  void take_one(const event::CallTokens& call, Time);
  void take_one(const event::RunTokens& run, Time);
  void take_one(const event::Context& context, Time) { metadata_.context_window = context.window; }
  void take_one(const event::Cost& cost, Time) { metadata_.cost_usd = cost.usd; }
  void take_one(const event::Notice&, Time) {}
  void take_one(const event::Error& error, Time) { error_ = error.message; }
  void take_one(const event::Result& result, Time);
  void set_prompt(const event::Tokens& tokens);

  std::string text_;
  std::string result_;
  std::string cause_;
  std::string error_;
  std::string model_;
  std::string last_output_;
  bool failed_ = false;
  bool turn_limit_ = false;
  bool call_seen_ = false;
  std::optional<std::int64_t> context_tokens_;
  std::vector<ToolEntry> tools_;
  std::size_t tool_bytes_ = 0;
  std::unordered_map<std::string, std::pair<std::string, Time>> calls_;  ///< tool and start by id; open ones
  RunMetadata metadata_;
};

}  // namespace trinity::agentd
