#pragma once
#include <string>
#include <string_view>

namespace trinity::http {

/// The bytes in gzip form (RFC 1952), without a time so that equal input gives equal output. Takes processor time: not
/// on an I/O thread. Throws std::runtime_error when memory is short.
[[nodiscard]] std::string gzip(std::string_view bytes);

}  // namespace trinity::http
