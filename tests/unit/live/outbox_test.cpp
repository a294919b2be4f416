#include "live/outbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trinity::live {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = Outgoing::Kind;

Outgoing frame(std::size_t size, Kind kind = Kind::control, const char* topic = nullptr, bool mergeable = false) {
  return {std::make_shared<const std::string>(size, 'x'), kind,
          topic ? std::make_shared<const std::string>(topic) : nullptr, mergeable};
}

/// 1000 bytes before merging, back at 300, closed at 5000.
Outbox small() {
  return Outbox({1000, 300, 5000});
}

void drain(Outbox& outbox) {
  while (!outbox.empty()) {
    (void)outbox.pop();
    outbox.written();
  }
}

TEST(Outbox, InOrderAndCounted) {
  auto outbox = small();
  EXPECT_TRUE(outbox.push(frame(10)));
  EXPECT_TRUE(outbox.push(frame(20)));
  EXPECT_EQ(outbox.bytes(), 30U);
  EXPECT_EQ(outbox.pop()->size(), 10U);
  EXPECT_EQ(outbox.bytes(), 30U);  // still being written
  outbox.written();
  EXPECT_EQ(outbox.bytes(), 20U);
}

TEST(Outbox, MergeableTopicsAreDroppedAndComeBack) {
  auto outbox = small();
  EXPECT_TRUE(outbox.push(frame(400, Kind::event, "agents")));
  EXPECT_TRUE(outbox.push(frame(400, Kind::event, "a:stats", true)));
  EXPECT_TRUE(outbox.push(frame(400, Kind::event, "b:stats", true)));  // beyond: both stats topics go
  EXPECT_EQ(outbox.bytes(), 400U);
  EXPECT_TRUE(outbox.push(frame(100, Kind::event, "a:stats", true)));  // lost too: it would leave a gap
  EXPECT_EQ(outbox.bytes(), 400U);
  EXPECT_THAT(outbox.to_resync(), IsEmpty());
  drain(outbox);
  EXPECT_THAT(outbox.to_resync(), ElementsAre("a:stats", "b:stats"));
  EXPECT_THAT(outbox.to_resync(), IsEmpty());  // asked once

  EXPECT_TRUE(outbox.push(frame(10, Kind::event, "a:stats", true)));
  EXPECT_TRUE(outbox.empty());
  EXPECT_TRUE(outbox.push(frame(50, Kind::baseline, "a:stats", true)));
  EXPECT_TRUE(outbox.push(frame(10, Kind::event, "a:stats", true)));
  EXPECT_EQ(outbox.bytes(), 60U);
  EXPECT_TRUE(outbox.push(frame(10, Kind::event, "b:stats", true)));
  EXPECT_EQ(outbox.bytes(), 60U);  // b has no baseline yet
}

TEST(Outbox, ResyncThatFindsNoRoomIsAskedForAgain) {
  auto outbox = small();
  EXPECT_TRUE(outbox.push(frame(900)));
  EXPECT_TRUE(outbox.push(frame(200, Kind::event, "a:stats", true)));
  drain(outbox);
  EXPECT_THAT(outbox.to_resync(), ElementsAre("a:stats"));
  EXPECT_TRUE(outbox.push(frame(900)));
  EXPECT_TRUE(outbox.push(frame(200, Kind::baseline, "a:stats", true)));
  EXPECT_EQ(outbox.bytes(), 900U);
  drain(outbox);
  EXPECT_THAT(outbox.to_resync(), ElementsAre("a:stats"));
}

TEST(Outbox, EndedTopicIsNotResynced) {
  auto outbox = small();
  EXPECT_TRUE(outbox.push(frame(900)));
  EXPECT_TRUE(outbox.push(frame(200, Kind::event, "a:stats", true)));
  EXPECT_TRUE(outbox.push(frame(20, Kind::ending, "a:stats")));
  drain(outbox);
  EXPECT_THAT(outbox.to_resync(), IsEmpty());
}

TEST(Outbox, TooMuchClosesButOneFrameAlwaysFits) {
  auto outbox = small();
  EXPECT_TRUE(outbox.push(frame(9000)));
  EXPECT_FALSE(outbox.push(frame(1)));
  drain(outbox);
  EXPECT_TRUE(outbox.push(frame(4000, Kind::event, "agents")));
  EXPECT_TRUE(outbox.push(frame(1000, Kind::event, "agents")));
  EXPECT_FALSE(outbox.push(frame(1, Kind::event, "agents")));
}

TEST(Outbox, ClearKeepsWhatIsBeingWritten) {
  auto outbox = small();
  EXPECT_TRUE(outbox.push(frame(10)));
  EXPECT_TRUE(outbox.push(frame(20)));
  (void)outbox.pop();
  outbox.clear();
  EXPECT_EQ(outbox.bytes(), 10U);
  outbox.written();
  EXPECT_EQ(outbox.bytes(), 0U);
  EXPECT_TRUE(outbox.empty());
}

}  // namespace
}  // namespace trinity::live
