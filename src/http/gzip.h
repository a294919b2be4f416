#pragma once
#include <string>
#include <string_view>

namespace trinity::http {

/// How much processor time a shorter result is worth: `thorough` for what is packed once and sent often, `quick` for
/// one answer.
enum class Effort { quick, thorough };

/// The bytes in gzip form (RFC 1952), without a time so that equal input gives equal output. Takes processor time,
/// about 1 ms per 100 KiB even when quick: on an I/O thread only for short texts. Throws std::runtime_error when memory
/// is short.
[[nodiscard]] std::string gzip(std::string_view bytes, Effort effort = Effort::thorough);

}  // namespace trinity::http
