#pragma once
#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace trinity::credentials {

/// What a key says about its credential, by the contract's lists.
[[nodiscard]] std::string guessed_service(std::string_view key);
[[nodiscard]] std::string guessed_type(std::string_view key);

[[nodiscard]] std::string upper_case(std::string_view text);

/// A member's value as a variable has it: texts as they are, anything else as compact JSON. Nothing for null.
[[nodiscard]] std::optional<std::string> text_of(const boost::json::value& value);

/// The one value of a secret that has several names for it: member `api_key`, else `token`, else the one named like the
/// credential, else the first; what is empty does not count.
[[nodiscard]] std::string main_value(const boost::json::object& secret, std::string_view name);

}  // namespace trinity::credentials
