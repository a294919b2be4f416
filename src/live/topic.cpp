#include "live/topic.h"

#include <algorithm>
#include <vector>

namespace trinity::live {

namespace {

bool segment_char(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}

/// Empty when the name is malformed.
std::vector<std::string_view> segments_of(std::string_view name) {
  std::vector<std::string_view> segments;
  for (;;) {
    const auto end = name.find(':');
    const auto segment = name.substr(0, end);
    if (segment.empty() || !std::all_of(segment.begin(), segment.end(), segment_char)) return {};
    segments.push_back(segment);
    if (end == std::string_view::npos) return segments;
    name.remove_prefix(end + 1);
  }
}

}  // namespace

std::expected<Topic, TopicFault> parse_topic(std::string_view name) {
  using Kind = Topic::Kind;
  if (name.size() > max_topic_length) return std::unexpected(TopicFault::malformed);
  const auto segments = segments_of(name);
  if (segments.empty()) return std::unexpected(TopicFault::malformed);
  if (name == "agents") return Topic{Kind::agents};
  if (name == "agents:stats") return Topic{Kind::fleet_stats};
  if (name == "activities") return Topic{Kind::activities};
  if (name == "host") return Topic{Kind::host};
  if (name == "user") return Topic{Kind::user};
  if (segments[0] == "agent" && (segments.size() == 2 || segments.size() == 3)) {
    const auto part = segments.size() == 3 ? segments[2] : std::string_view();
    if (part.empty()) return Topic{Kind::agent, std::string(segments[1])};
    if (part == "stats") return Topic{Kind::stats, std::string(segments[1])};
    if (part == "pressure") return Topic{Kind::pressure, std::string(segments[1])};
    if (part == "logs") return Topic{Kind::logs, std::string(segments[1])};
    if (part == "activity") return Topic{Kind::activity, std::string(segments[1])};
    if (part == "files") return Topic{Kind::files, std::string(segments[1])};
    if (part == "git") return Topic{Kind::git, std::string(segments[1])};
    if (part == "dashboard") return Topic{Kind::dashboard, std::string(segments[1])};
    if (part == "executions") return Topic{Kind::executions, std::string(segments[1])};
  }
  if (segments[0] == "execution" && segments.size() == 3) {
    return Topic{Kind::execution, std::string(segments[1]), std::string(segments[2])};
  }
  return std::unexpected(TopicFault::unknown);
}

std::string name_of(const Topic& topic) {
  switch (topic.kind) {
    case Topic::Kind::agents:
      return "agents";
    case Topic::Kind::fleet_stats:
      return "agents:stats";
    case Topic::Kind::activities:
      return "activities";
    case Topic::Kind::agent:
      return "agent:" + topic.agent;
    case Topic::Kind::stats:
      return "agent:" + topic.agent + ":stats";
    case Topic::Kind::pressure:
      return "agent:" + topic.agent + ":pressure";
    case Topic::Kind::logs:
      return "agent:" + topic.agent + ":logs";
    case Topic::Kind::activity:
      return "agent:" + topic.agent + ":activity";
    case Topic::Kind::files:
      return "agent:" + topic.agent + ":files";
    case Topic::Kind::git:
      return "agent:" + topic.agent + ":git";
    case Topic::Kind::dashboard:
      return "agent:" + topic.agent + ":dashboard";
    case Topic::Kind::executions:
      return "agent:" + topic.agent + ":executions";
    case Topic::Kind::execution:
      return "execution:" + topic.agent + ":" + topic.run;
    case Topic::Kind::host:
      return "host";
    case Topic::Kind::user:
      return "user";
  }
  return {};
}

TopicManner manner_of(Topic::Kind kind) noexcept {
  TopicManner manner;
  switch (kind) {
    case Topic::Kind::agents:
    case Topic::Kind::activities:
      manner.per_viewer = true;
      break;
    case Topic::Kind::fleet_stats:
      manner.per_viewer = manner.rests = manner.interval = manner.history = true;
      break;
    case Topic::Kind::agent:
    case Topic::Kind::executions:
    case Topic::Kind::execution:
      manner.about_agent = true;
      break;
    case Topic::Kind::stats:
      manner.about_agent = manner.rests = manner.interval = manner.history = true;
      break;
    case Topic::Kind::pressure:
    case Topic::Kind::activity:
    case Topic::Kind::files:
    case Topic::Kind::git:
    case Topic::Kind::dashboard:
      manner.about_agent = manner.rests = true;
      break;
    case Topic::Kind::logs:
      manner.about_agent = manner.rests = manner.tail = true;
      break;
    case Topic::Kind::host:
      manner.rests = manner.interval = manner.history = true;
      break;
    case Topic::Kind::user:
      manner.per_viewer = manner.per_session = true;
      break;
  }
  return manner;
}

Options fitting(Options options, Topic::Kind kind) noexcept {
  const auto manner = manner_of(kind);
  const Options standard;
  if (!manner.interval) options.interval = standard.interval;
  if (!manner.history) options.history = standard.history;
  if (!manner.tail) options.tail = standard.tail;
  return options;
}

}  // namespace trinity::live
