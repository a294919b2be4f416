#include "budgets/halt.h"

#include "unit/budgets/house.h"

namespace trinity::budgets {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using test::AgentHouse;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* runs = "/api/ops/runs";
constexpr const char* stop = "/api/ops/runs/stop";
constexpr const char* resume = "/api/ops/runs/resume";

class HaltTest : public test::BudgetHouse {
 protected:
  void SetUp() override {
    BudgetHouse::SetUp();
    budgets.on_halt([this](Call, std::string why) { return end_all(this, std::move(why)); },
                    [] { return RunCount{3, 2}; });
  }
  static Task<StopCount> end_all(HaltTest* test, std::string why) {
    ++test->stops;
    test->told = std::move(why);
    test->refused_meanwhile = test->budgets.refusal("bot").has_value();
    co_return StopCount{3, 2};
  }
  json::object stop_all(const std::string& body = R"({"reason": "costs"})") {
    const auto answer = ask(Method::post, stop, AgentHouse::admin(), body);
    EXPECT_EQ(answer.status, 200U) << answer.bytes();
    return json::parse(answer.bytes()).as_object();
  }

  std::atomic<int> stops{0};
  std::string told;
  bool refused_meanwhile = false;
};

TEST_F(HaltTest, EndsWhatRunsAndRefusesWhatIsNew) {
  EXPECT_FALSE(budgets.refusal("bot"));
  const auto answer = stop_all();
  EXPECT_TRUE(answer.at("halted").as_bool());
  EXPECT_EQ(answer.at("runs_stopped"), 3);
  EXPECT_EQ(answer.at("waiting_dropped"), 2);
  EXPECT_EQ(answer.at("by"), "admin");
  EXPECT_EQ(answer.at("since"), "2026-01-14T22:00:00.000Z");
  EXPECT_EQ(answer.at("reason"), "costs");
  const std::string text = "All runs are stopped by admin since 2026-01-14 22:00 UTC; an administrator can resume them";
  EXPECT_EQ(told, text);
  EXPECT_TRUE(refused_meanwhile) << "nothing begins behind the stop";
  const auto refused = budgets.refusal("bot");
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 503U);
  EXPECT_EQ(refused->detail, text);
  EXPECT_EQ(refused->retry_after_s, std::nullopt);
  EXPECT_EQ(budgets.figures().refused_by_halt, 2U);
}

TEST_F(HaltTest, LastsUntilSomebodyResumesAlsoOverARestart) {
  stop_all();
  settings::SettingsStore settings(house.database);
  settings.load(house.call);
  BudgetService again(house.house.fleet, store, settings, link, house.house.io[0].get_executor());
  again.load(house.call);
  EXPECT_EQ(again.refusal("bot").value_or(Refusal{}).detail, told);
  EXPECT_EQ(ask(Method::post, resume, AgentHouse::admin()).status, 200U);
  EXPECT_FALSE(budgets.refusal("bot"));
  settings.load(house.call);
  again.load(house.call);
  EXPECT_FALSE(again.refusal("bot"));
}

TEST_F(HaltTest, WhoStoppedFirstStays) {
  stop_all(R"({"reason": "first"})");
  clock = clock.load() + 1h;
  const auto again = stop_all(R"({"reason": "second"})");
  EXPECT_EQ(again.at("reason"), "first");
  EXPECT_EQ(again.at("since"), "2026-01-14T22:00:00.000Z");
  EXPECT_EQ(stops, 2) << "whatever runs all the same is stopped";
}

TEST_F(HaltTest, ActsWithoutTheDatabase) {
  house.execute("ALTER TABLE system_settings RENAME TO away");
  const auto began = steady_now();
  stop_all("");
  EXPECT_LT(steady_now() - began, 3s);
  EXPECT_EQ(stops, 1);
  EXPECT_TRUE(budgets.refusal("bot"));
  EXPECT_EQ(ask(Method::post, resume, AgentHouse::admin()).status, 500U) << "what cannot be stored stays stopped";
  EXPECT_TRUE(budgets.refusal("bot"));
  house.execute("ALTER TABLE away RENAME TO system_settings");
  EXPECT_TRUE(test::eventually([&] { return house.count("system_settings", "key = 'trinity_runs_halted'") == 1; }));
}

TEST_F(HaltTest, OnlyAdministratorsHearHowManyRun) {
  EXPECT_EQ(get(runs).at("running"), 3);
  EXPECT_EQ(get(runs).at("waiting"), 2);
  EXPECT_EQ(json::serialize(get(runs, AgentHouse::ann())), R"({"halted":false,"since":null,"by":null,"reason":null})");
  stop_all();
  EXPECT_TRUE(get(runs, AgentHouse::ann()).at("halted").as_bool());
}

TEST_F(HaltTest, ABadReasonIsNamed) {
  EXPECT_THAT(ask(Method::post, stop, AgentHouse::admin(), R"({"reason": 7})").bytes(), HasSubstr("reason"));
  const auto longer = R"({"reason": ")" + std::string(501, 'x') + "\"}";
  EXPECT_EQ(ask(Method::post, stop, AgentHouse::admin(), longer).status, 422U);
  EXPECT_EQ(stops, 0);
}

TEST_F(HaltTest, EverybodyHearsOfIt) {
  const auto bob = listen(AgentHouse::bob(), "agents");
  EXPECT_EQ(json::serialize(bob->take()[0].at("snapshot").at("runs")),
            R"({"halted":false,"since":null,"by":null,"reason":null})");
  stop_all();
  settle();
  auto heard = bob->take("runs_halt");
  ASSERT_THAT(heard, SizeIs(1));
  EXPECT_EQ(heard[0].at("reason"), "costs");
  EXPECT_EQ(listen(AgentHouse::ann(), "agents")->take()[0].at("snapshot").at("runs").at("by"), "admin");
  ask(Method::post, resume, AgentHouse::admin());
  settle();
  heard = bob->take("runs_halt");
  ASSERT_THAT(heard, SizeIs(1));
  EXPECT_FALSE(heard[0].at("halted").as_bool());
  ask(Method::post, resume, AgentHouse::admin());
  settle();
  EXPECT_THAT(bob->take("runs_halt"), IsEmpty()) << "nothing has changed";
}

TEST_F(HaltTest, AnUnreadableSettingStopsAllTheSame) {
  house.execute("INSERT INTO system_settings (key, value, updated_at) VALUES ('trinity_runs_halted', 'x', 't')");
  house.run(house.settings.reload(house.call));
  house.run(budgets.reload(house.call));
  EXPECT_THAT(budgets.refusal("bot").value_or(Refusal{}).detail,
              HasSubstr("stopped by somebody since an unknown time"));
}

}  // namespace
}  // namespace trinity::budgets
