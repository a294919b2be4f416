#include "git/feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "git/board.h"

namespace trinity::git {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

live::Moment at(std::chrono::milliseconds since) {
  return {Time{} + std::chrono::hours(500'000) + since, SteadyTime{} + 1h + since};
}

class GitFeedTest : public testing::Test {
 protected:
  std::vector<std::string> due(std::chrono::milliseconds since) {
    std::vector<std::string> made;
    for (const auto& event : feed.due(nothing, at(since))) made.push_back(std::string(event.name) + " " + event.data);
    return made;
  }
  /// The last one that was asked for.
  void answer(const std::string& text, const std::string& digest) { asked.back()->took(text, digest); }

  std::uint64_t version = 1;
  bool unsettled = false;
  int soon = 0;
  std::vector<std::shared_ptr<Page>> asked;
  fleet::Snapshot nothing;
  GitFeed feed{"bot",
               {[this] { return version; }, [this] { return unsettled; }, [this] { ++soon; },
                [this](const std::shared_ptr<Page>& page) { asked.push_back(page); }}};
};

TEST_F(GitFeedTest, TheFirstStateIsWaitedFor) {
  EXPECT_EQ(feed.standing(), live::Standing::loading);
  EXPECT_THAT(due(0ms), IsEmpty());
  EXPECT_EQ(asked.size(), 1U);
  due(100ms);
  EXPECT_EQ(asked.size(), 1U) << "on its way";
  answer("", "");
  EXPECT_EQ(feed.standing(), live::Standing::loading);
  due(1s);
  EXPECT_EQ(asked.size(), 1U);
  due(5s);
  EXPECT_EQ(asked.size(), 2U) << "tried again";
  answer("{1}", "1");
  EXPECT_EQ(feed.standing(), live::Standing::ready);
  EXPECT_EQ(feed.baseline(nothing, {}, at(5s)), "{1}");
}

TEST_F(GitFeedTest, NobodyWatchesNobodyIsAsked) {
  due(0ms);
  answer("{1}", "1");
  due(10ms);
  version = 9;
  EXPECT_THAT(due(1h), IsEmpty());
  EXPECT_EQ(asked.size(), 1U);
  feed.watched(true);
  EXPECT_EQ(soon, 1);
  due(1h);
  EXPECT_EQ(asked.size(), 2U);
}

TEST_F(GitFeedTest, EveryMinuteWhileWatchedAndAtOnceAfterAChange) {
  feed.watched(true);
  due(0ms);
  answer("{1}", "1");
  EXPECT_THAT(due(0ms), ElementsAre("agent_git_update {1}"));
  due(59s);
  EXPECT_EQ(asked.size(), 1U);
  due(60s);
  EXPECT_EQ(asked.size(), 2U);
  answer("{1, a minute later}", "1");
  EXPECT_THAT(due(60s), IsEmpty()) << "only the time of the look is another";
  EXPECT_EQ(feed.baseline(nothing, {}, at(60s)), "{1, a minute later}");
  ++version;
  due(61s);
  EXPECT_EQ(asked.size(), 3U);
  answer("{2}", "2");
  EXPECT_THAT(due(61s), ElementsAre("agent_git_update {2}"));
  unsettled = true;
  due(65s);
  EXPECT_EQ(asked.size(), 3U);
  due(66s);
  EXPECT_EQ(asked.size(), 4U) << "files have changed since";
}

fleet::Agent agent_of(const std::string& container) {
  fleet::Agent made;
  made.name = "bot";
  made.container_id = container;
  return made;
}

TEST(GitBoard, WhatChangedDuringALookStaysChanged) {
  Board board;
  EXPECT_FALSE(board.changed("bot")) << "nobody has asked about it";
  const auto begun = steady_now();
  board.told(agent_of("c1"), begun, {{"git_enabled", true}});
  EXPECT_FALSE(board.unsettled("bot"));
  EXPECT_TRUE(board.changed("bot"));
  EXPECT_FALSE(board.changed("bot"));
  board.told(agent_of("c1"), begun, {{"git_enabled", true}});
  EXPECT_TRUE(board.unsettled("bot"));
  board.told(agent_of("c1"), steady_now() + 1ms, {{"git_enabled", true}});
  EXPECT_FALSE(board.unsettled("bot"));
  EXPECT_TRUE(board.find("bot")->is_of(agent_of("c1")));
  EXPECT_FALSE(board.find("bot")->is_of(agent_of("c2"))) << "another life";
}

TEST(GitBoard, AnOperationMakesOlderLooksOld) {
  Board board;
  const auto version = board.version("bot");
  board.begun("bot", "push");
  EXPECT_EQ(board.find("bot")->operation, "push");
  board.ended("bot", "why");
  const auto known = board.find("bot");
  EXPECT_EQ(known->operation, "");
  EXPECT_EQ(known->last_error, "why");
  EXPECT_GT(known->done, known->looked);
  EXPECT_GT(known->version, version);
  board.forget("bot");
  EXPECT_EQ(board.find("bot")->last_error, "");
}

}  // namespace
}  // namespace trinity::git
