#pragma once
#include <boost/json/object.hpp>
#include <chrono>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace trinity::agentlink {

/// One frame of an agent's event stream (docs/agentd.md).
struct Frame {
  enum class Kind {
    hello,      ///< where the stream stands; the first of every connection
    snapshot,   ///< replaces everything
    heartbeat,  ///< nothing has happened
    event,      ///< numbered
    other       ///< a type that is not known here, without a number
  };
  Kind kind = Kind::other;
  std::string type;
  std::uint64_t seq = 0;
  std::string stream;                     ///< hello
  bool resumed = false;                   ///< hello
  std::chrono::milliseconds heartbeat{};  ///< hello
  boost::json::object body;               ///< of snapshots `state`, of events everything
};

/// Any bytes are taken; what is no frame gives the reason. Pure.
[[nodiscard]] std::expected<Frame, std::string> read_frame(std::string_view text);

}  // namespace trinity::agentlink
