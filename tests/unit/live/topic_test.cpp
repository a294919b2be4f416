#include "live/topic.h"

#include <gtest/gtest.h>

namespace trinity::live {
namespace {

TEST(Topic, KnownNames) {
  const auto agents = parse_topic("agents");
  ASSERT_TRUE(agents);
  EXPECT_EQ(*agents, (Topic{Topic::Kind::agents, ""}));
  const auto stats = parse_topic("agent:My.bot_2-x:stats");
  ASSERT_TRUE(stats);
  EXPECT_EQ(*stats, (Topic{Topic::Kind::stats, "My.bot_2-x"}));
}

TEST(Topic, NamesComeBackUnchanged) {
  for (const auto* name : {"agents", "agents:stats", "activities", "host", "user", "agent:a", "agent:a:stats",
                           "agent:a:pressure", "agent:a:logs", "agent:research-bot:stats", "agent:stats",
                           "agent:agent:stats", "agent:a:executions", "execution:a:-b_3"}) {
    const auto topic = parse_topic(name);
    ASSERT_TRUE(topic) << name;
    EXPECT_EQ(name_of(*topic), name);
  }
}

TEST(Topic, UnknownNames) {
  for (const auto* name : {"weather", "agent", "agents:logs", "agent:a:weather", "agent:a:stats:more", "execution:a",
                           "execution:a:b:c", "Agents", "activities:all", "host:stats", "users"}) {
    const auto topic = parse_topic(name);
    ASSERT_FALSE(topic) << name;
    EXPECT_EQ(topic.error(), TopicFault::unknown) << name;
  }
}

TEST(Topic, MalformedNames) {
  const std::string long_name = "agent:" + std::string(300, 'a') + ":stats";
  for (const auto& name :
       {std::string(), std::string(":"), std::string("agent::stats"), std::string("agents:"), std::string(":agents"),
        std::string("agent:a b:stats"), std::string("agent:\xc3\xa4:stats"), std::string("agent:../x:stats"),
        std::string("agents\n"), std::string("a\0b", 3), long_name}) {
    const auto topic = parse_topic(name);
    ASSERT_FALSE(topic) << name;
    EXPECT_EQ(topic.error(), TopicFault::malformed) << name;
  }
}

}  // namespace
}  // namespace trinity::live
