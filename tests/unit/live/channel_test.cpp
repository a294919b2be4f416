#include "live/channel.h"

#include <gtest/gtest.h>

#include "fixture.h"

namespace trinity::live {
namespace {

using testing::moment;
using testing::object;

Channel filled(std::size_t events, ChannelBounds bounds = {}) {
  Channel channel("agents", 100, bounds);
  for (std::size_t i = 0; i < events; ++i) channel.publish("agent_deleted", R"({"name":"x"})", moment(0).wall);
  return channel;
}

TEST(Channel, NumbersHaveNoGaps) {
  Channel channel("agents", 100, {});
  EXPECT_EQ(object(channel.publish("e", "{}", moment(0).wall)).at("seq"), 101);
  EXPECT_EQ(object(channel.publish("e", "{}", moment(0).wall)).at("seq"), 102);
  EXPECT_EQ(channel.seq(), 102U);
}

TEST(Channel, ServesWhatWasMissed) {
  const auto channel = filled(5);
  const auto missed = channel.since(103);
  ASSERT_TRUE(missed);
  ASSERT_EQ(missed->size(), 2U);
  EXPECT_EQ(object(missed->at(0)).at("seq"), 104);
  EXPECT_EQ(object(missed->at(1)).at("seq"), 105);
}

TEST(Channel, NothingMissedIsNoGap) {
  const auto missed = filled(5).since(105);
  ASSERT_TRUE(missed);
  EXPECT_TRUE(missed->empty());
  EXPECT_TRUE(filled(0).since(100));
}

TEST(Channel, UnknownNumbersNeedASnapshot) {
  const auto channel = filled(5, {3, 10'000});
  EXPECT_FALSE(channel.since(101));
  EXPECT_TRUE(channel.since(102));
  EXPECT_FALSE(channel.since(106));  // never sent
  EXPECT_FALSE(channel.since(0));
}

TEST(Channel, KeepsWithinItsBytes) {
  const auto one = filled(1).bytes();
  const auto channel = filled(50, {1000, 4 * one});
  EXPECT_LE(channel.bytes(), 4 * one);
  EXPECT_TRUE(channel.since(channel.seq() - 4));
  EXPECT_FALSE(channel.since(channel.seq() - 5));
}

TEST(Channel, FrameLargerThanAllIsSentButNotKept) {
  Channel channel("agents", 0, {10, 20});
  EXPECT_TRUE(channel.publish("agent_created", R"({"name":"a name that is long enough"})", moment(0).wall));
  EXPECT_EQ(channel.bytes(), 0U);
  EXPECT_FALSE(channel.since(0));
}

TEST(Channel, ForgetsButCountsOn) {
  auto channel = filled(3);
  channel.forget();
  EXPECT_EQ(channel.bytes(), 0U);
  EXPECT_FALSE(channel.since(102));
  EXPECT_EQ(object(channel.publish("e", "{}", moment(0).wall)).at("seq"), 104);
}

TEST(Channel, BeginsAnewForEverybody) {
  auto channel = filled(3);
  channel.begin_anew();
  EXPECT_EQ(channel.bytes(), 0U);
  EXPECT_FALSE(channel.since(103)) << "the newest number of before does not help";
  EXPECT_TRUE(channel.since(104));
  EXPECT_EQ(object(channel.publish("e", "{}", moment(0).wall)).at("seq"), 105);
}

TEST(Channel, LaterChannelsBeginBeyondEarlierOnes) {
  const auto first = first_number("1|user||agents", moment(0).wall);
  const auto later = first_number("1|user||agents", moment(1).wall);
  EXPECT_GE(later, first + 1'000'000);
  EXPECT_LT(first_number("x", moment(0).wall), 1ULL << 53);
  EXPECT_NE(first, first_number("2|user||agents", moment(0).wall));
}

}  // namespace
}  // namespace trinity::live
