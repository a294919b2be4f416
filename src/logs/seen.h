#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>

#include "logs/lines.h"

namespace trinity::logs {

/// Which of the newest lines are known, so that a log that is read again from a moment before its end goes on without
/// losing or repeating a line. Both streams have clocks of their own, so lines may stand a little out of order: the
/// moment lies that much before the newest line. Pure; bounded.
class Seen {
 public:
  /// A line that was taken.
  void note(const Line& line);
  /// From which moment on the log is to be read again; 0: nothing is known.
  [[nodiscard]] std::int64_t since() const noexcept;
  /// The log is read again from since() on.
  void again();
  /// Whether this line of the log that is read again was not there before.
  [[nodiscard]] bool is_new(const Line& line);
  /// Since again(): a known line has come, so nothing is missing between then and now.
  [[nodiscard]] bool joined() const noexcept { return joined_; }
  void clear() noexcept;

 private:
  struct Known {
    std::int64_t at_nano = 0;
    std::size_t mark = 0;
  };

  std::deque<Known> known_;  ///< the newest, in the order of the log
  std::int64_t newest_ = 0;
  std::int64_t forgotten_ = 0;  ///< lines up to this moment may have been forgotten

  std::unordered_multimap<std::size_t, std::int64_t> awaited_;  ///< known ones that will come again
  std::int64_t awaited_until_ = 0;                              ///< the newest of them
  bool joined_ = false;
};

}  // namespace trinity::logs
