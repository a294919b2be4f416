#pragma once
#include <memory>
#include <string>

#include "agentd/home/home.h"
#include "base/blocking.h"
#include "base/clock.h"
#include "http/body_source.h"

namespace trinity::agentd {

/// Larger files are neither shown, nor downloaded, nor taken.
inline constexpr std::uint64_t largest_file = 104'857'600;

/// A regular file that is open for reading.
struct OpenFile {
  Descriptor descriptor;
  std::uint64_t size = 0;
  Time modified;
  std::string tag;  ///< strong ETag: of this content at this place
};

/// Opens what was found. `asked` is the path as given, for the texts. Throws NotFound, BadRequest for anything but a
/// regular file (which is not opened), PayloadTooLarge.
[[nodiscard]] OpenFile open_file(const Place& place, std::string_view asked);

/// The tag of a file as it is now.
[[nodiscard]] std::string tag_of(const struct stat& about);
[[nodiscard]] Time modified_of(const struct stat& about);

/// The bytes of a file from `first` on, `length` of them, read on `pool`. As text: bytes that are no UTF-8 are
/// replaced. A file that became shorter ends early.
[[nodiscard]] std::shared_ptr<http::BodySource> bytes_of(OpenFile file, std::uint64_t first, std::uint64_t length,
                                                         BlockingPool& pool);
[[nodiscard]] std::shared_ptr<http::BodySource> text_of(OpenFile file, BlockingPool& pool);

/// Whether all of it is UTF-8 without zero bytes. Blocks.
[[nodiscard]] bool is_text(const OpenFile& file);

}  // namespace trinity::agentd
