#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/types.h"

namespace trinity::logs {

using Stream = engine::LogPiece::Stream;

/// Bytes that one line has at most.
inline constexpr std::size_t max_line = 16 * 1024;

/// One line as people see it.
struct Line {
  std::int64_t at_nano = 0;  ///< engine's time, since the epoch; 0: it told none
  Stream stream = Stream::out;
  std::string text;       ///< UTF-8, without line break, at most max_line bytes
  std::uint64_t cut = 0;  ///< bytes left out at its end
};

/// Puts the engine's log entries together to lines: takes the times off their front, joins what the engine has cut
/// (each stream for itself, they come interleaved), and cuts what is longer than max_line. Pure; holds at most two
/// unfinished lines.
class LineAssembler {
 public:
  void feed(const engine::LogPiece& piece, std::vector<Line>& out);
  /// The log has ended: what no line break ended is a line too.
  void finish(std::vector<Line>& out);
  /// Forgets unfinished lines: the log will be read again.
  void clear() noexcept;

 private:
  struct Part {
    std::string raw;
    std::uint64_t over = 0;  ///< bytes that did not fit
    std::int64_t at_nano = 0;
    bool plain = false;  ///< the time still stands in front
    bool begun = false;
  };

  void add(Part& part, std::string_view bytes);
  void end(Part& part, Stream stream, std::vector<Line>& out);

  std::array<Part, 2> parts_;
};

}  // namespace trinity::logs
