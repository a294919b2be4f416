#pragma once
#include <chrono>
#include <cstdint>
#include <string>

namespace trinity::cli {

/// `0 B`, `512 KiB`, `1.5 GiB`: powers of 1024, at most three digits.
[[nodiscard]] std::string bytes_text(std::int64_t bytes);
/// `45s`, `12m`, `3h 20m`, `6d 4h`.
[[nodiscard]] std::string duration_text(std::chrono::seconds duration);
/// `3.4 %`.
[[nodiscard]] std::string percent_text(double percent);

}  // namespace trinity::cli
