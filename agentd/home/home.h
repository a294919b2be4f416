#pragma once
#include <sys/stat.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agentd/descriptor.h"
#include "agentd/home/protection.h"

namespace trinity::agentd {

/// Where a path leads. What it names may change at any time: whoever goes on from here does so from `folder`, by
/// `name`, without following links, and so never leaves the home directory.
struct Place {
  enum class State {
    there,    ///< `about` holds what it is
    absent,   ///< its folder is there
    nowhere,  ///< nor is its folder
  };
  State state = State::nowhere;
  HomePath path;              ///< resolved: without links
  std::size_t missing = 0;    ///< how many names at its end do not exist; `folder` is the deepest that does
  std::vector<HomePath> via;  ///< the links on the way, each by its own resolved place
  Descriptor folder;          ///< that holds it (O_PATH); the home directory itself has none
  Descriptor self;            ///< when there (O_PATH)
  struct stat about{};

  [[nodiscard]] bool is_home() const noexcept { return path.empty(); }
  [[nodiscard]] bool is_there() const noexcept { return state == State::there; }
  [[nodiscard]] bool is_folder() const noexcept { return is_there() && S_ISDIR(about.st_mode); }
  [[nodiscard]] bool is_file() const noexcept { return is_there() && S_ISREG(about.st_mode); }
  [[nodiscard]] const std::string& name() const noexcept { return path.back(); }
  /// Of the resolved path and of every link that was followed.
  [[nodiscard]] Protection protection() const noexcept;
};

/// The home directory, as the only part of the file system that the file API knows. A path is absolute or relative to
/// it. Dot segments and links are resolved here, name by name, each in a folder that is held open, and every link is
/// read instead of being followed: a path that leaves the home directory is seen without anything outside being
/// touched, and nothing that is swapped meanwhile can lead out. Any thread; blocks.
class Home {
 public:
  explicit Home(std::filesystem::path root);

  /// What to do with a link that stands at the end of the path.
  enum class Last { follow, keep };
  /// Throws Forbidden when the path leads out of the home directory, BadRequest when it is longer or deeper than any
  /// path may be, Failed when it may not be looked at.
  [[nodiscard]] Place find(std::string_view asked, Last last) const;

  [[nodiscard]] const std::filesystem::path& root() const noexcept { return root_; }

  static constexpr std::size_t longest_path = 4096;  ///< bytes
  static constexpr std::size_t deepest = 128;        ///< folders
  static constexpr int most_links = 40;

 private:
  std::filesystem::path root_;
  std::vector<HomePath> spellings_;  ///< of the root's absolute path, with and without links
};

/// The reason of the last failed call to the system.
[[nodiscard]] std::string system_reason();

/// Whether something else is mounted there. False where the system cannot tell.
[[nodiscard]] bool is_mount(int folder, const char* name) noexcept;

}  // namespace trinity::agentd
