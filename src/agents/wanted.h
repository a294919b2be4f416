#pragma once
#include <map>
#include <string>

#include "fleet/types.h"
#include "settings/values.h"

namespace trinity::agents {

/// What an agent's container shall be, by the settings as they are now. Pure functions of section 7.2 of the contract:
/// the answers about settings and the start of an agent ask the same ones.
struct Wanted {
  std::string memory;  ///< as in the label
  std::string cpu;
  std::string model_key;  ///< value of ANTHROPIC_API_KEY; empty: without it. A secret
  bool full_capabilities = true;
};

/// Where the container differs from that. Shared folders come with their feature.
struct Difference {
  bool limits = false;
  bool model_key = false;
  bool capabilities = false;
  [[nodiscard]] bool any() const noexcept { return limits || model_key || capabilities; }
};

inline constexpr const char* default_memory = "4g";
inline constexpr const char* default_cpu = "2";

/// The platform's model key: the system setting, else the server's own variable. A secret.
[[nodiscard]] std::string platform_model_key(const settings::Values& values,
                                             const std::map<std::string, std::string>& environment);

/// The system-wide setting, unless somebody decided about this agent: its owner can only narrow it, an administrator's
/// word counts whatever the setting says.
[[nodiscard]] bool wants_full_capabilities(const fleet::Agent& agent, bool system_wide) noexcept;

[[nodiscard]] Wanted wanted_of(const fleet::Agent& agent, const settings::Values& values,
                               const std::map<std::string, std::string>& environment);

/// An override that is no size or no number of cores (other programs write this table too) differs from nothing. What
/// the engine has not told differs from nothing either.
[[nodiscard]] Difference difference(const fleet::Agent& agent, const Wanted& wanted);

}  // namespace trinity::agents
