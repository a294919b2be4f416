#include "engine/framing.h"

#include <algorithm>
#include <utility>

namespace trinity::engine {

namespace {

constexpr std::size_t head_size = 8;

/// Whether these bytes may begin a head: stream 0 to 2, then three zero bytes. The engine sends stream 0 for what came
/// from the input of a container.
bool may_be_head(std::string_view bytes) {
  if (!bytes.empty() && static_cast<unsigned char>(bytes[0]) > 2) return false;
  const auto zeros = bytes.substr(std::min<std::size_t>(1, bytes.size()), 3);
  return std::ranges::all_of(zeros, [](char c) { return c == '\0'; });
}

std::size_t frame_length(std::string_view head) {
  std::size_t length = 0;
  for (const char c : head.substr(4, 4)) length = length << 8 | static_cast<unsigned char>(c);
  return length;
}

/// How a byte may begin a UTF-8 sequence: its length, and the bounds of the second byte, which keep out overlong forms,
/// surrogates and what lies above U+10FFFF. Source: the Unicode standard, table 3-7.
struct Lead {
  std::size_t length = 0;
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
};

Lead lead_of(unsigned char c) {
  if (c < 0x80) return {.length = 1};
  if (c < 0xC2) return {};
  if (c < 0xE0) return {.length = 2};
  if (c == 0xE0) return {.length = 3, .low = 0xA0};
  if (c == 0xED) return {.length = 3, .high = 0x9F};
  if (c < 0xF0) return {.length = 3};
  if (c == 0xF0) return {.length = 4, .low = 0x90};
  if (c < 0xF4) return {.length = 4};
  if (c == 0xF4) return {.length = 4, .high = 0x8F};
  return {};
}

/// Length of the well-formed part at the front of `text`, at least 1, and whether it is a whole character.
std::pair<std::size_t, bool> next_character(std::string_view text) {
  const auto lead = lead_of(static_cast<unsigned char>(text[0]));
  if (lead.length == 0) return {1, false};
  std::size_t got = 1;
  while (got < lead.length && got < text.size()) {
    const auto c = static_cast<unsigned char>(text[got]);
    const auto low = got == 1 ? lead.low : 0x80;
    const auto high = got == 1 ? lead.high : 0xBF;
    if (c < low || c > high) break;
    ++got;
  }
  return {got, got == lead.length};
}

}  // namespace

void LogFramer::feed(std::string_view bytes, std::vector<LogPiece>& out) {
  while (!bytes.empty() && !plain_) {
    if (to_keep_ == 0 && to_skip_ == 0) {
      take_head(bytes, out);
    } else {
      take_body(bytes, out);
    }
  }
  while (!bytes.empty()) {
    out.push_back({LogPiece::Stream::out, std::string(bytes.substr(0, max_frame_)), true});
    bytes.remove_prefix(out.back().bytes.size());
  }
}

void LogFramer::take_head(std::string_view& bytes, std::vector<LogPiece>& out) {
  const auto part = bytes.substr(0, head_size - head_.size());
  head_ += part;
  bytes.remove_prefix(part.size());
  if (!may_be_head(head_)) {
    plain_ = true;
    out.push_back({LogPiece::Stream::out, std::exchange(head_, {}), true});
    return;
  }
  if (head_.size() < head_size) return;
  const auto length = frame_length(head_);
  piece_.stream = head_[0] == 2 ? LogPiece::Stream::err : LogPiece::Stream::out;
  to_keep_ = std::min(length, max_frame_);
  to_skip_ = length - to_keep_;
  head_.clear();
}

void LogFramer::take_body(std::string_view& bytes, std::vector<LogPiece>& out) {
  const auto kept = bytes.substr(0, to_keep_);
  piece_.bytes += kept;
  bytes.remove_prefix(kept.size());
  to_keep_ -= kept.size();
  const auto skipped = std::min(to_skip_, bytes.size());
  bytes.remove_prefix(skipped);
  to_skip_ -= skipped;
  if (to_keep_ == 0 && !piece_.bytes.empty()) out.push_back(std::exchange(piece_, {}));
}

void LogFramer::finish(std::vector<LogPiece>& out) {
  // Fewer than eight bytes are no frame; what is text of a terminal shows itself by its first byte, so this was cut.
  head_.clear();
  if (!piece_.bytes.empty()) out.push_back(std::exchange(piece_, {}));
  to_keep_ = to_skip_ = 0;
}

void LogTail::add(LogPiece piece) {
  bytes_ += piece.bytes.size();
  pieces_.push_back(std::move(piece));
  while (bytes_ > max_bytes_ && bytes_ - pieces_.front().bytes.size() >= max_bytes_) {
    bytes_ -= pieces_.front().bytes.size();
    pieces_.pop_front();
  }
}

std::vector<LogPiece> LogTail::take() {
  if (bytes_ > max_bytes_) {
    auto& oldest = pieces_.front().bytes;
    const auto over = bytes_ - max_bytes_;
    const auto line = oldest.find('\n', over - 1);
    // Half a line is better than nothing at all.
    const bool nothing_left = pieces_.size() == 1 && line + 1 == oldest.size();
    oldest.erase(0, line == std::string::npos || nothing_left ? over : line + 1);
    if (oldest.empty()) pieces_.pop_front();
  }
  bytes_ = 0;
  std::vector<LogPiece> all(std::make_move_iterator(pieces_.begin()), std::make_move_iterator(pieces_.end()));
  pieces_.clear();
  return all;
}

std::string log_text(const std::vector<LogPiece>& pieces) {
  // Joined first: the engine cuts long lines without regard to characters.
  std::string raw;
  for (const auto& piece : pieces) raw += piece.bytes;
  std::string text;
  text.reserve(raw.size());
  for (std::string_view rest = raw; !rest.empty();) {
    const auto [length, whole] = next_character(rest);
    text += whole ? rest.substr(0, length) : std::string_view("\xEF\xBF\xBD");
    rest.remove_prefix(length);
  }
  return text;
}

void LineSplitter::feed(std::string_view bytes, std::vector<std::string>& lines) {
  while (true) {
    const auto end = bytes.find('\n');
    append(bytes.substr(0, end));
    if (end == std::string_view::npos) return;
    end_line(lines);
    bytes.remove_prefix(end + 1);
  }
}

void LineSplitter::finish(std::vector<std::string>& lines) {
  end_line(lines);
}

void LineSplitter::append(std::string_view part) {
  if (skipping_) return;
  if (part.size() > max_line_ - pending_.size()) {
    skipping_ = true;
    ++dropped_;
    pending_ = {};
    return;
  }
  pending_ += part;
}

void LineSplitter::end_line(std::vector<std::string>& lines) {
  skipping_ = false;
  if (pending_.ends_with('\r')) pending_.pop_back();
  if (!pending_.empty()) lines.push_back(std::exchange(pending_, {}));
}

}  // namespace trinity::engine
