#pragma once
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "agentd/home/removal.h"
#include "agentd/home/writing.h"

namespace trinity::agentd {

/// Texts larger than this are not written by the editor's operation.
inline constexpr std::uint64_t largest_text = 10 * 1024 * 1024;

/// What may be changed in the home directory, and how. `asked` and the like are paths as given, for the texts, which
/// are the contract's. All of it blocks. What is thrown becomes the answer; Failed holds the bare reason.

/// An existing text file that may be replaced. `if_match`: only while its tag is still this one.
struct Replacing {
  FileWriter writer;
  bool changed = false;  ///< its tag is another one: nothing may be written
};
[[nodiscard]] Replacing begin_update(const Home& home, std::string_view asked,
                                     std::optional<std::string_view> if_match);

/// A file of any content, new, or in the place of another one when `overwrite`.
struct Uploading {
  FileWriter writer;
  bool created = false;
};
[[nodiscard]] Uploading begin_upload(const Home& home, std::string_view asked, bool overwrite);

struct Removed {
  bool folder = false;
  std::size_t entries = 1;
};
Removed remove_path(const Home& home, std::string_view asked, RemovalLimits limits, std::stop_token stop);

/// With the folders above it.
void make_folder(const Home& home, std::string_view asked);

/// Never over something.
void move_path(const Home& home, std::string_view from, std::string_view to);

}  // namespace trinity::agentd
