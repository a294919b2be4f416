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

}  // namespace
}  // namespace trinity::metering
