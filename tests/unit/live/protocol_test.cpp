#include "live/protocol.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fixture.h"

namespace trinity::live {
namespace {

using ::testing::ElementsAre;
using testing::moment;
using testing::object;

std::vector<std::string> names(const std::vector<Wanted>& topics) {
  std::vector<std::string> made;
  for (const auto& wanted : topics) made.push_back(wanted.topic);
  return made;
}

TEST(ClientFrames, Authentication) {
  const auto classic = std::get<Authenticate>(parse_command("Bearer abc.def"));
  EXPECT_EQ(classic.token, "abc.def");
  EXPECT_TRUE(classic.classic);
  const auto ours = std::get<Authenticate>(parse_command(R"({"type":"auth","token":"abc"})"));
  EXPECT_EQ(ours.token, "abc");
  EXPECT_FALSE(ours.classic);
  EXPECT_EQ(std::get<Authenticate>(parse_command(R"({"type":"auth","token":7})")).token, "");
}

TEST(ClientFrames, SubscribeWithSince) {
  const auto command = std::get<Subscribe>(parse_command(
      R"({"type":"subscribe","topics":["agents","agent:x:stats","agents"],"since":{"agent:x:stats":412}})"));
  EXPECT_THAT(names(command.topics), ElementsAre("agents", "agent:x:stats"));
  EXPECT_FALSE(command.topics[0].since);
  EXPECT_EQ(command.topics[1].since, 412U);
  EXPECT_TRUE(command.beyond.empty());
}

TEST(ClientFrames, SinceOfAWrongTypeMeansASnapshot) {
  for (const auto* since : {R"("41x")", R"("")", "-1", "1.5", "null", "{}", "true"}) {
    const auto frame = std::string(R"({"type":"subscribe","topics":["agents"],"since":{"agents":)") + since + "}}";
    const auto command = parse_command(frame);
    ASSERT_TRUE(std::holds_alternative<Subscribe>(command)) << since;
    EXPECT_FALSE(std::get<Subscribe>(command).topics[0].since) << since;
  }
}

TEST(ClientFrames, TooManyTopicsAreSetApart) {
  std::string list;
  for (int i = 0; i < 40; ++i) list += (i ? ",\"t" : "\"t") + std::to_string(i) + '"';
  const auto command = std::get<Subscribe>(parse_command(R"({"type":"subscribe","topics":[)" + list + "]}"));
  EXPECT_EQ(command.topics.size(), 32U);
  ASSERT_EQ(command.beyond.size(), 8U);
  EXPECT_EQ(command.beyond.front(), "t32");
}

TEST(ClientFrames, ListsOfAnswersAreBounded) {
  std::string list;
  for (int i = 0; i < 3000; ++i) list += (i ? ",\"t" : "\"t") + std::to_string(i) + '"';
  EXPECT_LE(std::get<Subscribe>(parse_command(R"({"type":"subscribe","topics":[)" + list + "]}")).beyond.size(), 64U);
  EXPECT_LE(std::get<Unsubscribe>(parse_command(R"({"type":"unsubscribe","topics":[)" + list + "]}")).topics.size(),
            64U);
}

TEST(ClientFrames, WrongTypes) {
  for (const auto* frame :
       {R"({"type":"subscribe"})", R"({"type":"subscribe","topics":"agents"})", R"({"type":"subscribe","topics":[1]})",
        R"({"type":"subscribe","topics":["agents",null]})", R"({"type":"subscribe","topics":["agents"],"since":7})",
        R"({"type":"subscribe","topics":["agents"],"options":[]})", R"({"type":"options","options":{}})",
        R"({"type":"options","topic":"agents"})", R"({"type":"options","topic":7,"options":{}})",
        R"({"type":"visibility"})", R"({"type":"visibility","hidden":"yes"})", R"({"type":"unsubscribe","topics":{}})",
        R"({"type":"unsubscribe"})"}) {
    EXPECT_TRUE(std::holds_alternative<Malformed>(parse_command(frame))) << frame;
  }
}

TEST(ClientFrames, WithoutMeaning) {
  for (const auto* frame : {"", "hello", "{", "[]", "null", "{}", R"({"type":7})", R"({"type":"dance"})", "bearer abc",
                            "[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]", "{\"type\":\"ping\xff\"}"}) {
    EXPECT_TRUE(std::holds_alternative<Ignored>(parse_command(frame))) << frame;
  }
}

TEST(ClientFrames, CursorsStandForNumbers) {
  const auto command = std::get<Subscribe>(
      parse_command(R"({"type":"subscribe","topics":["agent:x:logs"],"since":{"agent:x:logs":"412"}})"));
  EXPECT_EQ(command.topics[0].since, 412U);
}

TEST(ClientFrames, SubscribeWithOptions) {
  const auto command = std::get<Subscribe>(parse_command(
      R"({"type":"subscribe","topics":["agents","host","agent:x:logs","user"],
          "options":{"host":{"interval":7},"agent:x:logs":{"tail":"many"},"user":null,"elsewhere":7}})"));
  EXPECT_THAT(names(command.topics), ElementsAre("agents", "host", "user"));
  EXPECT_FALSE(command.topics[0].options);
  EXPECT_EQ(command.topics[1].options->interval, std::chrono::seconds(10));
  EXPECT_FALSE(command.topics[2].options);
  ASSERT_EQ(command.wrong.size(), 1U);
  EXPECT_EQ(command.wrong[0].topic, "agent:x:logs");
  EXPECT_EQ(command.wrong[0].detail, "options.tail must be a number");
}

TEST(ClientFrames, OptionsAndVisibility) {
  const auto choice =
      std::get<Choose>(parse_command(R"({"type":"options","topic":"agent:x:logs","options":{"tail":200}})"));
  EXPECT_EQ(choice.topic, "agent:x:logs");
  EXPECT_EQ(choice.options.tail, 200U);
  EXPECT_TRUE(std::get<Visibility>(parse_command(R"({"type":"visibility","hidden":true})")).hidden);
  EXPECT_FALSE(std::get<Visibility>(parse_command(R"({"type":"visibility","hidden":false})")).hidden);
  const auto wrong = std::get<Malformed>(parse_command(R"({"type":"options","topic":"a","options":{"tail":[]}})"));
  EXPECT_EQ(wrong.topic, "a");
  EXPECT_EQ(wrong.detail, "options.tail must be a number");
}

TEST(ServerFrames, Cursor) {
  EXPECT_EQ(with_cursor(R"({"a":1})", 7), R"({"cursor":"7","a":1})");
  EXPECT_EQ(with_cursor("{}", 7), R"({"cursor":"7"})");
}

TEST(ClientFrames, PingGivesItsIdBack) {
  EXPECT_EQ(std::get<Ping>(parse_command(R"({"type":"ping","id":1})")).id, 1);
  EXPECT_EQ(std::get<Ping>(parse_command(R"({"type":"ping","id":"a"})")).id, "a");
  EXPECT_TRUE(std::get<Ping>(parse_command(R"({"type":"ping","id":{"x":1}})")).id.is_null());
  EXPECT_TRUE(std::get<Ping>(parse_command(R"({"type":"ping"})")).id.is_null());
  EXPECT_EQ(object(pong(1, moment(0).wall)),
            object(R"({"type":"pong","id":1,"server_time":"2026-01-09T23:06:40.000Z"})"));
}

TEST(ServerFrames, Authenticated) {
  const Identity identity{testing::caller(1, "a\"b", Role::admin), moment(60).wall};
  EXPECT_EQ(object(authenticated(identity, moment(0).wall)),
            object(R"({"type":"authenticated","user":"a\"b","role":"admin","expires_at":"2026-01-09T23:07:40.000Z",
                       "server_time":"2026-01-09T23:06:40.000Z","protocol":1})"));
}

TEST(ServerFrames, BaselinesAndErrors) {
  EXPECT_EQ(object(subscribed({"agents", 7, R"({"agents":[]})", moment(0).wall})),
            object(R"({"type":"subscribed","topic":"agents","seq":7,"snapshot":{"agents":[]},
                       "sampled_at":"2026-01-09T23:06:40.000Z"})"));
  EXPECT_EQ(object(resync({"agents", 7, "null", std::nullopt})),
            object(R"({"type":"resync","topic":"agents","seq":7,"snapshot":null,"sampled_at":null})"));
  EXPECT_EQ(object(subscribe_error("a\\", 404, "Unknown topic")),
            object(R"({"type":"subscribe_error","topic":"a\\","status":404,"detail":"Unknown topic"})"));
  EXPECT_EQ(object(unsubscribed("agents", "client")),
            object(R"({"type":"unsubscribed","topic":"agents","reason":"client"})"));
}

TEST(ServerFrames, EventEnvelope) {
  EXPECT_EQ(
      *event_frame("agent_deleted", "agents", 413, moment(0.12).wall, R"({"name":"x"})"),
      R"({"event":"agent_deleted","topic":"agents","seq":413,"ts":"2026-01-09T23:06:40.120Z","data":{"name":"x"}})");
}

}  // namespace
}  // namespace trinity::live
