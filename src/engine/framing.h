#pragma once
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "engine/types.h"

namespace trinity::engine {

/// Takes the engine's log bytes apart: frames of an 8 byte head {stream, 0, 0, 0, length big-endian} and the bytes. A
/// container with a TTY sends plain bytes instead: the first head that cannot be one switches to plain. Pure; bounded:
/// a frame over `max_frame` bytes is cut. Source: Docker Engine API, "Attach to a container", stream format.
class LogFramer {
 public:
  explicit LogFramer(std::size_t max_frame = 1024 * 1024) : max_frame_(max_frame) {}
  /// Appends complete pieces to `out`. Bytes may come in any portions.
  void feed(std::string_view bytes, std::vector<LogPiece>& out);
  /// What is left at the end of the stream.
  void finish(std::vector<LogPiece>& out);

 private:
  void take_head(std::string_view& bytes, std::vector<LogPiece>& out);
  void take_body(std::string_view& bytes, std::vector<LogPiece>& out);

  std::size_t max_frame_;
  std::string head_;         ///< what came of the head so far
  LogPiece piece_;           ///< the frame being read
  std::size_t to_keep_ = 0;  ///< bytes of it still to come
  std::size_t to_skip_ = 0;  ///< bytes still to come of what the bound cuts off
  bool plain_ = false;
};

/// The newest pieces, within a bound of bytes: what is over is left out from the oldest on, at a line's start where
/// there is one.
class LogTail {
 public:
  explicit LogTail(std::size_t max_bytes) : max_bytes_(max_bytes) {}
  void add(LogPiece piece);
  [[nodiscard]] std::vector<LogPiece> take();

 private:
  std::size_t max_bytes_;
  std::size_t bytes_ = 0;
  std::deque<LogPiece> pieces_;
};

/// Pieces as one text; bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string log_text(const std::vector<LogPiece>& pieces);

/// Cuts a stream of JSON objects separated by line breaks into lines; a line over the limit is dropped and counted.
class LineSplitter {
 public:
  explicit LineSplitter(std::size_t max_line = 256 * 1024) : max_line_(max_line) {}
  void feed(std::string_view bytes, std::vector<std::string>& lines);
  /// A last line that no line break ended.
  void finish(std::vector<std::string>& lines);
  [[nodiscard]] std::size_t dropped() const noexcept { return dropped_; }

 private:
  void append(std::string_view part);
  void end_line(std::vector<std::string>& lines);

  std::size_t max_line_;
  std::size_t dropped_ = 0;
  std::string pending_;
  bool skipping_ = false;
};

}  // namespace trinity::engine
