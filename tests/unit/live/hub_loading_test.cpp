// Topics whose content has to be read before anybody can be answered.
#include <gtest/gtest.h>

#include "hub_fixture.h"

namespace trinity::live::testing {
namespace {

/// Content that is read first.
class SlowFeed final : public Feed {
 public:
  explicit SlowFeed(Standing* standing) : standing_(standing) {}
  [[nodiscard]] Standing standing() const override { return *standing_; }
  std::string baseline(const fleet::Snapshot&, const Options&, Moment) override { return "{}"; }
  std::vector<Event> due(const fleet::Snapshot&, Moment) override { return {{"thing", "{}"}}; }

 private:
  Standing* standing_;
};

class SlowTopicTest : public HubFixture {
 protected:
  SlowTopicTest() {
    hub_.serve(Topic::Kind::execution, [this](const Asked&) {
      ++made_;
      return std::make_unique<SlowFeed>(&standing_);
    });
    publish(fleet_.add(agent("a", 1)));
  }
  void stir() { hub_.stir({Topic::Kind::execution, "a", "run"}, at_); }

  Standing standing_ = Standing::loading;
  int made_ = 0;
  const std::string topic_ = "execution:a:run";
};

TEST_F(SlowTopicTest, IsAnsweredWhenItIsThere) {
  const auto one = connect(ann_);
  EXPECT_TRUE(subscribe(one, topic_).empty());
  stir();
  hub_.resync(one.id, topic_, at_);
  EXPECT_TRUE(one.socket->take().empty()) << "neither events nor snapshots before the answer";
  const auto two = connect(ann_);
  EXPECT_TRUE(subscribe(two, topic_).empty());
  standing_ = Standing::ready;
  stir();
  EXPECT_EQ(events(one.socket->take()), (std::vector<std::string>{"[subscribed]"}));
  EXPECT_EQ(events(two.socket->take()), (std::vector<std::string>{"[subscribed]"}));
  stir();
  EXPECT_EQ(events(one.socket->take()), (std::vector<std::string>{"thing"}));
  EXPECT_EQ(events(subscribe(connect(ann_), topic_)), (std::vector<std::string>{"[subscribed]"}));
  EXPECT_EQ(made_, 1);
}

TEST_F(SlowTopicTest, WhatIsNotThereIsRefusedAndLookedForAnew) {
  const auto one = connect(ann_);
  EXPECT_TRUE(subscribe(one, topic_).empty());
  standing_ = Standing::absent;
  stir();
  auto frames = one.socket->take();
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(text(frames[0], "type"), "subscribe_error");
  EXPECT_EQ(number(frames[0], "status"), 404);
  standing_ = Standing::loading;
  EXPECT_TRUE(subscribe(one, topic_).empty());
  EXPECT_EQ(made_, 2);
  standing_ = Standing::failed;
  stir();
  frames = one.socket->take();
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(number(frames[0], "status"), 503);
  EXPECT_EQ(hub_.counts().subscriptions, 0U);
}

TEST_F(SlowTopicTest, WhoeverLeavesOrMayNotReadWaitsNoMore) {
  const auto one = connect(ann_);
  EXPECT_TRUE(subscribe(one, topic_).empty());
  hub_.unsubscribe(one.id, {topic_}, at_);
  EXPECT_EQ(events(one.socket->take()), (std::vector<std::string>{"[unsubscribed]"}));
  EXPECT_TRUE(subscribe(one, topic_).empty());
  publish(fleet_.change("a", [](fleet::Agent& changed) { changed.metadata->owner_id = 2; }));
  EXPECT_EQ(events(one.socket->take()), (std::vector<std::string>{"[unsubscribed]"}));
  standing_ = Standing::ready;
  stir();
  EXPECT_TRUE(one.socket->take().empty());
  EXPECT_EQ(events(subscribe(connect(bob_), topic_)), (std::vector<std::string>{"[subscribed]"}));
  EXPECT_EQ(number(subscribe(connect(ann_), topic_)[0], "status"), 403);
}

}  // namespace
}  // namespace trinity::live::testing
