#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

namespace trinity::test {

/// What a container has used since it started.
struct Usage {
  std::uint64_t cpu_nanoseconds = 0;
  std::uint64_t memory_bytes = 40'000'000;
  std::uint64_t memory_limit = 128ULL * 1024 * 1024;
  std::uint64_t received = 1'000;
  std::uint64_t sent = 500;
};

/// Folders that look like the /proc and /sys/fs/cgroup of a host with containers, below one root: `proc` and `cgroup`.
/// Not for several threads.
class HostTrees {
 public:
  /// `version`: of the cgroups, 1 or 2.
  HostTrees(std::filesystem::path root, int version);

  void add(const std::string& container_id, std::int64_t pid, const Usage& usage) const;
  void remove(const std::string& container_id, std::int64_t pid) const;
  /// New figures in the same files: readers keep them open.
  void update(const std::string& container_id, std::int64_t pid, const Usage& usage) const;

 private:
  [[nodiscard]] std::filesystem::path cgroup(const char* controller, const std::string& container_id) const;
  void write_figures(const std::string& container_id, std::int64_t pid, const Usage& usage) const;

  std::filesystem::path root_;
  bool v2_;
};

}  // namespace trinity::test
