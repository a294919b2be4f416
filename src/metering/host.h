#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "metering/metering.h"

namespace trinity::metering {

/// Figures of the machine itself. What it does not tell is nothing, never 0.
struct HostSample {
  Time at{};
  unsigned cores = 0;                        ///< logical ones; 0 unknown
  std::optional<double> cpu_percent;         ///< 0 to 100 of all cores, mean since the reading before
  std::optional<std::uint64_t> memory_used;  ///< bytes that are not available to programs
  std::optional<std::uint64_t> memory_total;
  std::optional<std::uint64_t> disk_used;  ///< bytes of the root file system
  std::optional<std::uint64_t> disk_total;
  std::optional<double> disk_percent;  ///< of what programs may use

  [[nodiscard]] std::optional<double> memory_percent() const noexcept;
};

/// Time of all cores together since the start of the machine, in any unit.
struct CpuTimes {
  std::uint64_t busy = 0;
  std::uint64_t total = 0;
  unsigned cores = 0;
};
/// The text of /proc/stat. Pure, for table tests.
[[nodiscard]] std::optional<CpuTimes> parse_cpu_times(std::string_view text);

/// Bytes of memory that programs could still get, from <proc>/meminfo; nothing when it does not tell. Any thread.
[[nodiscard]] std::optional<std::uint64_t> free_memory(const std::filesystem::path& proc);

/// Reads /proc/stat, /proc/meminfo and the root file system's statistics. One thread at a time.
class HostReader {
 public:
  explicit HostReader(HostPaths paths) : paths_(std::move(paths)) {}
  /// The first reading's CPU figure is the mean since the machine's start.
  [[nodiscard]] HostSample read(Time wall);

 private:
  HostPaths paths_;
  CpuTimes before_;
};

}  // namespace trinity::metering
