#include "support/host_trees.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace trinity::test {

namespace fs = std::filesystem;

namespace {

constexpr std::array<const char*, 3> controllers{"cpuacct", "memory", "pids"};

/// In place and never empty in between: somebody may be reading.
void write(const fs::path& path, const std::string& text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) throw std::system_error(errno, std::generic_category(), path.string());
  const auto written = ::pwrite(file, text.data(), text.size(), 0);
  const bool whole = written == static_cast<ssize_t>(text.size()) && ::ftruncate(file, written) == 0;
  ::close(file);
  if (!whole) throw std::runtime_error("cannot write " + path.string());
}

std::string number(std::uint64_t value) {
  return std::to_string(value) + "\n";
}

std::string network_text(const Usage& usage) {
  const auto received = std::to_string(usage.received);
  const auto sent = std::to_string(usage.sent);
  return "Inter-|   Receive                                                |  Transmit\n"
         " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls "
         "carrier compressed\n"
         "    lo:       0       0    0    0    0     0          0         0        0       0    0    0    0     0      "
         " "
         "0          0\n"
         "  eth0: " +
         received + " 1 0 0 0 0 0 0 " + sent + " 1 0 0 0 0 0 0\n";
}

}  // namespace

HostTrees::HostTrees(fs::path root, int version) : root_(std::move(root)), v2_(version == 2) {
  fs::create_directories(root_ / "proc");
  fs::create_directories(root_ / "cgroup");
  write(root_ / "proc" / "meminfo", "MemTotal:       65536000 kB\nMemFree:        1000000 kB\n");
}

fs::path HostTrees::cgroup(const char* controller, const std::string& container_id) const {
  return v2_ ? root_ / "cgroup" / "docker" / container_id : root_ / "cgroup" / controller / "docker" / container_id;
}

void HostTrees::add(const std::string& container_id, std::int64_t pid, const Usage& usage) const {
  const auto process = root_ / "proc" / std::to_string(pid);
  fs::create_directories(process / "net");
  std::string places;
  int line = 12;
  for (const auto* controller : controllers) {
    fs::create_directories(cgroup(controller, container_id));
    write(cgroup(controller, container_id) / "cgroup.procs", number(static_cast<std::uint64_t>(pid)));
    places += std::to_string(line--) + ":" + controller + ":/docker/" + container_id + "\n";
  }
  write(process / "cgroup", v2_ ? "0::/docker/" + container_id + "\n" : places);
  write_figures(container_id, pid, usage);
}

void HostTrees::remove(const std::string& container_id, std::int64_t pid) const {
  std::error_code ignored;
  for (const auto* controller : controllers) fs::remove_all(cgroup(controller, container_id), ignored);
  fs::remove_all(root_ / "proc" / std::to_string(pid), ignored);
}

void HostTrees::update(const std::string& container_id, std::int64_t pid, const Usage& usage) const {
  write_figures(container_id, pid, usage);
}

void HostTrees::write_figures(const std::string& container_id, std::int64_t pid, const Usage& usage) const {
  const auto memory = cgroup("memory", container_id);
  constexpr std::uint64_t cache = 4'096'000;
  if (v2_) {
    write(memory / "cpu.stat", "usage_usec " + number(usage.cpu_nanoseconds / 1'000) + "user_usec 0\nsystem_usec 0\n");
    write(memory / "memory.current", number(usage.memory_bytes + cache));
    write(memory / "memory.stat", "anon " + number(usage.memory_bytes) + "inactive_file " + number(cache));
    write(memory / "memory.max", number(usage.memory_limit));
  } else {
    write(cgroup("cpuacct", container_id) / "cpuacct.usage", number(usage.cpu_nanoseconds));
    write(memory / "memory.usage_in_bytes", number(usage.memory_bytes + cache));
    write(memory / "memory.stat", "rss " + number(usage.memory_bytes) + "total_inactive_file " + number(cache));
    write(memory / "memory.limit_in_bytes", number(usage.memory_limit));
  }
  write(cgroup("pids", container_id) / "pids.current", number(5));
  write(root_ / "proc" / std::to_string(pid) / "net" / "dev", network_text(usage));
}

}  // namespace trinity::test
