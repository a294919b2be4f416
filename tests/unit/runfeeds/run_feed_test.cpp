#include "runfeeds/run_feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fixture.h"

namespace trinity::runfeeds::testing {
namespace {

using agentlink::TranscriptFrame;
using live::Standing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = TranscriptFrame::Kind;

class RunFeedTest : public ::testing::Test {
 protected:
  void make(const OpenRun* known = nullptr) {
    RunFeed::Hooks hooks;
    hooks.load = [this] { ++loads; };
    hooks.aim = [this](const std::optional<agentlink::Target>& target) { aims.push_back(target.has_value()); };
    hooks.target_of = [](const fleet::Agent& agent) { return agentlink::Target{agent.address, "s"}; };
    hooks.again = [this](milliseconds after) { again = after; };
    feed = std::make_unique<RunFeed>(inbox, known, std::move(hooks), at(milliseconds(0)), RunFeed::Pace{});
  }
  void make_known(bool begun) {
    OpenRun run;
    run.id = "run";
    run.begun = begun;
    make(&run);
  }
  Told due(int ms) { return told(feed->due(fleet, at(milliseconds(ms)))); }
  void stored(const Execution& of, std::optional<std::vector<std::string>> log = std::nullopt) {
    StoredRun run;
    run.record = of;
    run.has_log = log.has_value();
    run.newest = log.value_or(std::vector<std::string>());
    run.total = run.newest.size();
    inbox->run = std::optional<StoredRun>(std::move(run));
  }
  void absent() { inbox->run = std::optional<StoredRun>(); }
  void say(TranscriptFrame frame) {
    inbox->frame_bytes += frame.size();
    inbox->frames.push_back(std::move(frame));
  }
  void hello(std::uint64_t total, unsigned attempt = 1) { say({Kind::hello, 0, total, attempt}); }
  void come(int from, int count) {
    TranscriptFrame frame{Kind::entries, static_cast<std::uint64_t>(from)};
    frame.entries = entries(from, count);
    say(std::move(frame));
  }
  void write(std::uint64_t where, const std::string& text) {
    TranscriptFrame frame{Kind::partial, where};
    frame.text = text;
    say(std::move(frame));
  }
  boost::json::object baseline() {
    return boost::json::parse(feed->baseline(fleet, {}, at(milliseconds(0)))).as_object();
  }
  /// A run that goes on, of which two entries are known.
  void running() {
    make_known(true);
    stored(record("run"));
    EXPECT_THAT(due(0), IsEmpty());
    EXPECT_THAT(aims, ElementsAre(true));
    hello(2);
    come(0, 2);
    EXPECT_THAT(due(10), IsEmpty());
    ASSERT_EQ(feed->standing(), Standing::ready);
  }

  fleet::Snapshot fleet = fleet_with_bot();
  std::shared_ptr<Inbox> inbox = std::make_shared<Inbox>(live::Topic{live::Topic::Kind::execution, "bot", "run"});
  int loads = 0;
  std::vector<bool> aims;
  milliseconds again{0};
  std::unique_ptr<RunFeed> feed;
};

TEST_F(RunFeedTest, WhatTheStreamHasAlreadyIsInTheSnapshot) {
  make_known(true);
  EXPECT_EQ(feed->standing(), Standing::loading);
  stored(record("run"));
  EXPECT_THAT(due(0), IsEmpty());
  hello(3);
  come(0, 2);
  EXPECT_THAT(due(10), IsEmpty());
  EXPECT_EQ(feed->standing(), Standing::loading) << "one is still to come";
  come(2, 1);
  write(0, "I am");
  EXPECT_THAT(due(20), IsEmpty());
  ASSERT_EQ(feed->standing(), Standing::ready);
  const auto snapshot = baseline();
  EXPECT_EQ(snapshot.at("name"), "bot");
  EXPECT_EQ(snapshot.at("execution").at("id"), "run");
  EXPECT_EQ(snapshot.at("log").as_array().size(), 3U);
  EXPECT_EQ(snapshot.at("log_total"), 3);
  EXPECT_EQ(snapshot.at("partial"), "I am");
  EXPECT_EQ(snapshot.at("state"), "following");
  EXPECT_EQ(inbox->frame_bytes, 0U);
}

TEST_F(RunFeedTest, AnAgentThatSaysNothingKeepsNobodyWaiting) {
  make_known(true);
  stored(record("run"));
  EXPECT_THAT(due(0), IsEmpty());
  EXPECT_EQ(again, milliseconds(1000));
  EXPECT_THAT(due(1000), IsEmpty());
  ASSERT_EQ(feed->standing(), Standing::ready);
  EXPECT_EQ(baseline().at("state"), "connecting");
  hello(1);
  come(0, 1);
  EXPECT_THAT(names(due(1100)), ElementsAre("execution_log_append", "execution_state"));
}

TEST_F(RunFeedTest, TellsWhatComesAndTheEndLast) {
  running();
  write(0, "abc");
  EXPECT_THAT(names(due(20)), ElementsAre("execution_text"));
  write(0, "");
  come(2, 1);
  EXPECT_THAT(names(due(30)), ElementsAre("execution_log_append", "execution_text"));
  come(3, 1);
  say({Kind::ended, 0, 4});
  EXPECT_THAT(due(40), IsEmpty()) << "within its pace";
  inbox->news.push_back(news(RunNews::Kind::finished, "run", record("run", "success")));
  const auto events = due(50);
  ASSERT_THAT(names(events), ElementsAre("execution_log_append", "execution_finished"));
  EXPECT_EQ(events[0].second.at("index"), 3);
  EXPECT_EQ(events[1].second.at("status"), "success");
  EXPECT_EQ(events[1].second.at("response"), "done run");
  EXPECT_EQ(events[1].second.at("name"), "bot");
  EXPECT_THAT(due(5000), IsEmpty());
  EXPECT_EQ(baseline().at("state"), "ended");
  EXPECT_EQ(loads, 0);
  EXPECT_THAT(aims, ElementsAre(true, false));
}

TEST_F(RunFeedTest, WhatABrokenStreamDidNotTellStandsInTheRecord) {
  running();
  say({Kind::lost});
  const auto lost = due(100);
  ASSERT_THAT(names(lost), ElementsAre("execution_state"));
  EXPECT_EQ(lost[0].second.at("state"), "interrupted");
  hello(2);
  EXPECT_THAT(names(due(200)), ElementsAre("execution_state")) << "nothing is told twice";
  say({Kind::lost});
  EXPECT_EQ(due(300).size(), 1U);
  inbox->news.push_back(news(RunNews::Kind::finished, "run", record("run", "failed")));
  EXPECT_THAT(due(310), IsEmpty());
  EXPECT_EQ(loads, 1);
  stored(record("run", "failed"), entries(0, 5));
  EXPECT_THAT(names(due(320)), ElementsAre("(whole)", "execution_finished"));
  EXPECT_EQ(baseline().at("log").as_array().size(), 5U);
  come(2, 1);
  EXPECT_THAT(due(5000), IsEmpty()) << "the record is all there is";
}

TEST_F(RunFeedTest, AStreamThatLagsGetsAMomentThenTheRecordCounts) {
  running();
  inbox->news.push_back(news(RunNews::Kind::finished, "run", record("run", "success")));
  EXPECT_THAT(due(100), IsEmpty());
  EXPECT_EQ(loads, 0);
  EXPECT_EQ(again, milliseconds(500));
  EXPECT_THAT(due(600), IsEmpty());
  EXPECT_EQ(loads, 1);
  inbox->failed = true;
  EXPECT_THAT(names(due(700)), ElementsAre("execution_finished")) << "whoever waits learns of the end all the same";
}

TEST_F(RunFeedTest, AProgramThatIsStartedAgainBeginsAnew) {
  running();
  hello(0, 2);
  come(0, 1);
  EXPECT_THAT(names(due(300)), ElementsAre("(whole)"));
  EXPECT_EQ(baseline().at("log_total"), 1);
}

TEST_F(RunFeedTest, ARunThatWaitsHasItsStreamWhenItBegins) {
  make_known(false);
  stored(record("run"));
  EXPECT_THAT(due(0), IsEmpty());
  ASSERT_EQ(feed->standing(), Standing::ready);
  EXPECT_EQ(baseline().at("state"), "waiting");
  EXPECT_THAT(aims, IsEmpty());
  inbox->news.push_back(news(RunNews::Kind::began, "run"));
  EXPECT_THAT(names(due(5000)), ElementsAre("execution_state"));
  EXPECT_THAT(aims, ElementsAre(true));
  say({Kind::unknown});
  EXPECT_THAT(due(5100), IsEmpty()) << "the request is on its way";
  hello(0);
  EXPECT_THAT(names(due(5200)), ElementsAre("execution_state"));
}

TEST_F(RunFeedTest, OneThatHasEndedComesFromItsRecord) {
  make();
  stored(record("run", "success"), entries(0, 4));
  EXPECT_THAT(due(0), IsEmpty());
  ASSERT_EQ(feed->standing(), Standing::ready);
  const auto snapshot = baseline();
  EXPECT_EQ(snapshot.at("log").as_array().size(), 4U);
  EXPECT_EQ(snapshot.at("state"), "ended");
  EXPECT_EQ(snapshot.at("execution").at("response"), "done run");
  EXPECT_THAT(aims, IsEmpty());
  EXPECT_THAT(due(5000), IsEmpty());
}

TEST_F(RunFeedTest, OneThatNobodyKnowsIsNotThere) {
  make();
  absent();
  EXPECT_THAT(due(0), IsEmpty());
  EXPECT_EQ(feed->standing(), Standing::absent);
}

TEST_F(RunFeedTest, ATurnWithoutRecordIsWatchedToo) {
  make_known(true);
  absent();
  EXPECT_THAT(due(0), IsEmpty());
  hello(0);
  EXPECT_THAT(due(10), IsEmpty());
  ASSERT_EQ(feed->standing(), Standing::ready);
  EXPECT_TRUE(baseline().at("execution").is_null());
  say({Kind::ended, 0, 0});
  inbox->news.push_back(news(RunNews::Kind::finished, "run"));
  EXPECT_THAT(names(due(20)), ElementsAre("execution_finished"));
}

TEST_F(RunFeedTest, OneOfAnEarlierLifeIsLookedForAtTheAgent) {
  make();
  stored(record("run"));
  EXPECT_THAT(due(0), IsEmpty());
  EXPECT_THAT(aims, ElementsAre(true));
  hello(1);
  come(0, 1);
  EXPECT_THAT(due(10), IsEmpty());
  EXPECT_EQ(baseline().at("log").as_array().size(), 1U);
}

TEST_F(RunFeedTest, OneThatEndsWhileItIsReadIsReadAgain) {
  make_known(true);
  inbox->news.push_back(news(RunNews::Kind::finished, "run", record("run", "success")));
  EXPECT_THAT(due(0), IsEmpty());
  stored(record("run"));
  EXPECT_THAT(due(10), IsEmpty());
  EXPECT_EQ(loads, 1);
  EXPECT_EQ(feed->standing(), Standing::loading);
  stored(record("run", "success"), entries(0, 3));
  EXPECT_THAT(due(20), IsEmpty());
  ASSERT_EQ(feed->standing(), Standing::ready);
  EXPECT_EQ(baseline().at("log").as_array().size(), 3U);
}

}  // namespace
}  // namespace trinity::runfeeds::testing
