#include "agentd/live_transcript.h"

#include <algorithm>

namespace trinity::agentd {

void LiveTranscript::leave(Reader* reader) {
  readers_.erase(reader);
  if (status_ && readers_.empty()) lines_.reset();
}

void LiveTranscript::begin(std::shared_ptr<Transcript> lines) {
  lines_ = std::move(lines);
  ++attempt_;
  end_text();
  for (auto* reader : readers_) reader->next = 0;
  wake();
}

void LiveTranscript::add(ShownLine line) {
  if (line.ends_text) end_text();
  lines_->add(std::move(line));
  wake();
}

void LiveTranscript::write(const Piece& piece, Time time) {
  if (piece.begins) end_text();
  if (piece.text.empty()) {
    wake();
    return;
  }
  text_full_ = text_full_ || text_.size() + piece.text.size() > kLongestText;
  if (text_full_) return;
  text_ += piece.text;
  for (auto* reader : readers_) {
    if (!reader->waiting_since) reader->waiting_since = time;
  }
  wake();
}

void LiveTranscript::end_text() {
  text_full_ = false;
  if (text_.empty()) return;
  std::string().swap(text_);
  ++text_number_;
  for (auto* reader : readers_) reader->waiting_since.reset();
}

void LiveTranscript::finish() {
  lines_->finish();
  wake();
}

/// The lines go on into the answer: what readers have not had yet is shared with it, all else let go.
void LiveTranscript::end(std::string status) {
  status_ = std::move(status);
  end_text();
  if (lines_) {
    std::size_t next = lines_->lines();
    for (const auto* reader : readers_) next = std::min(next, reader->next);
    lines_ = readers_.empty() ? nullptr : std::make_shared<Transcript>(lines_->rest(next));
  }
  for (auto* reader : readers_) reader->on_end();
  wake();
}

Transcript::Portion LiveTranscript::lines_from(std::size_t from, std::size_t most) const {
  return lines_ ? lines_->lines_from(from, most) : Transcript::Portion();
}

void LiveTranscript::wake() {
  for (auto* reader : readers_) reader->changed.cancel();
}

}  // namespace trinity::agentd
