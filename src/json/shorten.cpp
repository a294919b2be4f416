#include "json/shorten.h"

#include <fmt/format.h>

#include <array>

namespace trinity::json {

namespace {

/// Bytes that belong together: an escape, two of them when they make one character, or a character of UTF-8.
std::size_t unit_at(std::string_view text, std::size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  if (byte == '\\') {
    if (at + 1 >= text.size() || text[at + 1] != 'u') return 2;
    const bool first_half = at + 3 < text.size() && (text[at + 2] == 'd' || text[at + 2] == 'D') &&
                            std::string_view("89abAB").find(text[at + 3]) != std::string_view::npos;
    return first_half ? 12 : 6;
  }
  if (byte < 0x80) return 1;
  return byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;
}

/// Where the string that begins at `begin` (after its quote) ends.
std::size_t end_of_string(std::string_view text, std::size_t begin) {
  auto at = text.find_first_of("\"\\", begin);
  while (at != std::string_view::npos && text[at] == '\\') at = text.find_first_of("\"\\", at + 2);
  return at == std::string_view::npos ? text.size() : at;
}

/// Every string in at most `longest` bytes and a note.
std::string with_short_strings(std::string_view text, std::size_t longest) {
  std::string made;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto quote = text.find('"', at);
    if (quote == std::string_view::npos) break;
    made += text.substr(at, quote + 1 - at);
    const auto end = end_of_string(text, quote + 1);
    const auto whole = text.substr(quote + 1, end - quote - 1);
    std::size_t kept = whole.size();
    if (whole.size() > longest) {
      kept = 0;
      for (auto unit = unit_at(whole, 0); kept + unit <= longest; unit = unit_at(whole, kept)) kept += unit;
    }
    made += whole.substr(0, kept);
    if (kept < whole.size()) made += fmt::format("… [{} bytes more]", whole.size() - kept);
    at = end;
    if (at < text.size()) made += text[at++];
  }
  if (at < text.size()) made += text.substr(at);
  return made;
}

}  // namespace

std::string shortened(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  for (const std::size_t part : {std::size_t{4}, std::size_t{32}, std::size_t{256}}) {
    auto made = with_short_strings(text, most / part);
    if (made.size() <= most) return made;
  }
  return fmt::format(R"({{"type":"system","subtype":"left_out","bytes":{}}})", text.size());
}

}  // namespace trinity::json
