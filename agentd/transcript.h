#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "agentd/runtime/event.h"

namespace trinity::agentd {

/// The lines of one run, as people are shown them, within a bound. When it is reached the largest results of tools go
/// first, and lines stand in their place that say so; then new lines are dropped and counted.
///
/// Lines lie in blocks that the system gets back one by one while the answer is put together, so that a long run never
/// takes its size twice.
class Transcript {
 public:
  explicit Transcript(std::size_t most = 64 * 1024 * 1024) : most_(most) {}

  void add(ShownLine line);
  /// No more lines follow: when some are missing, a last one says how many.
  void finish();
  [[nodiscard]] bool empty() const noexcept { return bytes_ == 0; }
  /// Bytes of the JSON array.
  [[nodiscard]] std::size_t size() const noexcept { return bytes_ + 2; }
  /// Appends all lines as a JSON array and forgets them.
  void move_into(std::string& out);
  /// The same array; a copy.
  [[nodiscard]] std::string json() const;

 private:
  /// A block of small lines, joined by commas, or one large line.
  struct Block {
    std::string bytes;
    std::string tool_result;  ///< set when it is one line that may be dropped
  };
  bool make_room(std::size_t wanted);
  void append(std::string_view json);

  std::size_t most_;
  std::size_t bytes_ = 0;
  std::size_t dropped_ = 0;
  std::vector<Block> blocks_;
  bool open_ = false;  ///< the last block takes more small lines
};

}  // namespace trinity::agentd
