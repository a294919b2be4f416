#pragma once
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>

namespace trinity::agentd {

/// Writes a file of mode 0600 below `root`, beside its place and then moved there: a reader finds the old content or
/// the new one. Folders on the way are made (0700). `path` is relative, without dot segments; no link is followed, not
/// even inside, so that nothing can be written anywhere else. The text says why it was refused. Blocks.
[[nodiscard]] std::expected<void, std::string> write_secret_file(const std::filesystem::path& root,
                                                                 const std::filesystem::path& path,
                                                                 std::string_view content);

/// Removes such a file with the same care. Nothing there is no fault.
[[nodiscard]] std::expected<void, std::string> remove_secret_file(const std::filesystem::path& root,
                                                                  const std::filesystem::path& path);

}  // namespace trinity::agentd
