#include "git/service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "git/routes.h"
#include "unit/agents/house.h"
#include "unit/files/daemon.h"

namespace trinity::git {
namespace {

namespace json = boost::json;
using http::Method;
using json::object;
using json::value;
using test::AgentHouse;
using test::eventually;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* live =
    R"({"git_enabled":true,"branch":"main","remote_url":"https://github.com/acme/bot.git","last_commit":null,)"
    R"("changes":[{"status":"M","path":"a.txt"}],"changes_count":1,"ahead":2,"behind":3,"sync_status":"pending_sync",)"
    R"("remote_checked_at":"2026-01-15T10:20:30.123Z","remote_error":null,"more":"from an agent"})";

/// Keeps all that was asked, answers by the beginning of the line (the last that fits).
class Talker {
 public:
  explicit Talker(std::string address) : daemon(std::move(address)) {
    daemon.answer_with([this](const test::FileDaemon::Asked& asked) {
      lines.push_back(asked.line);
      last = asked;
      http::Response made = http::Response::json_text(R"({"detail":"nobody told me"})", 500);
      for (const auto& [begin, response] : answers) {
        if (asked.line.starts_with(begin)) made = response;
      }
      return made;
    });
  }
  void says(const std::string& begin, unsigned status, std::string body) {
    answers.emplace_back(begin, http::Response::json_text(std::move(body), status));
  }
  std::size_t count(const std::string& begin) const {
    return static_cast<std::size_t>(
        std::count_if(lines.begin(), lines.end(), [&](const std::string& line) { return line.starts_with(begin); }));
  }

  std::vector<std::string> lines;
  test::FileDaemon::Asked last;
  std::vector<std::pair<std::string, http::Response>> answers;
  test::FileDaemon daemon;
};

/// Ann's agent `bot` runs, shared with Bob.
class GitServiceTest : public testing::Test {
 protected:
  void SetUp() override {
    house.engine.address = "127.48.0.1";
    ASSERT_TRUE(house.house.start_and_load());
    house.create(AgentHouse::ann(), AgentHouse::named("bot"));
    house.execute(
        "INSERT INTO agent_sharing (agent_name, shared_with_email, shared_by_id, created_at) VALUES ('bot', "
        "'bob@example.org', 7, 't')");
    house.house.fleet.reload();
    ASSERT_TRUE(eventually([this] {
      const auto snapshot = house.house.held_by(0);
      const auto* entry = snapshot->find("bot");
      return entry != nullptr && entry->agent->metadata && !entry->agent->metadata->shared_with.empty();
    }));
    router.add(routes(service));
    service.on_change([this](const std::string& name) { told.push_back(name); });
    agent.says("GET /api/git/status", 200, live);
  }
  void TearDown() override { client.stop(); }
  void record(const std::string& repository = "acme/bot") {
    GitRecord made;
    made.agent = "bot";
    made.repository = repository;
    made.instance_id = "0123abcd";
    made.working_branch = own_branch("bot", made.instance_id);
    auto tell = [this](std::vector<fleet::Action> actions) { house.house.fleet.tell(std::move(actions)); };
    house.run(store.put(house.call, made, tell));
    ASSERT_TRUE(eventually(
        [&] { return house.house.held_by(0)->find("bot")->agent->metadata.value().github_repo == repository; }));
  }

  http::Response ask(Method method, const std::string& path, const agents::CallerPtr& caller = AgentHouse::ann(),
                     const std::string& body = "") {
    const auto match = router.match(method, "/api/agents/bot/git/" + path.substr(0, path.find('?')));
    if (!match.route) throw std::runtime_error("no route for " + path);
    http::Request request(house.call);
    request.method = method;
    request.params = match.params;
    if (path.find('?') != std::string::npos) request.query = http::parse_query(path.substr(path.find('?') + 1));
    request.body = body;
    request.caller = caller;
    try {
      return house.run(match.route->handler(std::move(request)));
    } catch (...) {
      return http::answer_for(std::current_exception(), house.call);
    }
  }
  static object body_of(const http::Response& response) { return json::parse(response.bytes()).as_object(); }
  static std::string detail_of(const http::Response& response) {
    return std::string(body_of(response).at("detail").as_string());
  }
  static agents::CallerPtr key_of(const std::string& name) {
    return std::make_shared<const Caller>(Caller{7, "ann", "ann@example.org", Role::user, Scope::agent_key, name});
  }
  static agents::CallerPtr stranger() {
    return std::make_shared<const Caller>(Caller{9, "dora", "dora@example.org", Role::user});
  }

  Talker agent{"127.48.0.1"};
  Talker github{"127.48.0.2"};
  AgentHouse house;
  GitStore store{house.database};
  outbound::Client client;
  outbound::GitHub api{client, "http://127.48.0.2:8000"};
  vault::Vault vault{{vault::MasterKey::make()}};
  settings::SettingsStore settings{house.database, &vault};
  GitOptions options{"https://github.com", "ghp_platform", std::chrono::seconds(60), std::chrono::seconds(5),
                     std::chrono::seconds(1)};
  GitService service{options, {house.house.fleet, house.service, house.link, store, settings, api, house.pool}};
  http::Router router;
  std::vector<std::string> told;
};

TEST_F(GitServiceTest, AStatusIsAskedForOnceAndThenKnown) {
  record();
  const auto first = body_of(ask(Method::get, "status"));
  EXPECT_EQ(first.at("branch"), "main");
  EXPECT_EQ(first.at("behind"), 3);
  EXPECT_EQ(first.at("db_config"),
            (object{{"last_sync_at", nullptr}, {"last_commit_sha", nullptr}, {"sync_enabled", true}}));
  EXPECT_FALSE(first.contains("more"));
  EXPECT_TRUE(first.at("checked_at").is_string());
  EXPECT_EQ(first.at("remote_checked_at"), "2026-01-15T10:20:30.123Z");
  EXPECT_EQ(first.at("operation"), nullptr);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(body_of(ask(Method::get, "status", AgentHouse::bob())), first);
  EXPECT_EQ(agent.count("GET /api/git/status"), 1U) << "nineteen times nobody was asked";
  EXPECT_EQ(agent.last.headers.find("X-Git-Token"), "ghp_platform");
}

TEST_F(GitServiceTest, WhatHasChangedIsLookedAtAgainAfterAWhile) {
  ask(Method::get, "status");
  service.files_changed("bot");
  EXPECT_THAT(told, ElementsAre("bot"));
  service.files_changed("bot");
  EXPECT_EQ(told.size(), 1U) << "that is known";
  ask(Method::get, "status");
  EXPECT_EQ(agent.count("GET"), 1U) << "at most every 5 s";
  EXPECT_TRUE(service.unsettled("bot"));
  service.files_changed("nobody-asked");
  EXPECT_EQ(told.size(), 1U);
}

TEST_F(GitServiceTest, TheFormsWithoutALiveAnswer) {
  EXPECT_EQ(body_of(ask(Method::get, "config")).at("git_enabled"), false);
  agent.says("GET /api/git/status", 200, R"({"git_enabled":false,"message":"none"})");
  auto card = body_of(ask(Method::get, "status"));
  EXPECT_EQ(card.at("git_enabled"), false);
  EXPECT_EQ(card.at("message"), "none");
  EXPECT_EQ(agent.last.headers.find("X-Git-Token"), std::nullopt) << "not for a repository that nobody knows";
  record();
  agent.says("GET /api/git/status", 503, R"({"detail":"busy with https://x"})");
  service.forget("bot");
  card = body_of(ask(Method::get, "status"));
  EXPECT_EQ(card.at("git_enabled"), true);
  EXPECT_EQ(card.at("agent_running"), true) << "it runs, and does not answer";
  EXPECT_THAT(std::string(card.at("message").as_string()), HasSubstr("busy with"));
  EXPECT_EQ(card.at("config").at("github_repo"), "acme/bot");
  house.run(house.service.stop(house.call, AgentHouse::ann(), "bot"));
  card = body_of(ask(Method::get, "status"));
  EXPECT_EQ(card.at("agent_running"), false);
  EXPECT_EQ(body_of(ask(Method::get, "config")).at("instance_id"), "0123abcd");
  EXPECT_EQ(detail_of(ask(Method::get, "log")), "Agent must be running with git enabled to view log");
  EXPECT_EQ(detail_of(ask(Method::post, "sync")), "Agent must be running to sync");
  EXPECT_EQ(detail_of(ask(Method::post, "pull")), "Agent must be running to pull");
}

TEST_F(GitServiceTest, AnAnswerMayBeAnything) {
  for (const auto* told_by_it : {"[]", "no json", R"({"git_enabled":"yes"})", R"({})"}) {
    agent.says("GET /api/git/status", 200, told_by_it);
    service.forget("bot");
    EXPECT_EQ(body_of(ask(Method::get, "status")).at("git_enabled"), false) << told_by_it;
  }
  agent.says("GET /api/git/status", 200,
             R"({"git_enabled":true,"branch":7,"changes":{"a":1},"ahead":-5,"behind":"x","last_commit":[1]})");
  service.forget("bot");
  const auto card = body_of(ask(Method::get, "status"));
  EXPECT_EQ(card.at("branch"), "unknown");
  EXPECT_EQ(card.at("changes"), json::array());
  EXPECT_EQ(card.at("ahead"), 0);
  EXPECT_EQ(card.at("last_commit"), nullptr);
  EXPECT_EQ(card.at("sync_status"), "up_to_date");
}

TEST_F(GitServiceTest, ASyncIsNotedAndSeenByTheNextRead) {
  record();
  ask(Method::get, "status");
  agent.says("POST /api/git/sync", 200,
             R"({"success":true,"message":"Synced to main","commit_sha":"abc","files_changed":2,"branch":"main",)"
             R"("sync_time":"2026-01-15T10:20:30.123Z","strategy":"normal","kept":"refs/trinity/kept/x"})");
  const auto done =
      body_of(ask(Method::post, "sync", AgentHouse::ann(), R"({"message":"a \"b\"\nc","paths":["x y"]})"));
  EXPECT_EQ(done, (object{{"success", true},
                          {"commit_sha", "abc"},
                          {"files_changed", 2},
                          {"branch", "main"},
                          {"message", "Synced to main"},
                          {"sync_time", "2026-01-15T10:20:30.123000"},
                          {"strategy", "normal"},
                          {"kept", "refs/trinity/kept/x"}}));
  EXPECT_EQ(json::parse(agent.last.body),
            (object{{"strategy", "normal"}, {"message", "a \"b\"\nc"}, {"paths", json::array{"x y"}}}));
  EXPECT_THAT(told, ElementsAre("bot", "bot")) << "when it begins, and when it ends";
  const auto card = body_of(ask(Method::get, "status"));
  EXPECT_EQ(card.at("db_config").at("last_commit_sha"), "abc");
  EXPECT_EQ(agent.count("GET /api/git/status"), 2U) << "what is known is older than the push";
}

TEST_F(GitServiceTest, RefusalsInTheContractsWords) {
  agent.says("POST /api/git/sync", 500, R"({"detail":"Git push failed: ghp_platform is wrong"})");
  record();
  EXPECT_EQ(detail_of(ask(Method::post, "sync")), "Sync failed: Git push failed: *** is wrong");
  EXPECT_EQ(body_of(ask(Method::get, "status")).at("last_error"), "Sync failed: Git push failed: *** is wrong");
  agent.says("POST /api/git/pull", 409, R"({"detail":"Pull failed: x"})");
  auto response = ask(Method::post, "pull");
  EXPECT_EQ(response.status, 409U);
  EXPECT_EQ(response.headers.find("X-Conflict-Type"), "unknown");
  agent.answers.back().second.headers.add("X-Conflict-Type", "local_uncommitted");
  response = ask(Method::post, "pull", AgentHouse::admin(), R"({"strategy":null})");
  EXPECT_EQ(response.headers.find("X-Conflict-Type"), "local_uncommitted");
  EXPECT_EQ(detail_of(response), "Pull failed: x");
  agent.says("POST /api/git/pull", 503, R"({"detail":"busy"})");
  response = ask(Method::post, "pull");
  EXPECT_EQ(response.status, 503U);
  EXPECT_EQ(response.headers.find("Retry-After"), "5");
  agent.daemon.close();
  EXPECT_THAT(detail_of(ask(Method::post, "sync")), testing::StartsWith("Sync error: the agent cannot be reached"));
}

TEST_F(GitServiceTest, WhoMayDoWhat) {
  for (const auto* path : {"status", "config"}) {
    EXPECT_EQ(ask(Method::get, path, AgentHouse::bob()).status, 200U);
    EXPECT_EQ(ask(Method::get, path, stranger()).status, 403U);
  }
  for (const auto* path : {"sync", "pull", "initialize"}) {
    for (const auto& caller : {AgentHouse::bob(), stranger(), key_of("other")}) {
      EXPECT_EQ(detail_of(ask(Method::post, path, caller, "{}")), "Owner access required")
          << path << ": before the body";
    }
  }
  EXPECT_EQ(ask(Method::post, "sync", key_of("bot"), "{}").status, 403U);
  EXPECT_EQ(ask(Method::post, "initialize", key_of("bot"), "{}").status, 422U) << "its own first repository";
  EXPECT_EQ(agent.count("POST"), 0U);
}

TEST_F(GitServiceTest, WhatIsNoInput) {
  const auto refused = [this](const char* path, const std::string& body) {
    return ask(Method::post, path, AgentHouse::ann(), body).status;
  };
  EXPECT_EQ(refused("sync", R"({"strategy":"hard"})"), 422U);
  EXPECT_EQ(refused("sync", R"({"paths":["../x"]})"), 422U);
  EXPECT_EQ(refused("sync", R"({"paths":["--all"]})"), 422U);
  EXPECT_EQ(refused("sync", R"({"message":"a\u0000b"})"), 422U);
  EXPECT_EQ(refused("pull", R"({"strategy":"normal"})"), 422U);
  EXPECT_EQ(refused("initialize", R"({"repo_owner":"-acme","repo_name":"x"})"), 422U);
  EXPECT_EQ(refused("initialize", R"({"repo_owner":"acme","repo_name":".."})"), 422U);
  EXPECT_EQ(refused("initialize", R"({"repo_owner":"acme","repo_name":"a/b"})"), 422U);
  EXPECT_EQ(ask(Method::get, "log?limit=x").status, 422U);
  EXPECT_EQ(agent.count("POST"), 0U);
}

TEST_F(GitServiceTest, LogAndDiffAreTheAgents) {
  agent.says("GET /api/git/log", 200,
             R"({"commits":[{"sha":"s","short_sha":"h","message":"a | b","author":"Ann","date":"d"},7],"count":99})");
  EXPECT_EQ(body_of(ask(Method::get, "log?limit=5000")),
            (object{{"commits",
                     json::array{object{
                         {"sha", "s"}, {"short_sha", "h"}, {"message", "a | b"}, {"author", "Ann"}, {"date", "d"}}}},
                    {"count", 1}}));
  EXPECT_EQ(agent.last.line, "GET /api/git/log limit=200");
  agent.says("GET /api/git/diff", 200,
             R"({"files":[{"path":"a","status":"M","added":1,"removed":2,"binary":false}],"added":1,"removed":2})");
  EXPECT_EQ(body_of(ask(Method::get, "diff", AgentHouse::bob())).at("files").at(0).at("removed"), 2);
  agent.says("GET /api/git/log", 400, R"({"detail":"none"})");
  EXPECT_EQ(detail_of(ask(Method::get, "log")), "Agent must be running with git enabled to view log");
}

TEST_F(GitServiceTest, ARepositoryIsMadeAndNoted) {
  github.says("GET /repos/acme/bot", 404, R"({"message":"Not Found"})");
  github.says("GET /users/acme", 200, R"({"login":"acme","type":"Organization"})");
  github.says("POST /orgs/acme/repos", 201,
              R"({"full_name":"acme/bot","private":true,"default_branch":"main","size":0})");
  agent.says("POST /api/git/initialize", 200, R"({"success":true})");
  const auto done =
      body_of(ask(Method::post, "initialize", AgentHouse::ann(), R"({"repo_owner":"acme","repo_name":"bot"})"));
  ASSERT_TRUE(done.contains("instance_id")) << json::serialize(done);
  const auto instance = std::string(done.at("instance_id").as_string());
  EXPECT_EQ(done.at("working_branch"), value("trinity/bot/" + instance));
  EXPECT_EQ(done.at("repo_url"), "https://github.com/acme/bot");
  EXPECT_EQ(json::parse(agent.last.body),
            (object{{"repository", "acme/bot"}, {"branch", "main"}, {"working_branch", "trinity/bot/" + instance}}));
  EXPECT_EQ(json::parse(github.last.body), (object{{"name", "bot"}, {"private", true}, {"auto_init", false}}));
  EXPECT_EQ(body_of(ask(Method::get, "config")).at("instance_id"), value(instance));
  EXPECT_EQ(house.house.held_by(0)->find("bot")->agent->metadata.value().github_repo, "acme/bot");
  const auto again = ask(Method::post, "initialize", AgentHouse::ann(), R"({"repo_owner":"acme","repo_name":"two"})");
  EXPECT_EQ(again.status, 409U);
  EXPECT_EQ(detail_of(again), "Git sync already configured for this agent. Repository: acme/bot");
  agent.says("GET /api/git/status", 200, R"({"git_enabled":false})");
  const auto repaired = ask(Method::post, "initialize", AgentHouse::ann(),
                            R"({"repo_owner":"acme","repo_name":"two","create_repo":false})");
  EXPECT_EQ(repaired.status, 200U) << "a record without a repository is dropped";
  EXPECT_EQ(body_of(ask(Method::get, "config")).at("github_repo"), "acme/two");
}

TEST_F(GitServiceTest, NoRepositoryAppearsUnderAnotherAccount) {
  github.says("GET /repos/ann/bot", 404, R"({"message":"Not Found"})");
  github.says("GET /users/ann", 200, R"({"login":"ann","type":"User"})");
  github.says("GET /user ", 200, R"({"login":"platform-bot"})");
  github.says("GET /user", 200, R"({"login":"platform-bot"})");
  github.says("GET /users/ann", 200, R"({"login":"ann","type":"User"})");
  const auto refused = ask(Method::post, "initialize", AgentHouse::ann(), R"({"repo_owner":"ann","repo_name":"bot"})");
  EXPECT_EQ(refused.status, 400U);
  EXPECT_EQ(detail_of(refused),
            "Failed to create repository: 'ann' is a user, and the token belongs to 'platform-bot'");
  EXPECT_EQ(github.count("POST"), 0U);
  github.says("GET /users/ann", 404, R"({"message":"Not Found"})");
  EXPECT_EQ(detail_of(ask(Method::post, "initialize", AgentHouse::ann(), R"({"repo_owner":"ann","repo_name":"bot"})")),
            "Failed to create repository: Owner 'ann' not found on GitHub");
  github.says("GET /repos/ann/bot", 502, R"({"message":"Bad"})");
  EXPECT_EQ(detail_of(ask(Method::post, "initialize", AgentHouse::ann(), R"({"repo_owner":"ann","repo_name":"bot"})")),
            "GitHub API error: 502");
  EXPECT_EQ(agent.count("POST"), 0U);
}

TEST_F(GitServiceTest, AFailedInitializeLeavesNoRecord) {
  agent.says("POST /api/git/initialize", 500, R"({"detail":"git push: denied"})");
  const auto failed = ask(Method::post, "initialize", AgentHouse::ann(),
                          R"({"repo_owner":"acme","repo_name":"bot","create_repo":false})");
  EXPECT_EQ(failed.status, 500U);
  EXPECT_EQ(detail_of(failed), "Git initialization failed: git push: denied");
  EXPECT_EQ(body_of(ask(Method::get, "config")).at("git_enabled"), false);
  agent.says("POST /api/git/initialize", 409, R"({"detail":"The repository acme/bot already has commits."})");
  EXPECT_EQ(ask(Method::post, "initialize", AgentHouse::ann(),
                R"({"repo_owner":"acme","repo_name":"bot","create_repo":false})")
                .status,
            409U);
  EXPECT_TRUE(github.lines.empty()) << "nothing was to be made";
}

TEST_F(GitServiceTest, TheSettingsTokenWins) {
  record();
  house.run(settings.set(house.call, "github_pat", "ghp_setting"));
  ask(Method::get, "status");
  EXPECT_EQ(agent.last.headers.find("X-Git-Token"), "ghp_setting");
}

TEST_F(GitServiceTest, AnotherHostGetsNoToken) {
  record("git.example.com/team/worker");
  ask(Method::get, "status");
  EXPECT_EQ(agent.last.headers.find("X-Git-Token"), std::nullopt);
}

}  // namespace
}  // namespace trinity::git
