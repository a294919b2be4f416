#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace trinity::settings {

/// `true`, `1`, `yes` in any case: how system settings write a switch that is on.
[[nodiscard]] bool is_true(std::string_view text) noexcept;

/// Settings that are kept sealed and never shown whole: the platform's keys.
[[nodiscard]] bool is_secret(std::string_view key) noexcept;

/// All system settings at one moment. Immutable once shared.
class Values {
 public:
  Values() = default;
  explicit Values(std::map<std::string, std::string, std::less<>> values) : values_(std::move(values)) {}

  [[nodiscard]] std::optional<std::string> text(std::string_view key) const;
  /// The text, or nothing when it is missing or empty: settings are emptied to mean "not set".
  [[nodiscard]] std::optional<std::string> filled(std::string_view key) const;
  /// A switch; `fallback` when the setting is missing.
  [[nodiscard]] bool flag(std::string_view key, bool fallback) const;
  /// Two settings count only for the word `true`: `setup_completed` exactly, `email_auth_enabled` in any case.
  [[nodiscard]] bool is_exactly(std::string_view key, std::string_view word) const;
  [[nodiscard]] bool is_word(std::string_view key, std::string_view word) const;
  /// Nothing when missing or no whole number.
  [[nodiscard]] std::optional<long long> number(std::string_view key) const;

  [[nodiscard]] auto begin() const noexcept { return values_.begin(); }
  [[nodiscard]] auto end() const noexcept { return values_.end(); }
  [[nodiscard]] std::size_t size() const noexcept { return values_.size(); }

  [[nodiscard]] Values with(std::string_view key, std::string_view value) const;
  [[nodiscard]] Values without(std::string_view key) const;

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace trinity::settings
