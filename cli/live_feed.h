#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "cli/session.h"

namespace trinity::cli {

/// What came for one topic.
struct LiveEvent {
  enum class Kind {
    snapshot,  ///< `data` replaces all that was known
    change,    ///< `data` holds what changed
    ended      ///< the server ended the subscription; `name` says why
  };
  Kind kind = Kind::change;
  std::string topic;
  std::string name;  ///< the event's name
  json::object data;
};

struct LiveTopic {
  std::string name;
  json::object options = {};  ///< as docs/live.md has them
};

/// Topics of the live socket, followed over lost connections: it signs in again, asks for what was missed since the
/// last number of each topic, and says on `err` that it waits. Blocking; one thread.
class LiveFeed {
 public:
  /// Throws Fault (unreachable, not_signed_in) and NotLive.
  explicit LiveFeed(Session& session);

  /// A name that is followed already is left out.
  void subscribe(std::vector<LiveTopic> topics);
  [[nodiscard]] std::size_t topics() const noexcept { return topics_.size(); }

  /// The next event. Throws Fault when the server refuses a topic or the sign-in, or cannot be reached for a long time,
  /// and NotLive when it does not know a topic.
  LiveEvent next();

 private:
  struct Place {
    std::int64_t seq = 0;  ///< of the last frame; 0 before the first one
    json::object options;
  };

  void connect();
  void reconnect(const Fault& why);
  void ask_for(const std::vector<std::string>& names);
  [[nodiscard]] std::optional<LiveEvent> understood(json::object frame);

  Session& session_;
  std::unique_ptr<LiveSocket> socket_;
  std::map<std::string, Place> topics_;
};

/// So many topics may one socket have.
inline constexpr std::size_t kMostTopics = 64;

}  // namespace trinity::cli
