#pragma once
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "agentd/runtime/event.h"
#include "agentd/transcript.h"
#include "base/clock.h"
#include "base/task.h"

namespace trinity::agentd {

/// What those see who watch a run: its lines so far, the text that is being written, and how it ended. Every reader
/// takes what it has not had yet, so nothing is kept for the slow ones but lines of a run that has ended. Belongs to
/// one I/O thread. No I/O.
class LiveTranscript {
 public:
  /// Bytes of the text that is being written; what comes after them is told only as a line.
  static constexpr std::size_t kLongestText = 1024 * 1024;

  /// Somebody who watches.
  struct Reader {
    explicit Reader(const asio::any_io_executor& executor) : changed(executor) {}
    asio::steady_timer changed;         ///< cancelled when there is something new
    std::function<void()> on_end;       ///< called once, when the run ends
    std::size_t next = 0;               ///< the line that it needs next
    std::optional<Time> waiting_since;  ///< when the first piece came that it has not had
  };
  void join(Reader* reader) { readers_.insert(reader); }
  void leave(Reader* reader);

  /// The program starts, and its lines go there. Once more when it had to be started again: then what was before is
  /// void.
  void begin(std::shared_ptr<Transcript> lines);
  void add(ShownLine line);
  void write(const Piece& piece, Time time);
  /// No more lines follow.
  void finish();
  void end(std::string status);

  /// How often the program has been started.
  [[nodiscard]] unsigned attempt() const noexcept { return attempt_; }
  [[nodiscard]] std::size_t lines() const noexcept { return lines_ ? lines_->lines() : 0; }
  [[nodiscard]] Transcript::Portion lines_from(std::size_t from, std::size_t most) const;
  /// The text that is being written; empty when none is.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  /// Counts the texts.
  [[nodiscard]] unsigned text_number() const noexcept { return text_number_; }
  /// `success`, `failed`, `timeout` or `terminated`; nothing while it goes on.
  [[nodiscard]] const std::optional<std::string>& status() const noexcept { return status_; }

 private:
  void end_text();
  void wake();

  std::unordered_set<Reader*> readers_;
  std::shared_ptr<Transcript> lines_;
  std::string text_;
  unsigned text_number_ = 0;
  bool text_full_ = false;
  unsigned attempt_ = 0;
  std::optional<std::string> status_;
};

}  // namespace trinity::agentd
