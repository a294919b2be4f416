#pragma once
#include <filesystem>
#include <string>
#include <string_view>

namespace trinity {

/// What credentials may do in an agent: one rule for the server, which stores and sends them, and the daemon in the
/// container, which trusts nobody.

/// Letters, digits and underscores, no digit first, at most 256.
[[nodiscard]] bool is_variable_name(std::string_view text) noexcept;

/// Why no credential may be delivered as that variable; empty: it may. Some names would change how programs are loaded
/// or found, or what the daemon and its Git do.
[[nodiscard]] std::string variable_name_fault(std::string_view name);

/// Why no credential may be written to that path of an agent's home folder; empty: it may.
[[nodiscard]] std::string credential_path_fault(const std::filesystem::path& path);

/// What an update of an agent's credentials holds at most.
inline constexpr std::size_t most_credential_variables = 1'000;
inline constexpr std::size_t most_credential_files = 200;
inline constexpr std::size_t longest_credential_value = 256UL * 1024;
inline constexpr std::size_t largest_credential_update = 8UL * 1024 * 1024;

}  // namespace trinity
