#pragma once
#include <cstddef>
#include <expected>
#include <filesystem>
#include <string>

namespace trinity::agentd {

/// The whole of a regular file of at most `most` bytes, or why not. Anything else under that name (a pipe, a device, a
/// folder) is refused without being waited for: what lies in the home directory is the agent's doing.
[[nodiscard]] std::expected<std::string, std::string> read_small_file(const std::filesystem::path& file,
                                                                      std::size_t most);

}  // namespace trinity::agentd
