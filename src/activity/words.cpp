#include "activity/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <unordered_set>

namespace trinity::activity {

namespace {

using agentlink::Activity;
using agentlink::Live;

/// As many calls as an agent keeps.
constexpr std::int64_t most_kept_there = 500;

const Activity& activity_of(const Live* live) {
  static const Activity idle;
  return live != nullptr ? *live->activity : idle;
}

std::string_view word_of(const Live* live) noexcept {
  if (live == nullptr) return "off";
  return live->connection == agentlink::Connection::up ? "up" : "connecting";
}

/// Everything but the calls.
std::string figures_of(const Activity& activity) {
  return fmt::format(R"("status":"{}","active_tool":{},"tool_counts":{},"totals":{})",
                     activity.running ? "running" : "idle", activity.active_tool, activity.tool_counts,
                     activity.totals);
}

std::string calls_of(const std::vector<agentlink::ToolCallPtr>& calls) {
  std::string text = "[";
  for (const auto& call : calls) {
    if (text.size() > 1) text += ',';
    text += call->text;
  }
  return text += ']';
}

/// What is in the later list and was not in the earlier one, newest first.
std::vector<agentlink::ToolCallPtr> news_in(const Activity& before, const Activity& after) {
  if (before.list != after.list) return after.timeline;
  const std::unordered_set<agentlink::ToolCallPtr> known(before.timeline.begin(), before.timeline.end());
  std::vector<agentlink::ToolCallPtr> news;
  for (const auto& call : after.timeline) {
    if (!known.contains(call)) news.push_back(call);
  }
  return news;
}

}  // namespace

std::string activity_text(const Live* live) {
  const auto& activity = activity_of(live);
  std::string text = "{" + figures_of(activity) + R"(,"timeline":[)";
  bool first = true;
  for (const auto& call : activity.timeline) {
    text += first ? R"({"input":null,)" : R"(,{"input":null,)";
    text.append(call->text, 1);
    first = false;
  }
  return text += "]}";
}

bool has_older(const Live& live) noexcept {
  return live.activity->calls > static_cast<std::int64_t>(live.activity->timeline.size());
}

std::string snapshot_text(std::string_view agent, const Live* live) {
  const auto& activity = activity_of(live);
  const auto total =
      std::clamp<std::int64_t>(activity.calls, static_cast<std::int64_t>(activity.timeline.size()), most_kept_there);
  return fmt::format(
      R"({{"name":"{}","connection":"{}",{},"timeline":{},"timeline_total":{},"session":{},"startup":{}}})", agent,
      word_of(live), figures_of(activity), calls_of(activity.timeline), total,
      live != nullptr && live->session ? live->session->text : "null",
      live != nullptr && live->startup ? *live->startup : "null");
}

std::string activity_change(std::string_view agent, const Live* before, const Live* after) {
  const auto& was = activity_of(before);
  const auto& is = activity_of(after);
  const bool turned = word_of(before) != word_of(after);
  if (&was == &is && !turned) return {};
  // Agents' names need no escapes in JSON.
  auto text = fmt::format(R"({{"name":"{}")", agent);
  if (turned) text += fmt::format(R"(,"connection":"{}")", word_of(after));
  if (&was != &is) {
    text +=
        fmt::format(R"(,{},"upsert":{},"cleared":{})", figures_of(is), calls_of(news_in(was, is)), was.list != is.list);
  }
  return text += '}';
}

std::string with_name(std::string_view agent, std::string_view object) {
  auto text = fmt::format(R"({{"name":"{}")", agent);
  if (object != "{}") text += ',';
  return text.append(object.substr(1));
}

}  // namespace trinity::activity
