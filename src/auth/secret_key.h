#pragma once
#include <filesystem>
#include <string>

namespace trinity::auth {

/// The key that signs tokens: `from_environment` (SECRET_KEY) when it is not empty, else the text in `file`, which is
/// made once: 32 random bytes in hex, readable by its owner only. Throws Internal when the file cannot be made or read
/// or is too short to be a key. Never log the result.
[[nodiscard]] std::string secret_key(const std::string& from_environment, const std::filesystem::path& file);

}  // namespace trinity::auth
