#include "fleet/sampler.h"

#include <gtest/gtest.h>

#include <fstream>

#include "unit/db/temp_dir.h"
#include "unit/fleet/facts.h"

namespace trinity::fleet {
namespace {

using test::steady;
using test::wall;

constexpr std::int64_t pid = 4711;
const std::string id(64, 'c');

/// A host with the cgroup v2 files of one container.
class SamplerTest : public testing::Test {
 protected:
  SamplerTest() {
    write("proc/meminfo", "MemTotal:        4000 kB\n");
    record(pid);
  }
  void write(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path, std::ios::trunc) << text;
  }
  void record(std::int64_t process) const {
    const auto path = "/system.slice/docker-" + id + ".scope";
    const auto number = std::to_string(process);
    write("proc/" + number + "/cgroup", "0::" + path + "\n");
    write("proc/" + number + "/net/dev", "a\nb\n  eth0: 1392 16 0 0 0 0 0 0 210 3 0 0 0 0 0 0\n");
    write("cgroup" + path + "/cgroup.procs", number + "\n");
    write("cgroup" + path + "/cpu.stat", "usage_usec 274069\nuser_usec 80000\n");
    write("cgroup" + path + "/memory.current", "1093632\n");
    write("cgroup" + path + "/memory.stat", "anon 581632\ninactive_file 20480\n");
    write("cgroup" + path + "/memory.max", "2187264\n");
    write("cgroup" + path + "/pids.current", "3\n");
  }
  static AgentPtr agent(std::int64_t process = pid, const std::string& name = "bot",
                        const std::string& container = id) {
    return std::make_shared<const Agent>(
        make_agent(test::container(container, name, "running", process), std::nullopt, test::network));
  }
  std::size_t taken(double at) { return sampler.sample(steady(at), wall(static_cast<std::int64_t>(at))).size(); }

  test::TempDir root_;
  Sampler sampler{{root_ / "proc", root_ / "cgroup"}, {}};
};

TEST_F(SamplerTest, ReadsTheFiguresOfAContainer) {
  sampler.follow(*agent(), steady(0));
  const auto results = sampler.sample(steady(0), wall(0));
  ASSERT_EQ(results.size(), 1U);
  EXPECT_EQ(results[0].container_id, id);
  const auto& sample = results[0].figures->sample;
  EXPECT_EQ(sample.memory_bytes, 1'093'632U - 20'480U);
  EXPECT_EQ(sample.memory_limit, 2'187'264U);
  EXPECT_NEAR(sample.memory_percent, 49.06, 0.01);
  EXPECT_EQ(sample.network_rx, 1392U);
  EXPECT_EQ(sample.pids, 3U);
  EXPECT_EQ(sample.cpu_percent, 0) << "nothing to compare with yet";
  EXPECT_TRUE(results[0].figures->history.empty()) << "a false zero is no history";
}

TEST_F(SamplerTest, LooksCloselyAtFirstThenSeldom) {
  sampler.follow(*agent(), steady(0));
  EXPECT_EQ(taken(0), 1U);
  EXPECT_EQ(taken(1.9), 0U);
  for (const double at : {2.0, 4.0, 6.0, 8.0}) EXPECT_EQ(taken(at), 1U) << at;
  EXPECT_EQ(taken(10), 1U);
  EXPECT_EQ(taken(12), 0U) << "the first ten seconds are over";
  EXPECT_EQ(taken(19.9), 0U);
  EXPECT_EQ(taken(20), 1U);
}

TEST_F(SamplerTest, WatchedOnesAreReadAtOnceAndOften) {
  sampler.follow(*agent(), steady(0));
  taken(0);
  EXPECT_EQ(taken(100), 1U);
  EXPECT_EQ(taken(101), 0U);
  sampler.watch("bot", 1);
  sampler.watch("bot", 1);
  EXPECT_EQ(taken(102), 1U);
  EXPECT_EQ(taken(103), 0U);
  EXPECT_EQ(taken(104), 1U);
  sampler.watch("bot", -1);
  EXPECT_EQ(taken(106), 1U) << "somebody still looks";
  sampler.watch("bot", -1);
  EXPECT_EQ(taken(108), 1U);
  EXPECT_EQ(taken(110), 0U);
  EXPECT_EQ(taken(118), 1U);
}

TEST_F(SamplerTest, AnotherAgentsViewerChangesNothing) {
  sampler.follow(*agent(), steady(0));
  taken(100);
  sampler.watch("other", 1);
  EXPECT_EQ(taken(102), 0U);
}

TEST_F(SamplerTest, HistoryHasItsDistanceAndItsBound) {
  sampler.follow(*agent(), steady(0));
  sampler.watch("bot", 1);
  FiguresPtr last;
  for (int at = 0; at < 1'000; at += 2) {
    for (auto& one : sampler.sample(steady(at), wall(at))) last = one.figures;
  }
  ASSERT_TRUE(last);
  ASSERT_EQ(last->history.size(), 60U);
  for (std::size_t i = 1; i < last->history.size(); ++i) {
    EXPECT_GE(last->history[i].at_ms - last->history[i - 1].at_ms, 4'900);
  }
  EXPECT_GE(last->history.back().at_ms, epoch_ms(wall(990)));
  EXPECT_NEAR(last->history.back().memory_percent, 49.06, 0.01);
}

TEST_F(SamplerTest, ARestartBeginsAnew) {
  sampler.follow(*agent(), steady(0));
  for (int at = 0; at < 50; at += 2) taken(at);
  record(pid + 1);
  sampler.follow(*agent(pid + 1), steady(60));
  const auto results = sampler.sample(steady(60), wall(60));
  ASSERT_EQ(results.size(), 1U) << "due at once";
  EXPECT_TRUE(results[0].figures->history.empty());
  EXPECT_EQ(taken(62), 1U) << "looked at closely again";
}

TEST_F(SamplerTest, FollowingAgainKeepsWhatIsKnown) {
  sampler.follow(*agent(), steady(0));
  for (int at = 0; at < 50; at += 2) taken(at);
  sampler.follow(*agent(), steady(60));
  const auto results = sampler.sample(steady(70), wall(70));
  ASSERT_EQ(results.size(), 1U);
  EXPECT_GE(results[0].figures->history.size(), 4U);
}

TEST_F(SamplerTest, WhatDoesNotRunIsForgotten) {
  sampler.follow(*agent(), steady(0));
  sampler.follow(*agent(1, "two", std::string(64, 'd')), steady(0));
  EXPECT_EQ(sampler.size(), 2U);
  sampler.forget(std::string(64, 'd'));
  EXPECT_EQ(sampler.size(), 1U);
  sampler.forget(id);
  sampler.forget(id);
  EXPECT_EQ(sampler.size(), 0U);
  EXPECT_EQ(taken(100), 0U);
  EXPECT_FALSE(sampler.told(id, metering::Counters{}, wall(100)));
}

/// A process that this host does not show.
class Foreign : public SamplerTest {
 protected:
  void SetUp() override { sampler.follow(*agent(999), steady(0)); }
  std::vector<std::string> due(double at) { return sampler.due_from_engine(steady(at)); }
  static metering::Counters counters(std::uint64_t cpu, double at) {
    metering::Counters made;
    made.at = steady(at);
    made.cpu_nanoseconds = cpu;
    return made;
  }
};

TEST_F(Foreign, TheEngineIsAskedOnceAtATime) {
  EXPECT_EQ(taken(0), 0U);
  EXPECT_EQ(due(0), std::vector<std::string>{id});
  EXPECT_TRUE(due(50).empty()) << "the first answer is still to come";
  ASSERT_TRUE(sampler.told(id, counters(0, 0), wall(0)));
  EXPECT_EQ(due(50), std::vector<std::string>{id});
}

TEST_F(Foreign, TheEnginesCountersGiveTheSameFigures) {
  due(0);
  ASSERT_TRUE(sampler.told(id, counters(1'000'000'000, 0), wall(0)));
  due(2);
  const auto result = sampler.told(id, counters(2'000'000'000, 2), wall(2));
  ASSERT_TRUE(result);
  EXPECT_NEAR(result->figures->sample.cpu_percent, 50, 0.001);
  EXPECT_EQ(result->figures->history.size(), 1U);
}

TEST_F(Foreign, NoAnswerIsNoFigure) {
  due(0);
  EXPECT_FALSE(sampler.told(id, std::nullopt, wall(0)));
  EXPECT_EQ(due(10), std::vector<std::string>{id}) << "asked again";
  const auto first = sampler.told(id, counters(5'000'000'000, 10), wall(10));
  ASSERT_TRUE(first);
  EXPECT_EQ(first->figures->sample.cpu_percent, 0) << "nothing to compare with";
  EXPECT_TRUE(first->figures->history.empty());
}

TEST_F(SamplerTest, AClockThatIsSetBackDoesNotStopTheHistory) {
  sampler.follow(*agent(), steady(0));
  for (int i = 0; i <= 100; i += 10) ASSERT_EQ(sampler.sample(steady(i), wall(100'000 + i)).size(), 1U);
  std::optional<Sampler::Result> last;
  for (int i = 110; i <= 200; i += 10) {
    for (auto& result : sampler.sample(steady(i), wall(i))) last = std::move(result);
  }
  ASSERT_TRUE(last);
  EXPECT_EQ(last->figures->history.size(), 10U);
  for (const auto& point : last->figures->history) EXPECT_LE(point.at_ms, epoch_ms(wall(200)));
}

TEST_F(SamplerTest, OnlySoManyFilesAreKeptOpen) {
  Sampler small{{root_ / "proc", root_ / "cgroup"}, {}, 0};
  small.follow(*agent(), steady(0));
  EXPECT_TRUE(small.sample(steady(0), wall(0)).empty());
  EXPECT_EQ(small.due_from_engine(steady(0)).size(), 1U) << "the engine is asked instead";
}

}  // namespace
}  // namespace trinity::fleet
