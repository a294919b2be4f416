#pragma once
#include <string>
#include <string_view>

namespace trinity {

/// Stands where a secret was.
inline constexpr std::string_view secret_mask = "••••••••";

/// The text with known forms of secrets hidden: keys and tokens of well-known services (their first six characters
/// stay, by which one can be told from another), JWTs, Authorization headers, passwords in addresses, private keys in
/// PEM, and values of names such as MY_TOKEN=. Only what can be told for sure: hashes, ids and prose stay as they are.
/// Takes any bytes; time grows with the length only. The web UI hides the same (web/src/lib/masking.ts); both keep to
/// the table tests/support/masking.txt.
[[nodiscard]] std::string masked(std::string_view text);

}  // namespace trinity
