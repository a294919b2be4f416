#include "sessions/routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "base/text.h"
#include "sessions/export.h"
#include "sessions/service.h"
#include "unit/agents/house.h"

namespace trinity::sessions {
namespace {

namespace json = boost::json;
using http::Method;
using test::AgentHouse;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// ann has bot, which bob may use, and spare; ann and bob have talked to bot.
class SessionRoutesTest : public testing::Test {
 protected:
  void SetUp() override {
    router.add(routes(archive, house.pool));
    ASSERT_TRUE(house.house.start_and_load());
    for (const auto* name : {"bot", "spare"}) house.create(AgentHouse::ann(), AgentHouse::named(name));
    house.execute(
        "INSERT INTO agent_sharing (agent_name, shared_with_email, shared_by_id, created_at) VALUES ('bot', "
        "'bob@example.org', 7, 't')");
    house.house.fleet.reload();
    ASSERT_TRUE(test::eventually(
        [&] { return fleet::can_read(*house.house.held_by(0)->find("bot")->agent, *AgentHouse::bob()); }));
    anns = talk(7, "ann@example.org", "How many issues?", "Two issues.");
    bobs = talk(8, "Bob@example.org", "Who am I?", "Bob.");
  }
  ~SessionRoutesTest() override { house.house.stop(); }

  std::string talk(std::int64_t user, const std::string& email, const std::string& question,
                   const std::string& answer) {
    const auto opened = house.run(service.user_message(house.call, "bot", user, email, question));
    Answer said;
    said.content = answer;
    said.cost = 0.0125;
    said.tool_calls = R"([{"type":"tool_use","tool":"Bash"},{"type":"tool_result","tool":"Bash"},
        {"type":"tool_use","tool":"Bash"},{"type":"tool_use","tool":"Read"},7])";
    house.run(service.answer(house.call, opened.session_id, opened.message_id, said));
    return opened.session_id;
  }
  http::Response ask(const std::string& path, const agents::CallerPtr& caller, const std::string& query = "",
                     Method method = Method::get) {
    const auto match = router.match(method, "/api/agents/" + path);
    if (!match.route) throw std::runtime_error("no route for " + path);
    http::Request request(house.call);
    request.method = method;
    request.params = match.params;
    request.query = http::parse_query(query);
    request.caller = caller;
    try {
      return house.run(match.route->handler(std::move(request)));
    } catch (...) {
      return http::answer_for(std::current_exception(), house.call);
    }
  }
  json::object got(const std::string& path, const agents::CallerPtr& caller, const std::string& query = "") {
    const auto response = ask(path, caller, query);
    EXPECT_EQ(response.status, 200U) << response.bytes();
    return json::parse(response.bytes()).as_object();
  }
  static std::string detail_of(const http::Response& response) {
    return std::string(json::parse(response.bytes()).at("detail").as_string());
  }
  static std::vector<std::string> contents(const json::object& body, const char* list = "messages",
                                           const char* member = "content") {
    std::vector<std::string> found;
    for (const auto& one : body.at(list).as_array()) found.emplace_back(one.at(member).as_string());
    return found;
  }

  AgentHouse house;
  SessionStore store{house.database};
  SessionService service{store};
  Archive archive{house.house.fleet, store};
  http::Router router;
  std::string anns;
  std::string bobs;
};

TEST_F(SessionRoutesTest, EachReadsTheirOwn) {
  EXPECT_THAT(contents(got("bot/chat/history/persistent", AgentHouse::ann())),
              ElementsAre("Two issues.", "How many issues?"))
      << "newest first; the owner does not read what others say";
  EXPECT_THAT(contents(got("bot/chat/history/persistent", AgentHouse::bob())), ElementsAre("Bob.", "Who am I?"));
  EXPECT_EQ(contents(got("bot/chat/history/persistent", AgentHouse::admin())).size(), 4U);
  EXPECT_THAT(contents(got("bot/chat/history/persistent", AgentHouse::admin(), "user_filter=true")), IsEmpty());
  EXPECT_EQ(contents(got("bot/chat/history/persistent", AgentHouse::ann(), "user_filter=false")).size(), 2U);
  const auto body = got("bot/chat/history/persistent", AgentHouse::ann(), "limit=1");
  EXPECT_EQ(body.at("agent_name"), "bot");
  EXPECT_EQ(body.at("message_count"), 1);
  EXPECT_EQ(body.at("messages").at(0).as_object().size(), 13U);
  EXPECT_THAT(contents(got("spare/chat/history/persistent", AgentHouse::ann())), IsEmpty());
  EXPECT_EQ(ask("spare/chat/history/persistent", AgentHouse::bob(), "limit=0").status, 403U);
  EXPECT_EQ(ask("none/chat/history/persistent", AgentHouse::bob()).status, 404U);
}

TEST_F(SessionRoutesTest, SessionsAreListedByTheirLastMessage) {
  auto body = got("bot/chat/sessions", AgentHouse::admin());
  EXPECT_THAT(contents(body, "sessions", "id"), ElementsAre(bobs, anns));
  EXPECT_EQ(body.at("session_count"), 2);
  talk(7, "ann@example.org", "more", "more");
  EXPECT_THAT(contents(got("bot/chat/sessions", AgentHouse::admin()), "sessions", "id"), ElementsAre(anns, bobs));
  EXPECT_THAT(contents(got("bot/chat/sessions", AgentHouse::bob()), "sessions", "id"), ElementsAre(bobs));
  EXPECT_THAT(contents(got("bot/chat/sessions", AgentHouse::bob(), "status=closed"), "sessions", "id"), IsEmpty());
  EXPECT_THAT(contents(got("bot/chat/sessions", AgentHouse::bob(), "status=strange"), "sessions", "id"), IsEmpty());
  EXPECT_THAT(contents(got("bot/chat/sessions", AgentHouse::bob(), "status=active"), "sessions", "id"),
              ElementsAre(bobs));
  EXPECT_THAT(contents(got("bot/chat/sessions", AgentHouse::admin(), "before=" + anns), "sessions", "id"),
              ElementsAre(bobs));
  EXPECT_EQ(ask("bot/chat/sessions", AgentHouse::admin(), "before=none").status, 422U);
}

TEST_F(SessionRoutesTest, OneSession) {
  const auto path = "bot/chat/sessions/" + anns;
  const auto body = got(path, AgentHouse::ann(), "limit=1");
  EXPECT_EQ(body.at("session").at("id").as_string(), anns);
  EXPECT_EQ(body.at("session").at("message_count"), 2);
  EXPECT_EQ(body.at("message_count"), 1);
  EXPECT_THAT(contents(body), ElementsAre("Two issues."));
  const auto place = std::string(body.at("messages").at(0).at("id").as_string());
  EXPECT_THAT(contents(got(path, AgentHouse::ann(), "before=" + place)), ElementsAre("How many issues?"));
  EXPECT_EQ(got(path, AgentHouse::admin()).at("message_count"), 2);
  EXPECT_EQ(detail_of(ask(path, AgentHouse::bob(), "limit=0")), "You don't have access to this session");
  EXPECT_EQ(detail_of(ask("spare/chat/sessions/" + anns, AgentHouse::ann())), "Session does not belong to this agent");
  EXPECT_EQ(ask("spare/chat/sessions/" + anns, AgentHouse::ann()).status, 403U);
  EXPECT_EQ(detail_of(ask("bot/chat/sessions/none", AgentHouse::ann())), "Chat session not found");
  EXPECT_EQ(detail_of(ask("spare/chat/sessions/" + anns, AgentHouse::bob())), "Access denied to agent");
  EXPECT_EQ(ask(path, AgentHouse::ann(), "limit=1001").status, 422U);
}

TEST_F(SessionRoutesTest, ClosingOpensTheNextOne) {
  const auto path = "bot/chat/sessions/" + anns + "/close";
  EXPECT_EQ(ask(path, AgentHouse::bob(), "", Method::post).status, 403U);
  for (int i = 0; i < 2; ++i) {
    const auto closed = ask(path, AgentHouse::ann(), "", Method::post);
    EXPECT_EQ(closed.status, 200U);
    EXPECT_EQ(json::parse(closed.bytes()), (json::object{{"status", "closed"}, {"session_id", anns}}));
  }
  EXPECT_EQ(got("bot/chat/sessions/" + anns, AgentHouse::ann()).at("session").at("status"), "closed");
  EXPECT_NE(talk(7, "ann@example.org", "again", "yes"), anns);
}

TEST_F(SessionRoutesTest, AnExportIsAFile) {
  const auto path = "bot/chat/sessions/" + anns + "/export";
  const auto text = ask(path, AgentHouse::ann());
  EXPECT_EQ(text.status, 200U);
  EXPECT_EQ(text.headers.find("Content-Type"), "text/markdown; charset=utf-8");
  EXPECT_THAT(std::string(*text.headers.find("Content-Disposition")),
              testing::MatchesRegex("attachment; filename=\"bot-20[0-9-]+-[A-Za-z0-9_-]+\\.md\""));
  EXPECT_THAT(std::string(text.bytes()), HasSubstr("# Conversation with bot\n"));
  EXPECT_THAT(std::string(text.bytes()), HasSubstr("How many issues?\n"));
  EXPECT_THAT(std::string(text.bytes()), HasSubstr("*Tools: Bash (2), Read*"));
  EXPECT_LT(text.bytes().find("How many"), text.bytes().find("Two issues")) << "oldest first";
  const auto data = ask(path, AgentHouse::admin(), "format=json");
  EXPECT_EQ(data.headers.find("Content-Type"), "application/json");
  EXPECT_THAT(contents(json::parse(data.bytes()).as_object()), ElementsAre("How many issues?", "Two issues."));
  EXPECT_EQ(ask(path, AgentHouse::ann(), "format=pdf").status, 422U);
  EXPECT_EQ(ask(path, AgentHouse::bob()).status, 403U);
  house.execute(
      "UPDATE chat_messages SET content = (SELECT 'x' || hex(zeroblob(33554432))) WHERE content = 'Two issues.'");
  EXPECT_EQ(ask(path, AgentHouse::ann()).status, 413U);
}

TEST_F(SessionRoutesTest, APageIsBoundedInBytesToo) {
  house.execute("UPDATE chat_messages SET content = (SELECT 'x' || hex(zeroblob(8388608)))");
  const auto body = got("bot/chat/sessions/" + anns, AgentHouse::ann());
  EXPECT_EQ(body.at("message_count"), 1) << "a shorter page instead of a larger answer";
  const auto place = std::string(body.at("messages").at(0).at("id").as_string());
  EXPECT_EQ(got("bot/chat/sessions/" + anns, AgentHouse::ann(), "before=" + place).at("message_count"), 1);
}

TEST_F(SessionRoutesTest, SearchFindsTextAsItStands) {
  talk(7, "ann@example.org", "100% of a_b \\ c", "none of axb");
  const auto found = [&](const std::string& query, const agents::CallerPtr& caller = AgentHouse::ann()) {
    return contents(got("bot/chat/search", caller, query), "results", "excerpt");
  };
  EXPECT_THAT(found("q=ISSUES"), ElementsAre("Two issues.", "How many issues?"));
  EXPECT_THAT(found("q=100%25"), ElementsAre("100% of a_b \\ c"));
  EXPECT_THAT(found("q=0%25o"), IsEmpty()) << "a sign of patterns is a sign";
  EXPECT_THAT(found("q=a_b"), ElementsAre("100% of a_b \\ c"));
  EXPECT_THAT(found("q=%5C"), ElementsAre("100% of a_b \\ c"));
  EXPECT_THAT(found("q='"), IsEmpty());
  EXPECT_THAT(found("q=bob"), IsEmpty()) << "nobody else's";
  EXPECT_THAT(found("q=Bob", AgentHouse::admin()), ElementsAre("Bob."));
  const auto first = got("bot/chat/search", AgentHouse::ann(), "q=issues&limit=1");
  const auto next = std::string(first.at("next").as_string());
  const auto second = got("bot/chat/search", AgentHouse::ann(), "q=issues&limit=1&cursor=" + next);
  EXPECT_THAT(contents(second, "results", "excerpt"), ElementsAre("How many issues?"));
  EXPECT_TRUE(got("bot/chat/search", AgentHouse::ann(), "q=issues").at("next").is_null());
  for (const auto& query : {std::string(), std::string("q="), "q=" + std::string(201, 'x'),
                            std::string("q=x&limit=101"), std::string("q=x&cursor=none")})
    EXPECT_EQ(ask("bot/chat/search", AgentHouse::ann(), query).status, 422U) << query;
  EXPECT_EQ(ask("spare/chat/search", AgentHouse::bob(), "").status, 403U);
}

TEST_F(SessionRoutesTest, ASearchLooksAtSoManyAndGoesOnFromThere) {
  auto job = [&](db::Session& session) {
    for (int i = 0; i < 6'000; ++i)
      session
          .query(
              "INSERT INTO chat_messages (id, session_id, agent_name, user_id, user_email, role, content, timestamp) "
              "VALUES (:a, :b, 'bot', 7, 'e', 'user', 'nothing', :c)",
              "n" + std::to_string(i), anns, "3026-01-14T10:00:00." + std::to_string(100'000 + i))
          .run();
  };
  house.database.write_now(house.call, std::move(job));
  const auto first = got("bot/chat/search", AgentHouse::ann(), "q=issues");
  EXPECT_EQ(first.at("count"), 0);
  ASSERT_EQ(first.at("next"), "n1000");
  const auto rest = got("bot/chat/search", AgentHouse::ann(), "q=issues&cursor=n1000");
  EXPECT_EQ(rest.at("count"), 2);
  EXPECT_TRUE(rest.at("next").is_null());
}

TEST(SessionExport, NamesAndExcerpts) {
  ChatSession session;
  session.agent_name = "../\xC3\xA4/b\"x\r\n";
  session.started_at = "2026-01-14T10:00:00";
  session.id = "Qm1s0mQ8Yw2oQe5Sg3rZ0c";
  EXPECT_EQ(file_name(session, "md"), "_.____b_x__-2026-01-14-Qm1s0mQ8.md");
  EXPECT_EQ(excerpt_of("short\ntext", "TEXT"), "short text");
  const auto cut = excerpt_of(std::string(1'000, 'x') + "\xC3\xA4needle" + std::string(1'000, 'y'), "Needle");
  EXPECT_THAT(cut, testing::StartsWith("...xxx"));
  EXPECT_THAT(cut, HasSubstr("needle"));
  EXPECT_THAT(cut, testing::EndsWith("y..."));
  std::string umlauts;
  for (int i = 0; i < 200; ++i) umlauts += "\xC3\xA4";
  EXPECT_EQ(excerpt_of(umlauts + "needle", "needle"), to_utf8(excerpt_of(umlauts + "needle", "needle")));
}

}  // namespace
}  // namespace trinity::sessions
