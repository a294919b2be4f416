#pragma once
#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

namespace trinity::live {

/// What a socket can subscribe to: `agents`, `agent:{name}:stats`.
struct Topic {
  enum class Kind { agents, stats };
  Kind kind = Kind::agents;
  std::string agent;  ///< empty for topics about no single agent

  bool operator==(const Topic&) const = default;
};

enum class TopicFault {
  malformed,  ///< no topic name at all
  unknown     ///< a well-formed name that this server does not serve
};

inline constexpr std::size_t max_topic_length = 256;

/// Segments of letters, digits, `_`, `.` and `-`, separated by colons.
[[nodiscard]] std::expected<Topic, TopicFault> parse_topic(std::string_view name);
[[nodiscard]] std::string name_of(const Topic& topic);

}  // namespace trinity::live
