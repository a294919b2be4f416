#include "agentd/home/utf8_check.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace trinity::agentd {

namespace {

bool continues(char c) noexcept {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

std::size_t wanted_length(char first) noexcept {
  const auto byte = static_cast<unsigned char>(first);
  return byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC2 ? 2 : 1;
}

/// How many bytes at the end may be the beginning of a character.
std::size_t unfinished(std::string_view text) noexcept {
  for (std::size_t back = 1; back <= std::min<std::size_t>(3, text.size()); ++back) {
    const char c = text[text.size() - back];
    if (!continues(c)) return wanted_length(c) > back ? back : 0;
  }
  return 0;
}

}  // namespace

std::string Utf8Check::clean(std::string_view piece) {
  auto bytes = std::move(waiting_);
  bytes.append(piece);
  const auto rest = unfinished(bytes);
  waiting_ = bytes.substr(bytes.size() - rest);
  bytes.erase(bytes.size() - rest);
  auto text = to_utf8(bytes);
  sound_ = sound_ && text == bytes;
  return text;
}

std::string Utf8Check::finish() {
  sound_ = sound_ && waiting_.empty();
  return to_utf8(std::exchange(waiting_, {}));
}

}  // namespace trinity::agentd
