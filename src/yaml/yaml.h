#pragma once
#include <boost/json/value.hpp>
#include <expected>
#include <string>
#include <string_view>

namespace trinity::yaml {

/// A YAML document as JSON, or why it cannot be read. Plain scalars get the types of YAML 1.1: `yes` is true, `010` is
/// 8, `1:30` is 90; a date stays text; numbers that are not finite become null. Files come from agents, so they are
/// hostile: at most 1 MB, 64 levels, 100,000 nodes and 4 MB of text once aliases are followed. A later key of the same
/// name wins; keys that are no scalars are left out.
[[nodiscard]] std::expected<boost::json::value, std::string> to_json(std::string_view text);

/// The type of one unquoted scalar.
[[nodiscard]] boost::json::value plain_scalar(const std::string& text);

inline constexpr std::size_t largest_file = 1'000'000;

}  // namespace trinity::yaml
