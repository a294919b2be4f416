#pragma once
#include <string>
#include <string_view>

namespace trinity {

/// Longest address that is taken, in bytes.
inline constexpr std::size_t longest_mail_address = 254;

/// How addresses are stored and compared. Letters beyond ASCII stay as they are.
[[nodiscard]] std::string lower_case(std::string_view text);

/// Whether mail could be sent to this: `local@host`, without blanks, brackets, quotation marks and the slash, which no
/// address of the API can hold. A host may be one word, as in closed networks. Says nothing about whether it exists.
[[nodiscard]] bool is_mail_address(std::string_view text) noexcept;

}  // namespace trinity
