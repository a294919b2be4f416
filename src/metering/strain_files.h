#pragma once
#include <array>
#include <filesystem>
#include <optional>
#include <span>

#include "metering/cgroup_text.h"
#include "metering/metering.h"
#include "metering/source.h"

namespace trinity::metering {

/// The files that tell what holds one container up. Opened when they are read, and kept open only for those who read
/// them often: a fleet of thousands could not have them all open. One thread at a time.
class StrainFiles {
 public:
  /// The container's directories. A controller is in a tree of its own (v1) or in the unified one; pressure stall
  /// information is in the unified one also where all controllers are elsewhere.
  struct Places {
    std::optional<std::filesystem::path> cpu{};     ///< v1
    std::optional<std::filesystem::path> memory{};  ///< v1
    std::optional<std::filesystem::path> disk{};    ///< v1, blkio
    std::optional<std::filesystem::path> unified{};
    std::filesystem::path proc{};  ///< where processes show what they have read and written
  };
  StrainFiles() = default;
  explicit StrainFiles(Places places) : places_(std::move(places)) {}

  /// `keep_open`: it is read again soon. Only then each process is asked for what it has read and written, where the
  /// control groups do not count it.
  [[nodiscard]] Strain read(bool keep_open, SteadyTime at);

 private:
  enum class File {
    cpu_stat,
    cpu_limit,
    cpu_period,
    memory_events,
    memory_kills,
    disk,
    cpu_stall,
    memory_stall,
    io_stall
  };
  static constexpr std::size_t files = 9;

  [[nodiscard]] std::optional<std::string_view> text(File file, const std::filesystem::path& directory,
                                                     const char* name, std::span<char> buffer);
  void read_cpu(std::span<char> buffer, Strain& into);
  void read_memory(std::span<char> buffer, Strain& into);
  void read_disk(std::span<char> buffer, bool closely, Strain& into);
  [[nodiscard]] std::optional<DiskBytes> bytes_of_processes(std::span<char> buffer) const;
  [[nodiscard]] Stall stall(File file, const char* name, std::span<char> buffer);

  Places places_;
  std::array<Source, files> open_;
};

}  // namespace trinity::metering
