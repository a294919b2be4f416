#pragma once
#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "live/options.h"

namespace trinity::live {

/// What a socket can subscribe to.
struct Topic {
  enum class Kind {
    agents,       ///< `agents`: all agents that the viewer may read
    fleet_stats,  ///< `agents:stats`: figures of all those
    activities,   ///< `activities`: what all those do
    agent,        ///< `agent:{n}`: changes of its configuration
    stats,        ///< `agent:{n}:stats`
    pressure,     ///< `agent:{n}:pressure`: why it is slow
    logs,         ///< `agent:{n}:logs`
    activity,     ///< `agent:{n}:activity`: what it does, and its conversation's figures
    files,        ///< `agent:{n}:files`: which of its files have changed
    git,          ///< `agent:{n}:git`: how its repository stands
    dashboard,    ///< `agent:{n}:dashboard`: what it says about itself by files
    executions,   ///< `agent:{n}:executions`: its runs and its queue
    execution,    ///< `execution:{n}:{id}`: one run
    host,         ///< `host`: the machine that the server runs on
    user          ///< `user`: the session and the person behind it
  };
  static constexpr std::size_t kinds = static_cast<std::size_t>(Kind::user) + 1;
  Kind kind = Kind::agents;
  std::string agent{};  ///< empty for topics about no single agent
  std::string run{};    ///< id, for those about one run

  bool operator==(const Topic&) const = default;
};

/// How the hub treats a kind of topic.
struct TopicManner {
  bool about_agent = false;  ///< needs access to that agent, ends with it
  bool per_viewer = false;   ///< viewers see different things
  bool per_session = false;  ///< and so do sessions of one viewer
  bool rests = false;        ///< not sent to hidden tabs
  bool interval = false;     ///< takes that option: a stream of its own for each
  bool history = false;      ///< takes that option
  bool tail = false;         ///< takes that option
};

enum class TopicFault {
  malformed,  ///< no topic name at all
  unknown     ///< a well-formed name that this server does not know
};

inline constexpr std::size_t max_topic_length = 256;

/// Segments of letters, digits, `_`, `.` and `-`, separated by colons.
[[nodiscard]] std::expected<Topic, TopicFault> parse_topic(std::string_view name);
[[nodiscard]] std::string name_of(const Topic& topic);
[[nodiscard]] TopicManner manner_of(Topic::Kind kind) noexcept;
/// Options that the topic does not take have their defaults.
[[nodiscard]] Options fitting(Options options, Topic::Kind kind) noexcept;

}  // namespace trinity::live
