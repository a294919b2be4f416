#include "runstats/turn_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runstats/row_stream.h"
#include "unit/live/fixture.h"

namespace trinity::runstats {
namespace {

using live::testing::agent;
using live::testing::caller;
using live::testing::FakeFleet;
using live::testing::moment;
using live::testing::object;
using live::testing::text;
using testing::ElementsAre;
using testing::IsEmpty;
namespace json = boost::json;

Time at(std::int64_t seconds) {
  return Time(std::chrono::days(20'000)) + std::chrono::seconds(seconds);
}

class TurnRowsTest : public testing::Test {
 protected:
  TurnRowsTest() {
    fleet_.add(agent("bot", 1));
    fleet_.add(agent("other", 2));
  }

  /// One run that began at 0, or none, and calls of it.
  void hear(const std::string& name, bool runs, std::vector<agentlink::ToldCall> calls = {}) {
    agentlink::Live live;
    live.agent = name;
    live.connection = agentlink::Connection::up;
    live.activity = std::make_shared<const agentlink::Activity>();
    std::vector<agentlink::LiveRun> all;
    if (runs) all.push_back({"e-" + name, "chat", "hi", format_z(at(0))});
    live.runs = std::make_shared<const std::vector<agentlink::LiveRun>>(std::move(all));
    agentlink::News news;
    news.live = std::make_shared<const agentlink::Live>(std::move(live));
    news.agent = name;
    if (runs) news.told_runs = {{"e-" + name, true, at(1), at(1)}};
    if (!runs) news.ended = {"e-" + name};
    news.calls = std::move(calls);
    turns_.hear(news);
  }
  static agentlink::ToldCall call(const std::string& run, std::string input, std::optional<Time> ended = {}) {
    agentlink::ToldCall made{"c", run, "Bash", std::move(input), at(5), {}};
    made.ended_at = ended;
    return made;
  }
  std::optional<json::object> row(const std::string& name) { return rows_.row(*fleet_.entries.at(name).agent, at(9)); }

  FakeFleet fleet_;
  executions::RunningTurns turns_;
  TurnRows rows_{turns_};
};

TEST_F(TurnRowsTest, TellWhatATurnWaitsForAndSinceWhen) {
  EXPECT_FALSE(row("bot"));
  hear("bot", true);
  auto thinking = row("bot");
  ASSERT_TRUE(thinking);
  EXPECT_EQ(text(*thinking, "now"), "model");
  EXPECT_EQ(text(*thinking, "execution_id"), "e-bot");
  EXPECT_EQ(text(*thinking, "started_at"), format_z(at(0)));
  EXPECT_TRUE(thinking->at("tool").is_null());

  hear("bot", true, {call("e-bot", "make")});
  auto calling = row("bot");
  ASSERT_TRUE(calling);
  EXPECT_EQ(text(*calling, "now"), "tool");
  EXPECT_EQ(text(*calling, "now_since"), format_z(at(5)));
  EXPECT_EQ(text(calling->at("tool").as_object(), "name"), "Bash");
  EXPECT_EQ(text(calling->at("tool").as_object(), "input_summary"), "make");

  hear("bot", false);
  EXPECT_FALSE(row("bot"));
}

TEST_F(TurnRowsTest, KeepLongInputShort) {
  hear("bot", true, {call("e-bot", std::string(4096, 'x'))});
  const auto told = row("bot");
  ASSERT_TRUE(told);
  EXPECT_LE(told->at("tool").at("input_summary").as_string().size(), TurnRows::most_input + 4);
}

TEST_F(TurnRowsTest, AreNoneOfAnAgentThatDoesNotRun) {
  hear("bot", true);
  fleet_.change("bot", [](fleet::Agent& agent) { agent.status = "stopped"; });
  EXPECT_FALSE(row("bot"));
}

TEST_F(TurnRowsTest, CountWhatHasChanged) {
  const auto before = rows_.changed(0, at(1));
  EXPECT_THAT(before.agents, IsEmpty());
  hear("bot", true);
  hear("other", true);
  const auto begun = rows_.changed(before.number, at(1));
  EXPECT_THAT(begun.agents, ElementsAre("bot", "other"));
  hear("bot", true, {call("e-bot", "make")});
  EXPECT_THAT(rows_.changed(begun.number, at(1)).agents, ElementsAre("bot"));
  rows_.forget("bot");
  EXPECT_THAT(rows_.changed(0, at(1)).agents, ElementsAre("other"));
}

TEST_F(TurnRowsTest, StreamToThoseWhoMayReadTheAgent) {
  RowStream stream("turns", "agents_turns_update", rows_, caller(1, "ann"), std::chrono::seconds(1));
  hear("bot", true);
  hear("other", true);
  const auto whole = stream.whole(*fleet_.nothing().snapshot, moment(1));
  ASSERT_EQ(whole.size(), 1);
  EXPECT_EQ(text(whole.at(0).as_object(), "name"), "bot");
  EXPECT_FALSE(stream.due(*fleet_.nothing().snapshot, moment(3)));

  hear("other", true, {call("e-other", "make")});
  EXPECT_FALSE(stream.due(*fleet_.nothing().snapshot, moment(5)));
  hear("bot", true, {call("e-bot", "make")});
  auto event = stream.due(*fleet_.nothing().snapshot, moment(7));
  ASSERT_TRUE(event);
  EXPECT_EQ(event->name, "agents_turns_update");
  EXPECT_EQ(text(object(event->data).at("agents").as_array().at(0).as_object(), "now"), "tool");

  hear("bot", false);
  event = stream.due(*fleet_.nothing().snapshot, moment(9));
  ASSERT_TRUE(event);
  EXPECT_EQ(object(event->data).at("gone").as_array().at(0).as_string(), "bot");
}

}  // namespace
}  // namespace trinity::runstats
