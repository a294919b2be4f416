#pragma once
#include <cstddef>
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>

namespace trinity::agentd {

/// The whole of a regular file of at most `most` bytes, or why not. Anything else under that name (a pipe, a device, a
/// folder) is refused without being waited for: what lies in the home directory is the agent's doing.
[[nodiscard]] std::expected<std::string, std::string> read_small_file(const std::filesystem::path& file,
                                                                      std::size_t most);

/// Writes a file of mode 0600 beside its place and moves it there, so that a reader finds the old or the new content.
/// Folders on the way are made. The text says why it failed. Blocks.
[[nodiscard]] std::expected<void, std::string> write_private_file(const std::filesystem::path& file,
                                                                  std::string_view content);

}  // namespace trinity::agentd
