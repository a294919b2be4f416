#pragma once
#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace trinity::agentd {

/// What runs say, whatever program says it. Every runtime's lines become these.
namespace event {

struct Tokens {
  std::int64_t input = 0;  ///< of the prompt, the cached ones among them
  std::int64_t cache_creation = 0;
  std::int64_t cache_read = 0;
  std::int64_t output = 0;
  bool operator==(const Tokens&) const = default;
};

struct Session {
  std::string id;
  std::string model;  ///< empty when not told
};
/// A piece of the answer. Sub-agents' text is not part of it.
struct Text {
  std::string text;
  bool goes_on = false;  ///< belongs to the piece before, without a line end between
};
struct Thinking {
  std::string text;
};
struct ToolStart {
  std::string id;
  std::string name;
  boost::json::object input;
};
struct ToolEnd {
  std::string id;
  std::string output;
  bool failed = false;
};
/// One model call of the main conversation: its tokens are what the context holds.
struct CallTokens {
  Tokens tokens;
};
/// All model calls of the run together.
struct RunTokens {
  Tokens tokens;
};
struct Context {
  std::int64_t window = 0;  ///< tokens
};
struct Cost {
  double usd = 0;  ///< of this run alone
};
/// Something worth a log line that changes nothing (a retry, a warning).
struct Notice {
  std::string text;
};
/// Said while the run goes on. When the run fails, the last one is its cause unless the result tells one.
struct Error {
  std::string message;
};
struct Result {
  std::string answer;  ///< replaces the pieces when not empty
  bool failed = false;
  std::string cause;        ///< of the failure
  bool turn_limit = false;  ///< failed because the limit of turns was reached
  std::optional<std::int64_t> duration_ms;
  std::optional<std::int64_t> turns;
};

}  // namespace event

using Event =
    std::variant<event::Session, event::Text, event::Thinking, event::ToolStart, event::ToolEnd, event::CallTokens,
                 event::RunTokens, event::Context, event::Cost, event::Notice, event::Error, event::Result>;

/// A line of the transcript as people are shown it: a JSON object in one of the four shapes that the web UI draws
/// (system/init, assistant, user, result), or any other object of the program itself.
struct ShownLine {
  std::string json;
  std::string tool_result{};  ///< the id of the call when the line is the result of a tool, else empty
  bool ends_text = false;     ///< it holds the text whose pieces have been told
};

/// A piece of the text that is being written, for those who watch. The whole of it follows as a line.
struct Piece {
  std::string text;
  bool begins = false;  ///< what came before is no part of this text
};

/// What one line gives.
struct Reading {
  std::vector<Event> events;
  std::vector<ShownLine> shown;
  std::vector<Piece> pieces;  ///< from before the lines of `shown`
  void clear() {
    events.clear();
    shown.clear();
    pieces.clear();
  }
};

}  // namespace trinity::agentd
