#include "metering/cgroup_text.h"

#include <gtest/gtest.h>

#include "metering/metering.h"

namespace trinity::metering {
namespace {

const std::string id(64, 'a');

TEST(LeadingNumber, ReadsDigitsOnly) {
  EXPECT_EQ(leading_number("12\n"), 12U);
  EXPECT_EQ(leading_number("18446744073709551615"), 18'446'744'073'709'551'615U);
  EXPECT_EQ(leading_number("18446744073709551616"), std::nullopt);
  EXPECT_EQ(leading_number("-1"), std::nullopt);
  EXPECT_EQ(leading_number(""), std::nullopt);
  EXPECT_EQ(leading_number("max"), std::nullopt);
}

TEST(NumberOf, FindsWholeKeysAtLineStarts) {
  constexpr std::string_view text =
      "inactive_file_x 1\ntotal_inactive_file 2\ninactive_file 3\nMemTotal:       16 kB\n";
  EXPECT_EQ(number_of(text, "inactive_file"), 3U);
  EXPECT_EQ(number_of(text, "total_inactive_file"), 2U);
  EXPECT_EQ(number_of(text, "MemTotal:"), 16U);
  EXPECT_EQ(number_of(text, "file"), std::nullopt);
  EXPECT_EQ(number_of("usage_usec 7", "usage_usec"), 7U);
  EXPECT_EQ(number_of("usage_usec", "usage_usec"), std::nullopt);
  EXPECT_EQ(number_of("", "usage_usec"), std::nullopt);
}

TEST(LimitOf, KnowsBothWaysToSayNone) {
  EXPECT_EQ(limit_of("67108864\n"), 67'108'864U);
  EXPECT_EQ(limit_of("max\n"), std::nullopt);
  EXPECT_EQ(limit_of("9223372036854771712\n"), std::nullopt);
  EXPECT_EQ(limit_of(""), std::nullopt);
}

TEST(TrafficOf, SumsAllButLoopback) {
  constexpr std::string_view text =
      "Inter-|   Receive                                                |  Transmit\n"
      " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier "
      "compressed\n"
      "    lo:    5000       2    0    0    0     0          0         0     5000       2    0    0    0     0       0 "
      " "
      "        0\n"
      "  eth0:     200       2    0    0    0     0          0         0       70       1    0    0    0     0       0 "
      " "
      "        0\n"
      "eth1:30 2 0 0 0 0 0 0 4 1 0 0 0 0 0 0\n"
      "broken: x\n"
      "short: 1 2 3\n";
  const auto traffic = traffic_of(text);
  EXPECT_EQ(traffic.received, 230U);
  EXPECT_EQ(traffic.sent, 74U);
  EXPECT_EQ(traffic_of("").received, 0U);
}

TEST(ListsProcess, ComparesWholeNumbers) {
  EXPECT_TRUE(lists_process("1\n123\n", 123));
  EXPECT_TRUE(lists_process("123", 123));
  EXPECT_FALSE(lists_process("1234\n12\n", 123));
  EXPECT_FALSE(lists_process("", 123));
}

TEST(ContainerPath, EndsAtTheContainersOwnCgroup) {
  struct Row {
    std::string path;
    std::string expected;
  };
  const Row rows[] = {
      {"/docker/" + id, "/docker/" + id},
      {"/docker/" + id + "/init.scope", "/docker/" + id},
      {"/system.slice/docker-" + id + ".scope", "/system.slice/docker-" + id + ".scope"},
      {"/system.slice/docker-" + id + ".scope/init/x", "/system.slice/docker-" + id + ".scope"},
      {"/docker/" + id + "/docker/" + std::string(64, 'b') + "/x", "/docker/" + id + "/docker/" + std::string(64, 'b')},
      {"/user.slice/x", "/user.slice/x"},
      {"/", "/"},
      {"", ""},
      {"/docker/" + id.substr(1) + "g", "/docker/" + id.substr(1) + "g"},
  };
  for (const auto& row : rows) EXPECT_EQ(container_path(row.path), row.expected) << row.path;
}

TEST(ParseCgroup, VersionOne) {
  const auto place = parse_cgroup(
      "12:pids:/docker/p\n11:memory:/docker/m\n4:cpu,cpuacct:/docker/c\n1:name=systemd:/docker/s\n0::/system.slice/"
      "x\n");
  EXPECT_FALSE(place.unified);
  EXPECT_EQ(place.cpu, "/docker/c");
  EXPECT_EQ(place.memory, "/docker/m");
  EXPECT_EQ(place.pids, "/docker/p");
  EXPECT_EQ(place.unified_path, "/system.slice/x");
}

TEST(ParseCgroup, VersionTwo) {
  const auto place = parse_cgroup("0::/system.slice/docker-x.scope\n");
  EXPECT_TRUE(place.unified);
  EXPECT_EQ(place.unified_path, "/system.slice/docker-x.scope");
  EXPECT_EQ(place.cpu, "");
}

TEST(ParseCgroup, UnifiedBesideOnlyNamedHierarchiesIsVersionTwo) {
  const auto place = parse_cgroup("1:name=systemd:/x\n0::/docker/y\n");
  EXPECT_TRUE(place.unified);
  EXPECT_EQ(place.unified_path, "/docker/y");
}

TEST(ParseCgroup, ToleratesOddLines) {
  const auto place = parse_cgroup("\nnonsense\n7:memory\n3:cpuacct:/a:b (deleted)");
  EXPECT_EQ(place.cpu, "/a:b");
  EXPECT_EQ(place.memory, "");
  EXPECT_FALSE(place.unified);
  EXPECT_FALSE(parse_cgroup("").unified);
}

TEST(CgroupText, ShareOfThePeriodInCores) {
  EXPECT_EQ(cores_of(20'000, 100'000), 0.2);
  EXPECT_EQ(cores_of(400'000, 100'000), 4.0);
  EXPECT_FALSE(cores_of(std::nullopt, 100'000));
  EXPECT_FALSE(cores_of(20'000, std::nullopt));
  EXPECT_FALSE(cores_of(0, 100'000));
  EXPECT_FALSE(cores_of(20'000, 0));
  EXPECT_EQ(cpu_max_of("50000 100000\n"), 0.5);
  for (const auto* none : {"max 100000\n", "", "50000", "50000 ", "x y", "50000 0"})
    EXPECT_FALSE(cpu_max_of(none)) << none;
}

TEST(CgroupText, Throttling) {
  const auto found = throttling_of("nr_periods 3\nnr_throttled 2\nthrottled_usec 5\n", "throttled_usec", 1000);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->periods, 3U);
  EXPECT_EQ(found->throttled_periods, 2U);
  EXPECT_EQ(found->nanoseconds, 5000U);
  for (const auto* none :
       {"", "nr_periods 3\n", "nr_periods 3\nnr_throttled 2\n", "nr_periods x\nnr_throttled 2\nthrottled_usec 1\n"}) {
    EXPECT_FALSE(throttling_of(none, "throttled_usec", 1000)) << none;
  }
}

TEST(CgroupText, StallsThatCannotBeReadAreNothing) {
  EXPECT_EQ(stall_of("some avg10=12.34 avg60=1.00 avg300=0.00 total=9\n"), (Stall{12.34, std::nullopt}))
      << "older kernels have no second line for processors";
  EXPECT_EQ(stall_of("full avg10=1.00 avg60=1.00\nsome avg10=2.50"), (Stall{2.5, 1.0})) << "in any order";
  for (const auto* none :
       {"", "some\n", "some avg60=1.00\n", "some avg10=\n", "some avg10=x\n", "some avg10=-1.00\n",
        "some avg10=100.01\n", "some avg10=nan\n", "some avg10=inf\n", "other avg10=1.00\n", "someavg10=1.00\n"}) {
    EXPECT_EQ(stall_of(none), Stall{}) << none;
  }
}

TEST(CgroupText, BytesOfDisks) {
  auto sum = io_bytes_of(
      "8:0 rbytes=1 wbytes=2 rios=3 wios=4\n8:16 rbytes=10 wbytes=20\n253:0 \nodd\n8:1 rbytes=x wbytes=5\n");
  EXPECT_EQ(sum.read, 11U);
  EXPECT_EQ(sum.written, 27U);
  const auto older = service_bytes_of("8:0 Read 1\n8:0 Write 2\n8:16 Read 10\n8:16 Write x\nRead 5\nTotal 13\n\n");
  ASSERT_TRUE(older);
  EXPECT_EQ(older->read, 11U);
  EXPECT_EQ(older->written, 2U);
  for (const auto* none : {"", "Total 0\n", "8:0 Discard 5\n", "8:0 Read x\n"})
    EXPECT_FALSE(service_bytes_of(none)) << none;
  EXPECT_EQ(io_bytes_of("").read, 0U);
}

TEST(CgroupText, BytesOfAProcess) {
  const auto found = process_bytes_of(
      "rchar: 21028064\nwchar: 20979368\nsyscr: 78\nsyscw: 30\nread_bytes: 102400\nwrite_bytes: 20992000\n"
      "cancelled_write_bytes: 0\n");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->read, 102'400U);
  EXPECT_EQ(found->written, 20'992'000U);
  EXPECT_FALSE(process_bytes_of(""));
  EXPECT_FALSE(process_bytes_of("read_bytes: 1\n"));
}

TEST(CgroupText, ProcessesOneAfterTheOther) {
  std::string_view text = "12\n\nodd\n0\n7";
  EXPECT_EQ(take_process(text), 12U);
  EXPECT_EQ(take_process(text), 0U);
  EXPECT_EQ(take_process(text), 7U);
  EXPECT_FALSE(take_process(text));
}

TEST(CgroupText, PlacesOfTheSchedulerAndOfDisks) {
  const auto place = parse_cgroup("11:blkio:/a\n4:cpu,cpuacct:/b\n3:memory:/c\n");
  EXPECT_EQ(place.disk, "/a");
  EXPECT_EQ(place.scheduler, "/b");
  EXPECT_EQ(place.cpu, "/b");
  const auto apart = parse_cgroup("2:cpuacct:/x\n1:cpu:/y\n");
  EXPECT_EQ(apart.cpu, "/x");
  EXPECT_EQ(apart.scheduler, "/y");
}

}  // namespace
}  // namespace trinity::metering
