#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "fleet/agent.h"
#include "pressure/pressure_feed.h"
#include "pressure/words.h"
#include "unit/fleet/facts.h"

namespace trinity::pressure {
namespace {

using boost::json::object;
using executions::TurnWaits;
using std::chrono::milliseconds;
using test::steady;
using test::wall;

object object_of(const std::string& text) {
  return boost::json::parse(text).as_object();
}

fleet::FiguresPtr figures(double cpu, std::int64_t at, std::optional<std::int64_t> pressure_at = {}) {
  auto made = std::make_shared<fleet::Figures>();
  made->sample.at = wall(at);
  made->sample.cpu_percent = cpu;
  made->sample.memory_bytes = 400;
  made->sample.memory_limit = 1'000;
  made->sample.memory_percent = 40;
  if (!pressure_at) return made;
  fleet::Pressure pressure;
  pressure.at = wall(*pressure_at);
  pressure.cpu_limit = 0.2;
  pressure.throttled_percent = 96.04;
  pressure.throttled_ms_per_s = 780.44;
  pressure.max_events = 3;
  pressure.oom_kills = 0;
  pressure.cpu = {71.2, 70.93};
  pressure.write_bytes_per_s = 8'191.6;
  made->pressure = std::make_shared<const fleet::Pressure>(pressure);
  made->network = fleet::NetworkRates{512.4, 0};
  return made;
}

TurnWaits turn(TurnWaits::Now now, const std::string& tool = {}) {
  TurnWaits made;
  made.execution_id = "e";
  made.started_at = wall(0);
  made.now = now;
  made.now_since = wall(5);
  made.elapsed = milliseconds(10'000);
  made.model_wait = milliseconds(6'000);
  made.tool_wait = milliseconds(3'000);
  made.own = milliseconds(1'000);
  if (!tool.empty()) made.tool = TurnWaits::Tool{tool, "make", wall(5)};
  return made;
}

class PressureFeedTest : public testing::Test {
 protected:
  PressureFeedTest() { show("running"); }

  void show(const std::string& state, std::int64_t pid = 100) {
    auto container = test::container("c", "bot", state, pid);
    container.memory_limit = 1'000;
    const auto kept = snapshot.entries.empty() ? nullptr : snapshot.entries[0].figures;
    auto agent = std::make_shared<const fleet::Agent>(fleet::make_agent(container, std::nullopt, test::network));
    snapshot.entries = {{std::move(agent), state == "running" ? kept : nullptr}};
    snapshot.by_name = fleet::index_of(snapshot.entries);
  }
  void sampled(fleet::FiguresPtr newest) { snapshot.entries.at(0).figures = std::move(newest); }
  static live::Moment moment(double at) { return {wall(static_cast<std::int64_t>(at)), steady(at)}; }
  object baseline(double at) { return object_of(feed.baseline(snapshot, {}, moment(at))); }
  /// How many events come of it; the last one stays in `last`.
  std::size_t due(double at) { return note(feed.due(snapshot, moment(at))); }
  std::size_t published(double at) { return note(feed.published({}, snapshot, moment(at))); }
  std::size_t note(const std::vector<live::Event>& events) {
    for (const auto& event : events) {
      EXPECT_EQ(event.name, "agent_pressure_update");
      last = object_of(event.data);
    }
    return events.size();
  }

  fleet::Snapshot snapshot;
  std::optional<TurnWaits> running;
  int watched = 0;
  std::vector<milliseconds> asked_again;
  object last;
  PressureFeed feed{"bot",
                    {[this](Time) { return running; }, [this](int delta) { watched += delta; },
                     [this](milliseconds after) { asked_again.push_back(after); }},
                    {}};
};

TEST_F(PressureFeedTest, TellsEverythingWhole) {
  sampled(figures(19.84, 10, 8));
  running = turn(TurnWaits::Now::tool, "Bash");
  const auto whole = baseline(10);
  EXPECT_EQ(whole, object_of(R"({"name":"bot","status":"running","sampled_at":")" + format_z(wall(8)) + R"(",
    "cpu":{"percent":19.8,"limit_cores":0.2,"throttled_percent":96,"throttled_ms_per_s":780.4,"some_avg10":71.2,"full_avg10":70.93},
    "memory":{"used_bytes":400,"limit_bytes":1000,"percent":40,"high_events":null,"max_events":3,"oom_events":null,"oom_kills":0,
              "some_avg10":null,"full_avg10":null},
    "disk":{"read_bytes_per_s":null,"write_bytes_per_s":8192,"some_avg10":null,"full_avg10":null},
    "network":{"rx_bytes_per_s":512,"tx_bytes_per_s":0},
    "turn":{"execution_id":"e","started_at":")" +
                             format_z(wall(0)) + R"(","elapsed_ms":10000,"model_wait_ms":6000,
            "tool_wait_ms":3000,"own_ms":1000,"now":"tool","now_since":")" +
                             format_z(wall(5)) + R"(",
            "tool":{"name":"Bash","input_summary":"make"}}})"));
  EXPECT_EQ(feed.sampled_at(snapshot, moment(10)), wall(8)) << "the older ones";
}

TEST_F(PressureFeedTest, WhatIsNotKnownIsNull) {
  auto whole = baseline(0);
  EXPECT_TRUE(whole.at("sampled_at").is_null());
  for (const auto* part : {"cpu", "memory", "disk", "network"}) {
    for (const auto& [name, value] : whole.at(part).as_object()) EXPECT_TRUE(value.is_null()) << part << ' ' << name;
  }
  EXPECT_TRUE(whole.at("turn").is_null());
  sampled(figures(1, 2));
  whole = baseline(2);
  EXPECT_EQ(whole.at("cpu").as_object().at("percent"), 1);
  EXPECT_TRUE(whole.at("cpu").as_object().at("throttled_percent").is_null());
}

TEST_F(PressureFeedTest, AStoppedAgentHasNeitherFiguresNorTurn) {
  running = turn(TurnWaits::Now::model);
  show("exited");
  const auto whole = baseline(0);
  EXPECT_EQ(whole.at("status"), "stopped");
  EXPECT_TRUE(whole.at("turn").is_null());
  EXPECT_TRUE(whole.at("memory").as_object().at("used_bytes").is_null());
  EXPECT_FALSE(sampled_at(*snapshot.entries[0].agent, figures(1, 1).get()));
}

TEST_F(PressureFeedTest, WithoutALimitThereIsNone) {
  auto container = test::container("c", "bot");
  container.memory_limit = 0;
  const auto agent = fleet::make_agent(container, std::nullopt, test::network);
  const auto made = pressure_object(agent, figures(1, 1).get(), std::nullopt);
  EXPECT_TRUE(made.at("memory").as_object().at("limit_bytes").is_null()) << "what the sampler has is the host's memory";
  EXPECT_EQ(made.at("memory").as_object().at("percent"), 40.0);
}

TEST_F(PressureFeedTest, NewFiguresComeAtTheirPace) {
  sampled(figures(1, 0));
  baseline(0);
  EXPECT_EQ(due(1), 0U);
  sampled(figures(2, 2));
  EXPECT_EQ(due(2), 0U) << "too soon";
  EXPECT_EQ(due(4.96), 1U) << "the clock that calls is not exact";
  EXPECT_EQ(last.at("cpu").as_object().at("percent"), 2);
  EXPECT_EQ(due(20), 0U) << "nothing new";
}

TEST_F(PressureFeedTest, AnotherWaitComesAtOnce) {
  sampled(figures(1, 0));
  baseline(0);
  running = turn(TurnWaits::Now::start);
  EXPECT_EQ(due(0.3), 1U) << "a turn began";
  running = turn(TurnWaits::Now::model);
  EXPECT_EQ(due(0.35), 0U) << "four a second";
  ASSERT_EQ(asked_again.size(), 1U);
  EXPECT_EQ(asked_again[0], milliseconds(200));
  running = turn(TurnWaits::Now::tool, "Bash");
  EXPECT_EQ(due(0.55), 1U) << "merged";
  EXPECT_EQ(last.at("turn").as_object().at("now"), "tool");
  EXPECT_EQ(due(0.9), 0U);
  running = turn(TurnWaits::Now::tool, "Read");
  EXPECT_EQ(due(1.0), 1U) << "another tool";
  running.reset();
  EXPECT_EQ(due(2.0), 1U);
  EXPECT_TRUE(last.at("turn").is_null());
}

TEST_F(PressureFeedTest, ANewcomerTakesNothingFromTheOthers) {
  sampled(figures(1, 0));
  baseline(0);
  running = turn(TurnWaits::Now::model);
  EXPECT_TRUE(baseline(1).at("turn").is_object());
  EXPECT_EQ(due(1), 1U) << "the first one has not heard of the turn";
}

TEST_F(PressureFeedTest, StartAndStopComeAtOnce) {
  sampled(figures(1, 0));
  baseline(0);
  EXPECT_EQ(published(0.1), 0U);
  show("exited");
  EXPECT_EQ(published(0.2), 1U);
  EXPECT_EQ(last.at("status"), "stopped");
  show("running", 200);
  EXPECT_EQ(published(0.3), 1U);
  EXPECT_EQ(published(0.4), 0U);
  sampled(figures(1, 1));
  EXPECT_EQ(published(1), 1U) << "the first figures";
  show("running", 300);
  EXPECT_EQ(published(1.1), 1U) << "started again";
}

TEST_F(PressureFeedTest, AnAgentThatIsNotThereTellsNothing) {
  snapshot.entries.clear();
  snapshot.by_name = nullptr;
  EXPECT_EQ(feed.baseline(snapshot, {}, moment(0)), "null");
  EXPECT_EQ(due(10) + published(10), 0U);
  EXPECT_FALSE(feed.sampled_at(snapshot, moment(0)));
}

TEST_F(PressureFeedTest, WhoLooksHasItReadMoreOften) {
  feed.watched(true);
  EXPECT_EQ(watched, 1);
  feed.watched(false);
  EXPECT_EQ(watched, 0);
}

}  // namespace
}  // namespace trinity::pressure
