#pragma once
#include <string>
#include <string_view>

#include "base/masking.h"

namespace trinity::executions {

/// What lists and events show of a message to those who may not read it whole, and the contract's message_preview.
inline constexpr std::size_t preview_characters = 100;

/// The first characters of a text as they are; a character of several bytes is never split.
[[nodiscard]] inline std::string first_characters(std::string_view text, std::size_t count = preview_characters) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    const bool begins = (static_cast<unsigned char>(text[at]) & 0xc0U) != 0x80U;
    if (begins && count-- == 0) break;
  }
  return std::string(text.substr(0, at));
}

/// The same of a text that others may see: what is secret in it is hidden, also where its end is cut off.
[[nodiscard]] inline std::string shown_characters(std::string_view text, std::size_t count = preview_characters) {
  return first_characters(masked(first_characters(text, 8 * count)), count);
}

}  // namespace trinity::executions
