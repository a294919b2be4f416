#include "settings/values.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace trinity::settings {

namespace {

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_word(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, {}, lower, lower);
}

constexpr std::array<std::string_view, 4> secret_keys{"anthropic_api_key", "github_pat", "google_api_key",
                                                      "openai_api_key"};

}  // namespace

bool is_secret(std::string_view key) noexcept {
  return std::ranges::find(secret_keys, key) != secret_keys.end();
}

bool is_true(std::string_view text) noexcept {
  return same_word(text, "true") || text == "1" || same_word(text, "yes");
}

std::optional<std::string> Values::text(std::string_view key) const {
  const auto found = values_.find(key);
  if (found == values_.end()) return std::nullopt;
  return found->second;
}

std::optional<std::string> Values::filled(std::string_view key) const {
  auto value = text(key);
  if (value && value->empty()) return std::nullopt;
  return value;
}

bool Values::flag(std::string_view key, bool fallback) const {
  const auto found = values_.find(key);
  return found == values_.end() ? fallback : is_true(found->second);
}

bool Values::is_exactly(std::string_view key, std::string_view word) const {
  const auto found = values_.find(key);
  return found != values_.end() && found->second == word;
}

bool Values::is_word(std::string_view key, std::string_view word) const {
  const auto found = values_.find(key);
  return found != values_.end() && same_word(found->second, word);
}

std::optional<long long> Values::number(std::string_view key) const {
  const auto found = values_.find(key);
  if (found == values_.end()) return std::nullopt;
  const std::string& text = found->second;
  long long value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Values Values::with(std::string_view key, std::string_view value) const {
  auto copy = values_;
  copy.insert_or_assign(std::string(key), std::string(value));
  return Values(std::move(copy));
}

Values Values::without(std::string_view key) const {
  auto copy = values_;
  if (const auto found = copy.find(key); found != copy.end()) copy.erase(found);
  return Values(std::move(copy));
}

}  // namespace trinity::settings
