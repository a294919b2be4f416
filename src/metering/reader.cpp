#include <algorithm>
#include <initializer_list>
#include <span>
#include <string>
#include <utility>

#include "metering/cgroup_text.h"
#include "metering/metering.h"
#include "metering/source.h"
#include "metering/strain_files.h"

namespace trinity::metering {

namespace fs = std::filesystem;

namespace {

std::string read_whole(const fs::path& path, std::size_t limit) {
  const Source source(path);
  std::string text(limit, '\0');
  const auto got = source.read(text);
  text.resize(got ? got->size() : 0);
  return text;
}

/// Files of one container. `v2` says how to read each group: a host may have some controllers here and some there.
struct Files {
  Source cpu;
  bool cpu_v2 = false;
  Source memory;
  Source memory_stat;
  Source memory_limit;
  bool memory_v2 = false;
  Source pids;
  Source network;
};

/// Directory of a cgroup below its mount. A path that climbs out of what this process may see ("/../x") is tried below
/// the mount. Nothing when there is no such directory, or when it is another process's: the same path may name
/// something else where this process runs in a container itself.
std::optional<fs::path> find_directory(const fs::path& mount, std::string_view path, std::int64_t pid) {
  const auto below = [&mount](std::string_view part) {
    return mount / fs::path(part).lexically_normal().relative_path();
  };
  const auto leaf = below(path);
  std::error_code fault;
  if (!fs::is_directory(leaf, fault)) return std::nullopt;
  const auto members = leaf / "cgroup.procs";
  constexpr std::size_t members_limit = 256 * 1024;
  if (fs::exists(members, fault) && !lists_process(read_whole(members, members_limit), pid)) return std::nullopt;
  return below(container_path(path));
}

std::optional<fs::path> find_v1(const HostPaths& paths, std::initializer_list<const char*> mounts,
                                const std::string& path, std::int64_t pid) {
  if (path.empty()) return std::nullopt;
  for (const auto* mount : mounts) {
    if (auto found = find_directory(paths.cgroup / mount, path, pid)) return found;
  }
  return std::nullopt;
}

/// The unified tree stands alone at the root of the mounts, or beside v1 trees under "unified".
std::optional<fs::path> find_v2(const HostPaths& paths, const std::string& path, std::int64_t pid) {
  if (path.empty()) return std::nullopt;
  std::error_code fault;
  const auto beside = paths.cgroup / "unified";
  return find_directory(fs::is_directory(beside, fault) ? beside : paths.cgroup, path, pid);
}

bool open_cpu(Files& files, const HostPaths& paths, const CgroupPlace& place, const std::optional<fs::path>& unified,
              std::int64_t pid) {
  if (const auto v1 = find_v1(paths, {"cpuacct", "cpu,cpuacct", "cpuacct,cpu"}, place.cpu, pid)) {
    files.cpu = Source(*v1 / "cpuacct.usage");
  } else if (place.cpu.empty() && unified) {
    files.cpu = Source(*unified / "cpu.stat");
    files.cpu_v2 = true;
  }
  return files.cpu.open();
}

/// A kernel may have no memory controller at all: then there are no figures, and that is no fault.
bool open_memory(Files& files, const HostPaths& paths, const CgroupPlace& place, const std::optional<fs::path>& unified,
                 std::int64_t pid) {
  if (const auto v1 = find_v1(paths, {"memory"}, place.memory, pid)) {
    files.memory = Source(*v1 / "memory.usage_in_bytes");
    files.memory_stat = Source(*v1 / "memory.stat");
    files.memory_limit = Source(*v1 / "memory.limit_in_bytes");
  } else if (place.memory.empty() && unified) {
    files.memory = Source(*unified / "memory.current");
    files.memory_stat = Source(*unified / "memory.stat");
    files.memory_limit = Source(*unified / "memory.max");
    files.memory_v2 = true;
  }
  return files.memory.open() || place.memory.empty();
}

void open_pids(Files& files, const HostPaths& paths, const CgroupPlace& place, const std::optional<fs::path>& unified,
               std::int64_t pid) {
  if (const auto v1 = find_v1(paths, {"pids"}, place.pids, pid)) {
    files.pids = Source(*v1 / "pids.current");
  } else if (place.pids.empty() && unified) {
    files.pids = Source(*unified / "pids.current");
  }
}

/// None of these need be there.
StrainFiles::Places strain_places(const HostPaths& paths, const CgroupPlace& place,
                                  const std::optional<fs::path>& unified, std::int64_t pid) {
  StrainFiles::Places found;
  found.cpu = find_v1(paths, {"cpu", "cpu,cpuacct", "cpuacct,cpu"}, place.scheduler, pid);
  found.memory = find_v1(paths, {"memory"}, place.memory, pid);
  found.disk = find_v1(paths, {"blkio"}, place.disk, pid);
  found.unified = unified;
  found.proc = paths.proc;
  return found;
}

/// What was read, and when.
template <typename T>
struct Known {
  T value{};
  SteadyTime at{};  ///< the clock's start: never

  [[nodiscard]] bool fresh(SteadyTime now, std::chrono::milliseconds tolerance) const noexcept {
    return at != SteadyTime{} && now - at < tolerance;
  }
};

class CgroupReader final : public Reader {
 public:
  CgroupReader(Files files, StrainFiles strain, std::uint64_t host_memory, const Tolerance& tolerance) noexcept
      : files_(std::move(files)), strain_(std::move(strain)), host_memory_(host_memory), tolerance_(tolerance) {}

  std::optional<Counters> read() override {
    Buffer buffer;  // not initialised: what is read is what counts
    Counters counters;
    counters.at = steady_now();
    if (!read_cpu(buffer, counters) || !read_memory(buffer, counters)) return std::nullopt;
    if (const auto text = files_.pids.read(buffer)) counters.pids = leading_number(*text).value_or(0);
    read_traffic(buffer, counters);
    return counters;
  }

  Strain read_strain(bool keep_open) override { return strain_.read(keep_open, steady_now()); }

 private:
  bool read_cpu(std::span<char> buffer, Counters& into) const noexcept {
    const auto text = files_.cpu.read(buffer);
    if (!text) return false;
    if (files_.cpu_v2) {
      into.cpu_nanoseconds = number_of(*text, "usage_usec").value_or(0) * 1000;
    } else {
      into.cpu_nanoseconds = leading_number(*text).value_or(0);
    }
    return true;
  }

  bool read_memory(std::span<char> buffer, Counters& into) noexcept {
    if (!files_.memory.open()) return true;
    const auto text = files_.memory.read(buffer);
    if (!text) return false;
    const auto usage = leading_number(*text).value_or(0);
    into.memory_bytes = usage - std::min(usage, cache(buffer, usage, into.at));
    into.memory_limit = limit(buffer, into.at);
    return true;
  }

  /// The kernel adds up some forty counters of each core for this one.
  std::uint64_t cache(std::span<char> buffer, std::uint64_t usage, SteadyTime at) noexcept {
    const auto moved = usage > usage_then_ ? usage - usage_then_ : usage_then_ - usage;
    if (cache_.fresh(at, tolerance_.cache) && moved <= tolerance_.still_bytes) return cache_.value;
    const auto text = files_.memory_stat.read(buffer);
    const auto* key = files_.memory_v2 ? "inactive_file" : "total_inactive_file";
    cache_ = {text ? number_of(*text, key).value_or(0) : 0, at};
    usage_then_ = usage;
    return cache_.value;
  }

  std::uint64_t limit(std::span<char> buffer, SteadyTime at) noexcept {
    if (limit_.fresh(at, tolerance_.limit)) return limit_.value;
    const auto text = files_.memory_limit.read(buffer);
    limit_ = {text ? limit_of(*text).value_or(host_memory_) : host_memory_, at};
    return limit_.value;
  }

  void read_traffic(std::span<char> buffer, Counters& into) noexcept {
    if (!traffic_.fresh(into.at, tolerance_.traffic)) {
      if (const auto text = files_.network.read(buffer)) traffic_ = {traffic_of(*text), into.at};
    }
    into.network_rx = traffic_.value.received;
    into.network_tx = traffic_.value.sent;
    into.traffic_at = traffic_.at;
  }

  Files files_;
  StrainFiles strain_;
  std::uint64_t host_memory_;
  Tolerance tolerance_;
  Known<std::uint64_t> cache_;
  std::uint64_t usage_then_ = 0;  ///< memory in use when the cache was read
  Known<std::uint64_t> limit_;
  Known<Traffic> traffic_;
};

}  // namespace

std::unique_ptr<Reader> open_reader(const HostPaths& paths, std::int64_t pid, const Tolerance& tolerance) {
  if (pid <= 0) return nullptr;
  constexpr std::size_t cgroup_limit = 64 * 1024;
  const auto process = paths.proc / std::to_string(pid);
  const auto place = parse_cgroup(read_whole(process / "cgroup", cgroup_limit));
  const auto unified = find_v2(paths, place.unified_path, pid);
  Files files;
  if (!open_cpu(files, paths, place, unified, pid) || !open_memory(files, paths, place, unified, pid)) return nullptr;
  open_pids(files, paths, place, unified, pid);
  files.network = Source(process / "net" / "dev");
  const auto host_memory = number_of(read_whole(paths.proc / "meminfo", cgroup_limit), "MemTotal:").value_or(0) * 1024;
  return std::make_unique<CgroupReader>(std::move(files), StrainFiles(strain_places(paths, place, unified, pid)),
                                        host_memory, tolerance);
}

}  // namespace trinity::metering
