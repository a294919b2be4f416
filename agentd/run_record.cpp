#include "agentd/run_record.h"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "base/text.h"

namespace trinity::agentd {

namespace {

/// The transcript has everything; the list of calls beside it is for a quick look.
constexpr std::size_t kMostTools = 2'000;
constexpr std::size_t kMostToolBytes = 512 * 1024;
constexpr std::size_t kShownOutput = 500;
constexpr std::size_t kMostOpenCalls = 1'000;
constexpr std::size_t kLongestAnswer = 4 * 1024 * 1024;
constexpr std::size_t kLongestOutput = 1024 * 1024;
constexpr std::string_view kCut = "\n[The answer is longer; this is its beginning.]";

std::string beginning(const std::string& text, std::size_t most) {
  if (text.size() <= most) return text;
  // to_utf8 repairs a character that was cut in two.
  return to_utf8(std::string_view(text).substr(0, most));
}

}  // namespace

void RunRecord::take(const Event& event, Time time) {
  std::visit([&](const auto& one) { take_one(one, time); }, event);
}

void RunRecord::take_one(const event::Session& session, Time) {
  metadata_.session_id = session.id;
  if (!session.model.empty()) model_ = session.model;
}

void RunRecord::take_one(const event::Text& text, Time) {
  if (text_.size() > kLongestAnswer) return;
  if (!text_.empty() && !text.goes_on) text_ += '\n';
  text_ += text.text;
  if (text_.size() > kLongestAnswer) {
    text_ = beginning(text_, kLongestAnswer);
    text_ += kCut;
  }
}

void RunRecord::take_one(const event::ToolStart& start, Time time) {
  ++metadata_.tool_count;
  if (calls_.size() < kMostOpenCalls) calls_[start.id] = {start.name, time};
  if (tools_.size() >= kMostTools) return;
  ToolEntry entry;
  entry.id = start.id;
  entry.type = "tool_use";
  entry.tool = start.name;
  entry.input = boost::json::object();
  const auto size = boost::json::serialize(start.input).size();
  if (tool_bytes_ + size <= kMostToolBytes) {
    tool_bytes_ += size;
    entry.input = start.input;
  }
  entry.timestamp = format_z(time);
  tools_.push_back(std::move(entry));
}

void RunRecord::take_one(const event::ToolEnd& end, Time time) {
  last_output_ = beginning(end.output, kLongestOutput);
  ToolEntry entry;
  entry.id = end.id;
  entry.type = "tool_result";
  entry.tool = "Unknown";
  if (const auto call = calls_.find(end.id); call != calls_.end()) {
    entry.tool = call->second.first;
    entry.duration_ms = std::chrono::duration_cast<std::chrono::milliseconds>(time - call->second.second).count();
    calls_.erase(call);
  }
  if (tools_.size() >= kMostTools) return;
  auto output = preview(end.output, kShownOutput);
  if (tool_bytes_ + output.size() <= kMostToolBytes) {
    tool_bytes_ += output.size();
    entry.output = std::move(output);
  }
  entry.success = !end.failed;
  entry.timestamp = format_z(time);
  tools_.push_back(std::move(entry));
}

void RunRecord::set_prompt(const event::Tokens& tokens) {
  metadata_.input_tokens = tokens.input;
  metadata_.cache_creation_tokens = tokens.cache_creation;
  metadata_.cache_read_tokens = tokens.cache_read;
  context_tokens_ = tokens.input + tokens.output;
}

void RunRecord::take_one(const event::CallTokens& call, Time) {
  call_seen_ = true;
  set_prompt(call.tokens);
  metadata_.output_tokens = std::max(metadata_.output_tokens, call.tokens.output);
}

/// The sum over all calls says nothing about the context; it stands in where no call was told.
void RunRecord::take_one(const event::RunTokens& run, Time) {
  if (!call_seen_ && run.tokens.input > 0) set_prompt(run.tokens);
  metadata_.output_tokens = run.tokens.output;
}

void RunRecord::take_one(const event::Result& result, Time) {
  result_ = result.failed ? std::string() : beginning(result.answer, kLongestAnswer);
  failed_ = result.failed;
  turn_limit_ = result.turn_limit;
  cause_ = result.cause;
  if (result.duration_ms) metadata_.duration_ms = result.duration_ms;
  if (result.turns) metadata_.num_turns = result.turns;
}

void RunRecord::finish(std::chrono::milliseconds duration) {
  if (!metadata_.duration_ms) metadata_.duration_ms = duration.count();
}

}  // namespace trinity::agentd
