#pragma once
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <numeric>

namespace trinity {

/// How long calls of one kind took, by classes that fit answers from memory as well as hung engines. A plain value.
struct Durations {
  /// Upper bounds; one more class takes what is slower.
  static constexpr std::array<std::chrono::microseconds, 12> bounds{
      std::chrono::microseconds(250),       std::chrono::microseconds(1'000),   std::chrono::microseconds(2'500),
      std::chrono::microseconds(5'000),     std::chrono::microseconds(10'000),  std::chrono::microseconds(25'000),
      std::chrono::microseconds(100'000),   std::chrono::microseconds(250'000), std::chrono::microseconds(1'000'000),
      std::chrono::microseconds(2'500'000), std::chrono::seconds(10),           std::chrono::seconds(60)};

  std::array<std::uint64_t, bounds.size() + 1> by_class{};
  std::chrono::nanoseconds total{0};

  /// A bound belongs to the class below it.
  [[nodiscard]] static constexpr std::size_t class_of(std::chrono::nanoseconds took) noexcept {
    return static_cast<std::size_t>(std::lower_bound(bounds.begin(), bounds.end(), took) - bounds.begin());
  }
  constexpr void add(std::chrono::nanoseconds took) noexcept {
    ++by_class[class_of(took)];
    total += std::max(took, std::chrono::nanoseconds(0));
  }
  [[nodiscard]] constexpr std::uint64_t count() const noexcept {
    return std::accumulate(by_class.begin(), by_class.end(), std::uint64_t{0});
  }
};

}  // namespace trinity
