#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <future>

#include "conversation/service.h"
#include "unit/executions/run_house.h"

namespace trinity::conversation {
namespace {

using namespace std::chrono_literals;
using executions::CallHeaders;
using executions::Execution;
using executions::RunNews;
using test::AgentHouse;
using test::eventually;

class ChatTest : public testing::Test, protected test::RunHouse {
 protected:
  ChatTest() : RunHouse("127.44.0.3") {}
  void SetUp() override {
    ASSERT_TRUE(start());
    daemon.chat = [this](const http::Request& request) { return answer_to(request); };
  }
  void TearDown() override { stop(); }

  http::Response answer_to(const http::Request& request) {
    const auto message = std::string(boost::json::parse(request.body).at("message").as_string());
    if (message == "fail") return http::Response::json_text(R"({"detail":"no model key"})", 500);
    if (message == "raw") return http::Response::json_text("it broke", 502);
    return usual(request);
  }
  Task<RunAnswer> say(std::string message, CallHeaders headers = {}, agents::CallerPtr caller = AgentHouse::ann(),
                      PresencePtr presence = nullptr) {
    ChatRequest request;
    request.message = std::move(message);
    return chats.chat(house.call, std::move(caller), "bot", std::move(request), std::move(headers), "digest",
                      std::move(presence));
  }
  std::future<RunAnswer> begin(Task<RunAnswer> work, std::size_t thread = 1) {
    return asio::co_spawn(house.house.io[thread], std::move(work), asio::use_future);
  }
  /// A turn that the agent works on, and as many waiting ones.
  std::vector<std::future<RunAnswer>> busy(int waiting) {
    daemon.hold = true;
    std::vector<std::future<RunAnswer>> answers;
    answers.push_back(begin(say("turn-0")));
    EXPECT_TRUE(eventually([&] { return daemon.turns == 1; }));
    for (int i = 1; i <= waiting; ++i) {
      answers.push_back(begin(say("turn-" + std::to_string(i)), static_cast<std::size_t>(i) % 3));
      EXPECT_TRUE(eventually([&] { return queue.waiting("bot") == static_cast<std::size_t>(i); }));
    }
    return answers;
  }
  void let_go(std::vector<std::future<RunAnswer>>& answers) {
    daemon.hold = false;
    for (auto& answer : answers) {
      if (answer.valid()) answer.get();
    }
  }
  static CallHeaders from_agent(const std::string& name) {
    CallHeaders headers;
    headers.source_agent = name;
    return headers;
  }
  static CallHeaders asynchronous() {
    CallHeaders headers;
    headers.asynchronous = true;
    return headers;
  }
  std::vector<std::string> sent_messages() {
    std::vector<std::string> messages;
    for (const auto& body : daemon.bodies()) messages.emplace_back(boost::json::parse(body).at("message").as_string());
    return messages;
  }
  /// Nothing goes on any more.
  bool all_over() {
    return book.size() == 0 && house.count("trinity_queue") == 0 &&
           house.count("agent_activities", "activity_state = 'started'") == 0 &&
           house.count("schedule_executions", "status = 'running'") == 0 && !queue.status("bot").is_busy;
  }

  test::Daemon::Answer usual = daemon.chat;
  sessions::SessionStore session_store{house.database};
  sessions::SessionService sessions{session_store};
  ChatService chats{{400ms, 5s, 300s}, runs, keys, sessions};
};

TEST_F(ChatTest, AnAnswerIsTheAgentsOwnWithWhatWeKnowOfTheTurn) {
  ChatRequest request{"hi", "opus"};
  const auto answer = house.run(chats.chat(house.call, AgentHouse::ann(), "bot", request, {}, {}, nullptr));
  ASSERT_EQ(answer.status, 200U);
  const auto body = boost::json::parse(answer.body);
  EXPECT_EQ(body.at("response"), "hello");
  EXPECT_EQ(body.at("session").at("context_tokens"), 9);
  const auto& execution = body.at("execution").as_object();
  EXPECT_EQ(execution.at("id").as_string().size(), 36U);
  EXPECT_TRUE(execution.at("task_execution_id").is_null());
  EXPECT_EQ(execution.at("queue_status"), "running");
  EXPECT_FALSE(execution.at("was_queued").as_bool());
  const auto sent = boost::json::parse(daemon.bodies().at(0)).as_object();
  EXPECT_EQ(sent.at("message"), "hi");
  EXPECT_EQ(sent.at("model"), "opus");
  EXPECT_FALSE(sent.at("stream").as_bool());
  EXPECT_EQ(sent.at("timeout_seconds"), 300);
  EXPECT_EQ(sent.at("execution_id").as_string().size(), 22U);
  EXPECT_TRUE(records().empty()) << "a plain turn leaves no record";
  EXPECT_TRUE(all_over());
}

TEST_F(ChatTest, WhatIsWrittenDownOfATurn) {
  house.run(say("hi"));
  EXPECT_EQ(house.count("chat_messages", "role = 'user' AND content = 'hi' AND user_id = 7"), 1);
  EXPECT_EQ(house.count("chat_messages",
                        "role = 'assistant' AND content = 'hello' AND cost = 0.5 AND context_used = 9 AND context_max "
                        "= 1000 AND tool_calls LIKE '%Bash%' AND execution_time_ms >= 0"),
            1);
  EXPECT_EQ(house.count("chat_sessions", "message_count = 2 AND status = 'active'"), 1);
  EXPECT_EQ(house.count("agent_activities",
                        "activity_type = 'chat_start' AND activity_state = 'completed' AND triggered_by = 'user' AND "
                        "user_id = 7 AND related_chat_message_id = (SELECT id FROM chat_messages WHERE role = "
                        "'assistant') AND details LIKE '%\"tool_count\":1%' AND details LIKE '%\"queue_status\":"
                        "\"running\"%'"),
            1);
  EXPECT_EQ(house.count("agent_activities",
                        "activity_type = 'tool_call' AND activity_state = 'completed' AND parent_activity_id = (SELECT "
                        "id FROM agent_activities WHERE activity_type = 'chat_start')"),
            2);
  const std::lock_guard lock(mutex);
  EXPECT_EQ(spent, std::vector<double>{0.5});
}

TEST_F(ChatTest, WhichTurnsLeaveARecord) {
  struct Case {
    const char* what;
    CallHeaders headers;
    agents::CallerPtr caller;
    const char* triggered_by;  ///< null: no record
  };
  house.create(AgentHouse::ann(), AgentHouse::named("friend"));
  CallHeaders mcp;
  mcp.via_mcp = true;
  auto both = from_agent("friend");
  both.via_mcp = true;
  CallHeaders with_key;
  with_key.key = "k";
  const Case cases[] = {{"plain", {}, AgentHouse::ann(), nullptr},
                        {"over MCP", mcp, AgentHouse::ann(), "mcp"},
                        {"an agent over MCP", both, key_of("friend"), "agent"},
                        {"an agent's key", {}, key_of("friend"), "agent"},
                        {"an admin's label", from_agent("anybody"), AgentHouse::admin(), "agent"},
                        {"a user's label", from_agent("friend"), AgentHouse::ann(), nullptr},
                        {"with a key", with_key, AgentHouse::ann(), "manual"}};
  for (const auto& one : cases) {
    house.execute("DELETE FROM schedule_executions");
    const auto answer = house.run(say("hi", one.headers, one.caller));
    EXPECT_EQ(answer.status, 200U) << one.what;
    const auto all = records();
    ASSERT_EQ(all.size(), one.triggered_by == nullptr ? 0U : 1U) << one.what;
    const auto id = boost::json::parse(answer.body).at("execution").at("task_execution_id");
    if (all.empty()) {
      EXPECT_TRUE(id.is_null()) << one.what;
      continue;
    }
    EXPECT_EQ(id.as_string(), all[0].id) << one.what;
    EXPECT_EQ(all[0].triggered_by, one.triggered_by) << one.what;
    EXPECT_EQ(all[0].status, "success") << one.what;
    EXPECT_EQ(all[0].context_used, 9) << one.what;
    EXPECT_EQ(all[0].response, "hello") << one.what;
    EXPECT_EQ(boost::json::parse(daemon.bodies().back()).at("execution_id").as_string(), all[0].id) << one.what;
  }
}

TEST_F(ChatTest, ATurnOfAnAgentIsSeenWithTheAgentThatAsked) {
  house.create(AgentHouse::ann(), AgentHouse::named("friend"));
  house.run(say("hi", {}, key_of("friend")));
  EXPECT_EQ(house.count("agent_activities",
                        "agent_name = 'friend' AND activity_type = 'agent_collaboration' AND activity_state = "
                        "'completed' AND triggered_by = 'agent' AND details LIKE '%\"target_agent\":\"bot\"%' AND "
                        "details LIKE '%\"response_length\":5%'"),
            1);
  EXPECT_EQ(house.count("agent_activities",
                        "agent_name = 'bot' AND activity_type = 'chat_start' AND triggered_by = 'agent' AND "
                        "parent_activity_id = (SELECT id FROM agent_activities WHERE agent_name = 'friend') AND "
                        "related_execution_id = (SELECT id FROM schedule_executions)"),
            1);
  EXPECT_EQ(house.count("chat_sessions", "user_id = 7"), 1) << "of the key's owner";
}

TEST_F(ChatTest, WhoMayTalkAndWhen) {
  house.create(AgentHouse::bob(), AgentHouse::named("foreign"));
  EXPECT_EQ(house.refusal(say("x", {}, AgentHouse::bob())).kind, ErrorKind::forbidden);
  EXPECT_EQ(house.refusal(say("x", {}, key_of("foreign"))).kind, ErrorKind::forbidden) << "without a permission";
  EXPECT_EQ(house.refusal(say("x", from_agent("bot"), key_of("other"))).kind, ErrorKind::forbidden);
  EXPECT_EQ(house.refusal(chats.chat(house.call, AgentHouse::ann(), "none", {"x", {}}, {}, {}, nullptr)).kind,
            ErrorKind::not_found);
  house.run(house.service.stop(house.call, AgentHouse::ann(), "bot"));
  EXPECT_EQ(house.refusal(say("x")).text, "Agent is not running");
  EXPECT_EQ(house.count("chat_messages"), 0);
  EXPECT_EQ(house.count("agent_activities"), 0);
}

struct FailureCase {
  const char* message;
  const char* detail;
  const char* error;
};

TEST_F(ChatTest, WhatTheAgentRefusesIsSaidToTheCaller) {
  const FailureCase cases[] = {
      {"fail", "Failed to communicate with agent: no model key", "no model key"},
      {"raw", "Failed to communicate with agent: it broke", "it broke"},
  };
  CallHeaders mcp;
  mcp.via_mcp = true;
  for (const auto& one : cases) {
    house.execute("DELETE FROM schedule_executions");
    const auto answer = house.run(say(one.message, mcp));
    EXPECT_EQ(answer.status, 503U);
    EXPECT_EQ(answer.detail.as_string(), one.detail);
    EXPECT_EQ(records().at(0).error, one.error);
    EXPECT_EQ(house.count("agent_activities", "activity_state = 'failed' AND error = '" + std::string(one.error) + "'"),
              1);
    EXPECT_TRUE(all_over());
  }
  EXPECT_EQ(house.count("chat_messages", "role = 'user'"), 2) << "what was asked stays";
  EXPECT_EQ(house.count("chat_messages", "role = 'assistant'"), 0);
}

TEST_F(ChatTest, ADaemonThatCannotBeReachedIsTriedAndTold) {
  daemon.close();
  const auto answer = house.run(say("hi"));
  EXPECT_EQ(answer.status, 503U);
  EXPECT_EQ(answer.detail.as_string(),
            "Failed to communicate with agent: Agent not reachable: its daemon does not answer");
  EXPECT_TRUE(all_over());
}

TEST_F(ChatTest, ATurnThatTakesTooLongIsAFailureLikeOthers) {
  daemon.chat = [](const http::Request&) {
    return http::Response::json_text(R"({"detail":"Task execution timed out after 300 seconds"})", 504);
  };
  const auto answer = house.run(say("hi"));
  EXPECT_EQ(answer.status, 503U) << "there is no 504 for turns";
}

// ---- waiting

TEST_F(ChatTest, OneTurnAtATimeInOrder) {
  auto answers = busy(3);
  EXPECT_EQ(daemon.turns, 1) << "nobody is sent to the agent before it is his turn";
  const auto full = house.run(say("too many"), 2);
  EXPECT_EQ(full.status, 429U);
  EXPECT_EQ(full.detail.at("error"), "Agent queue is full");
  EXPECT_EQ(full.detail.at("agent"), "bot");
  EXPECT_EQ(full.detail.at("queue_length"), 3);
  EXPECT_EQ(full.detail.at("retry_after"), 30);
  EXPECT_EQ(full.retry_after_s, 30);
  EXPECT_EQ(house.count("chat_messages", "content = 'too many'"), 0) << "a refused one leaves no trace";
  daemon.hold = false;
  const auto last = boost::json::parse(answers.at(3).get().body);
  EXPECT_EQ(last.at("execution").at("queue_status"), "queued:3");
  EXPECT_TRUE(last.at("execution").at("was_queued").as_bool());
  for (int i = 0; i < 3; ++i) EXPECT_EQ(answers.at(static_cast<std::size_t>(i)).get().status, 200U);
  EXPECT_EQ(sent_messages(), (std::vector<std::string>{"turn-0", "turn-1", "turn-2", "turn-3"}));
  EXPECT_TRUE(all_over());
}

TEST_F(ChatTest, WhoWaitsTooLongIsToldSo) {
  auto answers = busy(0);
  CallHeaders mcp;
  mcp.via_mcp = true;
  const auto answer = house.run(say("late", mcp), 2);
  EXPECT_EQ(answer.status, 429U);
  EXPECT_EQ(answer.detail.at("error"), "Agent queue wait timed out");
  EXPECT_EQ(records().at(0).error, "Agent queue wait timed out");
  EXPECT_EQ(house.count("agent_activities", "activity_state = 'failed'"), 1);
  let_go(answers);
  EXPECT_EQ(sent_messages(), std::vector<std::string>{"turn-0"});
  EXPECT_TRUE(all_over());
}

TEST_F(ChatTest, AClearedLineIsAnswered) {
  auto answers = busy(2);
  executions::QueueService service_of_queue(house.house.fleet, queue);
  EXPECT_EQ(house.run(service_of_queue.clear(house.call, AgentHouse::ann(), "bot")), 2U);
  EXPECT_EQ(house.refusal(service_of_queue.clear(house.call, AgentHouse::bob(), "bot")).kind, ErrorKind::forbidden);
  for (std::size_t i = 1; i < 3; ++i) {
    const auto answer = answers.at(i).get();
    EXPECT_EQ(answer.status, 503U);
    EXPECT_EQ(answer.detail.as_string(), "Request was removed from the agent's queue");
  }
  let_go(answers);
  EXPECT_TRUE(all_over());
}

TEST_F(ChatTest, AReleasedSlotGoesToTheNextAtOnce) {
  auto answers = busy(1);
  executions::QueueService service_of_queue(house.house.fleet, queue);
  EXPECT_TRUE(house.run(service_of_queue.release(house.call, AgentHouse::ann(), "bot")));
  EXPECT_TRUE(eventually([&] { return daemon.turns == 2; }));
  const auto shown = house.run(service_of_queue.status(AgentHouse::ann(), "bot"));
  EXPECT_EQ(shown.current_execution->message, "turn-1");
  let_go(answers);
  EXPECT_TRUE(all_over());
}

TEST_F(ChatTest, ACallerWhoGoesAwayLeavesTheLineButNotTheSlot) {
  const auto here = std::make_shared<Presence>();
  daemon.hold = true;
  auto first = begin(say("first", {}, AgentHouse::ann(), here));
  ASSERT_TRUE(eventually([&] { return daemon.turns == 1; }));
  const auto waits = std::make_shared<Presence>();
  auto second = begin(say("second", {}, AgentHouse::ann(), waits), 2);
  ASSERT_TRUE(eventually([&] { return queue.waiting("bot") == 1; }));
  waits->leave();
  EXPECT_EQ(second.get().status, 503U);
  EXPECT_EQ(queue.waiting("bot"), 0U);
  here->leave();
  std::this_thread::sleep_for(50ms);
  EXPECT_TRUE(queue.status("bot").is_busy);
  daemon.hold = false;
  EXPECT_EQ(first.get().status, 200U);
  EXPECT_EQ(house.count("chat_messages", "role = 'assistant'"), 1);
  EXPECT_TRUE(all_over());
}

TEST_F(ChatTest, AnAgentDoesNotWaitForItself) {
  auto answers = busy(0);
  const auto own = house.run(say("to myself", {}, key_of("bot")), 2);
  EXPECT_EQ(own.status, 429U);
  EXPECT_EQ(own.detail.at("error"), "Agent would wait for itself");
  const auto note = house.run(say("for later", asynchronous(), key_of("bot")), 2);
  EXPECT_EQ(note.status, 202U) << "without waiting for the answer it may";
  let_go(answers);
  EXPECT_TRUE(eventually([&] { return all_over(); }));
}

TEST_F(ChatTest, AnAgentThatStopsWhileOthersWaitEndsThem) {
  auto answers = busy(1);
  house.engine.die("agent-bot", 0, false);
  EXPECT_EQ(answers.at(0).get().status, 503U);
  const auto second = answers.at(1).get();
  EXPECT_EQ(second.status, 503U);
  EXPECT_TRUE(eventually([&] { return all_over(); }));
  EXPECT_EQ(sent_messages(), std::vector<std::string>{"turn-0"});
}

TEST_F(ChatTest, WhatWasForbiddenMeanwhileIsNotBegun) {
  auto answers = busy(1);
  {
    const std::lock_guard lock(mutex);
    refusal = executions::RunRefusal{402, "The daily budget is used up", 60};
  }
  daemon.hold = false;
  EXPECT_EQ(answers.at(0).get().status, 200U);
  const auto second = answers.at(1).get();
  EXPECT_EQ(second.status, 402U);
  EXPECT_EQ(second.retry_after_s, 60);
  EXPECT_EQ(daemon.turns, 1);
  EXPECT_EQ(house.run(say("third")).status, 402U);
  EXPECT_TRUE(all_over());
}

// ---- stopping

TEST_F(ChatTest, AWaitingTurnIsStoppedByItsRecordOrItsEntry) {
  auto answers = busy(0);
  for (const bool by_entry : {false, true}) {
    const auto accepted = house.run(say("waits", asynchronous()), 2);
    const auto execution = boost::json::parse(accepted.body).at("execution");
    const auto record = std::string(execution.at("task_execution_id").as_string());
    const auto id = by_entry ? std::string(execution.at("id").as_string()) : record;
    const auto how = house.run(service.terminate(house.call, AgentHouse::ann(), "bot", id), 2);
    EXPECT_EQ(how.at("status"), "terminated");
    EXPECT_EQ(how.at("execution_id").as_string(), id);
    EXPECT_TRUE(eventually([&] {
      return house.run(store.find(house.call, "bot", record))->error == std::string(executions::terminated);
    }));
  }
  EXPECT_EQ(daemon.terminations, 0) << "the agent knows nothing of them";
  let_go(answers);
  EXPECT_TRUE(all_over());
}

TEST_F(ChatTest, AStoppedTurnGivesItsSlotToTheNext) {
  CallHeaders mcp;
  mcp.via_mcp = true;
  daemon.hold = true;
  auto first = begin(say("first", mcp));
  ASSERT_TRUE(eventually([&] { return daemon.turns == 1; }));
  auto second = begin(say("second"), 2);
  ASSERT_TRUE(eventually([&] { return queue.waiting("bot") == 1; }));
  const auto id = records().at(0).id;
  house.run(service.terminate(house.call, AgentHouse::ann(), "bot", id));
  EXPECT_TRUE(eventually([&] { return daemon.turns == 2; })) << "the next has begun";
  const auto answer = first.get();
  EXPECT_EQ(answer.status, 503U);
  EXPECT_EQ(answer.detail.as_string(), "Failed to communicate with agent: Execution terminated by user");
  EXPECT_EQ(records().at(0).error, executions::terminated);
  daemon.hold = false;
  EXPECT_EQ(second.get().status, 200U);
}

TEST_F(ChatTest, TheHaltDropsWhoWaits) {
  auto answers = busy(2);
  const auto stopped = house.run(runs.stop_all(house.call, "All runs are stopped by admin"), 2);
  EXPECT_EQ(stopped.runs, 1);
  EXPECT_EQ(stopped.waiting, 2);
  EXPECT_EQ(answers.at(1).get().detail.as_string(), "All runs are stopped by admin");
  EXPECT_EQ(answers.at(0).get().status, 503U);
  let_go(answers);
  EXPECT_TRUE(eventually([&] { return all_over(); }));
}

// ---- without anybody waiting, with keys

TEST_F(ChatTest, ATurnThatNobodyWaitsForIsAnsweredAtOnceAndRecorded) {
  auto answers = busy(0);
  const auto accepted = house.run(say("later", asynchronous()), 2);
  EXPECT_EQ(accepted.status, 202U);
  EXPECT_TRUE(accepted.asynchronous);
  const auto execution = boost::json::parse(accepted.body).at("execution");
  EXPECT_EQ(execution.at("queue_status"), "queued:1");
  EXPECT_TRUE(execution.at("was_queued").as_bool());
  const auto id = std::string(execution.at("task_execution_id").as_string());
  const auto shown = queue.status("bot").queued_executions.at(0);
  EXPECT_EQ(shown.execution_id, id);
  EXPECT_EQ(shown.id, execution.at("id").as_string());
  EXPECT_EQ(house.count("trinity_queue", "unattended = 1 AND status = 'queued' AND execution_id = '" + id + "'"), 1);
  let_go(answers);
  EXPECT_TRUE(eventually([&] { return all_over(); }));
  EXPECT_EQ(records().at(0).id, id);
  EXPECT_EQ(records().at(0).triggered_by, "manual");
  EXPECT_EQ(records().at(0).response, "hello");
}

TEST_F(ChatTest, OneKeyIsOneTurn) {
  CallHeaders with_key;
  with_key.key = "k";
  daemon.hold = true;
  auto first = begin(say("hi", with_key), 0);
  auto second = begin(say("hi", with_key), 1);
  ASSERT_TRUE(eventually([&] { return daemon.turns == 1; }));
  EXPECT_EQ(queue.waiting("bot"), 0U) << "the second one needs no place";
  daemon.hold = false;
  const auto a = first.get();
  const auto b = second.get();
  EXPECT_EQ(boost::json::parse(a.body).at("execution"), boost::json::parse(b.body).at("execution"));
  EXPECT_NE(a.replayed, b.replayed);
  EXPECT_EQ(boost::json::parse(b.body).at("response"), "hello");
  EXPECT_EQ(daemon.turns, 1);
  EXPECT_EQ(house.count("chat_messages"), 2);
}

TEST_F(ChatTest, ACallerWithAKeyMayGoAwayAndComeBack) {
  auto answers = busy(0);
  CallHeaders with_key;
  with_key.key = "k";
  const auto presence = std::make_shared<Presence>();
  auto waits = begin(say("hi", with_key, AgentHouse::ann(), presence), 2);
  ASSERT_TRUE(eventually([&] { return queue.waiting("bot") == 1; }));
  presence->leave();
  std::this_thread::sleep_for(50ms);
  EXPECT_EQ(queue.waiting("bot"), 1U);
  let_go(answers);
  EXPECT_EQ(waits.get().status, 200U);
  EXPECT_TRUE(house.run(say("hi", with_key)).replayed);
}

TEST_F(ChatTest, NewsOfATurnComeInOrder) {
  house.run(say("hi", asynchronous()));
  using Kind = RunNews::Kind;
  ASSERT_TRUE(eventually([&] { return kinds().size() == 3; }));
  EXPECT_EQ(kinds(), (std::vector<Kind>{Kind::started, Kind::began, Kind::finished}));
  const std::lock_guard lock(mutex);
  for (const auto& news : told) {
    EXPECT_TRUE(news.chat || news.kind == Kind::queue);
  }
}

// ---- the database

TEST_F(ChatTest, AnAnswerThatCannotBeStoredNowIsStoredLater) {
  auto answers = busy(0);
  house.execute("ALTER TABLE chat_messages RENAME TO elsewhere");
  daemon.hold = false;
  EXPECT_EQ(answers.at(0).get().status, 200U) << "a finished turn is never lost";
  house.execute("ALTER TABLE elsewhere RENAME TO chat_messages");
  EXPECT_TRUE(eventually([&] { return house.count("chat_messages", "role = 'assistant'") == 1; }));
  EXPECT_TRUE(all_over());
}

TEST_F(ChatTest, ATurnWhoseMessageCannotBeStoredIsNotBegun) {
  house.execute("ALTER TABLE chat_messages RENAME TO elsewhere");
  CallHeaders mcp;
  mcp.via_mcp = true;
  EXPECT_TRUE(house.refusal(say("hi", mcp)).kind.has_value());
  EXPECT_EQ(daemon.turns, 0);
  EXPECT_TRUE(all_over());
  EXPECT_EQ(records().at(0).status, "failed");
  house.execute("ALTER TABLE elsewhere RENAME TO chat_messages");
  EXPECT_EQ(house.run(say("hi")).status, 200U);
}

TEST_F(ChatTest, ADeletedAgentLeavesNothing) {
  CallHeaders with_key;
  with_key.key = "k";
  house.run(say("hi", with_key));
  auto answers = busy(1);
  // The one that waits has left all its rows: its place in the line comes before them.
  ASSERT_TRUE(eventually([&] { return house.count("chat_messages", "role = 'user'") == 3; }));
  house.run(house.service.remove(house.call, AgentHouse::ann(), "bot"), 2);
  EXPECT_EQ(answers.at(0).get().status, 503U);
  EXPECT_EQ(answers.at(1).get().status, 503U);
  daemon.hold = false;
  for (const auto* table : {"schedule_executions", "trinity_transcripts", "trinity_queue", "trinity_idempotency",
                            "chat_messages", "chat_sessions", "agent_activities"}) {
    EXPECT_TRUE(eventually([&] { return house.count(table) == 0; })) << table;
  }
}

// ---- a later life of the server

/// The rows that an earlier life leaves when it is killed.
class RestoredTest : public ChatTest {
 protected:
  /// A turn that ran or waited, with its record, message and activity.
  void leave(const std::string& id, bool ran, bool unattended, std::int64_t order) {
    TurnState state;
    state.user_id = 7;
    state.user_email = "ann@example.org";
    state.queue_status = ran ? "running" : "queued:1";
    state.was_queued = !ran;
    const auto opened = house.run(sessions.user_message(house.call, "bot", 7, "ann@example.org", "message of " + id));
    state.session_id = opened.session_id;
    state.question = opened.message_id;
    state.chat_start = "activity-" + id;
    house.execute(
        "INSERT INTO agent_activities (id, agent_name, activity_type, activity_state, started_at, triggered_by, "
        "related_execution_id, details, created_at) VALUES ('activity-" +
        id + "', 'bot', 'chat_start', 'started', '2026-01-01T00:00:00', 'user', NULL, '{}', '2026-01-01T00:00:00')");
    executions::ExecutionStore::Start start;
    Execution record;
    record.id = id;
    record.agent_name = "bot";
    record.triggered_by = "manual";
    record.message = "message of " + id;
    record.started_at = format_naive(now());
    start.record = record;
    executions::QueuedTurn turn;
    turn.entry.id = "entry-" + id;
    turn.entry.agent_name = "bot";
    turn.entry.source = "user";
    turn.entry.message = "message of " + id;
    turn.entry.queued_at = "2026-01-01T00:00:00";
    if (ran) turn.entry.started_at = "2026-01-01T00:00:00";
    turn.entry.status = ran ? "running" : "queued";
    turn.entry.execution_id = id;
    turn.order = order;
    turn.run = id;
    turn.unattended = unattended;
    turn.turn = json::to_text(state);
    start.turn = turn;
    house.run(store.begin(house.call, start));
  }
  Execution record_of(const std::string& id) { return house.run(store.find(house.call, "bot", id)).value(); }
  void restore() {
    auto kept = chats.restore(house.call, house.house.io[1].get_executor());
    runs.take_up_all(house.house.io[2].get_executor(), std::move(kept));
  }
};

TEST_F(RestoredTest, ATurnThatRanIsTakenUpAndItsAnswerIsStoredOnce) {
  std::atomic<bool> over{false};
  std::atomic<int> asked{0};
  daemon.result = [&](const http::Request& request) {
    ++asked;
    if (!over) return http::Response::json_text(R"({"status":"running"})", 202);
    return usual(request);
  };
  leave("ran", true, false, 1);
  restore();
  ASSERT_TRUE(eventually([&] { return asked >= 2; }));
  EXPECT_TRUE(queue.status("bot").is_busy) << "it has its slot again";
  auto next = begin(say("the next"), 0);
  ASSERT_TRUE(eventually([&] { return queue.waiting("bot") == 1; }));
  EXPECT_EQ(house.count("agent_activities", "id = 'activity-ran' AND activity_state = 'started'"), 1);
  over = true;
  ASSERT_TRUE(eventually([&] { return record_of("ran").status == "success"; }));
  EXPECT_EQ(next.get().status, 200U);
  EXPECT_EQ(house.count("chat_messages", "role = 'assistant' AND content = 'hello'"), 2);
  EXPECT_EQ(sent_messages(), std::vector<std::string>{"the next"}) << "it was not begun again";
  EXPECT_EQ(house.count("agent_activities", "id = 'activity-ran' AND activity_state = 'completed'"), 1);
  EXPECT_TRUE(eventually([&] { return all_over(); }));
}

TEST_F(RestoredTest, ATurnThatTheAgentHasLostHasFailed) {
  leave("lost", true, false, 1);
  restore();
  ASSERT_TRUE(eventually([&] { return all_over(); }));
  EXPECT_EQ(record_of("lost").error, executions::restarted);
  EXPECT_EQ(house.count("agent_activities", "id = 'activity-lost' AND activity_state = 'failed'"), 1);
  EXPECT_EQ(daemon.turns, 0);
}

TEST_F(RestoredTest, WhoWaitsWithoutACallerWaitsOnInOrder) {
  leave("second", false, true, 3);
  leave("first", false, true, 2);
  leave("hung-up", false, false, 1);
  restore();
  ASSERT_TRUE(eventually([&] { return all_over(); }));
  EXPECT_EQ(sent_messages(), (std::vector<std::string>{"message of first", "message of second"}));
  EXPECT_EQ(record_of("first").status, "success");
  EXPECT_EQ(record_of("second").status, "success");
  EXPECT_EQ(record_of("hung-up").error, executions::restarted) << "its caller is gone with the server";
  EXPECT_EQ(house.count("chat_messages", "role = 'assistant'"), 2);
  EXPECT_EQ(house.count("chat_messages", "role = 'user'"), 3) << "nothing is asked twice";
}

TEST_F(RestoredTest, ARowThatNobodyUnderstandsDoesNotKeepTheOthersBack) {
  leave("odd", true, true, 1);
  leave("good", false, true, 2);
  house.execute("UPDATE trinity_queue SET turn = 'no JSON' WHERE id = 'entry-odd'");
  restore();
  ASSERT_TRUE(eventually([&] { return all_over(); }));
  EXPECT_EQ(record_of("odd").error, executions::restarted);
  EXPECT_EQ(record_of("good").status, "success");
}

}  // namespace
}  // namespace trinity::conversation
