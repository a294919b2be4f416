#include "sessions/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sessions/service.h"
#include "unit/agents/house.h"

namespace trinity::sessions {
namespace {

class SessionStoreTest : public testing::Test {
 protected:
  Opened say(const std::string& content, std::int64_t user = 7, const std::string& agent = "bot") {
    return test::run_task(service.user_message(home.call, agent, user, "ann@example.org", content));
  }
  std::string answer(const Opened& to, Answer what) {
    return test::run_task(service.answer(home.call, to.session_id, to.message_id, std::move(what)));
  }
  ChatSession found(const std::string& id) { return test::run_task(store.find(home.call, id)).value(); }

  test::AgentDatabase home;
  SessionStore store{home.database};
  SessionService service{store};
};

TEST_F(SessionStoreTest, OneConversationPerPersonAndAgent) {
  const auto first = say("one");
  const auto second = say("two");
  EXPECT_EQ(first.session_id, second.session_id);
  EXPECT_NE(first.message_id, second.message_id);
  EXPECT_EQ(first.message_id.size(), 22U);
  EXPECT_NE(say("three", 8).session_id, first.session_id);
  EXPECT_NE(say("four", 7, "other").session_id, first.session_id);
  EXPECT_EQ(found(first.session_id).message_count, 2);
  test::run_task(store.close(home.call, first.session_id));
  EXPECT_EQ(found(first.session_id).status, "closed");
  const auto next = say("five");
  EXPECT_NE(next.session_id, first.session_id);
  EXPECT_EQ(found(next.session_id).message_count, 1);
  EXPECT_EQ(found(next.session_id).status, "active");
}

TEST_F(SessionStoreTest, AnswersCountAndTheLatestFiguresStay) {
  const auto asked = say("one");
  Answer what;
  what.content = "done";
  what.cost = 0.25;
  what.context_used = 100;
  what.context_max = 1'000'000;
  what.tool_calls = R"([{"type":"tool_use"}])";
  what.execution_time_ms = 5;
  const auto id = answer(asked, what);
  EXPECT_EQ(id.size(), 22U);
  const auto again = say("two");
  Answer bare;
  bare.content = "";
  EXPECT_FALSE(answer(again, bare).empty());
  const auto session = found(asked.session_id);
  EXPECT_EQ(session.message_count, 4);
  EXPECT_DOUBLE_EQ(session.total_cost, 0.25);
  EXPECT_EQ(session.total_context_used, 100) << "an answer that tells nothing changes nothing";
  EXPECT_EQ(session.total_context_max, 1'000'000);
  EXPECT_GT(session.last_message_at, session.started_at);
  EXPECT_EQ(home.count("chat_messages", "role = 'assistant' AND tool_calls = '[]' AND content = ''"), 1);
}

TEST_F(SessionStoreTest, AnAnswerIsStoredOnce) {
  const auto asked = say("one");
  Answer what;
  what.content = "done";
  what.cost = 1;
  const auto id = answer(asked, what);
  what.content = "other";
  EXPECT_EQ(answer(asked, what), id);
  EXPECT_EQ(home.count("chat_messages"), 2);
  EXPECT_EQ(home.count("chat_messages", "content = 'done'"), 1);
  EXPECT_DOUBLE_EQ(found(asked.session_id).total_cost, 1);
  test::run_task(store.close(home.call, asked.session_id));
  const auto late = say("late");
  test::run_task(store.close(home.call, late.session_id));
  EXPECT_FALSE(answer(late, what).empty()) << "a conversation that was closed meanwhile still gets its answer";
}

TEST_F(SessionStoreTest, AConversationThatIsGoneGetsNoAnswer) {
  const auto asked = say("one");
  home.execute("DELETE FROM chat_messages");
  home.execute("DELETE FROM chat_sessions");
  EXPECT_EQ(answer(asked, {}), "");
  EXPECT_EQ(home.count("chat_messages"), 0);
}

TEST_F(SessionStoreTest, AnswersHaveIdsOfTheirOwn) {
  std::set<std::string> ids;
  for (const auto* id : {"A123", "g123", "B123", "h123", "_123", "f123"}) {
    EXPECT_NE(answer_id(id), id);
    EXPECT_EQ(answer_id(id).size(), 4U);
    EXPECT_EQ(answer_id(answer_id(id)), id);
    ids.insert(answer_id(id));
  }
  EXPECT_EQ(ids.size(), 6U);
}

TEST_F(SessionStoreTest, NoTwoAreActive) {
  say("one");
  EXPECT_THROW(home.execute("INSERT INTO chat_sessions (id, agent_name, user_id, user_email, started_at, "
                            "last_message_at, status) VALUES ('x', 'bot', 7, 'e', 't', 't', 'active')"),
               db::ConstraintViolation);
  home.execute(
      "INSERT INTO chat_sessions (id, agent_name, user_id, user_email, started_at, last_message_at, status) VALUES "
      "('x', 'bot', 7, 'e', 't', 't', 'closed')");
}

}  // namespace
}  // namespace trinity::sessions
