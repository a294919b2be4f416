#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace trinity::json {

/// A value in at most `most` bytes (not less than 100): the ends of its long strings are left out, which a note says
/// where they were; when that is not enough, an object stands in its place that says how much is missing. `text` is
/// valid JSON, and so is what is made of it. Nothing is parsed, so large values cost no more than their size.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t most);

}  // namespace trinity::json
