#include "http/text.h"

#include <algorithm>

namespace trinity::http {

namespace {

/// `q=0`, `q=0.0` and so on.
bool is_zero_weight(std::string_view parameter) noexcept {
  parameter = trim(parameter);
  if (!starts_with_name(parameter, "q=")) return false;
  return parameter.substr(2).find_first_not_of("0.") == std::string_view::npos;
}

}  // namespace

bool lists_token(std::string_view field, std::string_view token) noexcept {
  while (!field.empty()) {
    auto item = take_until(field, ',');
    if (same_name(trim(take_until(item, ';')), token)) return !is_zero_weight(item);
  }
  return false;
}

std::optional<std::string_view> field_parameter(std::string_view field, std::string_view key) noexcept {
  (void)take_until(field, ';');
  while (!field.empty()) {
    const auto equals = field.find_first_of("=;");
    if (equals == std::string_view::npos) return std::nullopt;
    const auto name = trim(field.substr(0, equals));
    const bool valued = field[equals] == '=';
    field.remove_prefix(equals + 1);
    if (!valued) continue;
    std::string_view value;
    field = field.substr(std::min(field.find_first_not_of(" \t"), field.size()));
    if (field.starts_with('"')) {
      const auto end = field.find('"', 1);
      if (end == std::string_view::npos) return std::nullopt;
      value = field.substr(1, end - 1);
      field.remove_prefix(end + 1);
      (void)take_until(field, ';');
    } else {
      value = trim(take_until(field, ';'));
    }
    if (same_name(name, key)) return value;
  }
  return std::nullopt;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view fine = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string made;
  made.reserve(text.size());
  for (const char c : text) {
    if (fine.find(c) != std::string_view::npos) {
      made += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      made.append({'%', digits[byte >> 4U], digits[byte & 15U]});
    }
  }
  return made;
}

}  // namespace trinity::http
