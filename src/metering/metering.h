#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace trinity::metering {

/// Raw counters of one container at one moment.
struct Counters {
  SteadyTime at{};                    ///< when they were read
  std::uint64_t cpu_nanoseconds = 0;  ///< CPU time used since the container started
  std::uint64_t memory_bytes =
      0;  ///< usage without page cache: v2 minus inactive_file, v1 minus total_inactive_file; never negative
  std::uint64_t memory_limit = 0;  ///< bytes; the host's memory when the container has no limit
  std::uint64_t pids = 0;
  std::uint64_t network_rx = 0;  ///< bytes over all interfaces but loopback
  std::uint64_t network_tx = 0;
  SteadyTime traffic_at{};  ///< when the network's were read: they may be older
};

/// How often the scheduler has held a container back because it had used up its share of the processors. Since the
/// container started.
struct Throttling {
  std::uint64_t periods = 0;            ///< in which it wanted to run
  std::uint64_t throttled_periods = 0;  ///< of them, those in which it was held back
  std::uint64_t nanoseconds = 0;        ///< held back, the sum over all processors
};

/// Pressure stall information of one resource: percent of the last ten seconds in which somebody, or everybody, inside
/// the container waited for it. What the kernel does not tell is nothing, never 0.
struct Stall {
  std::optional<double> some_avg10;
  std::optional<double> full_avg10;
  bool operator==(const Stall&) const = default;
};

/// What holds a container up, at one moment. Counts are since the container started. What this kernel, or this version
/// of control groups, does not tell is nothing.
struct Strain {
  SteadyTime at{};
  std::optional<double> cpu_limit;  ///< cores; nothing: no limit
  std::optional<Throttling> throttling;
  std::optional<std::uint64_t> memory_high;  ///< v2: times it was slowed down above memory.high
  std::optional<std::uint64_t> memory_max;   ///< times it stood at the limit (v1: failcnt, nothing while that is 0)
  std::optional<std::uint64_t> oom;          ///< v2: times memory ran out for good
  std::optional<std::uint64_t> oom_kills;    ///< processes that the kernel killed for it
  Stall cpu;
  Stall memory;
  Stall io;
  std::optional<std::uint64_t> disk_read;  ///< bytes, over all devices
  std::optional<std::uint64_t> disk_written;
};

/// Figures as people read them.
struct Sample {
  Time at{};
  double cpu_percent = 0;  ///< percent of one core, 200 = two cores busy: CPU time delta / wall time delta * 100
  std::uint64_t memory_bytes = 0;
  std::uint64_t memory_limit = 0;
  double memory_percent = 0;  ///< 0 to 100; 0 without a limit
  std::uint64_t network_rx = 0;
  std::uint64_t network_tx = 0;
  std::uint64_t pids = 0;
};

/// The figures between two readings. A counter that went back (restart, wrap) counts as zero progress; no time between
/// them: CPU 0.
[[nodiscard]] Sample derive(const Counters* before, const Counters& after, Time wall) noexcept;

/// Reads one container's files and keeps their descriptors open (measured: 13 us against 49 us with open/read/close).
/// One thread at a time. cgroup v1 or v2 is chosen per controller from /proc/<pid>/cgroup. Drop it when the container
/// stops: its open network file keeps the container's network namespace alive.
class Reader {
 public:
  virtual ~Reader() = default;
  /// Nothing when the container has gone.
  virtual std::optional<Counters> read() = 0;
  /// What holds the container up. Costs more files than read(). `keep_open`: it is asked again soon, so the files stay
  /// open.
  virtual Strain read_strain(bool keep_open) = 0;
};

/// Where the host shows its files; tests point it at recorded trees.
struct HostPaths {
  std::filesystem::path proc = "/proc";
  std::filesystem::path cgroup = "/sys/fs/cgroup";
  std::filesystem::path disk = "/";  ///< a place on the file system that counts as the host's disk
};

/// How old a figure may be that costs much to read and changes seldom. CPU time, memory in use and the number of
/// processes are read each time.
struct Tolerance {
  std::chrono::milliseconds limit{60'000};  ///< of the memory's limit
  std::chrono::milliseconds traffic{4'000};
  /// Of the page cache, while the memory in use stays within `still_bytes` of what it was then.
  std::chrono::milliseconds cache{60'000};
  std::uint64_t still_bytes = 64ULL * 1024;
};

/// A reader for the container whose init has this process id on this host. Nothing when the host does not show its
/// files (another machine's engine, no permission): then the engine's one-shot statistics are the fall-back.
[[nodiscard]] std::unique_ptr<Reader> open_reader(const HostPaths& paths, std::int64_t pid,
                                                  const Tolerance& tolerance = {});

/// A cgroup's place: its paths as /proc/<pid>/cgroup tells them. Pure, for table tests.
struct CgroupPlace {
  bool unified = false;   ///< v2 only
  std::string cpu;        ///< path below the controller's mount (v1: cpuacct)
  std::string scheduler;  ///< v1's cpu
  std::string memory;
  std::string disk;  ///< v1's blkio
  std::string pids;
  std::string unified_path;  ///< path of the v2 line, when there is one
};
[[nodiscard]] CgroupPlace parse_cgroup(std::string_view text);

}  // namespace trinity::metering
