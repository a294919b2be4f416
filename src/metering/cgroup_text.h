#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "metering/metering.h"

// The texts of cgroup and network files. Pure, without allocation where the sampler comes by.
namespace trinity::metering {

/// A decimal number at the front of `text`; nothing when there is none or it does not fit.
[[nodiscard]] std::optional<std::uint64_t> leading_number(std::string_view text) noexcept;

/// The number behind `key` and a space at the start of a line: cpu.stat, memory.stat, /proc/meminfo (`key` with colon,
/// any number of spaces).
[[nodiscard]] std::optional<std::uint64_t> number_of(std::string_view text, std::string_view key) noexcept;

/// Bytes of a limit file; nothing when there is no limit: "max" (v2) or 2^60 and more (v1 writes the largest multiple
/// of a page).
[[nodiscard]] std::optional<std::uint64_t> limit_of(std::string_view text) noexcept;

struct Traffic {
  std::uint64_t received = 0;
  std::uint64_t sent = 0;
};
/// Bytes over all interfaces of /proc/<pid>/net/dev but loopback. Lines that cannot be read count nothing.
[[nodiscard]] Traffic traffic_of(std::string_view text) noexcept;

/// The scheduler's counts of cpu.stat; `key` names the time, which is in units of that many nanoseconds. Nothing when
/// the kernel does not count.
[[nodiscard]] std::optional<Throttling> throttling_of(std::string_view text, std::string_view key,
                                                      std::uint64_t nanoseconds) noexcept;
/// Cores from a share of a period; nothing when either is missing or 0.
[[nodiscard]] std::optional<double> cores_of(std::optional<std::uint64_t> share,
                                             std::optional<std::uint64_t> period) noexcept;
/// The same from v2's cpu.max ("20000 100000"); nothing for "max".
[[nodiscard]] std::optional<double> cpu_max_of(std::string_view text) noexcept;

/// The avg10 figures of a file of pressure stall information. What does not stand there, or is no percentage, is
/// nothing.
[[nodiscard]] Stall stall_of(std::string_view text) noexcept;

struct DiskBytes {
  std::uint64_t read = 0;
  std::uint64_t written = 0;
};
/// Bytes over all devices of v2's io.stat.
[[nodiscard]] DiskBytes io_bytes_of(std::string_view text) noexcept;
/// Bytes over all devices of v1's blkio.throttle.io_service_bytes; nothing when no device stands there: newer kernels
/// count only where a limit was set.
[[nodiscard]] std::optional<DiskBytes> service_bytes_of(std::string_view text) noexcept;
/// Of one process and of its children that have ended, from /proc/<pid>/io.
[[nodiscard]] std::optional<DiskBytes> process_bytes_of(std::string_view text) noexcept;
/// The next process id of cgroup.procs, which is taken off `text`; nothing at its end. 0: one of another namespace.
[[nodiscard]] std::optional<std::uint64_t> take_process(std::string_view& text) noexcept;

/// Whether a line of cgroup.procs is this process id.
[[nodiscard]] bool lists_process(std::string_view text, std::int64_t pid) noexcept;

/// The path of the container's own cgroup: up to the last part that carries a container id (64 hex digits), because a
/// container's init may move itself further down. Without such a part the path as it is.
[[nodiscard]] std::string container_path(std::string_view path);

}  // namespace trinity::metering
