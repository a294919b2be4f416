#include <boost/json.hpp>

#include "unit/engine/client_fixture.h"
#include "unit/engine/recorded.h"

namespace trinity::engine {
namespace {

using namespace std::chrono_literals;

using Client = ClientFixture;

Answer status(unsigned code, std::string body = {}) {
  Answer made;
  made.status = code;
  made.body = std::move(body);
  return made;
}

Answer hanging() {
  Answer made;
  made.hang = true;
  return made;
}

Answer raw(std::string bytes) {
  Answer made;
  made.raw = std::move(bytes);
  return made;
}

TEST_F(Client, SpeaksTheVersionItNegotiated) {
  script_.answer("GET", "/version", 200, R"({"Version":"18.09","ApiVersion":"1.39","MinAPIVersion":"1.12"})");
  script_.answer("GET", "/v1.", 200, "[]");
  run(engine_->list(call(), {}));
  EXPECT_EQ(run(engine_->negotiate(call())), "18.09 (API 1.39)");
  run(engine_->list(call(), {}));
  const auto seen = script_.requests();
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_TRUE(seen[0].target.starts_with("/v1.41/"));
  EXPECT_TRUE(seen[2].target.starts_with("/v1.39/"));
  EXPECT_EQ(script_.connections(), 1U) << "connections are kept";
}

TEST_F(Client, RefusesAnEngineThatIsTooOld) {
  script_.answer("GET", "/version", 200, R"({"Version":"1.6","ApiVersion":"1.18"})");
  EXPECT_EQ(fault_of(engine_->negotiate(call())), Fault::failed);
  EXPECT_NE(text().find("too old"), std::string::npos);
}

TEST_F(Client, AsksAsTheApiWants) {
  script_.answer("GET", "/v1.41/containers/json", 200, std::string(recorded::list));
  script_.answer("GET", "/v1.41/containers/c/json", 200, std::string(recorded::inspect_running));
  script_.answer("GET", "/v1.41/containers/c/stats", 200, std::string(recorded::statistics));
  script_.answer("GET", "/v1.41/images/", 200, std::string(recorded::image));
  script_.answer("GET", "/v1.41/volumes/", 200, std::string(recorded::volume));
  script_.answer("GET", "/v1.41/networks/", 200, std::string(recorded::network));
  script_.answer("POST", "/v1.41/", 204);
  script_.answer("PUT", "/v1.41/", 200);
  script_.answer("DELETE", "/v1.41/", 204);
  script_.answer("POST", "/v1.41/containers/create", 201, R"({"Id":"new"})");
  ContainerSpec spec;
  spec.image = "i";

  EXPECT_EQ(run(engine_->list(call(), {"a=b"})).size(), 2U);
  EXPECT_EQ(run(engine_->inspect(call(), "c"))->name, "agent-demo");
  EXPECT_EQ(run(engine_->create(call(), "agent-x", spec)), "new");
  run(engine_->start(call(), "c"));
  run(engine_->stop(call(), "c", 7s));
  run(engine_->kill(call(), "c", "SIGTERM"));
  run(engine_->remove(call(), "c", true));
  run(engine_->upload(call(), "c", "/home/developer", "tar bytes"));
  EXPECT_EQ(run(engine_->statistics(call(), "c"))->pids, 2U);
  EXPECT_TRUE(run(engine_->image(call(), "a/b:1")));
  EXPECT_EQ(run(engine_->network(call(), "demo-network"))->gateway, "172.31.250.1");
  run(engine_->create_network(call(), "n", "", {}));
  run(engine_->remove_network(call(), "n"));
  EXPECT_EQ(run(engine_->volume(call(), "v"))->name, "agent-demo-workspace");
  run(engine_->create_volume(call(), "v", {{"k", "l"}}));
  run(engine_->remove_volume(call(), "v"));

  const std::vector<std::string> expected = {
      "GET /v1.41/containers/json?all=1&filters=%7B%22label%22%3A%5B%22a%3Db%22%5D%7D",
      "GET /v1.41/containers/c/json",
      "POST /v1.41/containers/create?name=agent-x",
      "POST /v1.41/containers/c/start",
      "POST /v1.41/containers/c/stop?t=7",
      "POST /v1.41/containers/c/kill?signal=SIGTERM",
      "DELETE /v1.41/containers/c?force=1&v=0",
      "PUT /v1.41/containers/c/archive?path=%2Fhome%2Fdeveloper",
      "GET /v1.41/containers/c/stats?stream=false&one-shot=true",
      "GET /v1.41/images/a/b%3A1/json",
      "GET /v1.41/networks/demo-network",
      "POST /v1.41/networks/create",
      "DELETE /v1.41/networks/n",
      "GET /v1.41/volumes/v",
      "POST /v1.41/volumes/create",
      "DELETE /v1.41/volumes/v",
  };
  const auto seen = script_.requests();
  ASSERT_EQ(seen.size(), expected.size());
  for (std::size_t i = 0; i < seen.size(); ++i) EXPECT_EQ(seen[i].method + " " + seen[i].target, expected[i]);
  EXPECT_EQ(seen[2].type, "application/json");
  EXPECT_EQ(boost::json::parse(seen[2].body), boost::json::parse(R"({"Image":"i","Labels":{},"HostConfig":{}})"));
  EXPECT_EQ(seen[3].body, "");
  EXPECT_EQ(seen[7].type, "application/x-tar");
  EXPECT_EQ(seen[7].body, "tar bytes");
  EXPECT_EQ(boost::json::parse(seen[14].body), boost::json::parse(R"({"Name":"v","Labels":{"k":"l"}})"));
  EXPECT_EQ(call().cost().engine, expected.size()) << "every call counts";
}

TEST_F(Client, NamesWhatWentWrong) {
  struct Row {
    unsigned code;
    Fault fault;
  };
  const Row rows[] = {{400, Fault::bad_request}, {404, Fault::not_found}, {409, Fault::conflict},
                      {403, Fault::failed},      {500, Fault::failed},    {503, Fault::failed}};
  for (const auto& row : rows) {
    script_.answer("POST", "/v1.41/containers/c/start", row.code, R"({"message":"the engine's own words"})");
    EXPECT_EQ(fault_of(engine_->start(call(), "c")), row.fault) << row.code;
    EXPECT_NE(text().find("start of c: the engine's own words"), std::string::npos) << text();
  }
}

TEST_F(Client, WhatIsSoAlreadyIsFine) {
  script_.answer("POST", "/v1.41/containers/c/", 304);
  run(engine_->start(call(), "c"));
  run(engine_->stop(call(), "c", 1s));
  run(engine_->remove(call(), "gone", true));
  run(engine_->remove_volume(call(), "gone"));
  EXPECT_FALSE(run(engine_->inspect(call(), "gone")));
  EXPECT_FALSE(run(engine_->image(call(), "gone")));
  EXPECT_FALSE(run(engine_->network(call(), "gone")));
  EXPECT_FALSE(run(engine_->volume(call(), "gone")));
  EXPECT_FALSE(run(engine_->statistics(call(), "gone")));
  EXPECT_EQ(fault_of(engine_->stop(call(), "gone", 1s)), Fault::not_found);
  EXPECT_EQ(fault_of(engine_->remove_network(call(), "gone")), Fault::not_found);
}

TEST_F(Client, TakesNoBeginningOfAnIdForANetwork) {
  script_.answer("GET", "/v1.41/networks/", 200, std::string(recorded::network));
  EXPECT_FALSE(run(engine_->network(call(), "b11cd5")));
}

TEST_F(Client, WaitsForARemovalUnderWay) {
  const auto busy = status(409, R"({"message":"removal of container c is already in progress"})");
  script_.answer("DELETE", "/v1.41/containers/c", busy);
  const auto there = status(200, std::string(recorded::inspect_exited));
  script_.answer("GET", "/v1.41/containers/c/json", {there, there, status(404)});
  run(engine_->remove(call(), "c", true));
  EXPECT_EQ(script_.requests().size(), 4U);
}

TEST_F(Client, DoesNotWaitForEverForARemoval) {
  engine_ = make({.change = 200ms});
  script_.answer("DELETE", "/v1.41/containers/c", 409,
                 R"({"message":"removal of container c is already in progress"})");
  script_.answer("GET", "/v1.41/containers/c/json", 200, std::string(recorded::inspect_exited));
  EXPECT_EQ(fault_of(engine_->remove(call(), "c", true)), Fault::conflict);
  script_.answer("DELETE", "/v1.41/containers/c", 409, R"({"message":"You cannot remove a running container"})");
  EXPECT_EQ(fault_of(engine_->remove(call(), "c", false)), Fault::conflict);
}

TEST_F(Client, AStopMayTakeItsGrace) {
  engine_ = make({.quick = 50ms, .list = 50ms, .change = 50ms, .logs = 50ms});
  auto slow = status(204);
  slow.delay = 300ms;
  script_.answer("POST", "/v1.41/containers/c/", slow);
  run(engine_->stop(call(), "c", 1s));
  EXPECT_EQ(fault_of(engine_->start(call(), "c")), Fault::timeout);
}

TEST_F(Client, AHungEngineCostsNoMoreThanTheLimit) {
  engine_ = make({.quick = 100ms, .list = 100ms, .change = 100ms, .logs = 100ms});
  for (const auto* method : {"GET", "POST", "PUT", "DELETE"}) script_.answer(method, "/", hanging());
  const auto before = steady_now();
  EXPECT_EQ(fault_of(engine_->negotiate(call())), Fault::timeout);
  EXPECT_EQ(fault_of(engine_->list(call(), {})), Fault::timeout);
  EXPECT_EQ(fault_of(engine_->inspect(call(), "c")), Fault::timeout);
  EXPECT_EQ(fault_of(engine_->create(call(), "c", {})), Fault::timeout);
  EXPECT_EQ(fault_of(engine_->remove(call(), "c", true)), Fault::timeout);
  EXPECT_EQ(fault_of(engine_->upload(call(), "c", "/", "x")), Fault::timeout);
  EXPECT_EQ(fault_of(engine_->logs(call(), "c", {})), Fault::timeout);
  EXPECT_EQ(fault_of(engine_->events(call(), 0, {})), Fault::timeout);
  EXPECT_LT(steady_now() - before, 5s);
}

TEST_F(Client, AListMayTakeLongAsLongAsItGoesOn) {
  engine_ = make({.list = 150ms, .whole_list = 5s});
  auto slow = status(200);
  slow.body = std::string(recorded::list);
  slow.piece = slow.body.size() / 5 + 1;
  slow.pause = 80ms;
  script_.answer("GET", "/v1.41/containers/json", slow);
  EXPECT_EQ(run(engine_->list(call(), {})).size(), 2U) << "400 ms in all";
  engine_ = make({.list = 150ms, .whole_list = 200ms});
  EXPECT_EQ(fault_of(engine_->list(call(), {})), Fault::timeout);
  slow.pause = 400ms;
  script_.answer("GET", "/v1.41/containers/json", slow);
  engine_ = make({.list = 150ms, .whole_list = 5s});
  EXPECT_EQ(fault_of(engine_->list(call(), {})), Fault::timeout) << "a part that does not come";
}

TEST_F(Client, ABrokenConnectionIsAnUnreachableEngine) {
  script_.answer("GET", "/v1.41/containers/json", raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[{\"Id\":"));
  EXPECT_EQ(fault_of(engine_->list(call(), {})), Fault::unreachable);
  script_.answer("GET", "/v1.41/containers/json", raw("no HTTP at all\r\n\r\n"));
  EXPECT_EQ(fault_of(engine_->list(call(), {})), Fault::unreachable);
  script_.answer("GET", "/v1.41/containers/json", 200, "{ not json");
  EXPECT_EQ(fault_of(engine_->list(call(), {})), Fault::failed);
  script_.answer("GET", "/v1.41/containers/json", 200, "[]");
  EXPECT_TRUE(run(engine_->list(call(), {})).empty()) << "and then it works again";
}

TEST_F(Client, NobodyListens) {
  const auto nowhere = make_docker(*parse_address("/nowhere/engine.sock"), {&context()});
  EXPECT_EQ(fault_of(nowhere->list(call(), {})), Fault::unreachable);
  EXPECT_EQ(fault_of(nowhere->events(call(), 0, {})), Fault::unreachable);
}

TEST_F(Client, AnEngineThatComesBackIsFoundAgain) {
  auto first = std::make_unique<ScriptedEngine>();
  const auto path = first->socket_path();
  const auto engine = make_docker(*parse_address("unix://" + path), {&context()});
  first->answer("POST", "/", 204);
  run(engine->start(call(), "c"));
  first.reset();
  EXPECT_EQ(fault_of(engine->start(call(), "c")), Fault::unreachable);

  auto second = std::make_unique<ScriptedEngine>(path);
  second->answer("POST", "/", 204);
  run(engine->start(call(), "c"));
  second.reset();
  const ScriptedEngine third(path);
  // The kept connection has ended meanwhile; a change is not sent into it.
  EXPECT_EQ(fault_of(engine->start(call(), "c")), Fault::not_found);
  EXPECT_EQ(third.requests().size(), 1U);
}

TEST_F(Client, RefusesNamesBeforeAsking) {
  EXPECT_EQ(fault_of(engine_->remove(call(), "", true)), Fault::bad_request);
  EXPECT_EQ(fault_of(engine_->inspect(call(), "..")), Fault::bad_request);
  ContainerSpec spec;
  spec.volumes = {{"/etc", "/x", false}};
  EXPECT_EQ(fault_of(engine_->create(call(), "c", spec)), Fault::bad_request);
  EXPECT_TRUE(script_.requests().empty());
}

}  // namespace
}  // namespace trinity::engine
