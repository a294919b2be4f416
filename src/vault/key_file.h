#pragma once
#include <filesystem>
#include <optional>
#include <string_view>

#include "vault/keys.h"

namespace trinity::vault {

/// Nothing when there is no file. Throws as load_keys() does.
[[nodiscard]] std::optional<Keys> read_key_file(const std::filesystem::path& file);

/// Lines "id key" with the key in hex, the newest last; empty lines and those with # do not count. `name` is for
/// faults: std::runtime_error without what a line holds.
[[nodiscard]] Keys parse_key_file(std::string_view text, std::string_view name);

}  // namespace trinity::vault
