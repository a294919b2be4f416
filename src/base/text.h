#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace trinity {

/// Programs print any bytes; JSON wants UTF-8. Every byte that is not part of valid UTF-8 becomes U+FFFD.
[[nodiscard]] std::string to_utf8(std::string_view bytes);

/// The first `characters` of a text on one line (control characters become blanks); a cut is marked by "...". Never
/// splits a UTF-8 character. For logs, which take no more than a preview of what people and agents say.
[[nodiscard]] std::string preview(std::string_view text, std::size_t characters = 50);

}  // namespace trinity
