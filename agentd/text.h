#pragma once
#include <string>
#include <string_view>

namespace trinity::agentd {

/// The first `count` characters of a UTF-8 text, unchanged.
[[nodiscard]] std::string first_characters(std::string_view text, std::size_t count);
/// The same with "..." behind when something was cut off.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t count);

}  // namespace trinity::agentd
