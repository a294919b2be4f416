#include "agentd/text.h"

namespace trinity::agentd {

std::string first_characters(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  while (at < text.size()) {
    // A character begins at every byte that does not continue one.
    if ((static_cast<unsigned char>(text[at]) & 0xC0) != 0x80 && count-- == 0) break;
    ++at;
  }
  return std::string(text.substr(0, at));
}

std::string shortened(std::string_view text, std::size_t count) {
  auto made = first_characters(text, count);
  if (made.size() < text.size()) made += "...";
  return made;
}

}  // namespace trinity::agentd
