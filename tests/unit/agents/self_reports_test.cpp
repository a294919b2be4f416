#include "agents/self_reports.h"

#include <gtest/gtest.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/json.hpp>
#include <mutex>

#include "base/io_threads.h"
#include "http/server.h"
#include "unit/agents/house.h"

namespace trinity::agents {
namespace {

using namespace std::chrono_literals;
using boost::json::object;
using boost::json::value;
using test::AgentHouse;

/// Plays the daemon of an agent: one answer for every path.
class Daemon {
 public:
  Daemon() {
    router_.add({{http::Method::get, "/{path...}", http::Access::anyone,
                  [this](http::Request request) { return answer(this, std::move(request)); }}});
    http::ServerOptions options;
    options.bind = "127.44.0.2";
    options.port = 8000;
    server_ = std::make_unique<http::Server>(io_, router_, http::Authenticator{}, http::Fallback{}, options);
    io_.start();
    server_->listen();
  }
  ~Daemon() {
    server_->drain(0ms);
    io_.stop();
    io_.join();
  }
  void says(std::string body, unsigned status = 200) {
    const std::lock_guard lock(mutex_);
    body_ = std::move(body);
    status_ = status;
  }
  void is_slow() { slow_ = true; }
  std::string asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  static Task<http::Response> answer(Daemon* daemon, http::Request request) {
    if (daemon->slow_) {
      asio::steady_timer pause(co_await asio::this_coro::executor, 300ms);
      co_await pause.async_wait(use_awaitable);
    }
    const std::lock_guard lock(daemon->mutex_);
    daemon->asked_ = std::string(request.path) + " " + std::string(request.headers.find("Authorization").value_or(""));
    co_return http::Response::json_text(daemon->body_, daemon->status_);
  }

  std::mutex mutex_;
  std::string body_ = "{}";
  unsigned status_ = 200;
  std::string asked_;
  std::atomic<bool> slow_{false};
  IoThreads io_{1};
  http::Router router_;
  std::unique_ptr<http::Server> server_;
};

/// Ann's agent `bot` runs.
class SelfReportsTest : public testing::Test {
 protected:
  void SetUp() override {
    house.engine.address = "127.44.0.2";
    ASSERT_TRUE(house.house.start_and_load());
    house.create(AgentHouse::ann(), AgentHouse::named("bot"));
  }
  object info(const CallerPtr& caller = AgentHouse::ann()) {
    return house.run(reports.info(house.call, caller, "bot"));
  }
  object metrics() { return house.run(reports.metrics(house.call, AgentHouse::ann(), "bot")); }
  object dashboard() { return house.run(reports.dashboard(house.call, AgentHouse::ann(), "bot")); }
  void stop() { house.run(house.service.stop(house.call, AgentHouse::ann(), "bot")); }
  static std::string text(const object& from, const char* name) { return std::string(from.at(name).as_string()); }

  AgentHouse house;
  std::optional<Daemon> daemon{std::in_place};
  SelfReports reports{house.service, house.house.fleet, house.link, house.pool, 200ms};
};

TEST_F(SelfReportsTest, InfoIsTheDaemonsAnswerAndTheState) {
  daemon->says(R"({"has_template":true,"agent_name":"liar","name":"scout","tagline":"Finds","template":"x"})");
  const auto told = info();
  EXPECT_EQ(told, (object{{"has_template", true},
                          {"agent_name", "bot"},
                          {"name", "scout"},
                          {"tagline", "Finds"},
                          {"status", "running"}}));
  EXPECT_TRUE(daemon->asked().starts_with("/api/template/info Bearer ")) << daemon->asked();
}

TEST_F(SelfReportsTest, InfoHasAShortFormWhenTheAgentCannotBeAsked) {
  daemon->says("{}", 500);
  auto told = info();
  EXPECT_EQ(told.at("has_template"), false);
  EXPECT_EQ(told.at("template_name"), "");
  EXPECT_EQ(told.at("status"), "running");
  EXPECT_EQ(told.at("message"), "The agent's daemon answered with HTTP 500.");
  EXPECT_TRUE(told.at("resources").is_object());
  for (const auto* odd : {"", "[1]", "{\"a\":", "null"}) {
    daemon->says(odd);
    EXPECT_EQ(info().at("message"), "The agent's answer cannot be read.") << odd;
  }
  stop();
  told = info();
  EXPECT_EQ(told.at("status"), "stopped");
  EXPECT_EQ(told.at("message"), "Agent is stopped. Start the agent to see full template info.");
}

TEST_F(SelfReportsTest, AnAgentThatIsTooSlowIsStartingUp) {
  daemon->is_slow();
  const auto refused = house.refusal(reports.info(house.call, AgentHouse::ann(), "bot"));
  EXPECT_EQ(refused.kind, ErrorKind::timeout);
  EXPECT_EQ(refused.text, "Agent is starting up, please try again");
  EXPECT_EQ(dashboard().at("error"), "Agent is starting up, please try again");
  EXPECT_EQ(metrics().at("message"), "Agent is starting up, please try again");
}

TEST_F(SelfReportsTest, AStrangerLearnsNothing) {
  daemon->says(R"({"has_template":true,"secret":1})");
  const auto kind = [this](auto task) { return house.refusal(std::move(task)); };
  auto refused = kind(reports.info(house.call, AgentHouse::bob(), "bot"));
  EXPECT_EQ(refused.kind, ErrorKind::forbidden);
  EXPECT_EQ(refused.text, "Access denied to agent");
  EXPECT_EQ(kind(reports.info(house.call, AgentHouse::bob(), "none")).kind, ErrorKind::not_found);
  for (const auto* name : {"bot", "none"}) {
    refused = kind(reports.metrics(house.call, AgentHouse::bob(), name));
    EXPECT_EQ(refused.kind, ErrorKind::forbidden) << name;
    EXPECT_EQ(refused.text, "You don't have permission to access this agent");
    EXPECT_EQ(kind(reports.dashboard(house.call, AgentHouse::bob(), name)).kind, ErrorKind::forbidden) << name;
  }
  EXPECT_EQ(kind(reports.metrics(house.call, AgentHouse::admin(), "none")).kind, ErrorKind::not_found);
  EXPECT_EQ(kind(reports.dashboard(house.call, AgentHouse::admin(), "none")).kind, ErrorKind::not_found);
  EXPECT_EQ(daemon->asked(), "");
}

TEST_F(SelfReportsTest, Metrics) {
  daemon->says(
      R"({"has_metrics":true,"definitions":[{"name":"a"}],"values":{"a":1},"last_updated":"t","agent_name":"liar"})");
  EXPECT_EQ(metrics(), (object{{"agent_name", "bot"},
                               {"has_metrics", true},
                               {"status", "running"},
                               {"definitions", {object{{"name", "a"}}}},
                               {"values", {{"a", 1}}},
                               {"last_updated", "t"}}));
  EXPECT_TRUE(daemon->asked().starts_with("/api/metrics "));
  daemon->says(R"({"has_metrics":false,"message":"No template.yaml found"})");
  EXPECT_EQ(metrics(), (object{{"agent_name", "bot"},
                               {"has_metrics", false},
                               {"status", "running"},
                               {"message", "No template.yaml found"}}));
  daemon->says(R"({"has_metrics":true,"definitions":[],"values":[],"last_updated":7,"error":"broken"})");
  const auto odd = metrics();
  EXPECT_EQ(odd.at("values"), object());
  EXPECT_TRUE(odd.at("last_updated").is_null());
  EXPECT_EQ(odd.at("error"), "broken");
  daemon->says(R"({"has_metrics":true})");
  EXPECT_EQ(metrics().at("has_metrics"), false);
  daemon->says("x", 404);
  EXPECT_EQ(text(metrics(), "message"), "The agent's daemon answered with HTTP 404.");
  stop();
  EXPECT_EQ(metrics(), (object{{"agent_name", "bot"},
                               {"has_metrics", false},
                               {"status", "stopped"},
                               {"message", "Agent must be running to read metrics"}}));
}

TEST_F(SelfReportsTest, Dashboard) {
  daemon->says(R"({"has_dashboard":true,"config":{"title":"a"},"last_modified":"t","error":null,"status":"odd"})");
  EXPECT_EQ(dashboard(), (object{{"agent_name", "bot"},
                                 {"has_dashboard", true},
                                 {"config", {{"title", "a"}}},
                                 {"last_modified", "t"},
                                 {"status", "running"},
                                 {"error", nullptr}}));
  const auto without = [](const char* status, const char* fault) {
    return object{{"agent_name", "bot"},      {"has_dashboard", false}, {"config", nullptr},
                  {"last_modified", nullptr}, {"status", status},       {"error", fault}};
  };
  daemon->says(R"({"has_dashboard":false,"config":null,"last_modified":null,"error":"dashboard.yaml is empty"})");
  EXPECT_EQ(dashboard(), without("running", "dashboard.yaml is empty"));
  daemon->says("{}", 503);
  EXPECT_EQ(dashboard(), without("running", "Failed to fetch dashboard: HTTP 503"));
  daemon->says("no");
  EXPECT_EQ(dashboard(), without("running", "Failed to read dashboard: The agent's answer cannot be read."));
  stop();
  EXPECT_EQ(dashboard(), without("stopped", "Agent must be running to read dashboard"));
}

TEST_F(SelfReportsTest, ADaemonThatDoesNotListenIsTold) {
  daemon.reset();
  // A young agent is asked again for a while, within the limit.
  const auto fault = text(dashboard(), "error");
  EXPECT_TRUE(fault == "Agent is starting up, please try again" ||
              fault == "Failed to read dashboard: The agent runs, but its daemon does not answer.")
      << fault;
  EXPECT_EQ(metrics().at("has_metrics"), false);
}

TEST_F(SelfReportsTest, ALargeAnswerIsReadToo) {
  daemon->says(R"({"has_dashboard":true,"config":{"title":")" + std::string(300'000, 'x') + R"("}})");
  EXPECT_EQ(dashboard().at("has_dashboard"), true);
}

}  // namespace
}  // namespace trinity::agents
