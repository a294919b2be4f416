#include "http/range.h"

#include <algorithm>
#include <charconv>

#include "http/text.h"

namespace trinity::http {

namespace {

/// Digits only; nothing for an empty text. A number beyond all sizes is the largest one.
std::optional<std::uint64_t> number(std::string_view text) noexcept {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  return fault == std::errc() ? value : UINT64_MAX;
}

}  // namespace

RangeChoice choose_range(std::optional<std::string_view> field, std::uint64_t size) noexcept {
  if (!field || !starts_with_name(*field, "bytes=")) return {};
  const auto spec = trim(field->substr(6));
  const auto dash = spec.find('-');
  if (dash == std::string_view::npos || spec.find(',') != std::string_view::npos) return {};
  const auto from = trim(spec.substr(0, dash));
  const auto to = trim(spec.substr(dash + 1));
  const auto last = number(to);
  if (from.empty()) {
    if (!last) return {};
    if (*last == 0 || size == 0) return {RangeChoice::Kind::unsatisfiable, {}};
    return {RangeChoice::Kind::part, {size - std::min(*last, size), size - 1}};
  }
  const auto first = number(from);
  if (!first || (!to.empty() && (!last || *last < *first))) return {};
  if (*first >= size) return {RangeChoice::Kind::unsatisfiable, {}};
  return {RangeChoice::Kind::part, {*first, std::min(last.value_or(size - 1), size - 1)}};
}

}  // namespace trinity::http
