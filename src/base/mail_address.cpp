#include "base/mail_address.h"

#include <algorithm>

namespace trinity {

namespace {

constexpr std::size_t longest_local = 64;
constexpr std::size_t longest_label = 63;

bool is_letter(char c) noexcept {
  // Bytes of letters beyond ASCII are above it.
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || static_cast<signed char>(c) < 0;
}

bool is_local(std::string_view text) noexcept {
  constexpr std::string_view others = "!#$%&'*+-=?^_`{|}~.";
  const bool dots = text.starts_with('.') || text.ends_with('.') || text.find("..") != std::string_view::npos;
  return !text.empty() && text.size() <= longest_local && !dots && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_letter(c) || others.find(c) != std::string_view::npos;
  });
}

bool is_label(std::string_view text) noexcept {
  return !text.empty() && text.size() <= longest_label && text.front() != '-' && text.back() != '-' &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_letter(c) || c == '-'; });
}

bool is_host(std::string_view text) noexcept {
  for (;;) {
    const auto dot = text.find('.');
    if (!is_label(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

}  // namespace

std::string lower_case(std::string_view text) {
  std::string made(text);
  std::transform(made.begin(), made.end(), made.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return made;
}

bool is_mail_address(std::string_view text) noexcept {
  const auto at = text.find('@');
  return at != std::string_view::npos && text.size() <= longest_mail_address && is_local(text.substr(0, at)) &&
         is_host(text.substr(at + 1));
}

}  // namespace trinity
