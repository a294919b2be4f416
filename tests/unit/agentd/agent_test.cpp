#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <thread>

#include "unit/agentd/agent_fixture.h"

namespace trinity::agentd {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST_F(AgentTest, HealthNeedsNoSecretAndEverythingElseDoes) {
  start();
  for (const auto* path : {"/health", "/api/health"}) {
    const auto answer = call(http::Method::get, path, "", "");
    EXPECT_EQ(answer.status, 200U) << path;
    EXPECT_EQ(json_of(answer).at("agent_name"), "ruby");
  }
  for (const auto* path : {"/", "/api/agent/info", "/api/template/info", "/api/files", "/nowhere"}) {
    for (const auto* bearer : {"", "wrong-secret-of-some-length", "a-secret-for-this-test-onl"}) {
      const auto answer = call(http::Method::get, path, "", bearer);
      EXPECT_EQ(answer.status, 401U) << path;
      EXPECT_EQ(answer.body, R"({"detail":"Not authenticated"})");
    }
  }
  EXPECT_EQ(call(http::Method::post, "/api/chat", R"({"message":"x"})", "").status, 401U);
  EXPECT_EQ(call(http::Method::del, "/api/files", "", "").status, 401U);
  EXPECT_EQ(get("/").status, 200U);
  EXPECT_EQ(get("/nowhere").status, 404U);
}

TEST_F(AgentTest, WithoutSecretOnlyHealthAnswers) {
  std::filesystem::remove(config_.secret_file);
  start();
  EXPECT_EQ(call(http::Method::get, "/health", "", "").status, 200U);
  for (const auto* bearer : {"", " ", kSecret}) {
    EXPECT_EQ(call(http::Method::get, "/api/agent/info", "", bearer).status, 401U);
  }
}

TEST_F(AgentTest, TemplateIsCopiedAndShown) {
  template_.write("scripts/tool.sh", "true");
  use_command("[cat]");
  start();
  // The chat waits for the workspace.
  EXPECT_EQ(chat(R"({"message":"hi"})").status, 200U);
  EXPECT_TRUE(std::filesystem::exists(home_.path() / "scripts/tool.sh"));
  EXPECT_TRUE(std::filesystem::is_directory(home_.path() / "content/exports"));
  EXPECT_EQ(health().at("workspace"), "ok");
  const auto card = json_of(get("/api/template/info"));
  EXPECT_EQ(card.at("name"), "test");
  EXPECT_EQ(card.at("template_path"), (home_.path() / "template.yaml").c_str());
  const auto info = json_of(get("/api/agent/info"));
  EXPECT_EQ(info.at("mcp_servers"), boost::json::array({"mail"}));
  EXPECT_TRUE(info.at("claude_version").is_null());
}

TEST_F(AgentTest, ChatAnswersInTheShapeOfTheContract) {
  use_command("[cat]");
  start();
  const auto answer = chat(R"({"message":"What is 2+2? \u00e9","execution_id":"run-1","model":"sonnet"})");
  ASSERT_EQ(answer.status, 200U) << answer.body;
  const auto json = json_of(answer);
  EXPECT_EQ(json.at("response"), "What is 2+2? \u00e9");
  EXPECT_EQ(json.at("execution_log").as_array().size(), 2U);
  EXPECT_TRUE(json.at("execution_log_simplified").as_array().empty());
  const auto& metadata = json.at("metadata");
  EXPECT_EQ(metadata.at("execution_id"), "run-1");
  EXPECT_TRUE(metadata.at("duration_ms").is_int64());
  EXPECT_TRUE(metadata.at("cost_usd").is_null());
  EXPECT_EQ(metadata.at("tool_count"), 0);
  const auto& session = json.at("session");
  EXPECT_EQ(session.at("message_count"), 2);
  EXPECT_EQ(session.at("model"), "sonnet");
  EXPECT_TRUE(parse_time(std::string_view(json.at("timestamp").as_string())));
  EXPECT_TRUE(json.at("timestamp").as_string().ends_with("Z"));
  EXPECT_EQ(health().at("message_count"), 2);
  EXPECT_EQ(health().at("runtime"), "command");
  EXPECT_EQ(health().at("runtime_available"), true);
}

TEST_F(AgentTest, BadRequestsNameTheField) {
  use_command("[cat]");
  start();
  const std::pair<const char*, const char*> cases[] = {
      {R"({})", "message"},
      {R"({"message":5})", "message"},
      {R"({"message":"x","execution_id":"a b"})", "execution_id"},
      {R"({"message":"x","execution_id":""})", "execution_id"},
      {R"({"message":"x","timeout_seconds":0})", "timeout_seconds"},
      {R"({"message":"x","model":"--help"})", "model"},
      {"no json", "json_invalid"},
  };
  for (const auto& [body, field] : cases) {
    const auto answer = chat(body);
    EXPECT_EQ(answer.status, 422U) << body;
    EXPECT_THAT(answer.body, HasSubstr(field)) << body;
  }
}

TEST_F(AgentTest, FailureTellsTheCauseAndKeepsTheTranscript) {
  use_command("[sh, -c, 'echo so far; echo broken pipe organ >&2; exit 3']");
  start();
  const auto answer = chat(R"({"message":"x"})");
  EXPECT_EQ(answer.status, 500U);
  const auto json = json_of(answer);
  EXPECT_EQ(json.at("detail"), "Command execution failed: broken pipe organ ");
  EXPECT_EQ(json.at_pointer("/execution_log/0/message/content/0/text"), "so far");
  EXPECT_EQ(health().at("message_count"), 0);
}

TEST_F(AgentTest, WhatCannotBeStartedSaysSo) {
  use_command("[no-such-program-anywhere]");
  start();
  const auto answer = chat(R"({"message":"x"})");
  EXPECT_EQ(answer.status, 500U);
  EXPECT_THAT(answer.body, HasSubstr("Execution error: no-such-program-anywhere"));
}

TEST_F(AgentTest, TimeLimitOfTheRequestCounts) {
  use_command("[sleep, 300]");
  start();
  const auto answer = chat(R"({"message":"x","timeout_seconds":1})");
  EXPECT_EQ(answer.status, 504U);
  EXPECT_THAT(answer.body, HasSubstr("timed out after 1 seconds"));
}

TEST_F(AgentTest, WithoutRuntimeThereIsAClear503) {
  start();
  const auto answer = chat(R"({"message":"x"})");
  EXPECT_EQ(answer.status, 503U);
  EXPECT_EQ(answer.body, R"({"detail":"Claude Code is not available in this container"})");
  EXPECT_EQ(health().at("runtime_available"), false);
}

TEST_F(AgentTest, TheSlimImageNamesTheWayOut) {
  config_.slim_image = true;
  start();
  const auto answer = chat(R"({"message":"x"})");
  EXPECT_EQ(answer.status, 503U);
  EXPECT_THAT(answer.body, StartsWith(R"({"detail":"Claude Code is not available in this container: )"));
  EXPECT_THAT(answer.body, HasSubstr("./trinity image full"));
}

TEST_F(AgentTest, OneTurnAtATimeAndNoIdTwice) {
  use_command("[sh, -c, 'read -r word; mkdir lock || exit 9; sleep 0.3; rmdir lock; echo $word']");
  start();
  // The start-up itself is in the lane until the workspace is ready.
  EXPECT_EQ(chat(R"({"message":"first\n"})").status, 200U);
  std::vector<std::optional<http::ClientResponse>> answers(13);
  std::vector<std::exception_ptr> faults(13);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    http::ClientRequest request;
    request.method = http::Method::post;
    request.target = "/api/chat";
    // Two have the same id.
    const auto id = "run-" + std::to_string(i == 12 ? 0 : i);
    request.body = R"({"message":"x\n","execution_id":")" + id + "\"}";
    request.headers.add("Authorization", std::string("Bearer ") + kSecret);
    spawn("test", context_.get_executor(),
          store_result(client_->request(std::move(request), std::chrono::seconds(30)), &answers[i], &faults[i]));
  }
  context_.restart();
  const auto answered = [&](std::size_t i) { return answers[i] || faults[i]; };
  for (std::size_t i = 0; i < answers.size(); ++i) {
    while (!answered(i)) context_.run_one();
  }
  std::map<unsigned, int> statuses;
  for (const auto& answer : answers) {
    ASSERT_TRUE(answer);
    ++statuses[answer->status];
    if (answer->status == 503) {
      EXPECT_TRUE(answer->headers.find("Retry-After"));
    }
  }
  // One runs, ten wait, one is too many, one has an id that is in use.
  EXPECT_EQ(statuses[200], 11);
  EXPECT_EQ(statuses[503], 1);
  EXPECT_EQ(statuses[409], 1);
}

TEST_F(AgentTest, AutorunGivesItselfMessages) {
  use_command("[sh, -c, 'cat >> seen']", "autorun: {message: tick, every: 1}\n");
  start();
  const auto until = steady_now() + std::chrono::seconds(15);
  while (text_of(home_.path() / "seen") != "ticktick" && steady_now() < until) {
    std::this_thread::sleep_for(milliseconds(20));
  }
  EXPECT_THAT(text_of(home_.path() / "seen"), StartsWith("ticktick"));
}

TEST_F(AgentTest, SetupScriptRunsInTheBackground) {
  home_.write(".trinity/setup.sh", "while [ ! -e go ]; do sleep 0.02; done; echo set up");
  start();
  const auto until = steady_now() + std::chrono::seconds(15);
  while (health().at("setup") == "none" && steady_now() < until) std::this_thread::sleep_for(milliseconds(5));
  EXPECT_EQ(health().at("setup"), "running");
  home_.write("go", "");
  while (health().at("setup") == "running" && steady_now() < until) std::this_thread::sleep_for(milliseconds(5));
  EXPECT_EQ(health().at("setup"), "ok");
}

TEST_F(AgentTest, FailedSetupAndFailedTemplateAreShown) {
  home_.write(".trinity/setup.sh", "exit 1");
  config_.template_name = "local:test";
  template_.write("a", "x");
  home_.write(".trinity-copy/in-the-way", "x");
  start();
  const auto until = steady_now() + std::chrono::seconds(15);
  while (health().at("setup") != "failed" && steady_now() < until) std::this_thread::sleep_for(milliseconds(5));
  EXPECT_EQ(health().at("setup"), "failed");
  EXPECT_EQ(health().at("workspace"), "failed");
  EXPECT_TRUE(health().at("workspace_error").is_string());
}

TEST_F(AgentTest, StopEndsARunAndAnswersItsCaller) {
  use_command("[sh, -c, 'sleep 300 & echo $! > child; wait']");
  start();
  http::ClientRequest request;
  request.method = http::Method::post;
  request.target = "/api/chat";
  request.body = R"({"message":"x"})";
  request.headers.add("Authorization", std::string("Bearer ") + kSecret);
  std::optional<http::ClientResponse> answer;
  std::exception_ptr fault;
  spawn("test", context_.get_executor(),
        store_result(client_->request(std::move(request), std::chrono::seconds(20)), &answer, &fault));
  context_.restart();
  std::thread caller([&] {
    while (!answer && !fault) context_.run_one();
  });
  const auto until = steady_now() + std::chrono::seconds(15);
  while (text_of(home_.path() / "child").empty() && steady_now() < until) std::this_thread::sleep_for(milliseconds(5));
  const auto started = steady_now();
  agent_->stop();
  EXPECT_LT(steady_now() - started, std::chrono::seconds(5));
  caller.join();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 500U);
  EXPECT_THAT(answer->body, HasSubstr("Execution terminated"));
}

TEST_F(AgentTest, IdleStopIsQuick) {
  start();
  EXPECT_EQ(health().at("status"), "healthy");
  const auto started = steady_now();
  agent_->stop();
  EXPECT_LT(steady_now() - started, std::chrono::seconds(2));
}

}  // namespace
}  // namespace trinity::agentd
