#pragma once
#include <cstddef>

namespace trinity::http {

/// The fewest bytes that end a chunked body (RFC 9112, 7.1): "0" and two line ends. Beast 1.81 asserts that the head of
/// the last chunk is not put into its parser with fewer.
inline constexpr std::size_t shortest_chunked_end = 5;

}  // namespace trinity::http
