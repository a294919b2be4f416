#include "agents/routes.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "unit/agents/house.h"

namespace trinity::agents {
namespace {

namespace json = boost::json;
using http::Method;
using test::AgentHouse;

class RoutesTest : public testing::Test {
 protected:
  void SetUp() override {
    router.add(routes(house.service));
    ASSERT_TRUE(house.house.start_and_load());
  }
  http::Response ask(Method method, const std::string& path, const CallerPtr& caller, const std::string& body = "",
                     const std::string& query = "", const std::string& known = "") {
    const auto match = router.match(method, path);
    if (!match.route) throw std::runtime_error("no route for " + path);
    http::Request request(house.call);
    request.method = method;
    request.path = path;
    request.params = match.params;
    request.query = http::parse_query(query);
    request.body = body;
    request.caller = caller;
    if (!known.empty()) request.headers.add("If-None-Match", known);
    house.cost.sql = 0;
    house.cost.engine = 0;
    try {
      return house.run(match.route->handler(std::move(request)));
    } catch (...) {
      return http::answer_for(std::current_exception(), house.call);
    }
  }
  static json::value body_of(const http::Response& response) { return json::parse(response.bytes()); }

  /// From the header lines that readers share, or from those of this answer.
  static std::string tag_of(const http::Response& response) {
    if (!response.fields) return std::string(response.headers.find("ETag").value_or(""));
    const auto begin = response.fields->find("ETag: ") + 6;
    return response.fields->substr(begin, response.fields->find("\r\n", begin) - begin);
  }

  http::Router router;
  AgentHouse house;
};

TEST_F(RoutesTest, AWarmListCostsNothing) {
  for (int i = 0; i < 5; ++i) house.create(AgentHouse::ann(), AgentHouse::named("bot" + std::to_string(i)));
  const auto response = ask(Method::get, "/api/agents", AgentHouse::ann());
  EXPECT_EQ(house.cost.sql.load(), 0U);
  EXPECT_EQ(house.cost.engine.load(), 0U);
  EXPECT_EQ(response.status, 200U);
  const auto list = body_of(response).as_array();
  ASSERT_EQ(list.size(), 5U);
  EXPECT_EQ(list[0].at("name"), "bot4") << "newest first";
  EXPECT_EQ(list[0].at("is_owner"), true);
  EXPECT_EQ(response.headers.find("Trinity-Engine"), "ok");
  EXPECT_TRUE(response.headers.find("Trinity-Snapshot-Age"));
  EXPECT_EQ(ask(Method::get, "/api/agents", AgentHouse::bob()).bytes(), "[]");
}

TEST_F(RoutesTest, AListThatTheClientHasIsNotSentAgain) {
  house.create(AgentHouse::ann(), AgentHouse::named("one"));
  const auto list = [&](const CallerPtr& caller, const std::string& known) {
    return ask(Method::get, "/api/agents", caller, "", "", known);
  };
  const auto first = list(AgentHouse::ann(), "");
  const auto tag = tag_of(first);
  ASSERT_TRUE(tag.starts_with('"')) << "strong";
  const auto again = list(AgentHouse::ann(), "\"other\", " + tag);
  EXPECT_EQ(again.status, 304U);
  EXPECT_TRUE(again.bytes().empty());
  EXPECT_EQ(again.headers.find("ETag"), tag);
  EXPECT_TRUE(again.headers.find("Trinity-Snapshot-Age"));
  EXPECT_EQ(again.headers.find("Cache-Control"), "private, no-cache");
  const auto packed = tag.substr(0, tag.size() - 1) + "-gz\"";
  EXPECT_EQ(list(AgentHouse::ann(), packed).headers.find("ETag"), packed);
  EXPECT_EQ(list(AgentHouse::admin(), tag).status, 200U) << "is_owner differs";
  EXPECT_EQ(list(AgentHouse::bob(), tag).status, 200U);

  ask(Method::post, "/api/agents/one/stop", AgentHouse::ann());
  const auto stopped = list(AgentHouse::ann(), tag);
  EXPECT_EQ(stopped.status, 200U);
  EXPECT_EQ(body_of(stopped).as_array()[0].at("status"), "stopped");
  ask(Method::del, "/api/agents/one", AgentHouse::ann());
  const auto empty = list(AgentHouse::ann(), tag_of(stopped));
  EXPECT_EQ(empty.bytes(), "[]");
}

TEST_F(RoutesTest, ReadersOfOneListShareItsBytes) {
  for (int i = 0; i < 5; ++i) house.create(AgentHouse::ann(), AgentHouse::named("bot" + std::to_string(i)));
  const auto first = ask(Method::get, "/api/agents", AgentHouse::ann());
  const auto second = ask(Method::get, "/api/agents", AgentHouse::ann());
  ASSERT_TRUE(first.shared);
  EXPECT_EQ(first.shared, second.shared);
  EXPECT_EQ(first.fields, second.fields);
  ASSERT_TRUE(first.fields);
  EXPECT_NE(first.fields->find("Content-Type: application/json\r\n"), std::string::npos);
  house.run(house.service.stop(house.call, AgentHouse::ann(), "bot3"));
  const auto third = ask(Method::get, "/api/agents", AgentHouse::ann());
  EXPECT_NE(first.shared, third.shared);
}

TEST_F(RoutesTest, AQueryGivesAPart) {
  for (int i = 0; i < 5; ++i) house.create(AgentHouse::ann(), AgentHouse::named("bot" + std::to_string(i)));
  auto page = ask(Method::get, "/api/agents", AgentHouse::ann(), "", "sort=name&limit=2&fields=name");
  EXPECT_EQ(page.status, 200U);
  EXPECT_EQ(page.bytes(), R"([{"name":"bot0"},{"name":"bot1"}])");
  EXPECT_EQ(page.headers.find("Trinity-Total-Count"), "5");
  const std::string next(page.headers.find("Trinity-Next-Cursor").value_or(""));
  page = ask(Method::get, "/api/agents", AgentHouse::ann(), "", "sort=name&limit=3&fields=name&cursor=" + next);
  EXPECT_EQ(page.bytes(), R"([{"name":"bot2"},{"name":"bot3"},{"name":"bot4"}])");
  EXPECT_FALSE(page.headers.find("Trinity-Next-Cursor"));
  const std::string tag(page.headers.find("ETag").value_or(""));
  const auto again =
      ask(Method::get, "/api/agents", AgentHouse::ann(), "", "sort=name&limit=3&fields=name&cursor=" + next, tag);
  EXPECT_EQ(again.status, 304U);
  EXPECT_EQ(house.cost.sql.load(), 0U);
  EXPECT_EQ(ask(Method::get, "/api/agents", AgentHouse::ann(), "", "limit=0").status, 422U);
}

TEST_F(RoutesTest, StatsOfAllAreOneAnswer) {
  for (int i = 0; i < 3; ++i) house.create(AgentHouse::ann(), AgentHouse::named("bot" + std::to_string(i)));
  house.run(house.service.stop(house.call, AgentHouse::ann(), "bot1"));
  const auto response = ask(Method::get, "/api/agents/stats", AgentHouse::ann());
  EXPECT_EQ(response.status, 200U);
  EXPECT_EQ(house.cost.sql.load(), 0U);
  EXPECT_EQ(house.cost.engine.load(), 0U);
  const auto body = body_of(response);
  const auto& rows = body.at("agents").as_array();
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[1].at("name"), "bot1");
  EXPECT_EQ(rows[1].at("status"), "stopped");
  EXPECT_EQ(rows[1].at("memory_used_bytes"), 0);
  EXPECT_EQ(rows[0].at("status"), "running");
  EXPECT_EQ(body_of(ask(Method::get, "/api/agents/stats", AgentHouse::bob())).at("agents").as_array().size(), 0U);
}

TEST_F(RoutesTest, ADeadEngineIsNoEmptyList) {
  house.create(AgentHouse::ann(), AgentHouse::named("bot"));
  house.engine.down(true);
  ASSERT_TRUE(test::eventually([&] { return !house.house.held_by(0)->engine.reachable; }));
  const auto response = ask(Method::get, "/api/agents", AgentHouse::ann());
  EXPECT_EQ(response.status, 200U);
  EXPECT_EQ(body_of(response).as_array().size(), 1U);
  EXPECT_EQ(response.headers.find("Trinity-Engine"), "unreachable");
}

TEST_F(RoutesTest, TheLifeOfAnAgent) {
  auto response = ask(Method::post, "/api/agents", AgentHouse::ann(), R"({"name":"My Bot","port":null,"unknown":1})");
  ASSERT_EQ(response.status, 200U) << response.bytes();
  EXPECT_EQ(body_of(response).at("name"), "my-bot");
  EXPECT_EQ(body_of(response).at("status"), "running");

  response = ask(Method::get, "/api/agents/my-bot", AgentHouse::ann());
  const auto detail = body_of(response);
  EXPECT_EQ(detail.at("can_share"), true);
  EXPECT_EQ(detail.at("can_delete"), true);
  EXPECT_EQ(detail.at("shares"), json::array());
  EXPECT_EQ(house.cost.engine.load(), 0U);

  response = ask(Method::post, "/api/agents/my-bot/stop", AgentHouse::ann());
  EXPECT_EQ(body_of(response), (json::object{{"message", "Agent my-bot stopped"}}));
  EXPECT_EQ(ask(Method::get, "/api/agents/my-bot/stats", AgentHouse::ann()).status, 400U);

  response = ask(Method::post, "/api/agents/my-bot/start", AgentHouse::ann());
  EXPECT_EQ(body_of(response).at("message"), "Agent my-bot started");
  for (const auto* key : {"trinity_injection", "credentials_injection", "credentials_result"})
    EXPECT_TRUE(body_of(response).as_object().contains(key)) << key;

  response = ask(Method::get, "/api/agents/my-bot/stats", AgentHouse::ann());
  EXPECT_EQ(response.status, 200U);
  EXPECT_EQ(body_of(response).at("status"), "running");
  EXPECT_EQ(house.cost.engine.load(), 0U) << "figures come from the sampler";

  response = ask(Method::get, "/api/agents/my-bot/logs", AgentHouse::ann(), "", "tail=7&lines=9");
  EXPECT_EQ(body_of(response), (json::object{{"logs", "tail 7\n"}}));
  EXPECT_EQ(ask(Method::get, "/api/agents/my-bot/logs", AgentHouse::ann(), "", "tail=many").status, 422U);
  EXPECT_EQ(body_of(ask(Method::get, "/api/agents/my-bot/logs", AgentHouse::ann())).at("logs"), "tail 100\n");

  response = ask(Method::del, "/api/agents/my-bot", AgentHouse::ann());
  EXPECT_EQ(body_of(response), (json::object{{"message", "Agent my-bot deleted"}}));
  response = ask(Method::get, "/api/agents/my-bot", AgentHouse::ann());
  EXPECT_EQ(response.status, 404U);
  EXPECT_EQ(body_of(response), (json::object{{"detail", "Agent not found"}}));
  EXPECT_EQ(ask(Method::get, "/api/agents", AgentHouse::ann()).bytes(), "[]");
}

TEST_F(RoutesTest, StrangersAreRefused) {
  house.create(AgentHouse::ann(), AgentHouse::named("bot"));
  const std::vector<std::pair<Method, std::string>> all{
      {Method::get, "/api/agents/bot"},       {Method::get, "/api/agents/bot/logs"},
      {Method::get, "/api/agents/bot/stats"}, {Method::post, "/api/agents/bot/start"},
      {Method::post, "/api/agents/bot/stop"}, {Method::del, "/api/agents/bot"}};
  for (const auto& [method, path] : all) EXPECT_EQ(ask(method, path, AgentHouse::bob()).status, 403U) << path;
  EXPECT_TRUE(house.engine.container("agent-bot"));
}

TEST_F(RoutesTest, SharesAreForWhoManages) {
  house.create(AgentHouse::ann(), AgentHouse::named("bot"));
  house.execute(
      "INSERT INTO agent_sharing (agent_name, shared_with_email, shared_by_id, created_at) VALUES ('bot', "
      "'bob@example.org', 7, 't')");
  const auto all = house.metadata();
  std::vector<fleet::Action> actions{fleet::MetadataChanged{"bot", all.at("bot")}};
  house.run(house.house.fleet.applied(std::move(actions)));
  const auto mine = body_of(ask(Method::get, "/api/agents/bot", AgentHouse::ann()));
  ASSERT_EQ(mine.at("shares").as_array().size(), 1U);
  EXPECT_EQ(mine.at("shares").at(0).at("shared_with_email"), "bob@example.org");
  const auto shared = body_of(ask(Method::get, "/api/agents/bot", AgentHouse::bob()));
  EXPECT_EQ(shared.at("shares").as_array().size(), 0U);
  EXPECT_EQ(shared.at("is_shared"), true);
  EXPECT_EQ(shared.at("can_share"), false);
  EXPECT_EQ(shared.at("can_delete"), false);
}

TEST_F(RoutesTest, BadBodiesNameTheField) {
  const auto response = ask(Method::post, "/api/agents", AgentHouse::ann(), R"({"name": 5})");
  EXPECT_EQ(response.status, 422U);
  EXPECT_EQ(body_of(response).at("detail").at(0).at("loc"), (json::array{"body", "name"}));
  EXPECT_EQ(ask(Method::post, "/api/agents", AgentHouse::ann(), "").status, 422U);
  EXPECT_EQ(ask(Method::post, "/api/agents", AgentHouse::ann(), "{").status, 422U);
  EXPECT_EQ(ask(Method::post, "/api/agents", AgentHouse::ann(), "[]").status, 422U);
  EXPECT_EQ(ask(Method::post, "/api/agents", AgentHouse::ann(), R"({"name":"x","template":7})").status, 422U);
}

TEST_F(RoutesTest, EveryRouteNeedsSomebody) {
  for (const auto& route : router.routes()) {
    EXPECT_NE(route.access, http::Access::undefined) << route.path;
    EXPECT_NE(route.access, http::Access::anyone) << route.path;
  }
}

}  // namespace
}  // namespace trinity::agents
