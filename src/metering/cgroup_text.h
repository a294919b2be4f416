#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

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

/// Whether a line of cgroup.procs is this process id.
[[nodiscard]] bool lists_process(std::string_view text, std::int64_t pid) noexcept;

/// The path of the container's own cgroup: up to the last part that carries a container id (64 hex digits), because a
/// container's init may move itself further down. Without such a part the path as it is.
[[nodiscard]] std::string container_path(std::string_view path);

}  // namespace trinity::metering
