#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "settings/values.h"

namespace trinity::platform {

enum class OpsType { percent, positive, dollars, flag };

/// One of the operations settings, which have a default and a form.
struct OpsKey {
  std::string_view key;
  std::string_view fallback;
  OpsType type = OpsType::positive;
  std::string_view description;
};

inline constexpr std::string_view ssh_access = "ssh_access_enabled";

/// All, in the order of answers.
[[nodiscard]] std::span<const OpsKey> ops_keys() noexcept;
/// Null: no operations setting.
[[nodiscard]] const OpsKey* ops_key(std::string_view key) noexcept;

/// What the value must be when it is not; continues the word "Use".
[[nodiscard]] std::optional<std::string_view> ops_fault(const OpsKey& key, std::string_view value);
/// Whether the warning of context comes no later than the critical mark, with the values as they would stand. Stored
/// values that are no numbers count as their defaults.
[[nodiscard]] bool thresholds_agree(const settings::Values& values);

/// The stored text, or the default where nothing usable is stored.
[[nodiscard]] std::string ops_value(const OpsKey& key, const settings::Values& values);

}  // namespace trinity::platform
