#include "agentd/activity.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <ranges>

#include "agentd/text.h"
#include "agentd/tool_words.h"
#include "json/encode.h"

namespace trinity::agentd {

namespace {

constexpr std::size_t kSummary = 500;
/// Kinds of tools are few; names that a program makes up without end must not fill the memory.
constexpr std::size_t kMostNames = 500;
constexpr std::size_t kLongestName = 200;

bool is_open(const TimelineEntry& entry) {
  return entry.status == "running";
}

}  // namespace

void Activity::take(const std::string& execution, const Event& event, Time time) {
  if (const auto* tool = std::get_if<event::ToolStart>(&event)) {
    start(execution, *tool, time);
  } else if (const auto* result = std::get_if<event::ToolEnd>(&event)) {
    end(execution, *result, time);
  }
}

void Activity::start(const std::string& execution, const event::ToolStart& tool, Time time) {
  Call call;
  call.started = time;
  auto& entry = call.entry;
  entry.id = first_characters(tool.id, kLongestName);
  entry.tool = first_characters(display_name(tool.name, tool.input), kLongestName);
  entry.input_summary = shortened(input_summary(tool.name, tool.input), kSummary);
  call.input_bytes = boost::json::serialize(tool.input).size();
  if (call.input_bytes <= limits_.one_input) {
    entry.input = tool.input;
  } else {
    entry.input = {{"left_out", "The input is too large to be kept."}};
    call.input_bytes = 0;
  }
  entry.started_at = format_z(time);
  entry.execution_id = execution;
  if (!started_at_) started_at_ = entry.started_at;
  if (counts_.contains(entry.tool) || counts_.size() < kMostNames) ++counts_[entry.tool];
  ++total_calls_;
  input_bytes_ += call.input_bytes;
  calls_.push_back(std::move(call));
  keep_within_limits();
  if (changed_) changed_(&calls_.back().entry);
}

void Activity::end(const std::string& execution, const event::ToolEnd& tool, Time time) {
  const auto id = first_characters(tool.id, kLongestName);
  const auto found = std::find_if(calls_.rbegin(), calls_.rend(), [&](const Call& call) {
    return is_open(call.entry) && call.entry.id == id && call.entry.execution_id == execution;
  });
  if (found == calls_.rend()) return;
  if (!tool.output.empty()) {
    found->entry.output_summary = shortened(tool.output, kSummary);
    found->output =
        tool.output.size() <= limits_.one_output
            ? tool.output
            : first_characters(std::string_view(tool.output).substr(0, limits_.one_output), limits_.one_output) +
                  "\n[The output is longer; this is its beginning.]";
    output_bytes_ += found->output.size();
  }
  complete(*found, time, !tool.failed);
  const auto entry = found->entry;
  keep_within_limits();
  if (changed_) changed_(&entry);
}

void Activity::complete(Call& call, Time time, bool success) {
  auto& entry = call.entry;
  entry.ended_at = format_z(time);
  entry.duration_ms = std::chrono::duration_cast<std::chrono::milliseconds>(time - call.started).count();
  entry.success = success;
  entry.status = "completed";
  total_duration_ms_ += *entry.duration_ms;
}

void Activity::end_run(const std::string& execution, Time time) {
  for (auto& call : calls_) {
    if (!is_open(call.entry) || call.entry.execution_id != execution) continue;
    complete(call, time, false);
    if (changed_) changed_(&call.entry);
  }
}

void Activity::keep_within_limits() {
  const auto drop = [](std::size_t& all, std::size_t one) { all -= std::min(all, one); };
  while (calls_.size() > limits_.entries) {
    drop(output_bytes_, calls_.front().output.size());
    drop(input_bytes_, calls_.front().input_bytes);
    calls_.pop_front();
  }
  for (auto& call : calls_) {
    if (output_bytes_ <= limits_.outputs && input_bytes_ <= limits_.inputs) break;
    if (output_bytes_ > limits_.outputs) drop(output_bytes_, std::exchange(call.output, {}).size());
    if (input_bytes_ > limits_.inputs && call.input_bytes > 0) {
      drop(input_bytes_, std::exchange(call.input_bytes, 0));
      call.entry.input = {{"left_out", "The call is long ago."}};
    }
  }
}

void Activity::clear() {
  calls_.clear();
  counts_.clear();
  total_calls_ = 0;
  total_duration_ms_ = 0;
  started_at_.reset();
  output_bytes_ = 0;
  input_bytes_ = 0;
  if (changed_) changed_(nullptr);
}

boost::json::object Activity::json(bool with_timeline) const {
  boost::json::value active(nullptr);
  const auto newest =
      std::find_if(calls_.rbegin(), calls_.rend(), [](const Call& call) { return is_open(call.entry); });
  if (newest != calls_.rend()) {
    const auto& entry = newest->entry;
    active = boost::json::object{
        {"name", entry.tool}, {"input_summary", entry.input_summary}, {"started_at", entry.started_at}};
  }
  boost::json::object made{{"status", active.is_null() ? "idle" : "running"},
                           {"active_tool", std::move(active)},
                           {"tool_counts", json::encode(counts_)}};
  if (with_timeline) {
    boost::json::array timeline;
    timeline.reserve(calls_.size());
    for (const auto& call : std::ranges::reverse_view(calls_)) timeline.push_back(json::encode(call.entry));
    made["timeline"] = std::move(timeline);
  }
  made["totals"] = {
      {"calls", total_calls_}, {"duration_ms", total_duration_ms_}, {"started_at", json::encode(started_at_)}};
  return made;
}

boost::json::array Activity::recent(std::size_t most) const {
  boost::json::array made;
  for (auto call = calls_.rbegin(); call != calls_.rend() && made.size() < most; ++call) {
    made.push_back(without_input(call->entry));
  }
  return made;
}

boost::json::object without_input(const TimelineEntry& entry) {
  return {{"id", entry.id},
          {"tool", entry.tool},
          {"input_summary", entry.input_summary},
          {"output_summary", json::encode(entry.output_summary)},
          {"duration_ms", json::encode(entry.duration_ms)},
          {"started_at", entry.started_at},
          {"ended_at", json::encode(entry.ended_at)},
          {"success", json::encode(entry.success)},
          {"status", entry.status},
          {"execution_id", json::encode(entry.execution_id)}};
}

std::optional<boost::json::object> Activity::detail(const std::string& tool_id) const {
  const auto found =
      std::find_if(calls_.rbegin(), calls_.rend(), [&](const Call& call) { return call.entry.id == tool_id; });
  if (found == calls_.rend()) return std::nullopt;
  const auto& entry = found->entry;
  boost::json::value output(nullptr);
  if (!found->output.empty()) {
    output = found->output;
  } else if (entry.output_summary) {
    output = *entry.output_summary;
  }
  return boost::json::object{{"id", entry.id},
                             {"tool", entry.tool},
                             {"input", entry.input},
                             {"output", std::move(output)},
                             {"duration_ms", json::encode(entry.duration_ms)},
                             {"started_at", entry.started_at},
                             {"ended_at", json::encode(entry.ended_at)},
                             {"success", json::encode(entry.success)}};
}

}  // namespace trinity::agentd
