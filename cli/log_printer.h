#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "cli/live_feed.h"
#include "cli/session.h"

namespace trinity::cli {

/// Prints the frames of a log topic (docs/live.md): each line once, over reconnects, and a word where lines are missing
/// or the agent's state changes. Lines go to `out`, words to `err`.
class LogPrinter {
 public:
  struct Options {
    bool times = false;             ///< the time in front of each line
    std::size_t most_of_first = 0;  ///< so many lines of what was there before
  };

  LogPrinter(Session& session, Options options) : session_(session), options_(options) {}

  void take(const LiveEvent& event);

 private:
  /// Where the lines begin that were not printed yet.
  [[nodiscard]] std::size_t first_new(const json::object& data, const json::array& lines) const;
  [[nodiscard]] std::size_t first_later(const json::array& lines) const;
  void say_skipped(const json::object& data, const json::array& lines, std::size_t first);
  void say_state(const std::string& state);
  void note(std::string_view text) const;
  void print(const json::object& line);

  Session& session_;
  Options options_;
  bool begun_ = false;
  std::string follow_;     ///< which count `next_` belongs to
  std::int64_t next_ = 0;  ///< number of the first line that was not printed
  std::string last_time_;
  std::string state_;
};

/// A log line as a terminal may get it; other readers get what the agent printed, byte for byte.
[[nodiscard]] std::string shown_line(const Terminal& terminal, std::string_view line);

[[nodiscard]] std::vector<std::string> lines_of(std::string_view text);

/// For servers that do not send logs live: their last lines, asked for again and again. Tells which ones are new.
class LogWindow {
 public:
  /// The lines that follow those of the window before; all of them at first, and when none of those is left.
  [[nodiscard]] std::vector<std::string> fresh(std::vector<std::string> window);
  /// Whether the last window had nothing in common with the one before, so that lines may be missing between them.
  [[nodiscard]] bool torn() const noexcept { return torn_; }

 private:
  std::vector<std::string> before_;
  bool torn_ = false;
};

}  // namespace trinity::cli
