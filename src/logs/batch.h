#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "logs/lines.h"

namespace trinity::logs {

/// How it stands with a log.
enum class State {
  connecting,   ///< the server has just begun to look
  following,    ///< every line comes as it is written
  ended,        ///< the container does not run; these are all its lines
  interrupted,  ///< the engine does not answer; it goes on by itself
};
[[nodiscard]] std::string_view word_of(State state) noexcept;

/// How much of one log is held.
struct Bounds {
  std::size_t lines = 2000;
  std::size_t bytes = 512 * 1024;  ///< of the lines as JSON
  std::size_t frame = 64 * 1024;   ///< of the lines of one event, as JSON; a single line may be more
};

/// What one follower hands over at a time.
struct Batch {
  std::vector<std::string> lines;  ///< as JSON, oldest first; the newest of what has come
  std::uint64_t lost = 0;          ///< lines before them that had to be left out
  bool backlog = false;            ///< from before the follower looked, not as it was written
  bool anew = false;               ///< nobody knows how many lines are missing before these: numbers begin anew
  bool reset = false;              ///< another container: the lines from before are none of its
  State state = State::following;
};

/// A line as the JSON that goes to clients.
[[nodiscard]] std::string json_of(const Line& line);

/// Collects lines until it is time to hand them over; keeps the newest ones. Pure; bounded.
class Gathering {
 public:
  explicit Gathering(Bounds bounds) : bounds_(bounds) {}

  void add(Line line);
  [[nodiscard]] bool empty() const noexcept { return lines_.empty() && lost_ == 0; }
  /// The lines so far, encoded; nothing is left.
  [[nodiscard]] Batch take();
  void clear() noexcept;

 private:
  Bounds bounds_;
  std::deque<Line> lines_;
  std::size_t bytes_ = 0;
  std::uint64_t lost_ = 0;
};

}  // namespace trinity::logs
