#include "base/text.h"

#include <algorithm>

namespace trinity {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool continues(unsigned char c) {
  return (c & 0xC0) == 0x80;
}

/// Length of the valid UTF-8 character at the front of `rest`, 0 when there is none. Overlong forms, surrogates and
/// values above U+10FFFF are not valid (RFC 3629).
std::size_t character_length(std::string_view rest) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(rest[i]); };
  const unsigned char first = at(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || rest.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!continues(at(i))) return 0;
  }
  if (first == 0xE0 && at(1) < 0xA0) return 0;
  if (first == 0xED && at(1) > 0x9F) return 0;
  if (first == 0xF0 && at(1) < 0x90) return 0;
  if (first == 0xF4 && at(1) > 0x8F) return 0;
  return length;
}

}  // namespace

std::string to_utf8(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const auto length = character_length(bytes);
    text.append(length > 0 ? bytes.substr(0, length) : kReplacement);
    bytes.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return text;
}

std::string preview(std::string_view text, std::size_t characters) {
  // Four bytes hold any character, so this much is enough and a huge text is not looked at whole.
  const bool cut_bytes = text.size() > characters * 4 + 4;
  const auto clean = to_utf8(text.substr(0, characters * 4 + 4));
  std::string line;
  std::size_t count = 0;
  std::size_t i = 0;
  for (; i < clean.size() && count < characters; ++count) {
    const auto length = std::max<std::size_t>(character_length(std::string_view(clean).substr(i)), 1);
    if (length == 1 && (static_cast<unsigned char>(clean[i]) < 0x20 || clean[i] == 0x7F)) {
      line.push_back(' ');
    } else {
      line.append(clean, i, length);
    }
    i += length;
  }
  if (i < clean.size() || cut_bytes) line += "...";
  return line;
}

}  // namespace trinity
