#pragma once
#include <boost/json.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trinity::cli {

namespace json = boost::json;

/// Which server, and who asks.
struct Target {
  std::string address;  ///< as server_address() makes it
  std::string token;    ///< may be empty
  std::string ca_file;  ///< certificates of authorities to trust besides the system's; may be empty
};

struct Call {
  std::string method = "GET";
  std::string path;  ///< and query, percent-encoded
  std::string body = {};
  std::string content_type = "application/json";
  std::string cookie = {};                  ///< `name=value`
  std::vector<std::string> headers = {};    ///< more of them, `Name: value`
  std::chrono::milliseconds limit{60'000};  ///< for everything: connect, send, receive
};

struct Answer {
  unsigned status = 0;
  std::string body;
  std::optional<std::string> engine;                    ///< header Trinity-Engine
  std::optional<std::chrono::milliseconds> engine_age;  ///< header Trinity-Snapshot-Age
  std::string session;                                  ///< cookie trinity_session that the server sets
};

/// One live WebSocket (docs/live.md), signed in. Blocking; one thread.
class LiveSocket {
 public:
  virtual ~LiveSocket() = default;
  virtual void send(const json::object& frame) = 0;
  /// The next frame. Throws Fault (unreachable) when the connection ends or is silent for a minute (the server pings
  /// every 25 s).
  virtual json::object read() = 0;
};

/// The server as commands see it. Implemented over libcurl; tests put a script in its place.
class Api {
 public:
  virtual ~Api() = default;
  /// Any status is an answer. Throws Fault (unreachable) when none came.
  virtual Answer send(const Call& call) = 0;
  /// Throws Fault (unreachable, not_signed_in) and NotLive.
  virtual std::unique_ptr<LiveSocket> open_live() = 0;
  [[nodiscard]] virtual const std::string& address() const = 0;
};

/// Sends the call and returns the JSON of a success. A refusal is thrown as Fault with the server's own words: 401
/// not_signed_in, 403 and 404 not_found, else failed.
json::value ask(Api& api, const Call& call);

/// A call about one agent, `path` below /api/agents/NAME. A refusal that it is not there says how to find those that
/// are.
json::value ask_about(Api& api, const std::string& agent, Call call);

/// The words of a refusal: `detail` as text, or one line per fault of a 422 (`name: Field required`).
[[nodiscard]] std::string refusal_text(const Answer& answer);

/// Throws as `ask` does unless the status is a success.
void check(const Answer& answer);

/// Fields of JSON objects, with a default for what is missing, null or of another type.
[[nodiscard]] std::string text_of(const json::object& from, std::string_view field);
[[nodiscard]] double number_of(const json::object& from, std::string_view field);
[[nodiscard]] bool flag_of(const json::object& from, std::string_view field);

}  // namespace trinity::cli
