#include "activities/routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/activities/making.h"

namespace trinity::activities {
namespace {

namespace json = boost::json;
using http::Method;
using test::activity;
using test::AgentHouse;
using testing::ElementsAre;
using testing::IsEmpty;

/// ann has bot and aide (which bot may reach), bob has his, which ann may read.
class ActivityRoutesTest : public testing::Test {
 protected:
  void SetUp() override {
    router.add(routes(timeline));
    ASSERT_TRUE(house.house.start_and_load());
    for (const auto* name : {"bot", "aide"}) house.create(AgentHouse::ann(), AgentHouse::named(name));
    house.create(AgentHouse::bob(), AgentHouse::named("his"));
    house.create(AgentHouse::admin(), AgentHouse::named("secret"));
    house.execute(
        "INSERT INTO agent_sharing (agent_name, shared_with_email, shared_by_id, created_at) VALUES ('his', "
        "'ann@example.org', 8, 't')");
    house.house.fleet.reload();
    ASSERT_TRUE(test::eventually(
        [&] { return fleet::can_read(*house.house.held_by(0)->find("his")->agent, *AgentHouse::ann()); }));
    house.execute("INSERT INTO agent_ownership (agent_name, owner_id, created_at) VALUES ('no-container', 7, 't')");
    int second = 0;
    for (const auto* name : {"secret", "his", "bot", "aide", "no-container", "gone", "secret", "bot"}) {
      ++second;
      add(activity(name + std::to_string(second), name, fmt::format("2026-01-14T10:00:{:02}", second)));
    }
  }
  ~ActivityRoutesTest() override { house.house.stop(); }

  void add(const Activity& row) {
    auto work = [](ActivityStore* to, Call call, std::shared_ptr<const Activity> one) -> Task<bool> {
      std::vector<std::shared_ptr<const Activity>> rows;
      rows.push_back(std::move(one));
      co_await to->add(call, std::move(rows));
      co_return true;
    };
    house.run(work(&store, house.call, std::make_shared<const Activity>(row)));
  }
  http::Response ask(const std::string& path, const agents::CallerPtr& caller, const std::string& query = "") {
    const auto match = router.match(Method::get, path);
    if (!match.route) throw std::runtime_error("no route for " + path);
    http::Request request(house.call);
    request.params = match.params;
    request.query = http::parse_query(query);
    request.caller = caller;
    try {
      return house.run(match.route->handler(std::move(request)));
    } catch (...) {
      return http::answer_for(std::current_exception(), house.call);
    }
  }
  std::vector<std::string> ids(const std::string& path, const agents::CallerPtr& caller, const std::string& query = "",
                               const char* member = "activities") {
    const auto response = ask(path, caller, query);
    if (response.status != 200) return {std::to_string(response.status), std::string(response.bytes())};
    const auto body = json::parse(response.bytes()).as_object();
    std::vector<std::string> found;
    for (const auto& row : body.at(member).as_array()) found.emplace_back(row.at("id").as_string());
    EXPECT_EQ(body.at("count").to_number<std::size_t>(), found.size());
    return found;
  }
  std::vector<std::string> shown(const agents::CallerPtr& caller, const std::string& query = "") {
    return ids("/api/activities/timeline", caller, query);
  }
  std::vector<std::string> recorded(const agents::CallerPtr& caller, const std::string& query = "") {
    return ids("/api/agents/activities/timeline", caller, query, "timeline");
  }
  static agents::CallerPtr key_of(const std::string& agent) {
    return std::make_shared<const Caller>(Caller{7, "ann", "ann@example.org", Role::user, Scope::agent_key, agent});
  }

  AgentHouse house;
  ActivityStore store{house.database};
  Timeline timeline{house.house.fleet, store};
  http::Router router;
};

TEST_F(ActivityRoutesTest, EachSeesTheAgentsTheyMayRead) {
  EXPECT_THAT(shown(AgentHouse::admin()), ElementsAre("bot8", "secret7", "aide4", "bot3", "his2", "secret1"));
  EXPECT_THAT(shown(AgentHouse::ann()), ElementsAre("bot8", "aide4", "bot3", "his2"));
  EXPECT_THAT(shown(AgentHouse::bob()), ElementsAre("his2"));
  EXPECT_THAT(shown(key_of("bot")), ElementsAre("bot8", "aide4", "bot3")) << "itself and what it may reach";
  EXPECT_THAT(shown(AgentHouse::ann(), "limit=2"), ElementsAre("bot8", "aide4")) << "access comes before the limit";
  EXPECT_THAT(recorded(AgentHouse::ann()), ElementsAre("bot8", "no-container5", "aide4", "bot3", "his2"));
  EXPECT_THAT(recorded(AgentHouse::admin()),
              ElementsAre("bot8", "secret7", "gone6", "no-container5", "aide4", "bot3", "his2", "secret1"));
  EXPECT_THAT(recorded(key_of("bot")), ElementsAre("bot8", "aide4", "bot3"));
}

TEST_F(ActivityRoutesTest, TimesAreParsed) {
  for (const auto* query : {"start_time=2026-01-14T10:00:03&end_time=2026-01-14T10:00:04",
                            "start_time=2026-01-14T10:00:03.000Z&end_time=2026-01-14T10:00:04Z",
                            "start_time=2026-01-14T12:00:03%2B02:00&end_time=2026-01-14T12:00:04+02:00",
                            "start_time=2026-01-14T10:00:02.000001&end_time=2026-01-14T10:00:04.999999"})
    EXPECT_THAT(shown(AgentHouse::ann(), query), ElementsAre("aide4", "bot3")) << query;
  for (const auto* query : {"start_time=yesterday", "end_time=1768384800", "start_time=2026-13-14T10:00:00"}) {
    const auto refused = ask("/api/activities/timeline", AgentHouse::ann(), query);
    EXPECT_EQ(refused.status, 422U) << query;
    EXPECT_NE(refused.bytes().find(std::string(query).substr(0, 8)), std::string::npos) << "names the field";
  }
  EXPECT_EQ(shown(AgentHouse::ann(), "start_time=&end_time=").size(), 4U) << "empty ones are none";
}

TEST_F(ActivityRoutesTest, LimitsAreChecked) {
  for (const auto* path :
       {"/api/activities/timeline", "/api/agents/activities/timeline", "/api/agents/bot/activities"}) {
    for (const auto* limit : {"0", "-1", "1001", "x", "99999999999999999999"})
      EXPECT_EQ(ask(path, AgentHouse::ann(), std::string("limit=") + limit).status, 422U) << path << limit;
    EXPECT_EQ(ask(path, AgentHouse::ann(), "limit=1000&strange=1").status, 200U);
    const auto unknown = ask(path, AgentHouse::ann(), "before=none");
    EXPECT_EQ(unknown.status, 422U);
    EXPECT_NE(unknown.bytes().find("before"), std::string::npos);
  }
  std::string many = "activity_types=a";
  for (int i = 0; i < 60; ++i) many += ",a";
  EXPECT_EQ(ask("/api/activities/timeline", AgentHouse::ann(), many).status, 422U);
}

TEST_F(ActivityRoutesTest, PagesFollowEachOther) {
  EXPECT_THAT(shown(AgentHouse::ann(), "limit=2&before=aide4"), ElementsAre("bot3", "his2"));
  EXPECT_THAT(recorded(AgentHouse::admin(), "limit=3&before=gone6"), ElementsAre("no-container5", "aide4", "bot3"));
  EXPECT_THAT(ids("/api/agents/bot/activities", AgentHouse::ann(), "before=bot8"), ElementsAre("bot3"));
}

TEST_F(ActivityRoutesTest, AnExtentIsOfWhatOneMayRead) {
  const std::string path = "/api/activities/timeline";
  const auto told = [&](const agents::CallerPtr& caller, const std::string& query) {
    return json::parse(ask(path, caller, query).bytes()).as_object();
  };
  const auto ann = told(AgentHouse::ann(), "extent=true&limit=1&start_time=2026-01-14T10:00:03Z");
  EXPECT_EQ(ann.at("count"), 1);
  EXPECT_EQ(ann.at("total"), 3) << "bot8, aide4, bot3";
  EXPECT_EQ(ann.at("counted_all"), true);
  ASSERT_EQ(ann.at("open").as_array().size(), 1U) << "not secret1, which ann may not read";
  EXPECT_EQ(ann.at("open").as_array()[0].at("id"), "his2");
  EXPECT_EQ(told(AgentHouse::bob(), "extent=true").at("total"), 1);
  EXPECT_FALSE(told(AgentHouse::ann(), "").contains("total")) << "only when asked for";
  const auto refused = ask(path, AgentHouse::ann(), "extent=perhaps");
  EXPECT_EQ(refused.status, 422U);
  EXPECT_NE(refused.bytes().find("extent"), std::string::npos) << "names the field";
}

TEST_F(ActivityRoutesTest, TypesAreAListWithBlanks) {
  auto call = activity("call", "bot", "2026-01-14T11:00:00");
  call.activity_type = "agent_collaboration";
  add(call);
  EXPECT_THAT(shown(AgentHouse::ann(), "activity_types=%20agent_collaboration%20,%20schedule_start"),
              ElementsAre("call"));
  EXPECT_THAT(shown(AgentHouse::ann(), "activity_types=unheard"), IsEmpty());
  EXPECT_EQ(shown(AgentHouse::ann(), "activity_types=").size(), 5U);
  const auto body = json::parse(
      ask("/api/agents/activities/timeline", AgentHouse::ann(), "start_time=2026-01-14T10:00:00Z&activity_types=a,%20b")
          .bytes());
  EXPECT_EQ(body.at("start_time"), "2026-01-14T10:00:00Z") << "as given";
  EXPECT_TRUE(body.at("end_time").is_null());
  EXPECT_EQ(body.at("activity_types"), (json::array{"a", "b"}));
}

TEST_F(ActivityRoutesTest, OneAgent) {
  auto ended = activity("ended", "bot", "2026-01-14T11:00:00");
  ended.activity_state = "completed";
  ended.activity_type = "tool_call";
  add(ended);
  const std::string path = "/api/agents/bot/activities";
  EXPECT_THAT(ids(path, AgentHouse::ann()), ElementsAre("ended", "bot8", "bot3"));
  EXPECT_THAT(ids(path, AgentHouse::ann(), "activity_state=completed"), ElementsAre("ended"));
  EXPECT_THAT(ids(path, AgentHouse::ann(), "activity_type=chat_start&activity_state=started"),
              ElementsAre("bot8", "bot3"));
  EXPECT_THAT(ids(path, AgentHouse::ann(), "activity_state=strange"), IsEmpty());
  const auto row = json::parse(ask(path, AgentHouse::ann()).bytes()).at("activities").at(0).as_object();
  EXPECT_EQ(row.size(), 15U) << "all fields, always";
  EXPECT_EQ(ask(path, AgentHouse::bob(), "limit=0").status, 403U) << "access is told before a bad limit";
  EXPECT_EQ(ask("/api/agents/none/activities", AgentHouse::ann()).status, 404U);
  EXPECT_EQ(ask("/api/agents/no-container/activities", AgentHouse::ann()).status, 404U);
}

TEST_F(ActivityRoutesTest, AnAgentOfANewCreationHasNoHistory) {
  add(activity("late", "fresh", "2026-01-14T11:00:00"));
  house.execute(
      "INSERT INTO chat_sessions (id, agent_name, user_id, user_email, started_at, last_message_at, status) VALUES "
      "('s', 'fresh', 7, 'e', 't', 't', 'active')");
  house.create(AgentHouse::ann(), AgentHouse::named("fresh"));
  EXPECT_THAT(ids("/api/agents/fresh/activities", AgentHouse::ann()), IsEmpty());
  EXPECT_EQ(house.count("chat_sessions"), 0);
  add(activity("own", "fresh", "2026-01-14T11:00:00"));
  house.run(house.service.remove(house.call, AgentHouse::ann(), "fresh"));
  EXPECT_EQ(house.count("agent_activities", "agent_name = 'fresh'"), 0);
}

}  // namespace
}  // namespace trinity::activities
