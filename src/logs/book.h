#pragma once
#include <cstdint>
#include <deque>
#include <string>

#include "base/clock.h"
#include "logs/batch.h"

namespace trinity::logs {

/// What clients are to be told of a batch.
struct News {
  enum class Kind {
    nothing,
    event,  ///< `data` of the event, JSON text
    whole   ///< a snapshot again: numbers have begun anew, or more came at once than an event takes
  };
  Kind kind = Kind::nothing;
  std::string data{};
};

/// The newest lines of one agent's log with their numbers, and what clients are told of them. Pure; bounded; one
/// thread.
class Book {
 public:
  /// `since` tells counts apart over a restart of the server.
  Book(std::string agent, Time since, Bounds bounds);

  [[nodiscard]] News append(Batch batch);
  /// The newest `tail` lines, JSON text.
  [[nodiscard]] std::string snapshot(std::size_t tail) const;

  [[nodiscard]] State state() const noexcept { return state_; }
  [[nodiscard]] std::size_t size() const noexcept { return lines_.size(); }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

 private:
  void begin_count(bool reset);
  void forget_lines();
  void keep(std::string line);
  /// How many of the newest `most` lines fit into an event.
  [[nodiscard]] std::size_t fitting(std::uint64_t most) const;
  /// The opening of both texts up to the lines.
  [[nodiscard]] std::string head(std::uint64_t first, std::uint64_t dropped) const;
  void close(std::string& text, std::size_t lines) const;

  std::string agent_;
  std::int64_t since_ms_;
  Bounds bounds_;
  std::uint64_t counts_ = 0;  ///< how often numbers have begun anew
  bool reset_ = false;        ///< this count is of another container than the one before
  std::uint64_t next_ = 0;    ///< number of the next line
  State state_ = State::connecting;
  std::deque<std::string> lines_;  ///< without gaps; the last one has the number next_ - 1
  std::size_t bytes_ = 0;
};

}  // namespace trinity::logs
