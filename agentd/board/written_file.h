#pragma once
#include <boost/json/value.hpp>
#include <chrono>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/blocking.h"
#include "base/clock.h"

namespace trinity::agentd {

/// A data file that the agent writes whenever it likes, also while it is being read. Half a file is looked at a second
/// time a moment later; one that stays broken does not take away what could be shown before. Parsed once for each
/// version. Belongs to one I/O thread.
class WrittenFile {
 public:
  using Parsed = std::expected<boost::json::value, std::string>;
  using Parse = std::function<Parsed(std::string_view text)>;

  struct Seen {
    std::filesystem::path path{};                         ///< empty: there is no such file
    std::shared_ptr<const boost::json::value> content{};  ///< null: there is none that can be used
    std::string fault{};                                  ///< why the file as it stands now cannot be used
    Time modified{};                                      ///< of `content`
  };

  /// `places`: where it may be, the first one that is there counts; with `pass_broken` the first one that can be used.
  WrittenFile(std::vector<std::filesystem::path> places, bool pass_broken, Parse parse, BlockingPool& pool,
              std::chrono::milliseconds again_after = std::chrono::milliseconds(50));
  WrittenFile(const WrittenFile&) = delete;
  WrittenFile& operator=(const WrittenFile&) = delete;

  Task<Seen> look();

 private:
  /// What tells one version from another.
  struct Version {
    std::int64_t modified_ns = 0;
    std::uint64_t size = 0;
    std::uint64_t inode = 0;
    bool operator==(const Version&) const = default;
  };
  struct Place {
    std::filesystem::path path;
    std::optional<Version> version{};
    std::string fault{};  ///< of that version
    std::shared_ptr<const boost::json::value> good{};
    Time good_modified{};
  };
  struct Read {
    Version version;
    Parsed parsed;
  };
  static std::optional<Version> version_of(const std::filesystem::path& path);
  /// Nothing: not there, or (unless `again`) still the version that is known.
  [[nodiscard]] std::optional<Read> read(const Place& place, bool again, bool& there) const;
  Task<bool> refresh(Place* place, bool again = false);

  std::vector<Place> places_;
  bool pass_broken_;
  Parse parse_;
  BlockingPool& pool_;
  std::chrono::milliseconds again_after_;
};

}  // namespace trinity::agentd
