#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace trinity {

/// Amounts as people write them.

/// `512m`, `4g`, `1.5g`, `1073741824`: bytes, powers of 1024, suffix b k m g t in any case. Nothing when it is no size,
/// is below 6 MiB (the engine's least) or above 64 TiB.
[[nodiscard]] std::optional<std::int64_t> parse_memory(std::string_view text);

/// `2`, `0.5`: cores, above 0 and at most 4096. As CPU quota in microseconds for a period of cpu_period.
[[nodiscard]] std::optional<std::int64_t> parse_cpu_quota(std::string_view text);

/// Microseconds; the kernel's usual period. A quota above period times the host's cores is legal and narrows nothing.
inline constexpr std::int64_t cpu_period = 100'000;

}  // namespace trinity
