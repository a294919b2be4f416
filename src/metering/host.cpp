#include "metering/host.h"

#include <sys/statvfs.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <string>

#include "metering/cgroup_text.h"

namespace trinity::metering {

namespace {

/// Nothing when the file cannot be read. /proc/stat has a line of interrupts that grows with the machine; what is
/// wanted stands before it.
std::optional<std::string> beginning_of(const std::filesystem::path& path) {
  constexpr std::size_t limit = 64 * 1024;
  std::ifstream file(path, std::ios::binary);
  std::string text(limit, '\0');
  if (!file.read(text.data(), static_cast<std::streamsize>(text.size())) && file.gcount() == 0) return std::nullopt;
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

/// The numbers of one line, as many as there is room for; true when all of them are there.
template <std::size_t n>
bool numbers_of(std::string_view line, std::array<std::uint64_t, n>& into) {
  for (auto& value : into) {
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    const auto [rest, fault] = std::from_chars(line.data(), line.data() + line.size(), value);
    if (fault != std::errc()) return false;
    line.remove_prefix(static_cast<std::size_t>(rest - line.data()));
  }
  return true;
}

void read_memory(const std::filesystem::path& proc, HostSample& into) {
  const auto text = beginning_of(proc / "meminfo");
  if (!text) return;
  const auto total = number_of(*text, "MemTotal:");
  const auto available = number_of(*text, "MemAvailable:");
  if (!total || !available || *total == 0) return;
  into.memory_total = *total * 1024;
  into.memory_used = (*total - std::min(*total, *available)) * 1024;
}

void read_disk(const std::filesystem::path& disk, HostSample& into) {
  struct statvfs told{};
  if (::statvfs(disk.c_str(), &told) != 0 || told.f_blocks == 0) return;
  const auto used = told.f_blocks - std::min(told.f_blocks, told.f_bfree);
  into.disk_total = std::uint64_t{told.f_blocks} * told.f_frsize;
  into.disk_used = std::uint64_t{used} * told.f_frsize;
  // Blocks that are kept for the superuser count neither as used nor as free.
  const auto usable = used + told.f_bavail;
  if (usable > 0) into.disk_percent = static_cast<double>(used) / static_cast<double>(usable) * 100.0;
}

}  // namespace

std::optional<double> HostSample::memory_percent() const noexcept {
  if (!memory_used || !memory_total || *memory_total == 0) return std::nullopt;
  return static_cast<double>(*memory_used) / static_cast<double>(*memory_total) * 100.0;
}

std::optional<CpuTimes> parse_cpu_times(std::string_view text) {
  CpuTimes times;
  bool found = false;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.starts_with("cpu ")) {
      // user, nice, system, idle, iowait, irq, softirq, steal; what follows is part of user and nice.
      std::array<std::uint64_t, 8> parts{};
      if (!numbers_of(line.substr(4), parts)) return std::nullopt;
      for (const auto part : parts) times.total += part;
      times.busy = times.total - parts[3] - parts[4];
      found = true;
    } else if (line.starts_with("cpu")) {
      ++times.cores;
    }
  }
  return found ? std::optional(times) : std::nullopt;
}

std::optional<std::uint64_t> free_memory(const std::filesystem::path& proc) {
  HostSample sample;
  read_memory(proc, sample);
  if (!sample.memory_total || !sample.memory_used) return std::nullopt;
  return *sample.memory_total - *sample.memory_used;
}

HostSample HostReader::read(Time wall) {
  HostSample sample;
  sample.at = wall;
  const auto text = beginning_of(paths_.proc / "stat");
  if (const auto times = text ? parse_cpu_times(*text) : std::nullopt) {
    sample.cores = times->cores;
    // Counters of idle time may go back a little.
    if (times->total > before_.total) {
      const auto busy = times->busy - std::min(times->busy, before_.busy);
      const auto share = static_cast<double>(busy) / static_cast<double>(times->total - before_.total);
      sample.cpu_percent = std::min(share, 1.0) * 100.0;
    }
    before_ = *times;
  }
  read_memory(paths_.proc, sample);
  read_disk(paths_.disk, sample);
  return sample;
}

}  // namespace trinity::metering
