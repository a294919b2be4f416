#pragma once
#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "live/options.h"
#include "live/types.h"

namespace trinity::live {

// ---- what clients say
// -----------------------------------------------------------------------------------------------------------------

/// `Bearer <token>` or `{"type":"auth","token":...}`.
struct Authenticate {
  std::string token;
  bool classic = false;  ///< the first form: an invalid token is ignored in silence
};

struct Wanted {
  std::string topic;
  std::optional<std::uint64_t> since{};  ///< the last sequence number that the client has seen
  std::optional<Options> options{};      ///< nothing: those that the subscription has, else the defaults
};

/// A topic that a frame names and that cannot be obeyed.
struct Wrong {
  std::string topic;
  std::string detail;
};

struct Subscribe {
  std::vector<Wanted> topics;         ///< each name once
  std::vector<Wrong> wrong{};         ///< with options of wrong types
  std::vector<std::string> beyond{};  ///< names beyond the limit of one frame
};

/// Other options for a topic that is subscribed.
struct Choose {
  std::string topic;
  Options options;
};

/// Whether somebody can see the page.
struct Visibility {
  bool hidden = false;
};

struct Unsubscribe {
  std::vector<std::string> topics;
};

struct Ping {
  boost::json::value id;  ///< null, number or short text; comes back in the answer
};

/// One of our frames with fields of wrong types.
struct Malformed {
  std::string detail;
  std::string topic{};  ///< empty unless it is about one
};

/// Nothing that has a meaning here. Classic clients may send anything.
struct Ignored {};

using Command = std::variant<Authenticate, Subscribe, Unsubscribe, Choose, Visibility, Ping, Malformed, Ignored>;

inline constexpr std::size_t max_topics_per_frame = 32;

/// One frame of a client. Pure; never throws for bad input.
[[nodiscard]] Command parse_command(std::string_view text);

// ---- what the server says
// -------------------------------------------------------------------------------------------------------------

[[nodiscard]] Frame authenticated(const Identity& identity, Time server_time);
[[nodiscard]] Frame auth_error();
[[nodiscard]] Frame session_expired();
[[nodiscard]] Frame pong(const boost::json::value& id, Time server_time);
[[nodiscard]] Frame subscribe_error(std::string_view topic, unsigned status, std::string_view detail);
[[nodiscard]] Frame unsubscribed(std::string_view topic, std::string_view reason);

/// The whole state of a topic. `snapshot` is JSON text.
struct Baseline {
  std::string_view topic;
  std::uint64_t seq = 0;
  std::string_view snapshot = "null";  ///< null: the changes since `seq` follow as events
  std::optional<Time> sampled_at;
};
[[nodiscard]] Frame subscribed(const Baseline& baseline);
[[nodiscard]] Frame resync(const Baseline& baseline);

/// `data` is JSON text.
[[nodiscard]] Frame event_frame(std::string_view event, std::string_view topic, std::uint64_t seq, Time at,
                                std::string_view data);

/// The JSON text of an object with the member `cursor` before its others: the number as text.
[[nodiscard]] std::string with_cursor(std::string_view object, std::uint64_t seq);

/// A JSON text with its quotes.
[[nodiscard]] std::string json_text(std::string_view text);

}  // namespace trinity::live
