#include "executions/service.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <future>

#include "unit/agents/house.h"
#include "unit/executions/daemon.h"

namespace trinity::executions {
namespace {

using namespace std::chrono_literals;
using test::AgentHouse;
using test::eventually;

/// Ann's agent `bot` runs, and its daemon answers.
class ServiceTest : public testing::Test {
 protected:
  void SetUp() override {
    house.engine.address = "127.44.0.1";
    house.house.listener = [this](const fleet::Publication& publication) { service.follow(publication); };
    ASSERT_TRUE(house.house.start_and_load());
    house.create(AgentHouse::ann(), AgentHouse::named("bot"));
  }

  static TaskRequest saying(const std::string& message) {
    TaskRequest request;
    request.message = message;
    return request;
  }
  Task<ExecutionService::TaskAnswer> task(const agents::CallerPtr& caller, std::optional<std::string> source = {}) {
    return service.task(house.call, caller, "bot", saying("count"), std::move(source));
  }
  std::future<ExecutionService::TaskAnswer> begin_task() {
    auto answer = asio::co_spawn(house.house.io[1], task(AgentHouse::ann()), asio::use_future);
    EXPECT_TRUE(eventually([&] { return daemon.tasks > 0; }));
    return answer;
  }
  Execution only_record() {
    const auto all = house.run(store.of_agent(house.call, "bot", 10));
    EXPECT_EQ(all.size(), 1U);
    return all.empty() ? Execution{} : all.front();
  }
  static agents::CallerPtr key_of(const std::string& agent) {
    return std::make_shared<const Caller>(Caller{7, "ann", "ann@example.org", Role::user, Scope::agent_key, agent});
  }

  test::Daemon daemon;
  AgentHouse house;
  ExecutionStore store{house.database};
  agentlink::Followers followers{{house.house.io[0].get_executor()},
                                 [this](const fleet::Agent& agent) { return house.service.target_of(agent); }};
  ExecutionService service{{2, 3, 20ms}, house.service, house.house.fleet, store, house.link, followers, house.pool};
};

TEST_F(ServiceTest, ATaskStandsInItsRecordBeforeItIsAnswered) {
  auto request = saying("count");
  request.model = "haiku";
  request.max_turns = 4;
  request.timeout_seconds = std::nullopt;
  const auto answer = house.run(service.task(house.call, AgentHouse::ann(), "bot", request, std::nullopt));
  EXPECT_EQ(answer.status, 200U);
  const auto record = only_record();
  EXPECT_EQ(record.status, "success");
  EXPECT_EQ(record.response, "done");
  EXPECT_EQ(record.context_used, 3);
  EXPECT_EQ(record.triggered_by, "manual");
  EXPECT_EQ(record.schedule_id, "__manual__");
  EXPECT_EQ(record.message, "count");
  EXPECT_EQ(boost::json::parse(answer.body).at("execution").at("task_execution_id").as_string(), record.id);
  const auto sent = boost::json::parse(daemon.last_body);
  EXPECT_EQ(sent.at("execution_id").as_string(), record.id) << "one id for both";
  EXPECT_EQ(sent.at("model"), "haiku");
  EXPECT_EQ(sent.at("max_turns"), 4);
  EXPECT_TRUE(sent.at("timeout_seconds").is_null());
}

TEST_F(ServiceTest, WhatTheAgentRefusesStandsInTheRecordOnly) {
  daemon.task = [](const http::Request&) { return http::Response::json_text(R"({"detail":"no key"})", 500); };
  const auto answer = house.run(task(AgentHouse::ann()));
  EXPECT_EQ(answer.status, 503U);
  EXPECT_EQ(answer.detail, task_refused);
  EXPECT_EQ(only_record().error, "no key");
}

TEST_F(ServiceTest, TheAgentsTimeLimitIsPassedOn) {
  daemon.task = [](const http::Request&) {
    return http::Response::json_text(R"({"detail":"Task execution timed out after 9 seconds"})", 504);
  };
  const auto answer = house.run(task(AgentHouse::ann()));
  EXPECT_EQ(answer.status, 504U);
  EXPECT_EQ(answer.detail, "Task execution timed out after 9 seconds");
  EXPECT_EQ(only_record().status, "failed");
}

TEST_F(ServiceTest, AContainerThatEndsEndsItsRunAtOnce) {
  daemon.hold = true;
  auto answer = begin_task();
  EXPECT_TRUE(only_record().is_running());
  const auto began = std::chrono::steady_clock::now();
  house.engine.die("agent-bot", 137, true);
  EXPECT_EQ(answer.get().status, 503U);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
  EXPECT_EQ(only_record().error, "Agent not reachable: its container ran out of memory");
  daemon.hold = false;
}

TEST_F(ServiceTest, AnAgentThatIsDeletedEndsItsRun) {
  daemon.hold = true;
  auto answer = begin_task();
  house.run(house.service.remove(house.call, AgentHouse::ann(), "bot"));
  EXPECT_EQ(answer.get().status, 503U);
  EXPECT_TRUE(house.run(store.of_agent(house.call, "bot", 10)).empty());
  daemon.hold = false;
}

TEST_F(ServiceTest, ALostConnectionIsNoLostRun) {
  daemon.hold = true;
  std::atomic<int> asked{0};
  daemon.result = [&](const http::Request&) {
    if (++asked == 1) return http::Response::json_text(R"({"status":"running"})", 202);
    return http::Response::json_text(R"({"response":"late","execution_log":[],"metadata":{}})");
  };
  auto answer = begin_task();
  daemon.close();
  daemon.open();
  EXPECT_EQ(answer.get().status, 200U);
  EXPECT_EQ(asked, 2);
  EXPECT_EQ(only_record().response, "late");
  daemon.hold = false;
}

TEST_F(ServiceTest, ADaemonThatForgotEverythingEndsTheRunAsFailed) {
  daemon.hold = true;
  auto answer = begin_task();
  daemon.close();
  daemon.open();
  EXPECT_EQ(answer.get().status, 503U);
  EXPECT_EQ(only_record().error, "Agent not reachable: the connection ended before the run did");
  daemon.hold = false;
}

TEST_F(ServiceTest, ADaemonThatDoesNotAnswerIsTriedThreeTimes) {
  daemon.close();
  const auto began = std::chrono::steady_clock::now();
  house.run(house.service.stop(house.call, AgentHouse::ann(), "bot"));
  EXPECT_EQ(house.refusal(task(AgentHouse::ann())).text, "Agent is not running");
  EXPECT_TRUE(house.run(store.of_agent(house.call, "bot", 10)).empty()) << "nothing was begun";
  EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
}

TEST_F(ServiceTest, RunsOfAnEarlierLifeAreTakenUpOrClosed) {
  for (const auto* id : {"kept", "lost"}) {
    Execution record;
    record.id = id;
    record.agent_name = "bot";
    record.triggered_by = "manual";
    record.started_at = "2026-01-01T00:00:00";
    house.run(store.begin(house.call, record));
  }
  Execution orphan;
  orphan.id = "orphan";
  orphan.agent_name = "gone";
  orphan.triggered_by = "manual";
  orphan.started_at = "2026-01-01T00:00:00";
  house.run(store.begin(house.call, orphan));
  daemon.result = [](const http::Request& request) {
    if (request.params.get("id") != "kept") return http::Response::json_text(R"({"detail":"no"})", 404);
    return http::Response::json_text(R"({"response":"still here","execution_log":[],"metadata":{}})");
  };
  service.take_up(house.house.io[2].get_executor());
  ASSERT_TRUE(eventually([&] { return house.run(store.running(house.call, 0, 10)).empty(); }));
  EXPECT_EQ(house.run(store.find(house.call, "bot", "kept"))->response, "still here");
  EXPECT_EQ(house.run(store.find(house.call, "bot", "lost"))->error, restarted);
  EXPECT_EQ(house.run(store.find(house.call, "gone", "orphan"))->error, restarted);
}

TEST_F(ServiceTest, AnyNumberOfOpenRecordsIsClosed) {
  constexpr int many = 1'200;
  auto fill = [](db::Session& session) {
    for (int i = 0; i < many; ++i) {
      session
          .query(
              "INSERT INTO schedule_executions (id, schedule_id, agent_name, status, started_at, message, "
              "triggered_by) "
              "VALUES (:a, '__manual__', 'gone', 'running', '2026-01-01T00:00:00', 'm', 'manual')",
              "open-" + std::to_string(i))
          .run();
    }
  };
  house.database.write_now(house.call, std::move(fill));
  service.take_up(house.house.io[2].get_executor());
  EXPECT_TRUE(eventually([&] { return house.run(store.running(house.call, 0, 10)).empty(); }));
  EXPECT_EQ(house.count("schedule_executions", "status = 'failed'"), many);
}

TEST_F(ServiceTest, AnEndThatCannotBeStoredIsTriedAgainUntilItCan) {
  daemon.hold = true;
  auto answer = begin_task();
  // The table is not there: whatever is written fails.
  house.execute("ALTER TABLE schedule_executions RENAME TO elsewhere");
  daemon.hold = false;
  EXPECT_EQ(answer.get().status, 200U) << "nobody waits for the database without end";
  house.execute("ALTER TABLE elsewhere RENAME TO schedule_executions");
  EXPECT_EQ(only_record().status, "running");
  EXPECT_TRUE(eventually([&] { return only_record().status == "success"; }));
}

TEST_F(ServiceTest, ARunWhoseEndWasToldIsAskedForWhenItsAnswerDoesNotCome) {
  daemon.hold = true;
  daemon.result = [](const http::Request&) {
    return http::Response::json_text(R"({"response":"told","execution_log":[],"metadata":{}})");
  };
  auto answer = begin_task();
  agentlink::News news;
  news.agent = "bot";
  news.ended = {only_record().id, "another"};
  service.hear(house.house.io[2].get_executor(), news);
  EXPECT_EQ(answer.get().status, 200U);
  EXPECT_EQ(only_record().response, "told");
  daemon.hold = false;
}

TEST_F(ServiceTest, ARunOfAnEarlierLifeOfTheDaemonHasEnded) {
  daemon.hold = true;
  auto answer = begin_task();
  agentlink::News news;
  news.agent = "bot";
  news.anew_since = steady_now() - 1h;
  service.hear(house.house.io[2].get_executor(), news);
  std::this_thread::sleep_for(100ms);
  EXPECT_TRUE(only_record().is_running()) << "it was begun after that";
  news.anew_since = steady_now();
  const auto told = std::chrono::steady_clock::now();
  service.hear(house.house.io[2].get_executor(), news);
  EXPECT_EQ(answer.get().status, 503U);
  EXPECT_LT(std::chrono::steady_clock::now() - told, 5s);
  EXPECT_EQ(only_record().error, "Agent not reachable: the connection ended before the run did");
  daemon.hold = false;
}

TEST_F(ServiceTest, TooManyAtOnceAreRefusedAndRoomComesBack) {
  daemon.hold = true;
  auto first = begin_task();
  auto second = asio::co_spawn(house.house.io[0], task(AgentHouse::ann()), asio::use_future);
  ASSERT_TRUE(eventually([&] { return daemon.tasks == 2; }));
  const auto third = house.run(task(AgentHouse::ann()), 2);
  EXPECT_EQ(third.status, 503U);
  EXPECT_EQ(third.detail, "Too many parallel tasks");
  EXPECT_TRUE(third.retry_later);
  daemon.hold = false;
  first.get();
  second.get();
  EXPECT_EQ(house.run(task(AgentHouse::ann())).status, 200U);
}

TEST_F(ServiceTest, WhoMayRunATask) {
  house.create(AgentHouse::ann(), AgentHouse::named("friend"));
  house.create(AgentHouse::bob(), AgentHouse::named("foreign"));
  EXPECT_EQ(house.refusal(task(AgentHouse::bob())).kind, ErrorKind::forbidden);
  EXPECT_EQ(house.refusal(task(key_of("foreign"))).kind, ErrorKind::forbidden);
  EXPECT_EQ(house.refusal(service.task(house.call, AgentHouse::bob(), "none", saying("x"), std::nullopt)).kind,
            ErrorKind::not_found);
  EXPECT_EQ(house.run(task(key_of("friend"))).status, 200U) << "agents of one owner may call each other";
  EXPECT_EQ(only_record().triggered_by, "agent");
}

struct SourceCase {
  const char* who;
  agents::CallerPtr caller;
  const char* header;
  const char* triggered_by;  ///< null: refused
};

TEST_F(ServiceTest, WhoSpeaksForAnAgent) {
  house.create(AgentHouse::ann(), AgentHouse::named("friend"));
  const SourceCase cases[] = {{"an admin's label", AgentHouse::admin(), "any-name", "agent"},
                              {"a user's label", AgentHouse::ann(), "friend", "manual"},
                              {"an empty label", AgentHouse::admin(), "", "manual"},
                              {"the key's own agent", key_of("friend"), "friend", "agent"},
                              {"another than the key's", key_of("friend"), "bot", nullptr}};
  for (const auto& one : cases) {
    house.execute("DELETE FROM schedule_executions");
    if (one.triggered_by == nullptr) {
      EXPECT_EQ(house.refusal(task(one.caller, one.header)).kind, ErrorKind::forbidden) << one.who;
      continue;
    }
    house.run(task(one.caller, one.header));
    EXPECT_EQ(only_record().triggered_by, one.triggered_by) << one.who;
  }
}

TEST_F(ServiceTest, StoppingARun) {
  const auto stop = [&](const std::string& id) { return service.terminate(house.call, AgentHouse::ann(), "bot", id); };
  EXPECT_EQ(house.run(stop("run-1")).at("status"), "terminated");
  EXPECT_EQ(house.refusal(stop("../../etc")).kind, ErrorKind::not_found);
  EXPECT_EQ(daemon.terminations, 1);
  daemon.terminate = [](const http::Request&) { return http::Response::json_text(R"({"detail":"x"})", 404); };
  EXPECT_EQ(house.refusal(stop("run-1")).text, "Execution not found in agent");
  daemon.terminate = [](const http::Request&) { return http::Response::json_text(R"({"detail":"it clings"})", 500); };
  EXPECT_EQ(house.refusal(stop("run-1")).text, "it clings");
}

TEST_F(ServiceTest, WhatRunsIsToldAsFarAsTheAgentTells) {
  daemon.running = [](const http::Request&) { return http::Response::json_text(R"({"executions":[{"a":1}]})"); };
  EXPECT_EQ(house.run(service.running(house.call, AgentHouse::ann(), "bot")).at("executions").as_array().size(), 1U);
  daemon.running = [](const http::Request&) { return http::Response::json_text("broken", 500); };
  EXPECT_TRUE(house.run(service.running(house.call, AgentHouse::ann(), "bot")).at("executions").as_array().empty());
}

TEST_F(ServiceTest, RecordsOfAnAgentWithoutContainerStayReadable) {
  house.run(task(AgentHouse::ann()));
  const auto id = only_record().id;
  house.engine.destroy("agent-bot");
  ASSERT_TRUE(house.house.becomes("bot", ""));
  EXPECT_EQ(house.run(service.get(house.call, AgentHouse::ann(), "bot", id)).id, id);
  EXPECT_EQ(house.run(service.get(house.call, AgentHouse::admin(), "bot", id)).id, id);
  EXPECT_EQ(house.refusal(service.get(house.call, AgentHouse::bob(), "bot", id)).kind, ErrorKind::forbidden);
  EXPECT_EQ(house.refusal(service.get(house.call, AgentHouse::bob(), "none", id)).kind, ErrorKind::not_found);
}

}  // namespace
}  // namespace trinity::executions
