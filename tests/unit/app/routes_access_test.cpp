// Every route that is served, with every kind of caller, over a real connection, on agents that are there; and the
// description against the table.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>

#include "unit/app/server_house.h"

namespace trinity::app {
namespace {

using http::Access;
using test::HttpAnswer;
using test::ServerHouse;
using namespace std::chrono_literals;

/// What somebody is to the agent that the route is about. `nobody` has no credentials that count.
enum Kind : std::size_t {
  nobody,
  stranger,
  shared,
  owner,
  admin,
  owner_key,
  admin_key,
  own_agent,    ///< the key of the agent itself
  helper,       ///< the key of an agent that may reach it
  other_agent,  ///< the key of an agent that may not
  system_key,
  kinds
};
constexpr std::array<const char*, kinds> kind_names{"nobody", "stranger",    "shared",      "owner",
                                                    "admin",  "owner's key", "admin's key", "own agent",
                                                    "helper", "other agent", "system key"};

using Statuses = std::array<unsigned, kinds>;

// clang-format off
constexpr Statuses anyone(unsigned s)    { return {s,   s,   s,   s,   s, s,   s, s,   s,   s,   s}; }
constexpr Statuses signed_in(unsigned s) { return {401, s,   s,   s,   s, s,   s, s,   s,   s,   s}; }
constexpr Statuses admins(unsigned s)    { return {401, 403, 403, 403, s, 403, s, 403, 403, 403, s}; }
/// Administrators in person.
constexpr Statuses admin_persons(unsigned s) { return {401, 403, 403, 403, s, 403, s, 403, 403, 403, 403}; }
constexpr Statuses readers(unsigned s)   { return {401, 403, s,   s,   s, s,   s, s,   s,   403, s}; }
/// Whoever manages the agent, with a key of their own or without one: neither an agent nor the system agent.
constexpr Statuses persons(unsigned s)   { return {401, 403, 403, s,   s, s,   s, 403, 403, 403, 403}; }
/// Readers that are people: what their owner keeps is no business of agents.
constexpr Statuses readers_in_person(unsigned s) { return {401, 403, s, s, s, s, s, 403, 403, 403, 403}; }
constexpr Statuses in_person(unsigned s) { return {401, s,   s,   s,   s, s,   s, 403, 403, 403, 403}; }
constexpr Statuses managers(unsigned s)  { return {401, 403, 403, s,   s, s,   s, 403, 403, 403, s}; }
/// Readers, but an agent's key for that agent alone.
constexpr Statuses writers(unsigned s)   { return {401, 403, s,   s,   s, s,   s, s,   403, 403, s}; }
/// Whoever is a person, with a key of their own or without one.
constexpr Statuses oauth_people(unsigned s) { return {401, s, s, s, s, s, s, 403, 403, 403, 403}; }
/// Managers, and the agent itself by its key.
constexpr Statuses founders(unsigned s)  { return {401, 403, 403, s,   s, s,   s, s,   403, 403, s}; }
/// With a signed token only: keys count for nothing.
constexpr Statuses tokens(unsigned s)    { return {401, s,   s,   s,   s, 401, 401, 401, 401, 401, 401}; }
// clang-format on

/// What a route answers to each kind of caller. `{agent_name}` stands for an agent that runs, or, where `deletes`, for
/// one of the caller's own choice that may be lost.
struct Row {
  std::string route;  ///< method and pattern; the rest of a pattern's parameters as they are asked for
  Statuses statuses;
  std::string path{};  ///< when the pattern cannot be asked for as it stands
  std::string body{};
  bool deletes = false;
};

/// Whoever adds a route adds its row here.
const std::vector<Row>& table() {
  static const std::vector<Row> rows{
      {"GET /health", anyone(200)},
      {"GET /api/version", anyone(200)},
      {"GET /openapi.json", anyone(200)},
      {"GET /docs", anyone(200)},
      {"GET /redoc", anyone(200)},
      {"GET /docs/viewer.js", anyone(200)},
      {"GET /docs/viewer.css", anyone(200)},
      {"GET /ws", anyone(426)},
      {"GET /metrics", admins(200)},
      // Forms without a body.
      {"POST /token", anyone(422)},
      {"POST /api/token", anyone(422)},
      {"GET /api/auth/mode", anyone(200)},
      {"GET /api/auth/validate", tokens(200)},
      // Needs the session cookie.
      {"POST /api/auth/session", anyone(401)},
      {"DELETE /api/auth/session", anyone(204)},
      {"GET /api/users/me", signed_in(200)},
      {"GET /api/setup/status", anyone(200)},
      {"POST /api/setup/admin-password", anyone(422)},
      {"GET /api/templates", signed_in(200)},
      {"GET /api/templates/env-template", signed_in(422)},
      {"GET /api/templates/required-credentials", signed_in(422)},
      {"POST /api/templates/check", signed_in(422)},
      {"GET /api/templates/{template_id...}", signed_in(404), "/api/templates/local:none"},
      // A page's cookies count too; nobody here shows one.
      {"GET /api/telemetry/host", signed_in(200)},
      {"GET /api/telemetry/containers", signed_in(200)},
      {"GET /api/agents", signed_in(200)},
      {"GET /api/agents/stats", signed_in(200)},
      {"POST /api/agents", signed_in(422)},
      {"GET /api/agents/autonomy-status", signed_in(200)},
      {"GET /api/agents/{agent_name}/autonomy", readers(200)},
      {"PUT /api/agents/{agent_name}/autonomy", managers(200), {}, R"({"enabled": true})"},
      {"GET /api/agents/{agent_name}/resources", readers(200)},
      {"PUT /api/agents/{agent_name}/resources", managers(200), {}, R"({"memory": "2g"})"},
      {"GET /api/agents/{agent_name}/capabilities", readers(200)},
      {"PUT /api/agents/{agent_name}/capabilities", managers(200), {}, R"({"full_capabilities": true})"},
      {"GET /api/agents/{agent_name}/tags", readers(200)},
      {"PUT /api/agents/{agent_name}/tags", managers(200), {}, R"({"tags": ["prod"]})"},
      {"GET /api/agents/{agent_name}/api-key-setting", readers(200)},
      {"PUT /api/agents/{agent_name}/api-key-setting", managers(200), {}, R"({"use_platform_api_key": true})"},
      {"GET /api/agents/attention", signed_in(200)},
      {"GET /api/agents/execution-stats", signed_in(200)},
      {"GET /api/agents/context-stats", signed_in(200)},
      {"GET /api/agents/{agent_name}/budget", readers(200)},
      {"PUT /api/agents/{agent_name}/budget", managers(200), {}, R"({"cost_per_day": 5})"},
      {"GET /api/ops/budget", signed_in(200)},
      {"PUT /api/ops/budget", admins(200), {}, R"({"cost_per_day": 500})"},
      {"GET /api/ops/runs", signed_in(200)},
      {"POST /api/ops/runs/stop", admins(200), {}, R"({"reason": "test"})"},
      {"POST /api/ops/runs/resume", admins(200)},
      {"GET /api/audit", admins(200)},
      {"GET /api/oauth/providers", anyone(200)},
      // No provider has a client id here.
      {"POST /api/oauth/{provider}/init", oauth_people(500), "/api/oauth/google/init"},
      {"GET /api/oauth/{provider}/callback", anyone(400), "/api/oauth/google/callback?state=none&error=access_denied"},
      {"GET /api/settings", admins(200)},
      {"GET /api/settings/api-keys", admins(200)},
      {"PUT /api/settings/api-keys/anthropic", admin_persons(400), {}, R"({"api_key": "x"})"},
      {"DELETE /api/settings/api-keys/anthropic", admin_persons(200)},
      {"POST /api/settings/api-keys/anthropic/test", admin_persons(200), {}, R"({"api_key": "x"})"},
      {"PUT /api/settings/api-keys/github", admin_persons(400), {}, R"({"api_key": "x"})"},
      {"DELETE /api/settings/api-keys/github", admin_persons(200)},
      {"POST /api/settings/api-keys/github/test", admin_persons(200), {}, R"({"api_key": "x"})"},
      {"PUT /api/settings/api-keys/google", admin_persons(400), {}, R"({"api_key": "x"})"},
      {"DELETE /api/settings/api-keys/google", admin_persons(200)},
      {"POST /api/settings/api-keys/google/test", admin_persons(200), {}, R"({"api_key": "x"})"},
      {"PUT /api/settings/api-keys/openai", admin_persons(400), {}, R"({"api_key": "x"})"},
      {"DELETE /api/settings/api-keys/openai", admin_persons(200)},
      {"POST /api/settings/api-keys/openai/test", admin_persons(200), {}, R"({"api_key": "x"})"},
      {"GET /api/settings/ops/config", admins(200)},
      {"PUT /api/settings/ops/config", admins(200), {}, R"({"settings": {"ops_idle_timeout_minutes": "20"}})"},
      {"POST /api/settings/ops/reset", admins(200)},
      {"GET /api/settings/{key}", admins(404), "/api/settings/none"},
      {"PUT /api/settings/{key}", admins(200), "/api/settings/trinity_prompt", R"({"value": "## Rules"})"},
      {"DELETE /api/settings/{key}", admins(200), "/api/settings/trinity_prompt"},
      {"GET /api/vault", admin_persons(200)},
      {"POST /api/vault/rotate", admin_persons(200)},
      {"GET /api/agents/{agent_name}", readers(200)},
      {"POST /api/agents/{agent_name}/start", readers(200)},
      {"GET /api/agents/{agent_name}/logs", readers(200)},
      {"GET /api/agents/{agent_name}/stats", readers(200)},
      {"GET /api/agents/{agent_name}/pressure", readers(200)},
      {"POST /api/agents/{agent_name}/stop", readers(200)},
      // Behind stop: of an agent that runs its daemon would be asked.
      {"GET /api/agents/{agent_name}/info", readers(200)},
      {"GET /api/agents/{agent_name}/metrics", readers(200)},
      {"GET /api/agent-dashboard/{agent_name}", readers(200)},
      {"GET /api/credentials", in_person(200)},
      {"POST /api/credentials", in_person(422), {}, "{}"},
      {"POST /api/credentials/bulk", in_person(400), {}, R"({"content": "nothing"})"},
      {"POST /api/credentials/bulk/preview", in_person(200), {}, R"({"content": "nothing"})"},
      {"GET /api/credentials/{cred_id}", in_person(404), "/api/credentials/none"},
      {"PUT /api/credentials/{cred_id}", in_person(404), "/api/credentials/none", "{}"},
      {"DELETE /api/credentials/{cred_id}", in_person(404), "/api/credentials/none"},
      {"GET /api/agents/{agent_name}/credentials", readers(200)},
      {"GET /api/agents/{agent_name}/credentials/status", readers(200)},
      {"POST /api/agents/{agent_name}/credentials/reload", readers(400)},
      {"POST /api/agents/{agent_name}/credentials/apply", readers(400)},
      {"POST /api/agents/{agent_name}/credentials/hot-reload",
       readers_in_person(400),
       {},
       R"({"credentials_text": "A=1"})"},
      {"GET /api/agents/{agent_name}/credentials/assignments", readers_in_person(200)},
      {"POST /api/agents/{agent_name}/credentials/assign", readers_in_person(404), {}, R"({"credential_id": "none"})"},
      {"POST /api/agents/{agent_name}/credentials/assign/bulk",
       readers_in_person(200),
       {},
       R"({"credential_ids": ["none"]})"},
      {"DELETE /api/agents/{agent_name}/credentials/assign/{cred_id}", readers_in_person(404),
       "/api/agents/{agent_name}/credentials/assign/none"},
      {"POST /api/agents/{agent_name}/credentials/{mcp_server}", readers_in_person(404),
       "/api/agents/{agent_name}/credentials/mail?cred_id=none"},
      // The same; those that do not run have no files to show.
      {"GET /api/agents/{agent_name}/files", readers(400)},
      {"PUT /api/agents/{agent_name}/files", writers(400), "/api/agents/{agent_name}/files?path=a", "{}"},
      {"DELETE /api/agents/{agent_name}/files", writers(400), "/api/agents/{agent_name}/files?path=a"},
      {"GET /api/agents/{agent_name}/files/download", readers(400), "/api/agents/{agent_name}/files/download?path=a"},
      {"GET /api/agents/{agent_name}/files/preview", readers(400), "/api/agents/{agent_name}/files/preview?path=a"},
      {"PUT /api/agents/{agent_name}/files/content", writers(400), "/api/agents/{agent_name}/files/content?path=a",
       "bytes"},
      {"POST /api/agents/{agent_name}/files/folder", writers(400), {}, R"({"path": "a"})"},
      {"POST /api/agents/{agent_name}/files/move", writers(400), {}, R"({"path": "a", "new_path": "b"})"},
      // The same.
      {"GET /api/agents/{agent_name}/git/status", readers(200)},
      {"POST /api/agents/{agent_name}/git/refresh", readers(200)},
      {"GET /api/agents/{agent_name}/git/config", readers(200)},
      {"GET /api/agents/{agent_name}/git/log", readers(400)},
      {"GET /api/agents/{agent_name}/git/diff", readers(400)},
      {"POST /api/agents/{agent_name}/git/sync", managers(400), {}, "{}"},
      {"POST /api/agents/{agent_name}/git/pull", managers(400), {}, "{}"},
      {"POST /api/agents/{agent_name}/git/initialize",
       founders(400),
       {},
       R"({"repo_owner": "acme", "repo_name": "bot"})"},
      // Ann's own address or that of the owner: looked at last of all.
      {"POST /api/agents/{agent_name}/share", persons(400), {}, R"({"email": "Ann@example.org"})"},
      {"DELETE /api/agents/{agent_name}/share/{email}", persons(404),
       "/api/agents/{agent_name}/share/nobody%40example.org"},
      {"GET /api/agents/{agent_name}/shares", persons(200)},
      {"GET /api/agents/{agent_name}/permissions", readers(200)},
      {"PUT /api/agents/{agent_name}/permissions", managers(200), {}, R"({"permitted_agents": ["helper"]})"},
      {"POST /api/agents/{agent_name}/permissions/{target_agent}", managers(200),
       "/api/agents/{agent_name}/permissions/helper"},
      {"DELETE /api/agents/{agent_name}/permissions/{target_agent}", managers(200),
       "/api/agents/{agent_name}/permissions/helper"},
      {"POST /api/agents/{agent_name}/chat", readers(503), {}, R"({"message":"hello"})"},
      {"POST /api/agents/{agent_name}/task", readers(503), {}, R"({"message":"hello"})"},
      {"GET /api/agents/{agent_name}/queue", readers(200)},
      {"POST /api/agents/{agent_name}/queue/clear", readers(200)},
      {"POST /api/agents/{agent_name}/queue/release", readers(200)},
      {"GET /api/agents/{agent_name}/activity", readers(200)},
      {"DELETE /api/agents/{agent_name}/activity", readers(200)},
      {"GET /api/agents/{agent_name}/activity/{tool_id}", readers(400), "/api/agents/{agent_name}/activity/none"},
      {"GET /api/agents/{agent_name}/chat/session", readers(400)},
      {"GET /api/agents/{agent_name}/chat/history", readers(503)},
      {"DELETE /api/agents/{agent_name}/chat/history", readers(503)},
      {"GET /api/agents/{agent_name}/model", readers(400)},
      {"PUT /api/agents/{agent_name}/model", readers(400), {}, R"({"model": "opus"})"},
      {"GET /api/agents/{agent_name}/chat/history/persistent", readers(200)},
      {"GET /api/agents/{agent_name}/chat/search", readers(200), "/api/agents/{agent_name}/chat/search?q=a"},
      {"GET /api/agents/{agent_name}/chat/sessions", readers(200)},
      {"GET /api/agents/{agent_name}/chat/sessions/{session_id}", readers(404),
       "/api/agents/{agent_name}/chat/sessions/none"},
      {"GET /api/agents/{agent_name}/chat/sessions/{session_id}/export", readers(404),
       "/api/agents/{agent_name}/chat/sessions/none/export"},
      {"POST /api/agents/{agent_name}/chat/sessions/{session_id}/close", readers(404),
       "/api/agents/{agent_name}/chat/sessions/none/close"},
      {"GET /api/activities/timeline", signed_in(200)},
      {"GET /api/agents/activities/timeline", signed_in(200)},
      {"GET /api/agents/{agent_name}/activities", readers(200)},
      {"GET /api/agents/{agent_name}/executions", readers(200)},
      {"GET /api/agents/{agent_name}/executions/running", readers(200)},
      {"GET /api/agents/{agent_name}/executions/{execution_id}", readers(404),
       "/api/agents/{agent_name}/executions/none"},
      {"GET /api/agents/{agent_name}/executions/{execution_id}/log", readers(404),
       "/api/agents/{agent_name}/executions/none/log"},
      {"POST /api/agents/{agent_name}/executions/{execution_id}/terminate", readers(503),
       "/api/agents/{agent_name}/executions/none/terminate"},
      {"DELETE /api/agents/{agent_name}", managers(200), {}, {}, true},
  };
  return rows;
}

/// Routes that look for the agent's row first: without one there is no such agent, for anybody.
const std::set<std::string> row_first{"GET /api/agents/{agent_name}",
                                      "GET /api/agents/{agent_name}/credentials",
                                      "GET /api/agents/{agent_name}/credentials/status",
                                      "POST /api/agents/{agent_name}/credentials/reload",
                                      "POST /api/agents/{agent_name}/credentials/apply",
                                      "POST /api/agents/{agent_name}/credentials/hot-reload",
                                      "GET /api/agents/{agent_name}/credentials/assignments",
                                      "POST /api/agents/{agent_name}/credentials/assign",
                                      "POST /api/agents/{agent_name}/credentials/assign/bulk",
                                      "DELETE /api/agents/{agent_name}/credentials/assign/{cred_id}",
                                      "POST /api/agents/{agent_name}/credentials/{mcp_server}",
                                      "GET /api/agents/{agent_name}/git/config",
                                      "GET /api/agents/{agent_name}/git/diff",
                                      "GET /api/agents/{agent_name}/git/log",
                                      "GET /api/agents/{agent_name}/git/status",
                                      "POST /api/agents/{agent_name}/git/initialize",
                                      "POST /api/agents/{agent_name}/git/pull",
                                      "POST /api/agents/{agent_name}/git/refresh",
                                      "POST /api/agents/{agent_name}/git/sync",
                                      "GET /api/agents/{agent_name}/activities",
                                      "GET /api/agents/{agent_name}/info",
                                      "GET /api/agents/{agent_name}/executions",
                                      "GET /api/agents/{agent_name}/executions/{execution_id}",
                                      "GET /api/agents/{agent_name}/executions/{execution_id}/log",
                                      "POST /api/agents/{agent_name}/share",
                                      "DELETE /api/agents/{agent_name}/share/{email}",
                                      "GET /api/agents/{agent_name}/shares"};
/// Routes that look for the container first, and only then at the rule.
const std::set<std::string> container_first{"POST /api/agents/{agent_name}/task",
                                            "POST /api/agents/{agent_name}/chat",
                                            "GET /api/agents/{agent_name}/queue",
                                            "POST /api/agents/{agent_name}/queue/clear",
                                            "POST /api/agents/{agent_name}/queue/release",
                                            "GET /api/agents/{agent_name}/activity",
                                            "DELETE /api/agents/{agent_name}/activity",
                                            "GET /api/agents/{agent_name}/activity/{tool_id}",
                                            "GET /api/agents/{agent_name}/chat/session",
                                            "GET /api/agents/{agent_name}/chat/history",
                                            "DELETE /api/agents/{agent_name}/chat/history",
                                            "GET /api/agents/{agent_name}/chat/history/persistent",
                                            "GET /api/agents/{agent_name}/chat/search",
                                            "GET /api/agents/{agent_name}/chat/sessions",
                                            "GET /api/agents/{agent_name}/chat/sessions/{session_id}",
                                            "GET /api/agents/{agent_name}/chat/sessions/{session_id}/export",
                                            "POST /api/agents/{agent_name}/chat/sessions/{session_id}/close",
                                            "GET /api/agents/{agent_name}/model",
                                            "PUT /api/agents/{agent_name}/model",
                                            "GET /api/agents/{agent_name}/executions/running",
                                            "POST /api/agents/{agent_name}/executions/{execution_id}/terminate"};

/// Served for operators and browsers; no part of the contract that clients are made from.
const std::set<std::string> not_described{"GET /openapi.json",    "GET /docs",    "GET /redoc", "GET /docs/viewer.js",
                                          "GET /docs/viewer.css", "GET /metrics", "GET /ws"};

/// A bearer counts on these beside the cookies that a page sends, so they look for themselves.
const std::set<std::string> bearer_or_cookie{"GET /api/telemetry/host", "GET /api/telemetry/containers",
                                             "GET /api/agents/{agent_name}/files/preview"};

std::string label(const http::Route& route) {
  return std::string(http::name_of(route.method)) + ' ' + route.path;
}

/// `{x...}` -> `{x}`
std::string without_rest(std::string path) {
  if (const auto rest = path.find("...}"); rest != std::string::npos) path.erase(rest, 3);
  return path;
}

struct Caller {
  std::string name;
  Kind kind;
  std::string authorization;  ///< empty: no such header
};

/// One server for all tests of the file: starting it takes a while.
class RoutesTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    // One for each caller who may delete it.
    const auto victims = [](ServerHouse& made, db::Session& session) {
      for (std::size_t i = 0; i < kinds; ++i) {
        const auto name = "victim-" + std::to_string(i);
        made.add_agent(session, name, ServerHouse::ann);
        ServerHouse::share(session, name, "bob@example.org");
        ServerHouse::permit(session, "helper", name);
      }
    };
    house = std::make_unique<ServerHouse>(2, victims);
    wait_for_figures();
  }
  /// Of the machine: the first are read a moment after the start.
  static void wait_for_figures() {
    const auto until = std::chrono::steady_clock::now() + 10s;
    while (house->ask("GET", "/api/telemetry/host", ServerHouse::token("root")).status != 200) {
      ASSERT_LT(std::chrono::steady_clock::now(), until);
      std::this_thread::sleep_for(5ms);
    }
  }
  static void TearDownTestSuite() { house.reset(); }

  static std::vector<Caller> callers() {
    const auto& keys = house->keys;
    using auth::TokenUse;
    return {{"no token", nobody, ""},
            {"another scheme", nobody, "Basic YW5uOmFubg=="},
            {"an empty token", nobody, "Bearer "},
            {"no token at all", nobody, "Bearer ../../etc/passwd"},
            {"expired", nobody, ServerHouse::token("root", -1h)},
            {"forged", nobody, ServerHouse::token("root", 1h, TokenUse::access, "another key, just as long as it is")},
            {"session token as bearer", nobody, ServerHouse::token("root", 1h, TokenUse::session)},
            {"user who is gone", nobody, ServerHouse::token("nobody")},
            {"token without a user", nobody, ServerHouse::token(std::nullopt)},
            {"unknown key", nobody, "Bearer " + auth::new_key_text()},
            {"withdrawn key", nobody, "Bearer " + keys.withdrawn},
            {"dora", stranger, ServerHouse::token("dora")},
            {"bob", shared, ServerHouse::token("bob")},
            {"ann", owner, ServerHouse::token("ann")},
            {"root", admin, ServerHouse::token("root")},
            {"ann's key", owner_key, "Bearer " + keys.of_ann},
            {"root's key", admin_key, "Bearer " + keys.of_root},
            {"the agent's key", own_agent, "Bearer " + keys.of_hers},
            {"the helper's key", helper, "Bearer " + keys.of_helper},
            {"another agent's key", other_agent, "Bearer " + keys.of_other},
            {"the system's key", system_key, "Bearer " + keys.of_system}};
  }

  static std::string path_of(const Row& row, const std::string& agent) {
    auto path = row.path.empty() ? row.route.substr(row.route.find(' ') + 1) : row.path;
    if (const auto at = path.find("{agent_name}"); at != std::string::npos) path.replace(at, 12, agent);
    return path;
  }
  static HttpAnswer ask(const Row& row, const Caller& caller, const std::string& agent) {
    return house->ask(row.route.substr(0, row.route.find(' ')), path_of(row, agent), caller.authorization, row.body);
  }
  static void check(const Row& row, const Caller& caller) {
    const bool loses = row.deletes && caller.kind != own_agent;
    const auto agent = loses ? "victim-" + std::to_string(caller.kind) : std::string("hers");
    const auto answer = ask(row, caller, agent);
    const auto expected = row.statuses.at(caller.kind);
    EXPECT_EQ(answer.status, expected) << row.route << " as " << caller.name << " (" << kind_names.at(caller.kind)
                                       << "): " << answer.text.substr(0, 600);
    if (expected == 401 && row.statuses[admin] != 401) {
      EXPECT_NE(answer.text.find("WWW-Authenticate: Bearer\r\n"), std::string::npos) << row.route;
    }
  }
  static boost::json::object description() {
    return boost::json::parse(house->ask("GET", "/openapi.json", "").body()).as_object();
  }

  static std::unique_ptr<ServerHouse> house;
};
std::unique_ptr<ServerHouse> RoutesTest::house;

TEST_F(RoutesTest, EveryRouteHasARowAndEveryRowARoute) {
  std::set<std::string> served;
  for (const auto& route : house->server->router().routes()) served.insert(label(route));
  std::set<std::string> rows;
  for (const auto& row : table()) EXPECT_TRUE(rows.insert(row.route).second) << row.route << " comes twice";
  EXPECT_EQ(served, rows);
}

TEST_F(RoutesTest, EveryRouteWithEveryKindOfCaller) {
  const auto known = callers();
  for (const auto& row : table()) {
    for (const auto& caller : known) check(row, caller);
  }
}

/// The declared policy says at least who may not come in at all.
TEST_F(RoutesTest, RowsAgreeWithTheDeclaredPolicy) {
  std::map<std::string, Access> declared;
  for (const auto& route : house->server->router().routes()) declared[label(route)] = route.access;
  for (const auto& row : table()) {
    const auto found = declared.find(row.route);
    if (found == declared.end()) continue;
    const auto& s = row.statuses;
    if (found->second != Access::anyone) {
      EXPECT_EQ(s[nobody], 401U) << row.route;
    }
    if (found->second == Access::admin) {
      EXPECT_EQ(s[owner], 403U) << row.route;
    }
    if (found->second == Access::agent_reader || found->second == Access::agent_owner) {
      EXPECT_EQ(s[stranger], 403U) << row.route;
      EXPECT_EQ(s[other_agent], 403U) << row.route;
    }
    if (found->second == Access::agent_owner) {
      EXPECT_EQ(s[shared], 403U) << row.route;
      // An agent may put its own work under git.
      if (!row.route.ends_with("/git/initialize")) {
        EXPECT_EQ(s[own_agent], 403U) << row.route;
      }
    }
  }
}

/// Who is told that there is no such agent: everybody where the row is looked for first, else administrators only.
TEST_F(RoutesTest, AnAgentThatIsNotThere) {
  for (const auto& row : table()) {
    if (row.route.find("{agent_name}") == std::string::npos) continue;
    for (const auto& caller : callers()) {
      const bool told = row_first.contains(row.route) || container_first.contains(row.route) || caller.kind == admin ||
                        caller.kind == admin_key || caller.kind == system_key;
      const unsigned expected = caller.kind == nobody ? 401 : told ? 404 : 403;
      EXPECT_EQ(ask(row, caller, "no-such-one").status, expected) << row.route << " as " << caller.name;
    }
  }
}

/// What is stored in the row that an orphan does not have.
bool stores(const Row& row) {
  return row.route.starts_with("PUT ") && !row.route.ends_with("/permissions") && !row.route.ends_with("/model") &&
         row.route.find("/files") == std::string::npos;
}

/// A container without a row: nobody's, so administrators' alone; "no such agent" where the row is looked for first, or
/// is all that could be changed.
TEST_F(RoutesTest, AnOrphanIsForAdministrators) {
  for (const auto& row : table()) {
    if (row.route.find("{agent_name}") == std::string::npos || row.deletes) continue;
    for (const auto& caller : callers()) {
      const bool may = caller.kind == admin || caller.kind == admin_key || caller.kind == system_key;
      const unsigned beyond = row_first.contains(row.route) ? 404 : may ? row.statuses[admin] : 403;
      const auto expected = caller.kind == nobody ? 401U : may && stores(row) ? 404U : beyond;
      EXPECT_EQ(ask(row, caller, "orphan").status, expected) << row.route << " as " << caller.name;
    }
  }
}

TEST_F(RoutesTest, TheListShowsEachWhatTheyMayReach) {
  const std::map<Kind, std::set<std::string>> visible{{stranger, {}},
                                                      {shared, {"hers"}},
                                                      {owner, {"hers", "helper"}},
                                                      {owner_key, {"hers", "helper"}},
                                                      {admin, {"hers", "helper", "other", "roots", "orphan"}},
                                                      {admin_key, {"hers", "helper", "other", "roots", "orphan"}},
                                                      {system_key, {"hers", "helper", "other", "roots", "orphan"}},
                                                      {own_agent, {"hers"}},
                                                      {helper, {"hers", "helper"}},
                                                      {other_agent, {"other"}}};
  for (const auto& caller : callers()) {
    if (caller.kind == nobody) continue;
    std::set<std::string> names;
    const auto list = boost::json::parse(house->ask("GET", "/api/agents", caller.authorization).body());
    for (const auto& item : list.as_array()) {
      std::string name(item.at("name").as_string());
      if (!name.starts_with("victim-") && !name.starts_with("made-")) names.insert(std::move(name));
    }
    EXPECT_EQ(names, visible.at(caller.kind)) << caller.name;
  }
}

/// An agent may create agents; they belong to its owner.
TEST_F(RoutesTest, WhoCreatesAndForWhom) {
  int number = 0;
  for (const auto& caller : callers()) {
    if (caller.kind == nobody) continue;
    const auto name = "made-" + std::to_string(++number);
    const auto answer = house->ask("POST", "/api/agents", caller.authorization, R"({"name": ")" + name + "\"}");
    ASSERT_EQ(answer.status, 200U) << caller.name << ": " << answer.text;
    const auto seen = boost::json::parse(house->ask("GET", "/api/agents/" + name, ServerHouse::token("root")).body());
    const std::map<Kind, std::string> owners{
        {stranger, "dora"},  {shared, "bob"},    {owner, "ann"},  {admin, "root"},       {owner_key, "ann"},
        {admin_key, "root"}, {own_agent, "ann"}, {helper, "ann"}, {other_agent, "carl"}, {system_key, "root"}};
    EXPECT_EQ(seen.at("owner").as_string(), owners.at(caller.kind)) << caller.name;
  }
}

TEST_F(RoutesTest, DescriptionNamesExactlyWhatIsServed) {
  std::set<std::string> served;
  for (const auto& route : house->server->router().routes()) {
    const auto name = label(route);
    if (!not_described.contains(name)) served.insert(without_rest(name));
  }
  const auto described = description();
  std::set<std::string> named;
  for (const auto& [path, item] : described.at("paths").as_object()) {
    for (const auto* method : {"get", "put", "post", "delete", "patch"}) {
      if (!item.as_object().contains(method)) continue;
      std::string upper(method);
      std::ranges::transform(upper, upper.begin(), [](char c) { return static_cast<char>(c - 'a' + 'A'); });
      named.insert(upper + ' ' + std::string(path));
    }
  }
  EXPECT_EQ(served, named);
}

TEST_F(RoutesTest, DescriptionSaysWhoMayCall) {
  const auto described = description();
  for (const auto& route : house->server->router().routes()) {
    if (not_described.contains(label(route))) continue;
    std::string method(http::name_of(route.method));
    std::ranges::transform(method, method.begin(), [](char c) { return static_cast<char>(c - 'A' + 'a'); });
    const auto& operation = described.at("paths").at(without_rest(route.path)).at(method).as_object();
    const auto* own = operation.if_contains("security");
    const auto& security = (own != nullptr ? *own : described.at("security")).as_array();
    const bool bearer =
        std::ranges::any_of(security, [](const boost::json::value& one) { return one.as_object().contains("bearer"); });
    EXPECT_EQ(bearer, route.access != Access::anyone || bearer_or_cookie.contains(label(route))) << label(route);
  }
}

TEST_F(RoutesTest, MetricsCountWhatWasServed) {
  EXPECT_EQ(house->ask("GET", "/health", "").status, 200U);
  const auto answer = house->ask("GET", "/metrics", ServerHouse::token("root"));
  EXPECT_EQ(answer.status, 200U);
  for (const auto* part : {"Content-Type: text/plain; version=0.0.4",
                           "trinity_http_requests_total{method=\"GET\",route=\"/health\",status=\"2xx\"} ",
                           "trinity_engine_up 1\n", "trinity_live_sockets 0\n", "process_resident_memory_bytes "}) {
    EXPECT_NE(answer.text.find(part), std::string::npos) << part;
  }
  for (const auto* name : {"hers", "helper", "orphan", "no-such-one"})
    EXPECT_EQ(answer.text.find(name), std::string::npos) << "names of objects are no labels";
}

}  // namespace
}  // namespace trinity::app
