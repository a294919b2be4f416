#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace trinity::executions {

/// A text as the database keeps it.
struct Packed {
  std::string encoding;   ///< gzip, or plain for texts that are too short to become shorter
  std::int64_t size = 0;  ///< bytes of the text
  std::string bytes;
};

/// Takes processor time, about 3 ms for 100 KiB: not on an I/O thread.
[[nodiscard]] Packed pack(std::string_view text);
/// The text again, about 0.3 ms for 100 KiB. Throws Internal when the bytes are not what they are said to be.
[[nodiscard]] std::string unpack(const Packed& packed);

}  // namespace trinity::executions
