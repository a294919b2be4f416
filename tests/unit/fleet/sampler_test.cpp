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

// ---- what holds an agent up

class StrainTest : public SamplerTest {
 protected:
  StrainTest() {
    write(file("cpu.max"), "20000 100000\n");
    write(file("memory.events"), "low 0\nhigh 0\nmax 3\noom 0\noom_kill 0\n");
    sampler.follow(*agent(), steady(0));
  }
  static std::string file(const std::string& name) { return "cgroup/system.slice/docker-" + id + ".scope/" + name; }
  FiguresPtr sample(double at) {
    auto results = sampler.sample(steady(at), wall(static_cast<std::int64_t>(at)));
    return results.empty() ? nullptr : results[0].figures;
  }
  /// Whether a sample at this moment read it anew.
  bool read_at(double at) {
    const auto before = sampler.strain_cost().readings;
    EXPECT_TRUE(sample(at)) << at;
    return sampler.strain_cost().readings > before;
  }
};

TEST_F(StrainTest, ComesWithTheFirstSampleThenSeldom) {
  const auto first = sample(0);
  ASSERT_TRUE(first && first->pressure);
  EXPECT_EQ(first->pressure->cpu_limit, 0.2);
  EXPECT_EQ(first->pressure->max_events, 3U);
  EXPECT_EQ(first->pressure->at, wall(0));
  for (const double at : {2.0, 4.0, 6.0, 8.0, 10.0, 20.0}) EXPECT_FALSE(read_at(at)) << at;
  const auto later = sample(30);
  ASSERT_TRUE(later);
  EXPECT_NE(later->pressure, first->pressure);
  EXPECT_EQ(later->pressure->at, wall(30));
  EXPECT_FALSE(read_at(40));
  EXPECT_EQ(sample(50)->pressure, later->pressure) << "figures in between keep the newest one";
}

TEST_F(StrainTest, ComesWithEverySampleWhileItIsWatched) {
  sample(0);
  sampler.watch("bot", 1);
  sampler.watch_pressure("bot", 1);
  sampler.watch_pressure("bot", 1);
  EXPECT_TRUE(read_at(2));
  EXPECT_TRUE(read_at(4));
  sampler.watch_pressure("bot", -1);
  EXPECT_TRUE(read_at(6)) << "somebody still looks";
  sampler.watch_pressure("bot", -1);
  EXPECT_FALSE(read_at(8));
  EXPECT_TRUE(read_at(36));
}

TEST_F(StrainTest, ComesWithTheNextSampleWhenSomebodyAsks) {
  sample(0);
  sampler.want_pressure("other");
  EXPECT_FALSE(read_at(2));
  sampler.want_pressure("bot");
  EXPECT_EQ(taken(3), 0U) << "no sample of its own";
  EXPECT_TRUE(read_at(4));
  EXPECT_FALSE(read_at(6));
}

TEST_F(StrainTest, WatchingDoesNotLookMoreOftenByItself) {
  sample(100);
  sampler.watch_pressure("bot", 1);
  EXPECT_EQ(taken(102), 0U);
  EXPECT_TRUE(read_at(110));
}

TEST_F(StrainTest, BeginsAnewWithTheContainer) {
  const std::string stat = "usage_usec 1\nnr_periods 10\nnr_throttled 5\nthrottled_usec 9\n";
  write(file("cpu.stat"), stat);
  sampler.watch_pressure("bot", 1);
  sample(0);
  EXPECT_TRUE(sample(2)->pressure->throttled_percent);
  record(pid + 1);
  write(file("cpu.stat"), stat);
  sampler.follow(*agent(pid + 1), steady(4));
  const auto first = sample(4);
  ASSERT_TRUE(first && first->pressure);
  EXPECT_FALSE(first->pressure->throttled_percent);
  EXPECT_FALSE(first->network);
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

TEST_F(Foreign, TheEnginesStrainGivesTheSameFigures) {
  const auto told = [&](double at, std::uint64_t periods, std::uint64_t throttled) {
    metering::Strain strain;
    strain.at = steady(at);
    strain.throttling = metering::Throttling{periods, throttled, 0};
    strain.disk_written = periods * 10;
    due(at);
    return sampler.told(id, counters(0, at), wall(static_cast<std::int64_t>(at)), strain);
  };
  ASSERT_TRUE(told(0, 100, 0));
  const auto second = told(2, 120, 5);
  ASSERT_TRUE(second && second->figures->pressure);
  EXPECT_EQ(second->figures->pressure->throttled_percent, 25.0);
  EXPECT_EQ(second->figures->pressure->write_bytes_per_s, 100.0);
  EXPECT_FALSE(second->figures->pressure->cpu.some_avg10);
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
