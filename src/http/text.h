#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace trinity::http {

/// Small pieces of the grammar of header fields. Letters are ASCII; no locale.
[[nodiscard]] constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

[[nodiscard]] constexpr bool same_name(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

[[nodiscard]] constexpr bool starts_with_name(std::string_view text, std::string_view prefix) noexcept {
  return text.size() >= prefix.size() && same_name(text.substr(0, prefix.size()), prefix);
}

/// Without blanks and tabs at both ends.
[[nodiscard]] constexpr std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Takes what stands before `mark` off the front of `rest`, the mark too; all of it when there is no mark.
[[nodiscard]] constexpr std::string_view take_until(std::string_view& rest, char mark) noexcept {
  const auto end = rest.find(mark);
  const auto piece = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  return piece;
}

/// Whether a comma-separated field names `token` (case does not count; parameters behind `;` are ignored, except
/// that `;q=0` means no).
[[nodiscard]] bool lists_token(std::string_view field, std::string_view token) noexcept;

/// Everything but letters, digits and `-._~` as `%XX`: for a value in a query, a segment of a path, a field parameter.
[[nodiscard]] std::string percent_encode(std::string_view text);

/// The value of `key` among the parameters of a field such as `form-data; name="a"`; quotes removed, no unescaping.
[[nodiscard]] std::optional<std::string_view> field_parameter(std::string_view field, std::string_view key) noexcept;

}  // namespace trinity::http
