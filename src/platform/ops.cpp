#include "platform/ops.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>

namespace trinity::platform {

namespace {

constexpr std::string_view warning_key = "ops_context_warning_threshold";
constexpr std::string_view critical_key = "ops_context_critical_threshold";
constexpr double most_dollars = 1e9;
constexpr std::int64_t most_count = 1'000'000'000;

constexpr std::array keys{
    OpsKey{warning_key, "75", OpsType::percent, "Context fill in percent that raises a warning"},
    OpsKey{critical_key, "90", OpsType::percent, "Context fill in percent that is critical"},
    OpsKey{"ops_idle_timeout_minutes", "30", OpsType::positive, "Minutes until an agent counts as stuck"},
    OpsKey{"ops_cost_limit_daily_usd", "50.0", OpsType::dollars, "Daily cost limit in USD; 0: none"},
    OpsKey{"ops_max_execution_minutes", "10", OpsType::positive, "Minutes that one chat execution may take"},
    OpsKey{"ops_alert_suppression_minutes", "15", OpsType::positive, "Minutes during which equal alerts are muted"},
    OpsKey{"ops_log_retention_days", "7", OpsType::positive, "Days that container logs are kept"},
    OpsKey{"ops_health_check_interval", "60", OpsType::positive, "Seconds between health checks"},
    OpsKey{ssh_access, "false", OpsType::flag, "Allow temporary SSH access to agents"},
};

std::optional<double> decimal(std::string_view text) noexcept {
  double value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (fault != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

bool is_positive(std::string_view text) noexcept {
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  return fault == std::errc() && end == text.data() + text.size() && value >= 1 && value <= most_count;
}

bool is_between(std::string_view text, double least, double most) noexcept {
  const auto value = decimal(text);
  return value && *value >= least && *value <= most;
}

bool is_word(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  constexpr std::array words{"true", "false", "1", "0", "yes", "no"};
  return std::ranges::find(words, lower) != words.end();
}

double percent_of(std::string_view key, const settings::Values& values) {
  return decimal(ops_value(*ops_key(key), values)).value_or(0);
}

}  // namespace

std::span<const OpsKey> ops_keys() noexcept {
  return keys;
}

const OpsKey* ops_key(std::string_view key) noexcept {
  const auto* const found = std::ranges::find(keys, key, &OpsKey::key);
  return found == keys.end() ? nullptr : found;
}

std::optional<std::string_view> ops_fault(const OpsKey& key, std::string_view value) {
  switch (key.type) {
    case OpsType::percent:
      if (!is_between(value, 0, 100)) return "a percentage from 0 to 100";
      break;
    case OpsType::positive:
      if (!is_positive(value)) return "a whole number of at least 1";
      break;
    case OpsType::dollars:
      if (!is_between(value, 0, most_dollars)) return "an amount in USD of at least 0";
      break;
    case OpsType::flag:
      if (!is_word(value)) return "true or false";
      break;
  }
  return std::nullopt;
}

bool thresholds_agree(const settings::Values& values) {
  return percent_of(warning_key, values) <= percent_of(critical_key, values);
}

std::string ops_value(const OpsKey& key, const settings::Values& values) {
  auto stored = values.text(key.key);
  return stored && !ops_fault(key, *stored) ? std::move(*stored) : std::string(key.fallback);
}

}  // namespace trinity::platform
