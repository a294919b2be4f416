#include "logs/lines.h"

#include <algorithm>

#include "base/text.h"
#include "logs/stamp.h"

namespace trinity::logs {

namespace {

/// Room for the time in front of a terminal's line.
constexpr std::size_t max_raw = max_line + 64;

bool continues(char c) noexcept {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

/// Length of `text` without a character at its end that `limit` would split.
std::size_t whole_characters(std::string_view text, std::size_t limit) noexcept {
  if (text.size() <= limit) return text.size();
  auto length = limit;
  while (length > 0 && limit - length < 4 && continues(text[length])) --length;
  return continues(text[length]) ? limit : length;
}

}  // namespace

void LineAssembler::feed(const engine::LogPiece& piece, std::vector<Line>& out) {
  auto& part = parts_[piece.stream == Stream::err ? 1 : 0];
  std::string_view bytes = piece.bytes;
  std::int64_t at_nano = 0;
  if (!piece.plain) {
    // Every entry has its time, also the second part of a line.
    if (const auto stamp = stamp_of(bytes)) {
      at_nano = stamp->nano;
      bytes.remove_prefix(stamp->length);
    }
  }
  for (bool more = true; more;) {
    if (!part.begun) {
      part.begun = true;
      part.plain = piece.plain;
      part.at_nano = at_nano;
    }
    const auto end_of_line = bytes.find('\n');
    add(part, bytes.substr(0, end_of_line));
    if (end_of_line == std::string_view::npos) return;
    end(part, piece.stream, out);
    bytes.remove_prefix(end_of_line + 1);
    more = !bytes.empty();
  }
}

void LineAssembler::finish(std::vector<Line>& out) {
  for (const auto stream : {Stream::out, Stream::err}) {
    auto& part = parts_[stream == Stream::err ? 1 : 0];
    if (!part.raw.empty()) end(part, stream, out);
  }
  clear();
}

void LineAssembler::clear() noexcept {
  parts_ = {};
}

void LineAssembler::add(Part& part, std::string_view bytes) {
  const auto kept = std::min(bytes.size(), max_raw - part.raw.size());
  part.raw += bytes.substr(0, kept);
  part.over += bytes.size() - kept;
}

void LineAssembler::end(Part& part, Stream stream, std::vector<Line>& out) {
  std::string_view raw = part.raw;
  Line line;
  line.at_nano = part.at_nano;
  line.stream = stream;
  if (const auto stamp = part.plain ? stamp_of(raw) : std::nullopt) {
    line.at_nano = stamp->nano;
    raw.remove_prefix(stamp->length);
  }
  // A terminal ends its lines with both. Behind a cut it is among what was left out.
  if (part.over == 0 && raw.ends_with('\r')) raw.remove_suffix(1);
  const auto length = whole_characters(raw, max_line);
  line.cut = part.over + raw.size() - length;
  line.text = to_utf8(raw.substr(0, length));
  // U+FFFD is longer than what it stands for.
  const auto fitting = whole_characters(line.text, max_line);
  line.cut += line.text.size() - fitting;
  line.text.resize(fitting);
  out.push_back(std::move(line));
  part.raw.clear();
  part.over = 0;
  part.begun = false;
}

}  // namespace trinity::logs
