#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace trinity::credentials {

/// A line `KEY=VALUE`. The value is a secret.
struct Pair {
  std::string key;
  std::string value;
  std::size_t line = 0;  ///< from 1
  bool operator==(const Pair&) const = default;
};

/// A line that a bulk import passes over, and why; comments and blank lines are none of these.
struct IgnoredLine {
  std::size_t line = 0;
  std::string reason;
  bool operator==(const IgnoredLine&) const = default;
};

struct BulkText {
  std::vector<Pair> pairs;
  std::vector<IgnoredLine> ignored;
};

/// The contract's bulk format: keys in capitals, values that are not empty; a key may stand several times.
[[nodiscard]] BulkText parse_bulk(std::string_view text);

/// The looser format of hot reload: any key that is not empty, empty values too. A repeated key keeps its first place
/// and has its last value.
[[nodiscard]] std::vector<Pair> parse_hot_reload(std::string_view text);

}  // namespace trinity::credentials
