#include "metering/host.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace trinity::metering {
namespace {

constexpr std::string_view two_cores =
    "cpu  100 10 50 800 40 0 0 0 30 0\n"
    "cpu0 50 5 25 400 20 0 0 0 15 0\n"
    "cpu1 50 5 25 400 20 0 0 0 15 0\n"
    "intr 12345 0 0\nctxt 1\n";

/// A directory like /proc that is removed afterwards.
class Proc {
 public:
  Proc() {
    std::filesystem::create_directories(path_);
    paths.proc = path_;
  }
  ~Proc() { std::filesystem::remove_all(path_); }
  Proc(const Proc&) = delete;
  Proc& operator=(const Proc&) = delete;

  void put(const std::string& name, std::string_view text) const { std::ofstream(path_ / name) << text; }
  HostPaths paths;

 private:
  std::filesystem::path path_ = std::filesystem::temp_directory_path() / ("host_test." + std::to_string(::getpid()));
};

TEST(CpuTimes, GuestsAreNotCountedTwiceAndWaitingIsIdle) {
  const auto times = parse_cpu_times(two_cores);
  ASSERT_TRUE(times);
  EXPECT_EQ(times->cores, 2U);
  EXPECT_EQ(times->total, 1000U);
  EXPECT_EQ(times->busy, 160U);
}

TEST(CpuTimes, WhatIsNoSuchFileGivesNothing) {
  for (const auto* text : {"", "cpu", "cpu0 1 2 3 4 5 6 7 8\n", "cpu  1 2 3\n", "cpu  a b c d e f g h\n", "intr 7\n"}) {
    EXPECT_FALSE(parse_cpu_times(text)) << text;
  }
}

TEST(HostReader, FiguresOfARecordedMachine) {
  const Proc proc;
  proc.put("stat", two_cores);
  proc.put("meminfo", "MemTotal:       32000000 kB\nMemFree:  100 kB\nMemAvailable:   24000000 kB\n");
  HostReader reader(proc.paths);
  const auto first = reader.read(Time{std::chrono::seconds(7)});
  EXPECT_EQ(first.at, Time{std::chrono::seconds(7)});
  EXPECT_EQ(first.cores, 2U);
  EXPECT_DOUBLE_EQ(*first.cpu_percent, 16.0) << "the mean since the machine's start";
  EXPECT_EQ(first.memory_total, 32000000ULL * 1024);
  EXPECT_EQ(first.memory_used, 8000000ULL * 1024);
  EXPECT_DOUBLE_EQ(*first.memory_percent(), 25.0);
  ASSERT_TRUE(first.disk_total);
  EXPECT_LE(*first.disk_used, *first.disk_total);
  EXPECT_GT(*first.disk_percent, 0.0);
  EXPECT_LE(*first.disk_percent, 100.0);

  proc.put("stat", "cpu  150 10 50 850 40 0 0 0 0 0\ncpu0 0\n");
  EXPECT_DOUBLE_EQ(*reader.read({}).cpu_percent, 50.0);
  EXPECT_FALSE(reader.read({}).cpu_percent) << "no time has passed";
  proc.put("stat", "cpu  149 10 50 951 40 0 0 0 0 0\ncpu0 0\n");
  EXPECT_DOUBLE_EQ(*reader.read({}).cpu_percent, 0.0) << "a counter went back";
}

TEST(HostReader, WhatIsNotToldIsNothing) {
  HostPaths paths;
  paths.proc = "/nonexistent";
  paths.disk = "/nonexistent";
  HostReader reader(paths);
  const auto sample = reader.read({});
  EXPECT_FALSE(sample.cpu_percent);
  EXPECT_FALSE(sample.memory_total);
  EXPECT_FALSE(sample.memory_percent());
  EXPECT_FALSE(sample.disk_total);
  EXPECT_FALSE(sample.disk_percent);
  EXPECT_EQ(sample.cores, 0U);
}

TEST(HostReader, ThisMachine) {
  HostReader reader({});
  const auto sample = reader.read({});
  EXPECT_GE(sample.cores, 1U);
  ASSERT_TRUE(sample.cpu_percent);
  EXPECT_GE(*sample.cpu_percent, 0);
  EXPECT_LE(*sample.cpu_percent, 100);
  EXPECT_TRUE(sample.memory_total);
}

}  // namespace
}  // namespace trinity::metering
