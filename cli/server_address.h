#pragma once
#include <string>
#include <string_view>

namespace trinity::cli {

/// Where the server is: `http://host:port` or `https://host[:port]`, with an optional path before `/api` (a reverse
/// proxy), without a slash at its end. Without a scheme, `http` is meant for this machine and `https` for any other.
/// Throws Fault (usage) for anything else; names and passwords in addresses are refused, since addresses end up in
/// shell histories and logs.
[[nodiscard]] std::string server_address(std::string_view text);

/// Whether an address made by server_address() means this machine (localhost, 127.0.0.0/8, ::1).
[[nodiscard]] bool is_this_machine(std::string_view address);

/// A part of a path, percent-encoded (RFC 3986: all but unreserved characters).
[[nodiscard]] std::string path_segment(std::string_view text);

}  // namespace trinity::cli
