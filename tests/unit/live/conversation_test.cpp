#include "live/conversation.h"

#include <gtest/gtest.h>

#include "fake_socket.h"

namespace trinity::live {
namespace {

using testing::caller;
using testing::FakeIdentities;
using testing::moment;
using testing::text;
using testing::json::object;

class ConversationTest : public ::testing::Test {
 protected:
  ConversationTest() {
    identities_.tokens["ann"] = {caller(1, "ann"), moment(100).wall};
    identities_.tokens["root"] = {caller(2, "root", Role::admin), moment(1000).wall};
    identities_.cookies["kept"] = {caller(1, "ann"), moment(100).wall};
  }

  static std::vector<object> sent(const Effects& effects) {
    std::vector<object> frames;
    for (const auto& effect : effects) {
      if (const auto* frame = std::get_if<Send>(&effect)) frames.push_back(testing::object(frame->frame));
    }
    return frames;
  }
  template <class T>
  static const T* first(const Effects& effects) {
    for (const auto& effect : effects) {
      if (const auto* found = std::get_if<T>(&effect)) return found;
    }
    return nullptr;
  }
  Effects say(std::string_view frame, double at = 0) { return conversation_.message(frame, moment(at)); }

  FakeIdentities identities_;
  Conversation conversation_{identities_, {}};
};

TEST_F(ConversationTest, FirstValidCredentialCounts) {
  const auto effects = conversation_.open({"stale", "root", "kept"}, moment(0));
  ASSERT_EQ(sent(effects).size(), 1U);
  EXPECT_EQ(text(sent(effects)[0], "type"), "authenticated");
  EXPECT_EQ(text(sent(effects)[0], "user"), "root");
  EXPECT_EQ(text(sent(effects)[0], "role"), "admin");
  EXPECT_EQ(first<Identify>(effects)->who.caller->user_id, 2);
}

TEST_F(ConversationTest, SessionCookieIsNoToken) {
  EXPECT_TRUE(conversation_.open({"kept", {}, "ann"}, moment(0)).empty());
  EXPECT_FALSE(conversation_.known());
  EXPECT_EQ(text(sent(conversation_.open({{}, {}, "kept"}, moment(0)))[0], "user"), "ann");
}

TEST_F(ConversationTest, ExpiredCredentialIsNone) {
  EXPECT_TRUE(conversation_.open({"ann", {}, {}}, moment(100)).empty());
}

TEST_F(ConversationTest, AuthFrames) {
  EXPECT_TRUE(say("Bearer wrong").empty());
  EXPECT_EQ(text(sent(say(R"({"type":"auth","token":"wrong"})"))[0], "type"), "auth_error");
  EXPECT_FALSE(conversation_.known());
  EXPECT_EQ(text(sent(say("Bearer ann"))[0], "user"), "ann");
  // Another token on the same socket.
  const auto effects = say(R"({"type":"auth","token":"root"})");
  EXPECT_EQ(text(sent(effects)[0], "user"), "root");
  EXPECT_EQ(first<Identify>(effects)->who.caller->username, "root");
  // A wrong one changes nothing.
  EXPECT_EQ(first<Identify>(say(R"({"type":"auth","token":"wrong"})")), nullptr);
  EXPECT_TRUE(conversation_.known());
}

TEST_F(ConversationTest, UnknownUserSubscribesToNothing) {
  const auto effects = say(R"({"type":"subscribe","topics":["agents","agent:x:stats"]})");
  EXPECT_EQ(first<Subscribe>(effects), nullptr);
  ASSERT_EQ(sent(effects).size(), 2U);
  EXPECT_EQ(text(sent(effects)[1], "type"), "subscribe_error");
  EXPECT_EQ(text(sent(effects)[1], "topic"), "agent:x:stats");
  EXPECT_EQ(sent(effects)[1].at("status"), 401);
}

TEST_F(ConversationTest, CommandsReachTheHub) {
  say("Bearer ann");
  const auto wish = say(R"({"type":"subscribe","topics":["agents"],"since":{"agents":5}})");
  ASSERT_NE(first<Subscribe>(wish), nullptr);
  EXPECT_EQ(first<Subscribe>(wish)->topics[0].since, 5U);
  EXPECT_NE(first<Unsubscribe>(say(R"({"type":"unsubscribe","topics":["agents"]})")), nullptr);
  EXPECT_EQ(text(sent(say(R"({"type":"ping","id":3})"))[0], "type"), "pong");
  EXPECT_EQ(sent(say(R"({"type":"subscribe","topics":7})"))[0].at("status"), 422);
  EXPECT_TRUE(say("hello").empty());
}

TEST_F(ConversationTest, OptionsAndVisibilityReachTheHub) {
  say("Bearer ann");
  const auto choice = say(R"({"type":"options","topic":"host","options":{"interval":60}})");
  ASSERT_NE(first<Choose>(choice), nullptr);
  EXPECT_EQ(first<Choose>(choice)->topic, "host");
  EXPECT_TRUE(first<Visibility>(say(R"({"type":"visibility","hidden":true})"))->hidden);
  const auto wrong = say(R"({"type":"subscribe","topics":["host","user"],"options":{"host":{"interval":"often"}}})");
  ASSERT_EQ(first<Subscribe>(wrong)->topics.size(), 1U);
  ASSERT_EQ(sent(wrong).size(), 1U);
  EXPECT_EQ(sent(wrong)[0].at("status"), 422);
  EXPECT_EQ(text(sent(wrong)[0], "topic"), "host");
}

TEST_F(ConversationTest, MoreThanTenFramesASecondAreRefused) {
  say("Bearer ann");
  for (int i = 1; i < 10; ++i) EXPECT_EQ(text(sent(say(R"({"type":"ping"})"))[0], "type"), "pong") << i;
  const auto refused = say(R"({"type":"subscribe","topics":["agents"]})");
  EXPECT_EQ(first<Subscribe>(refused), nullptr);
  EXPECT_EQ(sent(refused)[0].at("status"), 429);
  EXPECT_EQ(text(sent(refused)[0], "topic"), "agents");
  EXPECT_EQ(first<Close>(refused), nullptr);
  EXPECT_NE(first<Subscribe>(say(R"({"type":"subscribe","topics":["agents"]})", 1.0)), nullptr);
}

TEST_F(ConversationTest, ThreeBreachesInTenSecondsClose) {
  say("Bearer ann");
  EXPECT_EQ(first<Close>(conversation_.breached(1, moment(0))), nullptr);
  EXPECT_EQ(first<Close>(conversation_.breached(1, moment(5))), nullptr);
  const auto effects = conversation_.breached(1, moment(9));
  ASSERT_NE(first<Close>(effects), nullptr);
  EXPECT_EQ(first<Close>(effects)->code, 4008);
  EXPECT_TRUE(say(R"({"type":"ping"})", 20).empty());
}

TEST_F(ConversationTest, BreachesFarApartDoNotClose) {
  for (int i = 0; i < 20; ++i) EXPECT_EQ(first<Close>(conversation_.breached(1, moment(6.0 * i))), nullptr) << i;
}

TEST_F(ConversationTest, TooManyTopicsInAFrame) {
  say("Bearer ann");
  std::string list;
  for (int i = 0; i < 33; ++i) list += (i ? ",\"t" : "\"t") + std::to_string(i) + '"';
  const auto effects = say(R"({"type":"subscribe","topics":[)" + list + "]}");
  EXPECT_EQ(first<Subscribe>(effects)->topics.size(), 32U);
  ASSERT_EQ(sent(effects).size(), 1U);
  EXPECT_EQ(text(sent(effects)[0], "topic"), "t32");
  EXPECT_EQ(sent(effects)[0].at("status"), 429);
}

TEST_F(ConversationTest, SessionEndsAtItsExpiry) {
  say(R"({"type":"auth","token":"ann"})");
  EXPECT_TRUE(conversation_.tick(moment(20)).empty());
  EXPECT_TRUE(conversation_.tick(moment(99)).empty());
  const auto effects = conversation_.tick(moment(100));
  EXPECT_EQ(text(sent(effects)[0], "type"), "session_expired");
  ASSERT_NE(first<Identify>(effects), nullptr);
  EXPECT_EQ(first<Identify>(effects)->who.caller, nullptr);
  EXPECT_FALSE(conversation_.known());
  EXPECT_TRUE(conversation_.tick(moment(101)).empty());
  // The socket is open for another token.
  EXPECT_EQ(text(sent(say(R"({"type":"auth","token":"root"})", 102))[0], "user"), "root");
}

TEST_F(ConversationTest, ClassicSocketExpiresInSilence) {
  (void)conversation_.open({{}, "ann", {}}, moment(0));
  const auto effects = conversation_.tick(moment(100));
  EXPECT_TRUE(sent(effects).empty());
  ASSERT_NE(first<Identify>(effects), nullptr);
}

TEST_F(ConversationTest, RenewedCookieSessionGoesOn) {
  (void)conversation_.open({{}, {}, "kept"}, moment(0));
  identities_.cookies["kept"].expires_at = moment(200).wall;
  const auto renewed = conversation_.tick(moment(100));
  EXPECT_TRUE(sent(renewed).empty());
  ASSERT_NE(first<Identify>(renewed), nullptr);
  EXPECT_EQ(first<Identify>(renewed)->who.expires_at, moment(200).wall);
  EXPECT_TRUE(conversation_.tick(moment(101)).empty());
  EXPECT_TRUE(conversation_.known());
  EXPECT_FALSE(conversation_.tick(moment(200)).empty());
}

TEST_F(ConversationTest, SessionEndedElsewhereIsNoticed) {
  say(R"({"type":"auth","token":"ann"})");
  EXPECT_TRUE(conversation_.tick(moment(10)).empty());
  identities_.tokens.clear();
  EXPECT_EQ(text(sent(conversation_.tick(moment(10.5)))[0], "type"), "session_expired");
}

TEST_F(ConversationTest, ChangedRoleIsNoticed) {
  say(R"({"type":"auth","token":"ann"})");
  identities_.tokens["ann"].caller = caller(1, "ann", Role::admin);
  const auto effects = conversation_.tick(moment(31));
  ASSERT_NE(first<Identify>(effects), nullptr);
  EXPECT_TRUE(first<Identify>(effects)->who.caller->is_admin());
}

}  // namespace
}  // namespace trinity::live
