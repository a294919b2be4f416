#pragma once
#include "http/message.h"

namespace trinity::http {

/// How an answer may be shortened on its way out.
enum class Packing {
  none,  ///< as it is
  vary,  ///< worth it, but this client does not take gzip: only caches must know
  here,  ///< short enough for the I/O thread
  pool   ///< on the blocking pool
};

/// Smaller answers gain nothing; larger ones than the second would hold up the other connections of the thread.
inline constexpr std::size_t pack_from = 1024;
inline constexpr std::size_t pack_here_below = 64 * 1024;

/// JSON that a handler made for this request alone, of 1 KiB and more. Shared bodies, and answers that bring a coding
/// of their own, stay as they are.
[[nodiscard]] Packing packing_for(const Response& response, bool takes_gzip) noexcept;
/// Adds `Vary` and, unless it would grow, packs the body; a strong ETag becomes that of the packed form. With
/// Packing::pool: from the pool.
void pack(Response& response, Packing packing);

}  // namespace trinity::http
