#pragma once
#include <cstdint>
#include <filesystem>

namespace trinity::metrics {

/// What the system says of this process. A figure that cannot be read is 0.
struct ProcessFigures {
  std::uint64_t resident_bytes = 0;
  double cpu_seconds = 0;
  std::uint64_t open_files = 0;
  std::uint64_t threads = 0;
  double started_seconds = 0;  ///< since 1970
};

/// Reads a few files of /proc, which never block. Any thread.
[[nodiscard]] ProcessFigures process_figures();

}  // namespace trinity::metrics
