#pragma once
#include <fmt/format.h>

#include <cstddef>
#include <string>

namespace trinity::http {

/// What stands before the data of a chunk; a line end follows the data. Size 0 is the last one.
[[nodiscard]] inline std::string chunk_head(std::size_t size) {
  return fmt::format("{:x}\r\n", size);
}

}  // namespace trinity::http
