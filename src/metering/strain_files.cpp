#include "metering/strain_files.h"

#include <string>

namespace trinity::metering {

namespace {

/// Of a container with more of them nothing is told: each costs two system calls more than a file that stays open.
constexpr std::size_t most_processes = 256;

}  // namespace

std::optional<std::string_view> StrainFiles::text(File file, const std::filesystem::path& directory, const char* name,
                                                  std::span<char> buffer) {
  auto& source = open_.at(static_cast<std::size_t>(file));
  if (!source.open()) source = Source(directory / name);
  return source.read(buffer);
}

void StrainFiles::read_cpu(std::span<char> buffer, Strain& into) {
  if (places_.cpu) {
    if (const auto stat = text(File::cpu_stat, *places_.cpu, "cpu.stat", buffer)) {
      into.throttling = throttling_of(*stat, "throttled_time", 1);
    }
    const auto quota = text(File::cpu_limit, *places_.cpu, "cpu.cfs_quota_us", buffer);
    const auto allowed = quota ? leading_number(*quota) : std::nullopt;  // -1: no limit, and no number here
    const auto period = text(File::cpu_period, *places_.cpu, "cpu.cfs_period_us", buffer);
    into.cpu_limit = cores_of(allowed, period ? leading_number(*period) : std::nullopt);
  } else if (places_.unified) {
    if (const auto stat = text(File::cpu_stat, *places_.unified, "cpu.stat", buffer)) {
      into.throttling = throttling_of(*stat, "throttled_usec", 1000);
    }
    if (const auto limit = text(File::cpu_limit, *places_.unified, "cpu.max", buffer)) {
      into.cpu_limit = cpu_max_of(*limit);
    }
  }
}

void StrainFiles::read_memory(std::span<char> buffer, Strain& into) {
  if (places_.memory) {
    if (const auto count = text(File::memory_events, *places_.memory, "memory.failcnt", buffer)) {
      // Kernels since 6.15 count nothing here, whatever happens: 0 says nothing.
      if (const auto events = leading_number(*count); events && *events > 0) into.memory_max = events;
    }
    if (const auto control = text(File::memory_kills, *places_.memory, "memory.oom_control", buffer)) {
      into.oom_kills = number_of(*control, "oom_kill");
    }
  } else if (places_.unified) {
    if (const auto events = text(File::memory_events, *places_.unified, "memory.events", buffer)) {
      into.memory_high = number_of(*events, "high");
      into.memory_max = number_of(*events, "max");
      into.oom = number_of(*events, "oom");
      into.oom_kills = number_of(*events, "oom_kill");
    }
  }
}

/// What all processes of the container have read and written, with those of their children that have ended.
std::optional<DiskBytes> StrainFiles::bytes_of_processes(std::span<char> buffer) const {
  const auto& directory = places_.disk ? places_.disk : places_.memory ? places_.memory : places_.unified;
  if (!directory) return std::nullopt;
  const Source members(*directory / "cgroup.procs");
  const auto text = members.read(buffer);
  if (!text) return std::nullopt;
  const std::string listed(*text);
  std::string_view left = listed;
  DiskBytes sum;
  std::size_t count = 0;
  while (const auto process = take_process(left)) {
    if (++count > most_processes) return std::nullopt;
    const Source source(places_.proc / std::to_string(*process) / "io");
    if (!source.open()) continue;  // has ended; its parent has its bytes
    const auto told = source.read(buffer);
    const auto bytes = told ? process_bytes_of(*told) : std::nullopt;
    if (!bytes) return std::nullopt;
    sum.read += bytes->read;
    sum.written += bytes->written;
  }
  return count > 0 ? std::optional(sum) : std::nullopt;
}

void StrainFiles::read_disk(std::span<char> buffer, bool closely, Strain& into) {
  std::optional<DiskBytes> bytes;
  if (places_.disk) {
    // With what its cgroups below have done.
    const auto found = text(File::disk, *places_.disk, "blkio.throttle.io_service_bytes_recursive", buffer);
    if (found) bytes = service_bytes_of(*found);
  } else if (places_.unified) {
    // Empty as long as nothing was read or written: then there is no text at all.
    const auto found = text(File::disk, *places_.unified, "io.stat", buffer);
    const bool there = open_.at(static_cast<std::size_t>(File::disk)).open();
    if (found) bytes = io_bytes_of(*found);
    if (there && !found) bytes = DiskBytes{};
  }
  if (!bytes && closely) bytes = bytes_of_processes(buffer);
  if (!bytes) return;
  into.disk_read = bytes->read;
  into.disk_written = bytes->written;
}

Stall StrainFiles::stall(File file, const char* name, std::span<char> buffer) {
  const auto found = text(file, *places_.unified, name, buffer);
  return found ? stall_of(*found) : Stall{};
}

Strain StrainFiles::read(bool keep_open, SteadyTime at) {
  Buffer buffer;  // not initialised: what is read is what counts
  Strain strain;
  strain.at = at;
  read_cpu(buffer, strain);
  read_memory(buffer, strain);
  read_disk(buffer, keep_open, strain);
  if (places_.unified) {
    strain.cpu = stall(File::cpu_stall, "cpu.pressure", buffer);
    strain.memory = stall(File::memory_stall, "memory.pressure", buffer);
    strain.io = stall(File::io_stall, "io.pressure", buffer);
  }
  if (!keep_open) open_ = {};
  return strain;
}

}  // namespace trinity::metering
