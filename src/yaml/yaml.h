#pragma once
#include <boost/json/value.hpp>
#include <expected>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace trinity::yaml {

/// A YAML document as JSON, or why it cannot be read. Plain scalars get the types of YAML 1.1: `yes` is true, `010` is
/// 8, `1:30` is 90; a date stays text; numbers that are not finite become null. Files come from agents, so they are
/// hostile: at most 1 MB, 64 levels, 100,000 nodes and 4 MB of text once aliases are followed. A later key of the same
/// name wins; keys that are no scalars are left out.
[[nodiscard]] std::expected<boost::json::value, std::string> to_json(std::string_view text);

/// Why a document cannot be read, and where. Lines and columns count from 1; 0: not known.
struct Fault {
  std::string message;
  int line = 0;
  int column = 0;
};

/// A document for those who tell people what is wrong with it.
struct Document {
  boost::json::value value;
  /// Path of a value -> the line where its key stands: `resources.cpu`, `tools[1]`. The first 4,000 values down to the
  /// fourth level.
  std::map<std::string, int, std::less<>> lines{};
  std::vector<std::string> repeated{};  ///< paths of keys that stand there more than once; at most 100

  /// Of the value, or of the nearest one around it; 0: not known.
  [[nodiscard]] int line_of(std::string_view path) const;
};

/// The same as to_json, with the places of values.
[[nodiscard]] std::expected<Document, Fault> read(std::string_view text);

/// The type of one unquoted scalar.
[[nodiscard]] boost::json::value plain_scalar(const std::string& text);

inline constexpr std::size_t largest_file = 1'000'000;

}  // namespace trinity::yaml
