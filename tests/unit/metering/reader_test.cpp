#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "base/ids.h"
#include "metering/metering.h"

namespace trinity::metering {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr std::int64_t pid = 4711;
const std::string id(64, 'c');

constexpr std::string_view network_text =
    "Inter-|   Receive                                                |  Transmit\n"
    " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier "
    "compressed\n"
    "    lo:       9       0    0    0    0     0          0         0        9       0    0    0    0     0       0   "
    "  "
    "     0\n"
    "  eth0:    1392      16    0    0    0     0          0         0      210       3    0    0    0     0       0   "
    "  "
    "     0\n";

/// Recorded from kernel 6.18, in part.
constexpr std::string_view v1_memory_stat =
    "cache 102400\nrss 110592\nmapped_file 0\ninactive_file 1\nactive_file 16384\nhierarchical_memory_limit 67108864\n"
    "total_cache 102400\ntotal_rss 110592\ntotal_inactive_file 86016\ntotal_active_file 16384\n";
constexpr std::string_view v2_memory_stat =
    "anon 581632\nfile 20480\nkernel 512000\nkernel_stack 32768\nshmem 0\nfile_mapped 0\ninactive_anon 577536\n"
    "active_anon 4096\ninactive_file 20480\nactive_file 0\nunevictable 0\n";
constexpr std::string_view v2_cpu_stat =
    "usage_usec 274069\nuser_usec 80000\nsystem_usec 194069\nnr_periods 329\nnr_throttled 0\nthrottled_usec 0\n";

/// Recorded from kernel 6.18: a container with 0.2 cores that burns them, one with 1.5.
constexpr std::string_view v1_cpu_stat =
    "nr_periods 120\nnr_throttled 96\nthrottled_time 7804123456\nnr_bursts 0\nburst_time 0\n";
constexpr std::string_view v2_throttled_stat =
    "usage_usec 274069\nuser_usec 80000\nsystem_usec 194069\nnice_usec 0\ncore_sched.force_idle_usec 0\nnr_periods "
    "329\n"
    "nr_throttled 100\nthrottled_usec 4500\nnr_bursts 0\nburst_usec 0\n";
constexpr std::string_view v1_service_bytes =
    "8:0 Read 4096\n8:0 Write 8388608\n8:0 Sync 8392704\n8:0 Async 0\n8:0 Discard 0\n8:0 Total 8392704\n"
    "254:16 Read 512\n254:16 Write 0\n254:16 Total 512\nTotal 8393216\n";
constexpr std::string_view v2_io_stat =
    "8:16 rbytes=4096000 wbytes=1048576 rios=100 wios=12 dbytes=0 dios=0\n"
    "254:0 rbytes=512 wbytes=0 rios=1 wios=0 dbytes=0 dios=0\n";
constexpr std::string_view cpu_pressure =
    "some avg10=71.20 avg60=40.11 avg300=12.00 total=123456789\nfull avg10=70.93 avg60=39.00 avg300=11.00 total=123\n";
constexpr std::string_view memory_pressure =
    "some avg10=0.00 avg60=0.00 avg300=0.00 total=0\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n";
constexpr std::string_view io_pressure =
    "some avg10=100.00 avg60=3.00 avg300=1.00 total=5\nfull avg10=0.50 avg60=3.00 avg300=1.00 total=5\n";

/// A host's files in a directory of their own.
class Host : public testing::Test {
 protected:
  Host() : root_(fs::temp_directory_path() / ("metering-" + random_hex(8))) {
    write("proc/meminfo", "MemTotal:        4000 kB\nMemFree:          100 kB\n");
    write("proc/4711/net/dev", network_text);
  }
  ~Host() override {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
  }

  void write(const fs::path& path, std::string_view text) const {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path, std::ios::trunc) << text;
  }
  void write_all(const fs::path& directory, const std::map<std::string, std::string_view>& files) const {
    for (const auto& [name, text] : files) write(directory / name, text);
    write(directory / "cgroup.procs", "4711\n4720\n");
  }
  /// A v1 container below these mounts.
  void write_v1(const std::string& cpu_mount, const std::string& path) const {
    write_all("cgroup/" + cpu_mount + path, {{"cpuacct.usage", "274069639\n"}});
    write_all("cgroup/memory" + path, {{"memory.usage_in_bytes", "954368\n"},
                                       {"memory.stat", v1_memory_stat},
                                       {"memory.limit_in_bytes", "67108864\n"}});
    write_all("cgroup/pids" + path, {{"pids.current", "2\n"}});
  }
  void write_v2(const std::string& directory, std::string_view limit) const {
    write_all("cgroup" + directory, {{"cpu.stat", v2_cpu_stat},
                                     {"memory.current", "1093632\n"},
                                     {"memory.stat", v2_memory_stat},
                                     {"memory.max", limit},
                                     {"pids.current", "3\n"}});
  }
  /// Reads everything each time, unless it is told what may be older.
  [[nodiscard]] std::unique_ptr<Reader> open(const Tolerance& tolerance = Tolerance{0ms, 0ms, 0ms, 0}) const {
    return open_reader({root_ / "proc", root_ / "cgroup"}, pid, tolerance);
  }
  [[nodiscard]] fs::path at(const std::string& path) const { return root_ / path; }

 private:
  fs::path root_;
};

TEST_F(Host, ReadsVersionOne) {
  const auto path = "/docker/" + id;
  write("proc/4711/cgroup", "9:name=systemd:" + path + "\n8:pids:" + path + "\n4:memory:" + path +
                                "\n2:cpuacct:" + path + "\n1:cpu:" + path + "\n0::" + path + "\n");
  write_v1("cpuacct", path);
  fs::create_directories(at("cgroup/unified" + path));
  const auto reader = open();
  ASSERT_TRUE(reader);
  const auto counters = reader->read();
  ASSERT_TRUE(counters);
  EXPECT_EQ(counters->cpu_nanoseconds, 274'069'639U);
  EXPECT_EQ(counters->memory_bytes, 954'368U - 86'016U);
  EXPECT_EQ(counters->memory_limit, 67'108'864U);
  EXPECT_EQ(counters->pids, 2U);
  EXPECT_EQ(counters->network_rx, 1392U);
  EXPECT_EQ(counters->network_tx, 210U);
}

TEST_F(Host, SeesChangesWithoutOpeningAgain) {
  const auto path = "/docker/" + id;
  write("proc/4711/cgroup", "8:pids:" + path + "\n4:memory:" + path + "\n2:cpu,cpuacct:" + path + "\n");
  write_v1("cpu,cpuacct", path);
  const auto reader = open();
  ASSERT_TRUE(reader);
  ASSERT_TRUE(reader->read());
  // The same length or longer: the file is truncated in place, so the open descriptor sees it.
  write("cgroup/cpu,cpuacct" + path + "/cpuacct.usage", "300000000\n");
  write("cgroup/memory" + path + "/memory.limit_in_bytes", "9223372036854771712\n");
  write("cgroup/memory" + path + "/memory.usage_in_bytes", "5\n");
  const auto counters = reader->read();
  ASSERT_TRUE(counters);
  EXPECT_EQ(counters->cpu_nanoseconds, 300'000'000U);
  EXPECT_EQ(counters->memory_limit, 4000U * 1024U) << "no limit is the host's memory";
  EXPECT_EQ(counters->memory_bytes, 0U) << "never negative";
}

TEST_F(Host, ReadsVersionTwo) {
  const auto path = "/system.slice/docker-" + id + ".scope";
  write("proc/4711/cgroup", "0::" + path + "\n");
  write_v2(path, "max\n");
  const auto reader = open();
  ASSERT_TRUE(reader);
  const auto counters = reader->read();
  ASSERT_TRUE(counters);
  EXPECT_EQ(counters->cpu_nanoseconds, 274'069'000U);
  EXPECT_EQ(counters->memory_bytes, 1'093'632U - 20'480U);
  EXPECT_EQ(counters->memory_limit, 4000U * 1024U);
  EXPECT_EQ(counters->pids, 3U);
  EXPECT_EQ(counters->network_rx, 1392U);
}

TEST_F(Host, WhatChangesSeldomMayBeOlder) {
  const auto path = "/docker/" + id;
  write("proc/4711/cgroup", "0::" + path + "\n");
  write_v2(path, "5000000\n");
  const auto reader = open(Tolerance{1min, 1min, 1min, 64 * 1024});
  ASSERT_TRUE(reader);
  ASSERT_TRUE(reader->read());
  write("cgroup" + path + "/cpu.stat", "usage_usec 300000\n");
  write("cgroup" + path + "/memory.current", "1093633\n");
  write("cgroup" + path + "/memory.stat", "inactive_file 40960\n");
  write("cgroup" + path + "/memory.max", "6000000\n");
  write("cgroup" + path + "/pids.current", "4\n");
  write("proc/4711/net/dev", "");
  auto counters = reader->read();
  ASSERT_TRUE(counters);
  EXPECT_EQ(counters->cpu_nanoseconds, 300'000'000U);
  EXPECT_EQ(counters->memory_bytes, 1'093'633U - 20'480U) << "the cache as it was";
  EXPECT_EQ(counters->memory_limit, 5'000'000U);
  EXPECT_EQ(counters->pids, 4U);
  EXPECT_EQ(counters->network_rx, 1392U);

  write("cgroup" + path + "/memory.current", "2093632\n");
  counters = reader->read();
  ASSERT_TRUE(counters);
  EXPECT_EQ(counters->memory_bytes, 2'093'632U - 40'960U) << "memory moved: the cache is read again";
}

TEST_F(Host, ReadsTheWholeContainerWhenItsInitMovedDown) {
  const auto path = "/system.slice/docker-" + id + ".scope";
  write("proc/4711/cgroup", "0::" + path + "/init\n");
  write_v2(path, "1000000\n");
  write("cgroup" + path + "/cgroup.procs", "");
  write("cgroup" + path + "/init/cgroup.procs", "4711\n");
  write("cgroup" + path + "/init/cpu.stat", "usage_usec 1\n");
  const auto reader = open();
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->read()->cpu_nanoseconds, 274'069'000U);
  EXPECT_EQ(reader->read()->memory_limit, 1'000'000U);
}

TEST_F(Host, ReadsHybrid) {
  const auto path = "/docker/" + id;
  write("proc/4711/cgroup", "4:memory:" + path + "\n0::" + path + "\n");
  write_v1("nowhere", path);
  write_v2("/unified" + path, "5000\n");
  const auto reader = open();
  ASSERT_TRUE(reader);
  const auto counters = reader->read();
  ASSERT_TRUE(counters);
  EXPECT_EQ(counters->cpu_nanoseconds, 274'069'000U) << "from the unified tree";
  EXPECT_EQ(counters->memory_limit, 67'108'864U) << "from the memory controller's tree";
  EXPECT_EQ(counters->pids, 3U) << "from the unified tree";
}

TEST_F(Host, ReadsWithoutMemoryController) {
  const auto path = "/docker/" + id;
  write("proc/4711/cgroup", "8:pids:" + path + "\n2:cpuacct:" + path + "\n");
  write_v1("cpuacct", path);
  const auto reader = open();
  ASSERT_TRUE(reader);
  const auto counters = reader->read();
  ASSERT_TRUE(counters);
  EXPECT_EQ(counters->memory_bytes, 0U);
  EXPECT_EQ(counters->cpu_nanoseconds, 274'069'639U);
}

TEST_F(Host, FindsPathsThatClimbOutOfTheNamespace) {
  const auto path = "/docker-" + id + ".scope";
  write("proc/4711/cgroup", "0::/.." + path + "\n");
  write_v2(path, "max\n");
  const auto reader = open();
  ASSERT_TRUE(reader);
  EXPECT_TRUE(reader->read());
}

TEST_F(Host, RefusesAPlaceThatIsNotTheContainers) {
  // Seen from inside another container "/" is that container's own cgroup, and does not hold the process.
  write("proc/4711/cgroup", "0::/\n");
  write_v2("", "max\n");
  write("cgroup/cgroup.procs", "1\n2\n");
  EXPECT_FALSE(open());
}

// ---- what holds a container up

TEST_F(Host, TellsTheStrainOfVersionOne) {
  const auto path = "/docker/" + id;
  write("proc/4711/cgroup", "11:blkio:" + path + "\n8:pids:" + path + "\n4:memory:" + path + "\n2:cpuacct:" + path +
                                "\n1:cpu:" + path + "\n");
  write_v1("cpuacct", path);
  write_all("cgroup/cpu" + path,
            {{"cpu.stat", v1_cpu_stat}, {"cpu.cfs_quota_us", "20000\n"}, {"cpu.cfs_period_us", "100000\n"}});
  write("cgroup/memory" + path + "/memory.failcnt", "17\n");
  write("cgroup/memory" + path + "/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
  write_all("cgroup/blkio" + path, {{"blkio.throttle.io_service_bytes_recursive", v1_service_bytes}});
  const auto reader = open();
  ASSERT_TRUE(reader);
  for (const bool keep_open : {false, true, true, false, false}) {
    const auto strain = reader->read_strain(keep_open);
    ASSERT_TRUE(strain.throttling);
    EXPECT_EQ(strain.throttling->periods, 120U);
    EXPECT_EQ(strain.throttling->throttled_periods, 96U);
    EXPECT_EQ(strain.throttling->nanoseconds, 7'804'123'456U);
    EXPECT_EQ(strain.cpu_limit, 0.2);
    EXPECT_EQ(strain.memory_max, 17U);
    EXPECT_EQ(strain.oom_kills, 2U);
    EXPECT_FALSE(strain.memory_high) << "this version does not tell";
    EXPECT_FALSE(strain.oom);
    EXPECT_EQ(strain.disk_read, 4096U + 512U);
    EXPECT_EQ(strain.disk_written, 8'388'608U);
    EXPECT_EQ(strain.cpu, Stall{}) << "no unified tree, no pressure stall information: nothing, not 0";
    EXPECT_EQ(strain.memory, Stall{});
    EXPECT_EQ(strain.io, Stall{});
  }
}

TEST_F(Host, DoesNotBelieveVersionOneThatNothingHappened) {
  const auto path = "/docker/" + id;
  write("proc/4711/cgroup", "8:pids:" + path + "\n4:memory:" + path + "\n2:cpuacct:" + path + "\n");
  write_v1("cpuacct", path);
  write("cgroup/memory" + path + "/memory.failcnt", "0\n");
  const auto reader = open();
  ASSERT_TRUE(reader);
  EXPECT_FALSE(reader->read_strain(true).memory_max) << "newer kernels show 0 whatever happens";
  write("cgroup/memory" + path + "/memory.failcnt", "3\n");
  EXPECT_EQ(reader->read_strain(true).memory_max, 3U);
}

TEST_F(Host, AsksProcessesWhereTheKernelDoesNotCountDisks) {
  const auto path = "/docker/" + id;
  write("proc/4711/cgroup",
        "11:blkio:" + path + "\n8:pids:" + path + "\n4:memory:" + path + "\n2:cpuacct:" + path + "\n");
  write_v1("cpuacct", path);
  write_all("cgroup/blkio" + path, {{"blkio.throttle.io_service_bytes_recursive", "Total 0\n"}});
  write("proc/4711/io", "rchar: 9\nread_bytes: 4096\nwrite_bytes: 8192\ncancelled_write_bytes: 0\n");
  write("proc/4720/io", "rchar: 9\nread_bytes: 100\nwrite_bytes: 200\ncancelled_write_bytes: 0\n");
  const auto reader = open();
  ASSERT_TRUE(reader);
  EXPECT_FALSE(reader->read_strain(false).disk_read) << "too dear for those that nobody watches, and not 0";
  auto strain = reader->read_strain(true);
  EXPECT_EQ(strain.disk_read, 4196U);
  EXPECT_EQ(strain.disk_written, 8392U);
  fs::remove_all(at("proc/4720"));
  EXPECT_EQ(reader->read_strain(true).disk_read, 4096U) << "one that has ended";
  write("proc/4711/io", "");
  EXPECT_FALSE(reader->read_strain(true).disk_read) << "not ours to read";

  std::string many;
  for (int i = 0; i < 300; ++i) many += "4720\n";
  write("cgroup/blkio" + path + "/cgroup.procs", many);
  EXPECT_FALSE(reader->read_strain(true).disk_read) << "very many are not asked";
}

TEST_F(Host, TellsTheStallsBesideVersionOne) {
  const auto path = "/docker/" + id;
  write("proc/4711/cgroup",
        "8:pids:" + path + "\n4:memory:" + path + "\n2:cpu,cpuacct:" + path + "\n0::" + path + "\n");
  write_v1("cpu,cpuacct", path);
  write_all("cgroup/cpu,cpuacct" + path,
            {{"cpu.stat", "nr_periods 0\nnr_throttled 0\nthrottled_time 0\n"}, {"cpu.cfs_quota_us", "-1\n"}});
  write_all("cgroup/unified" + path, {{"cpu.pressure", cpu_pressure}, {"memory.pressure", memory_pressure}});
  const auto reader = open();
  ASSERT_TRUE(reader);
  const auto strain = reader->read_strain(false);
  EXPECT_FALSE(strain.cpu_limit) << "-1 is no limit";
  EXPECT_EQ(strain.throttling->periods, 0U);
  EXPECT_EQ(strain.cpu, (Stall{71.2, 70.93}));
  EXPECT_EQ(strain.memory, (Stall{0, 0}));
  EXPECT_EQ(strain.io, Stall{});
  EXPECT_FALSE(strain.disk_read) << "no blkio controller";
}

TEST_F(Host, TellsTheStrainOfVersionTwo) {
  const auto path = "/system.slice/docker-" + id + ".scope";
  write("proc/4711/cgroup", "0::" + path + "\n");
  write_v2(path, "max\n");
  write_all("cgroup" + path, {{"cpu.stat", v2_throttled_stat},
                              {"cpu.max", "150000 100000\n"},
                              {"memory.events", "low 0\nhigh 12\nmax 340\noom 3\noom_kill 2\noom_group_kill 0\n"},
                              {"io.stat", v2_io_stat},
                              {"cpu.pressure", cpu_pressure},
                              {"memory.pressure", memory_pressure},
                              {"io.pressure", io_pressure}});
  const auto reader = open();
  ASSERT_TRUE(reader);
  const auto strain = reader->read_strain(true);
  EXPECT_EQ(strain.cpu_limit, 1.5);
  ASSERT_TRUE(strain.throttling);
  EXPECT_EQ(strain.throttling->periods, 329U);
  EXPECT_EQ(strain.throttling->throttled_periods, 100U);
  EXPECT_EQ(strain.throttling->nanoseconds, 4'500'000U);
  EXPECT_EQ(strain.memory_high, 12U);
  EXPECT_EQ(strain.memory_max, 340U);
  EXPECT_EQ(strain.oom, 3U);
  EXPECT_EQ(strain.oom_kills, 2U);
  EXPECT_EQ(strain.disk_read, 4'096'000U + 512U);
  EXPECT_EQ(strain.disk_written, 1'048'576U);
  EXPECT_EQ(strain.cpu, (Stall{71.2, 70.93}));
  EXPECT_EQ(strain.io, (Stall{100, 0.5}));
}

TEST_F(Host, TellsWhatThereIsOfVersionTwo) {
  const auto path = "/system.slice/docker-" + id + ".scope";
  write("proc/4711/cgroup", "0::" + path + "\n");
  write_v2(path, "max\n");
  write_all("cgroup" + path, {{"cpu.stat", "usage_usec 1\n"}, {"cpu.max", "max 100000\n"}, {"io.stat", ""}});
  const auto reader = open();
  ASSERT_TRUE(reader);
  auto strain = reader->read_strain(true);
  EXPECT_FALSE(strain.cpu_limit);
  EXPECT_FALSE(strain.throttling) << "the kernel does not count";
  EXPECT_FALSE(strain.memory_max);
  EXPECT_FALSE(strain.oom_kills);
  EXPECT_EQ(strain.disk_read, 0U) << "the file is there and tells of no device";
  EXPECT_EQ(strain.cpu, Stall{}) << "a kernel without pressure stall information";

  write("cgroup" + path + "/cpu.stat", v2_throttled_stat);
  write("cgroup" + path + "/io.stat", v2_io_stat);
  strain = reader->read_strain(true);
  EXPECT_EQ(strain.throttling->periods, 329U) << "open files are read again";
  EXPECT_EQ(strain.disk_written, 1'048'576U);
}

TEST_F(Host, TellsNoStrainOfWhatHasGone) {
  const auto path = "/docker/" + id;
  write("proc/4711/cgroup", "0::" + path + "\n");
  write_v2(path, "max\n");
  const auto reader = open();
  ASSERT_TRUE(reader);
  fs::remove_all(at("cgroup" + path));
  const auto strain = reader->read_strain(false);
  EXPECT_FALSE(strain.throttling);
  EXPECT_FALSE(strain.disk_read);
  EXPECT_FALSE(strain.oom_kills);
}

TEST_F(Host, TellsWhenTheNetworkWasRead) {
  const auto path = "/docker/" + id;
  write("proc/4711/cgroup", "0::" + path + "\n");
  write_v2(path, "max\n");
  const auto reader = open(Tolerance{0ms, 1min, 0ms, 0});
  const auto first = reader->read();
  const auto second = reader->read();
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->traffic_at, first->at);
  EXPECT_EQ(second->traffic_at, first->at) << "not read again";
  EXPECT_GT(second->at, first->at);
}

TEST_F(Host, NothingWhereTheHostShowsNothing) {
  EXPECT_FALSE(open()) << "no such process";
  write("proc/4711/cgroup", "0::/docker/" + id + "\n");
  EXPECT_FALSE(open()) << "no such cgroup";
  fs::create_directories(at("cgroup/docker/" + id));
  EXPECT_FALSE(open()) << "no files in it";
  write("proc/4711/cgroup", "");
  EXPECT_FALSE(open());
  EXPECT_FALSE(open_reader({at("proc"), at("cgroup")}, 0));
  EXPECT_FALSE(open_reader({at("proc"), at("cgroup")}, -1));
}

TEST_F(Host, NothingWhenTheFilesHaveNoTextAnyMore) {
  const auto path = "/docker/" + id;
  write("proc/4711/cgroup", "0::" + path + "\n");
  write_v2(path, "max\n");
  const auto reader = open();
  ASSERT_TRUE(reader);
  ASSERT_TRUE(reader->read());
  write("cgroup" + path + "/cpu.stat", "");
  EXPECT_FALSE(reader->read());
}

}  // namespace
}  // namespace trinity::metering
