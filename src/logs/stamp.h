#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace trinity::logs {

/// The engine's time in front of a log entry.
struct Stamp {
  std::int64_t nano = 0;   ///< since the epoch
  std::size_t length = 0;  ///< bytes that it takes, its blank included
};

/// Reads `2026-01-15T09:30:05.120345678Z ` off the front; nothing when the text does not begin like that.
[[nodiscard]] std::optional<Stamp> stamp_of(std::string_view text) noexcept;

/// The same form without the blank, always nine digits and Z.
[[nodiscard]] std::string stamp_text(std::int64_t nano);

}  // namespace trinity::logs
