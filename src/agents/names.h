#pragma once
#include <string>
#include <string_view>

namespace trinity::agents {

/// The contract's rule (6.1): characters outside A-Z a-z 0-9 _ . - become `-`; leading characters that are no letters
/// or digits go; runs of
/// `-` collapse; trailing `-` go; lower case. Trailing dots go too: the name is a host name. Empty when nothing is
/// left.
[[nodiscard]] std::string sanitise_name(std::string_view raw);

/// Throws BadRequest with a text for people: empty, longer than 50 characters, or reserved for an address of the API.
void check_name(std::string_view sanitised);

}  // namespace trinity::agents
