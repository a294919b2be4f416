#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <future>

#include "unit/executions/run_house.h"

namespace trinity::executions {
namespace {

using namespace std::chrono_literals;
using test::AgentHouse;
using test::eventually;

class ServiceTest : public testing::Test, protected test::RunHouse {
 protected:
  void SetUp() override { ASSERT_TRUE(start()); }
  void TearDown() override { stop(); }

  static TaskRequest saying(const std::string& message) {
    TaskRequest request;
    request.message = message;
    return request;
  }
  Task<RunAnswer> task(const agents::CallerPtr& caller, std::string source = {}) {
    CallHeaders headers;
    headers.source_agent = std::move(source);
    return tasks.run(house.call, caller, "bot", saying("count"), std::move(headers), {});
  }
  Task<RunAnswer> keyed(const std::string& key, const std::string& body = "b", bool asynchronous = false) {
    CallHeaders headers;
    headers.key = key;
    headers.asynchronous = asynchronous;
    return tasks.run(house.call, AgentHouse::ann(), "bot", saying("count"), std::move(headers), body);
  }
  std::future<RunAnswer> begin(Task<RunAnswer> work, std::size_t thread = 1) {
    return asio::co_spawn(house.house.io[thread], std::move(work), asio::use_future);
  }
  std::future<RunAnswer> begin_task() {
    auto answer = begin(task(AgentHouse::ann()));
    EXPECT_TRUE(eventually([&] { return daemon.tasks > 0; }));
    return answer;
  }
  Execution only_record() {
    const auto all = records();
    EXPECT_EQ(all.size(), 1U);
    return all.empty() ? Execution{} : all.front();
  }
};

TEST_F(ServiceTest, ATaskStandsInItsRecordBeforeItIsAnswered) {
  auto request = saying("count");
  request.model = "haiku";
  request.max_turns = 4;
  request.timeout_seconds = std::nullopt;
  const auto answer = house.run(tasks.run(house.call, AgentHouse::ann(), "bot", request, {}, {}));
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
  EXPECT_EQ(answer.detail.as_string(), task_refused);
  EXPECT_EQ(only_record().error, "no key");
}

TEST_F(ServiceTest, TheAgentsTimeLimitIsPassedOn) {
  daemon.task = [](const http::Request&) {
    return http::Response::json_text(R"({"detail":"Task execution timed out after 9 seconds"})", 504);
  };
  const auto answer = house.run(task(AgentHouse::ann()));
  EXPECT_EQ(answer.status, 504U);
  EXPECT_EQ(answer.detail.as_string(), "Task execution timed out after 9 seconds");
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
  EXPECT_TRUE(records().empty());
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
  EXPECT_TRUE(records().empty()) << "nothing was begun";
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
  runs.take_up_all(house.house.io[2].get_executor(), {});
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
  runs.take_up_all(house.house.io[2].get_executor(), {});
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
  runs.hear(house.house.io[2].get_executor(), news);
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
  runs.hear(house.house.io[2].get_executor(), news);
  std::this_thread::sleep_for(100ms);
  EXPECT_TRUE(only_record().is_running()) << "it was begun after that";
  news.anew_since = steady_now();
  const auto told = std::chrono::steady_clock::now();
  runs.hear(house.house.io[2].get_executor(), news);
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
  EXPECT_EQ(third.detail.as_string(), "Too many parallel tasks");
  EXPECT_EQ(third.retry_after_s, 30);
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
  EXPECT_EQ(house.refusal(tasks.run(house.call, AgentHouse::bob(), "none", saying("x"), {}, {})).kind,
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

// ---- what tasks are refused for

TEST_F(ServiceTest, BudgetsAndTheHaltRefuseBeforeAnythingIsBegun) {
  {
    const std::lock_guard lock(mutex);
    refusal = RunRefusal{402, "The daily budget is used up", 600};
  }
  const auto answer = house.run(task(AgentHouse::ann()));
  EXPECT_EQ(answer.status, 402U);
  EXPECT_EQ(answer.detail.as_string(), "The daily budget is used up");
  EXPECT_EQ(answer.retry_after_s, 600);
  EXPECT_TRUE(records().empty());
  EXPECT_EQ(daemon.tasks, 0);
}

TEST_F(ServiceTest, AMachineWithoutMemoryTakesNoTask) {
  free_memory = 1'000;
  const auto answer = house.run(task(AgentHouse::ann()));
  EXPECT_EQ(answer.status, 503U);
  EXPECT_EQ(answer.detail.as_string(), "Too many parallel tasks");
  EXPECT_EQ(answer.retry_after_s, 30);
  EXPECT_TRUE(records().empty());
  free_memory = std::uint64_t{1} << 30U;
  EXPECT_EQ(house.run(task(AgentHouse::ann())).status, 200U);
}

TEST_F(ServiceTest, ABudgetOfTimeShortensARun) {
  {
    const std::lock_guard lock(mutex);
    longest_run = 60s;
  }
  auto request = saying("count");
  request.timeout_seconds = 900;
  house.run(tasks.run(house.call, AgentHouse::ann(), "bot", request, {}, {}));
  EXPECT_EQ(boost::json::parse(daemon.last_body).at("timeout_seconds"), 60);
}

TEST_F(ServiceTest, WhatARunCostIsTold) {
  daemon.task = [](const http::Request&) {
    return http::Response::json_text(R"({"detail":"broken","metadata":{"cost_usd":0.25}})", 500);
  };
  house.run(task(AgentHouse::ann()));
  const std::lock_guard lock(mutex);
  EXPECT_EQ(spent, std::vector<double>{0.25}) << "also of a run that failed";
}

// ---- what is told of tasks

TEST_F(ServiceTest, NewsOfATaskComeInOrder) {
  house.run(task(AgentHouse::ann()));
  using Kind = RunNews::Kind;
  EXPECT_EQ(kinds(), (std::vector<Kind>{Kind::started, Kind::began, Kind::finished}));
  const std::lock_guard lock(mutex);
  EXPECT_EQ(told.back().record->status, "success");
  EXPECT_EQ(told.back().record->execution_log, std::nullopt);
  EXPECT_EQ(told.front().caller_user_id, 7);
  EXPECT_FALSE(told.front().chat);
}

TEST_F(ServiceTest, ATaskIsAnActivityThatEnds) {
  house.run(task(AgentHouse::ann()));
  EXPECT_EQ(house.count("agent_activities"), 1);
  EXPECT_EQ(house.count("agent_activities",
                        "activity_type = 'chat_start' AND activity_state = 'completed' AND triggered_by = 'manual' AND "
                        "related_execution_id = '" +
                            only_record().id + "' AND details LIKE '%\"parallel_mode\":true%'"),
            1);
}

TEST_F(ServiceTest, ATaskOfAnAgentIsSeenWithTheAgentThatAsked) {
  house.create(AgentHouse::ann(), AgentHouse::named("friend"));
  daemon.task = [](const http::Request&) { return http::Response::json_text(R"({"detail":"no"})", 500); };
  house.run(task(key_of("friend")));
  EXPECT_EQ(
      house.count("agent_activities",
                  "agent_name = 'friend' AND activity_type = 'agent_collaboration' AND activity_state = 'failed'"),
      1);
  EXPECT_EQ(house.count("agent_activities",
                        "agent_name = 'bot' AND activity_type = 'chat_start' AND activity_state = 'failed' AND error = "
                        "'no' AND parent_activity_id = (SELECT id FROM agent_activities WHERE agent_name = 'friend')"),
            1);
}

// ---- asynchronous starts and keys

TEST_F(ServiceTest, ATaskThatNobodyWaitsForIsAnsweredAtOnce) {
  daemon.hold = true;
  CallHeaders headers;
  headers.asynchronous = true;
  const auto answer = house.run(tasks.run(house.call, AgentHouse::ann(), "bot", saying("count"), headers, {}));
  EXPECT_EQ(answer.status, 202U);
  EXPECT_TRUE(answer.asynchronous);
  const auto execution = boost::json::parse(answer.body).at("execution");
  EXPECT_TRUE(execution.at("id").is_null());
  EXPECT_EQ(execution.at("task_execution_id").as_string(), only_record().id);
  EXPECT_TRUE(only_record().is_running());
  daemon.hold = false;
  EXPECT_TRUE(eventually([&] { return only_record().status == "success"; }));
}

TEST_F(ServiceTest, OneKeyIsOneRun) {
  daemon.hold = true;
  auto first = begin(keyed("k"), 0);
  auto second = begin(keyed("k"), 1);
  auto third = begin(keyed("k"), 2);
  ASSERT_TRUE(eventually([&] { return daemon.tasks == 1; }));
  std::this_thread::sleep_for(100ms);
  EXPECT_EQ(daemon.tasks, 1);
  const auto again = house.run(keyed("k", "b", true), 1);
  EXPECT_EQ(again.status, 202U);
  EXPECT_TRUE(again.replayed);
  daemon.hold = false;
  const std::vector<RunAnswer> answers{first.get(), second.get(), third.get()};
  EXPECT_EQ(daemon.tasks, 1);
  const auto id = only_record().id;
  int replayed = 0;
  for (const auto& answer : answers) {
    EXPECT_EQ(answer.status, 200U);
    const auto body = boost::json::parse(answer.body);
    EXPECT_EQ(body.at("response"), "done");
    EXPECT_EQ(body.at("execution").at("task_execution_id").as_string(), id);
    replayed += answer.replayed ? 1 : 0;
  }
  EXPECT_EQ(replayed, 2);
  EXPECT_TRUE(house.run(keyed("k")).replayed) << "also when it has ended";
  EXPECT_FALSE(house.run(keyed("another")).replayed);
  EXPECT_EQ(daemon.tasks, 2);
}

TEST_F(ServiceTest, AKeyBelongsToItsCallerAndItsBody) {
  house.run(keyed("k"));
  EXPECT_EQ(house.refusal(keyed("k", "another body")).kind, ErrorKind::unprocessable);
  CallHeaders headers;
  headers.key = "k";
  EXPECT_FALSE(house.run(tasks.run(house.call, AgentHouse::admin(), "bot", saying("count"), headers, "x")).replayed);
  EXPECT_EQ(daemon.tasks, 2);
}

TEST_F(ServiceTest, AFailureIsReplayedInItsOwnWords) {
  daemon.task = [](const http::Request&) {
    return http::Response::json_text(R"({"detail":"Task execution timed out after 9 seconds"})", 504);
  };
  house.run(keyed("k"));
  const auto again = house.run(keyed("k"));
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.status, 504U);
  EXPECT_EQ(again.detail.as_string(), "Task execution timed out after 9 seconds");
}

TEST_F(ServiceTest, ARefusedCallLeavesItsKeyFree) {
  free_memory = 1'000;
  EXPECT_EQ(house.run(keyed("k")).status, 503U);
  free_memory = std::uint64_t{1} << 30U;
  const auto answer = house.run(keyed("k"));
  EXPECT_EQ(answer.status, 200U);
  EXPECT_FALSE(answer.replayed);
}

// ---- stopping

TEST_F(ServiceTest, AStoppedRunsRecordSaysSoSoon) {
  daemon.hold = true;
  auto answer = begin_task();
  const auto id = only_record().id;
  daemon.result = [](const http::Request&) {
    return http::Response::json_text(R"({"detail":"Execution terminated","metadata":{"cost_usd":0.75},)"
                                     R"("execution_log":[{"type":"system"}]})",
                                     500);
  };
  const auto asked = steady_now();
  EXPECT_EQ(house.run(service.terminate(house.call, AgentHouse::ann(), "bot", id), 2).at("status"), "terminated");
  EXPECT_EQ(answer.get().status, 503U);
  EXPECT_LT(steady_now() - asked, 2s) << "the agent has not answered at all";
  EXPECT_EQ(only_record().error, terminated);
  EXPECT_TRUE(eventually([&] { return only_record().cost == 0.75; })) << "what it had cost is known later";
  EXPECT_EQ(house.run(store.find(house.call, "bot", id))->execution_log, R"([{"type":"system"}])");
  EXPECT_EQ(house.count("agent_activities",
                        "activity_type = 'execution_cancelled' AND activity_state = 'completed' AND triggered_by = "
                        "'user'"),
            1);
  const std::lock_guard lock(mutex);
  EXPECT_EQ(spent, std::vector<double>{0.75});
}

TEST_F(ServiceTest, TheAgentsOwnWordForAStoppedRunIsTheSame) {
  daemon.hold = true;
  daemon.task = [](const http::Request&) {
    return http::Response::json_text(R"({"detail":"exited with 143","metadata":{"cost_usd":0.5}})", 500);
  };
  auto answer = begin_task();
  house.run(service.terminate(house.call, AgentHouse::ann(), "bot", only_record().id), 2);
  daemon.hold = false;
  answer.get();
  EXPECT_EQ(only_record().error, terminated);
  EXPECT_EQ(only_record().cost, 0.5);
}

TEST_F(ServiceTest, AllRunsStopWithinASecond) {
  daemon.hold = true;
  auto first = begin_task();
  auto second = begin(task(AgentHouse::ann()), 0);
  ASSERT_TRUE(eventually([&] { return daemon.tasks == 2; }));
  const auto asked = steady_now();
  const auto stopped = house.run(runs.stop_all(house.call, "All runs are stopped by admin"), 2);
  EXPECT_LT(steady_now() - asked, 1'500ms);
  EXPECT_EQ(stopped.runs, 2);
  EXPECT_EQ(stopped.waiting, 0);
  first.get();
  second.get();
  for (const auto& record : records()) EXPECT_EQ(record.error, "All runs are stopped by admin");
  EXPECT_TRUE(eventually([&] { return daemon.terminations >= 2; }));
}

TEST_F(ServiceTest, ARunThatIsStoppedBeforeItBeginsDoesNotBegin) {
  const auto agent = house.house.newest()->find("bot")->agent;
  const auto place = book.enter_anyway("never", RunKind::task, *agent);
  place.run().want_end("stopped in time");
  Order order{{RunKind::task, "{}"}, "/api/task", "{}", 5s};
  const auto verdict = house.run(runs.carry_out(house.call, agent, std::move(order), place.ptr()));
  EXPECT_EQ(verdict.ending.error, "stopped in time");
  EXPECT_EQ(daemon.tasks, 0);
}

// ---- taken up

TEST_F(ServiceTest, ActivitiesOfAnEarlierLifeEndWithTheirRuns) {
  Execution record;
  record.id = "kept";
  record.agent_name = "bot";
  record.triggered_by = "manual";
  record.started_at = "2026-01-01T00:00:00";
  house.run(store.begin(house.call, record));
  house.execute(
      "INSERT INTO agent_activities (id, agent_name, activity_type, activity_state, started_at, triggered_by, "
      "related_execution_id, created_at) VALUES ('of-kept', 'bot', 'chat_start', 'started', '2026-01-01T00:00:00', "
      "'manual', 'kept', '2026-01-01T00:00:00'), ('of-nobody', 'bot', 'chat_start', 'started', '2026-01-01T00:00:00', "
      "'user', NULL, '2026-01-01T00:00:00'), ('of-a-turn', 'bot', 'chat_start', 'started', '2026-01-01T00:00:00', "
      "'user', NULL, '2026-01-01T00:00:00')");
  daemon.result = [](const http::Request&) {
    return http::Response::json_text(R"({"response":"still here","execution_log":[],"metadata":{}})");
  };
  runs.take_up_all(house.house.io[2].get_executor(), {"of-a-turn"});
  ASSERT_TRUE(eventually([&] { return house.count("schedule_executions", "status = 'success'") == 1; }));
  EXPECT_EQ(house.count("agent_activities", "id = 'of-kept' AND activity_state = 'completed'"), 1);
  EXPECT_EQ(house.count("agent_activities",
                        "id = 'of-nobody' AND activity_state = 'failed' AND error = 'Server restarted during "
                        "execution'"),
            1);
  EXPECT_EQ(house.count("agent_activities", "id = 'of-a-turn' AND activity_state = 'started'"), 1);
}

}  // namespace
}  // namespace trinity::executions
