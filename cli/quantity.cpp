#include "cli/quantity.h"

#include <fmt/format.h>

#include <array>

namespace trinity::cli {

std::string bytes_text(std::int64_t bytes) {
  constexpr std::array units{"B", "KiB", "MiB", "GiB", "TiB"};
  auto amount = static_cast<double>(bytes);
  std::size_t unit = 0;
  // 1023.5 would be shown as 1024.
  while (amount >= 1023.5 && unit + 1 < units.size()) {
    amount /= 1024;
    ++unit;
  }
  if (unit == 0 || amount >= 99.95) return fmt::format("{:.0f} {}", amount, units[unit]);
  return fmt::format("{:.1f} {}", amount, units[unit]);
}

std::string duration_text(std::chrono::seconds duration) {
  const auto total = std::max<std::int64_t>(duration.count(), 0);
  if (total < 60) return fmt::format("{}s", total);
  if (total < 3600) return fmt::format("{}m", total / 60);
  if (total < 86400) return fmt::format("{}h {}m", total / 3600, total % 3600 / 60);
  return fmt::format("{}d {}h", total / 86400, total % 86400 / 3600);
}

std::string percent_text(double percent) {
  return fmt::format("{:.1f} %", percent);
}

}  // namespace trinity::cli
