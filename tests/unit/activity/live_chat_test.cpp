#include "activity/live_chat.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "activity/routes.h"
#include "http/server.h"
#include "unit/agents/house.h"

namespace trinity::activity {
namespace {

using http::Method;
using test::AgentHouse;

/// Ann's agent `bot` runs; what its daemon answers is up to the test.
class LiveChatTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto play = [this](http::Request request) { return answer(this, std::move(request)); };
    for (const auto* path : {"/api/chat/history", "/api/model", "/api/activity"})
      for (const auto method : {Method::get, Method::put, Method::del})
        daemon_routes.add({{method, path, http::Access::anyone, play}});
    http::ServerOptions options;
    options.bind = "127.48.0.1";
    options.port = 8000;
    daemon = std::make_unique<http::Server>(io, daemon_routes, http::Authenticator{}, http::Fallback{}, options);
    io.start();
    daemon->listen();
    router.add(routes(chat));
    house.engine.address = "127.48.0.1";
    ASSERT_TRUE(house.house.start_and_load());
    house.create(AgentHouse::ann(), AgentHouse::named("bot"));
  }
  ~LiveChatTest() override {
    house.house.stop();
    daemon->drain(std::chrono::milliseconds(0));
    io.stop();
    io.join();
  }
  static Task<http::Response> answer(LiveChatTest* self, http::Request request) {
    const auto key = std::string(http::name_of(request.method)) + " " + request.path;
    const std::lock_guard lock(self->mutex);
    self->asked.push_back(key + " " + request.body);
    const auto it = self->answers.find(key);
    if (it == self->answers.end()) co_return http::Response::json_text(R"({"detail":"no"})", 500);
    co_return http::Response::json_text(it->second.second, it->second.first);
  }
  http::Response ask(Method method, const std::string& path, const agents::CallerPtr& caller = AgentHouse::ann(),
                     const std::string& body = "") {
    const auto match = router.match(method, "/api/agents/bot/" + path);
    if (!match.route) throw std::runtime_error("no route for " + path);
    http::Request request(house.call);
    request.params = match.params;
    request.body = body;
    request.caller = caller;
    try {
      return house.run(match.route->handler(std::move(request)));
    } catch (...) {
      return http::answer_for(std::current_exception(), house.call);
    }
  }
  /// Status and detail.
  std::string refusal(Method method, const std::string& path, const std::string& body = "") {
    const auto response = ask(method, path, AgentHouse::ann(), body);
    const auto value = boost::json::parse(response.bytes());
    return std::to_string(response.status) + " " + std::string(value.at("detail").as_string());
  }

  std::mutex mutex;
  std::map<std::string, std::pair<unsigned, std::string>> answers;
  std::vector<std::string> asked;
  IoThreads io{1};
  http::Router daemon_routes;
  std::unique_ptr<http::Server> daemon;
  AgentHouse house;
  LiveChat chat{house.service, house.house.fleet, house.link};
  http::Router router;
};

TEST_F(LiveChatTest, HistoryIsPassedThrough) {
  answers["GET /api/chat/history"] = {200, R"([{"role":"user","content":"Hello","timestamp":"t"}])"};
  const auto response = ask(Method::get, "chat/history");
  EXPECT_EQ(response.status, 200U);
  EXPECT_EQ(response.bytes(), answers["GET /api/chat/history"].second) << "a bare array";
  for (const auto* odd : {"{}", "no json", ""}) {
    answers["GET /api/chat/history"] = {200, odd};
    EXPECT_EQ(refusal(Method::get, "chat/history"), "503 Failed to get chat history") << odd;
  }
  answers.clear();
  EXPECT_EQ(refusal(Method::get, "chat/history"), "503 Failed to get chat history");
  EXPECT_EQ(ask(Method::get, "chat/history", AgentHouse::bob()).status, 403U);
}

TEST_F(LiveChatTest, AnAgentThatCannotForgetForgetsItsTools) {
  answers["DELETE /api/chat/history"] = {200, R"({"status":"cleared","session_reset":true})"};
  EXPECT_EQ(ask(Method::del, "chat/history").bytes(), R"({"status":"cleared","session_reset":true})");
  answers["DELETE /api/chat/history"] = {405, R"({"detail":"Method Not Allowed"})"};
  EXPECT_EQ(refusal(Method::del, "chat/history"), "503 Failed to reset chat history");
  answers["DELETE /api/activity"] = {200, "{}"};
  const auto response = ask(Method::del, "chat/history");
  EXPECT_EQ(response.status, 200U);
  EXPECT_EQ(boost::json::parse(response.bytes()).at("status"), "reset");
  answers["DELETE /api/chat/history"] = {500, "{}"};
  EXPECT_EQ(refusal(Method::del, "chat/history"), "503 Failed to reset chat history");
  EXPECT_EQ(ask(Method::del, "chat/history", AgentHouse::bob()).status, 403U);
}

TEST_F(LiveChatTest, TheModel) {
  answers["GET /api/model"] = {200, R"({"model":"sonnet"})"};
  EXPECT_EQ(ask(Method::get, "model").bytes(), R"({"model":"sonnet"})");
  answers["PUT /api/model"] = {200, R"({"status":"success","model":"opus","note":"n"})"};
  const auto changed = ask(Method::put, "model", AgentHouse::ann(), R"({"model":"opus"})");
  EXPECT_EQ(changed.bytes(), answers["PUT /api/model"].second);
  EXPECT_EQ(asked.back(), R"(PUT /api/model {"model":"opus"})");
  answers["PUT /api/model"] = {400, R"({"detail":"Unknown model: gpt"})"};
  EXPECT_EQ(refusal(Method::put, "model", R"({"model":"gpt"})"), "400 Unknown model: gpt") << "the agent's own words";
  answers["PUT /api/model"] = {400, R"({"detail":{"why":1}})"};
  EXPECT_EQ(refusal(Method::put, "model", R"({"model":"gpt"})"), R"(400 {"why":1})") << "always a text";
  answers.clear();
  EXPECT_EQ(refusal(Method::get, "model"), "503 Failed to get model info");
  EXPECT_EQ(refusal(Method::put, "model", R"({"model":"opus"})"), "503 Failed to set model");
  for (const auto* body : {"", "{}", R"({"model":7})", "nothing"})
    EXPECT_EQ(ask(Method::put, "model", AgentHouse::ann(), body).status, 422U) << body;
  const auto long_name = R"({"model":")" + std::string(201, 'x') + "\"}";
  EXPECT_EQ(ask(Method::put, "model", AgentHouse::ann(), long_name).status, 422U);
  EXPECT_EQ(ask(Method::put, "model", AgentHouse::bob(), R"({"model":"opus"})").status, 403U);
}

TEST_F(LiveChatTest, AnAgentThatDoesNotRun) {
  house.run(house.service.stop(house.call, AgentHouse::ann(), "bot"));
  EXPECT_EQ(refusal(Method::get, "chat/history"), "503 Agent UI not enabled for this agent");
  EXPECT_EQ(refusal(Method::del, "chat/history"), "503 Agent is not running");
  EXPECT_EQ(refusal(Method::get, "model"), "400 Agent is not running");
  EXPECT_EQ(refusal(Method::put, "model", R"({"model":"opus"})"), "400 Agent is not running");
  EXPECT_TRUE(asked.empty());
}

}  // namespace
}  // namespace trinity::activity
