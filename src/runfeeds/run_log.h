#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "live/feed.h"
#include "live/limits.h"

namespace trinity::runfeeds {

struct LogBounds {
  std::size_t kept = 1024 * 1024;            ///< bytes of the newest entries
  std::size_t frame = 64 * 1024;             ///< bytes of the entries of one event
  std::size_t at_once = 256 * 1024;          ///< more of them: a snapshot instead of events
  std::chrono::milliseconds every{250};      ///< between events with entries
  std::chrono::milliseconds text_every{50};  ///< between events with text
  std::size_t text = 2 * 1024 * 1024;        ///< bytes of the text that is being written; more of it is not told
  std::size_t per_second = 4;                ///< times that entries are told, at most
};

/// The newest entries of one run's transcript with their numbers, the text that is being written, and what clients
/// have been told of both. Entries are told four times a second; one that a text waits for goes at once, so that the
/// order stays. Pure; bounded; one thread.
class RunLog {
 public:
  RunLog(std::string agent, std::string run, LogBounds bounds = {})
      : agent_(std::move(agent)),
        run_(std::move(run)),
        bounds_(bounds),
        bursts_(bounds.per_second, std::chrono::seconds(1)) {}

  /// This is all of it; everybody has to be told anew.
  void replace(std::vector<std::string> newest, std::uint64_t total);
  /// Entries begin anew.
  void clear();
  /// The next entries.
  void append(std::vector<std::string> entries);
  /// `text` follows on the first `at` bytes of what is being written.
  void write(std::uint64_t at, const std::string& text, const std::string& read_at);
  void end_text();

  /// What is due; live::whole_again() when it is more than events take. `all`: whatever the pace.
  [[nodiscard]] std::vector<live::Event> take(live::Moment at, bool all = false);
  /// When more will be due; nothing: nothing waits.
  [[nodiscard]] std::optional<SteadyTime> next(live::Moment at) const;
  /// Members of a snapshot: `log`, `log_from`, `log_total`, `partial`: what has been told.
  [[nodiscard]] std::string snapshot() const;
  /// What is there counts as told: nobody has heard of anything yet.
  void begin_telling();

  /// How many entries there are, those that are no longer kept too.
  [[nodiscard]] std::uint64_t total() const noexcept { return total_; }

 private:
  [[nodiscard]] std::uint64_t first() const noexcept { return total_ - entries_.size(); }
  [[nodiscard]] bool text_waits() const noexcept { return text_anew_ || told_bytes_ < text_.size(); }
  void keep(std::string entry);
  void tell_entries(std::vector<live::Event>& events);
  void tell_text(std::vector<live::Event>& events);

  std::string agent_;
  std::string run_;
  LogBounds bounds_;
  live::Window bursts_;
  std::deque<std::string> entries_;
  std::size_t bytes_ = 0;
  std::uint64_t total_ = 0;
  std::uint64_t told_ = 0;  ///< entries before this one
  bool whole_ = false;      ///< events cannot tell what has happened
  SteadyTime entries_told_at_{};
  std::string text_;
  std::string read_at_;     ///< of the oldest piece that is not told
  bool text_anew_ = false;  ///< what was told of the text is void
  std::size_t told_bytes_ = 0;
  SteadyTime text_told_at_{};
};

}  // namespace trinity::runfeeds
