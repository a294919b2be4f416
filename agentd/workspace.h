#pragma once
#include <cstddef>
#include <expected>
#include <filesystem>
#include <stop_token>
#include <string>

namespace trinity::agentd {

/// In the home directory: the template's content has been copied.
inline constexpr const char* kInitialisedMarker = ".trinity-initialized";

struct CopyReport {
  bool done_before = false;  ///< the marker was there: nothing was touched
  std::size_t files = 0;
  std::size_t skipped = 0;  ///< links that lead out of the template, pipes, devices
};

/// Copies everything below `source` (hidden files too) to `home`, over what is there, and sets the marker last: a copy
/// that was interrupted is repeated as a whole at the next start. Links are copied as links and only when they stay
/// inside; nothing is ever written through a link. scripts/*.sh and *.py become executable. Blocks; not on an I/O
/// thread. A stop request ends it between two files.
[[nodiscard]] std::expected<CopyReport, std::string> copy_template(const std::filesystem::path& source,
                                                                   const std::filesystem::path& home,
                                                                   const std::stop_token& stop);

/// The folders for large output, which are not part of the repository: content/{videos,audio,images,exports}. Where
/// the home directory is a git repository they are named in its private exclude file, never in a tracked one.
void make_content_folders(const std::filesystem::path& home);

/// Whether a link at `link` (relative to the root of the tree) with that target stays inside the tree. By its text
/// alone: absolute targets lead out.
[[nodiscard]] bool stays_inside(const std::filesystem::path& link, const std::filesystem::path& target);

}  // namespace trinity::agentd
