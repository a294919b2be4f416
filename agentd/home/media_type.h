#pragma once
#include <string>
#include <string_view>

namespace trinity::agentd {

/// The media type of a file by its name, from a fixed table; with charset for texts.
[[nodiscard]] std::string media_type_of(std::string_view name);

/// `attachment; filename="..."`; names beyond ASCII, and those that would have to be escaped, percent-encoded.
[[nodiscard]] std::string attachment_named(std::string_view name);

}  // namespace trinity::agentd
