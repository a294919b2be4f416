#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace trinity::http {

/// A part of a representation, first and last byte included.
struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  [[nodiscard]] std::uint64_t length() const noexcept { return last - first + 1; }
  bool operator==(const ByteRange&) const = default;
};

/// What the field `Range` asks of `size` bytes. A field that is no single range of bytes is ignored, as a server may:
/// the whole is sent.
struct RangeChoice {
  enum class Kind { whole, part, unsatisfiable };
  Kind kind = Kind::whole;
  ByteRange part{};
};
[[nodiscard]] RangeChoice choose_range(std::optional<std::string_view> field, std::uint64_t size) noexcept;

}  // namespace trinity::http
