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
  if (name.size() > max_topic_length) return std::unexpected(TopicFault::malformed);
  const auto segments = segments_of(name);
  if (segments.empty()) return std::unexpected(TopicFault::malformed);
  if (segments.size() == 1 && segments[0] == "agents") return Topic{Topic::Kind::agents, {}};
  if (segments.size() == 3 && segments[0] == "agent" && segments[2] == "stats") {
    return Topic{Topic::Kind::stats, std::string(segments[1])};
  }
  return std::unexpected(TopicFault::unknown);
}

std::string name_of(const Topic& topic) {
  return topic.kind == Topic::Kind::agents ? "agents" : "agent:" + topic.agent + ":stats";
}

}  // namespace trinity::live
