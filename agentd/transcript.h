#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agentd/runtime/event.h"

namespace trinity::agentd {

/// The lines of one run, as people are shown them, within a bound. When it is reached the largest results of tools go
/// first, and lines stand in their place that say so; then new lines are dropped and counted.
///
/// Lines lie in blocks that the system gets back one by one while the answer is put together, so that a long run never
/// takes its size twice. A copy shares the blocks; only one of the copies takes more lines.
class Transcript {
 public:
  explicit Transcript(std::size_t most = 64 * 1024 * 1024) : most_(most) {}

  void add(ShownLine line);
  /// No more lines follow: when some are missing, a last one says how many.
  void finish();
  [[nodiscard]] bool empty() const noexcept { return bytes_ == 0; }
  /// Bytes of the JSON array.
  [[nodiscard]] std::size_t size() const noexcept { return bytes_ + 2; }
  /// How many lines there are, those that were forgotten too.
  [[nodiscard]] std::size_t lines() const noexcept { return lines_; }
  struct Portion {
    std::size_t count = 0;
    std::string_view text;  ///< their JSON, with commas between; good until the next change
  };
  /// The lines from number `from` on, as many as lie together in `most` bytes, at least one; none at the end.
  [[nodiscard]] Portion lines_from(std::size_t from, std::size_t most) const;
  /// A copy that begins with the block of this line.
  [[nodiscard]] Transcript rest(std::size_t from) const;
  /// Appends all lines as a JSON array and forgets them.
  void move_into(std::string& out);
  /// The same array; a copy.
  [[nodiscard]] std::string json() const;

 private:
  /// A block of small lines, joined by commas, or one large line.
  struct Block {
    std::string bytes{};
    std::string tool_result{};          ///< set when it is one line that may be dropped
    std::size_t first = 0;              ///< the number of its first line
    std::vector<std::uint32_t> ends{};  ///< of its lines, in `bytes`
  };
  using BlockPtr = std::shared_ptr<Block>;
  bool make_room(std::size_t wanted);
  void append(std::string_view json);
  /// Of a line that is there.
  [[nodiscard]] std::vector<BlockPtr>::const_iterator block_of(std::size_t line) const;

  std::size_t most_;
  std::size_t bytes_ = 0;
  std::size_t dropped_ = 0;
  std::size_t lines_ = 0;
  std::vector<BlockPtr> blocks_;
  bool open_ = false;  ///< the last block takes more small lines
};

}  // namespace trinity::agentd
