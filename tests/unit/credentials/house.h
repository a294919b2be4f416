#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "credentials/agent_service.h"
#include "credentials/routes.h"
#include "credentials/sqlite_store.h"
#include "unit/agents/house.h"
#include "unit/files/daemon.h"

namespace trinity::test {

/// What templates ask for, as a test says it.
class SaidTemplates : public credentials::TemplateSource {
 public:
  Task<std::vector<templates::RequiredCredential>> required(Call, std::shared_ptr<const Caller>, std::string) override {
    if (away) throw BadGateway("The template cannot be read");
    co_return names;
  }
  Task<std::optional<std::string>> mcp_config(Call, std::string) override { co_return mcp; }

  std::vector<templates::RequiredCredential> names;
  bool away = false;
  std::optional<std::string> mcp;
};

/// Ann's agent `bot`, shared with Bob, runs; its daemon is played. Credentials are in the database, really sealed.
class CredentialHouse : public testing::Test {
 protected:
  using Method = http::Method;

  CredentialHouse() {
    house.house.listener = [this](const fleet::Publication& publication) {
      link.publish(publication);
      delivery.follow(publication);
    };
    house.service.on_started([this](Call call, fleet::AgentPtr agent) { return delivery.at_start(call, agent); });
    house.service.on_created([this](Call call, agents::CallerPtr creator, fleet::AgentPtr agent) {
      return of_agents.on_created(call, creator, agent);
    });
    house.store.on_forgotten([this](const std::string& agent) { delivery.forget(agent); });
  }
  ~CredentialHouse() override {
    house.house.stop();
    house.pool.join();
  }
  void SetUp() override {
    house.engine.address = address();
    router.add(credentials::routes(service));
    router.add(credentials::routes(of_agents));
    says_success();
    ASSERT_TRUE(house.house.start_and_load());
    house.create(AgentHouse::ann(), AgentHouse::named("bot"));
    house.execute(
        "INSERT INTO agent_sharing (agent_name, shared_with_email, shared_by_id, created_at) VALUES ('bot', "
        "'bob@example.org', 7, 't')");
    house.house.fleet.reload();
    ASSERT_TRUE(eventually([this] {
      const auto snapshot = house.house.held_by(1);
      const auto* entry = snapshot->find("bot");
      return entry != nullptr && entry->agent->metadata && !entry->agent->metadata->shared_with.empty();
    }));
  }
  static std::string address() { return "127.47.0.1"; }

  static agents::CallerPtr dora() {
    return std::make_shared<const Caller>(Caller{9, "dora", "dora@example.org", Role::user});
  }
  static agents::CallerPtr key_of_bot() {
    return std::make_shared<const Caller>(Caller{7, "ann", "ann@example.org", Role::user, Scope::agent_key, "bot"});
  }

  http::Response ask(Method method, const std::string& target, const agents::CallerPtr& caller,
                     const std::string& body = "") {
    const auto path = target.substr(0, target.find('?'));
    const auto match = router.match(method, path);
    if (!match.route) throw std::runtime_error("no route for " + path);
    http::Request request(house.call);
    request.method = method;
    request.path = path;
    request.params = match.params;
    if (path.size() < target.size()) request.query = http::parse_query(target.substr(path.size() + 1));
    request.body = body;
    request.caller = caller;
    try {
      return house.run(match.route->handler(std::move(request)), 1);
    } catch (...) {
      return http::answer_for(std::current_exception(), house.call);
    }
  }
  /// The answer's object; its status must be the one given.
  boost::json::object get(Method method, const std::string& path, const agents::CallerPtr& caller,
                          const std::string& body = "", unsigned status = 200) {
    const auto response = ask(method, path, caller, body);
    EXPECT_EQ(response.status, status) << path << ' ' << response.bytes();
    return boost::json::parse(response.bytes()).as_object();
  }
  std::string refused(Method method, const std::string& path, const agents::CallerPtr& caller,
                      const std::string& body = "") {
    const auto response = ask(method, path, caller, body);
    const auto parsed = boost::json::parse(response.bytes());
    const auto* detail = parsed.as_object().if_contains("detail");
    return std::to_string(response.status) + " " +
           (detail == nullptr     ? ""
            : detail->is_string() ? std::string(detail->get_string())
                                  : boost::json::serialize(detail->at(0).at("loc")));
  }
  std::string add(const agents::CallerPtr& caller, const std::string& name, const std::string& secret,
                  const std::string& more = "\"service\":\"svc\",\"type\":\"api_key\"") {
    const auto made = get(Method::post, "/api/credentials", caller,
                          R"({"name":")" + name + R"(","credentials":)" + secret + "," + more + "}");
    return std::string(made.at("id").as_string());
  }
  void assign(const agents::CallerPtr& caller, const std::string& id) {
    get(Method::post, "/api/agents/bot/credentials/assign", caller, R"({"credential_id":")" + id + "\"}");
  }

  void says_success() {
    daemon.answer_with([this](const FileDaemon::Asked& asked) {
      if (asked.line.starts_with("POST")) {
        const std::lock_guard lock(mutex_);
        pushes_.push_back(boost::json::parse(asked.body).as_object());
      }
      return http::Response::json_text(
          R"({"status":"success","updated_files":["/home/developer/.env"],"credential_count":1,"files_written":[],"files_failed":{},"note":"N."})");
    });
  }
  /// What the agent was sent since the last call.
  std::vector<boost::json::object> pushes() {
    const std::lock_guard lock(mutex_);
    return std::exchange(pushes_, {});
  }
  std::size_t push_count() {
    const std::lock_guard lock(mutex_);
    return pushes_.size();
  }

  FileDaemon daemon{address()};
  AgentHouse house;
  vault::Vault vault{{vault::MasterKey::make()}};
  credentials::SqliteStore store{house.database};
  credentials::SecretBox box{vault};
  credentials::PushBook book{house.database};
  SaidTemplates templates;
  live::Hub hub{[](const std::string&, int) {}, {}};
  live::HubLink link{hub, house.house.fleet.executor()};
  static credentials::DeliveryOptions quick() {
    using namespace std::chrono_literals;
    return {2s, 3, 20ms, 3s, 20ms, 8};
  }
  credentials::Delivery delivery{{house.service, house.house.fleet, house.link, store, box, book, templates, link,
                                  house.pool, house.house.io[0].get_executor()},
                                 quick()};
  credentials::CredentialService service{{store, box, house.house.fleet, delivery, link, house.pool}};
  credentials::AgentCredentials of_agents{
      {service, store, delivery, templates, house.service, house.house.fleet, house.link, link, house.pool}};
  http::Router router;

 private:
  std::mutex mutex_;
  std::vector<boost::json::object> pushes_;
};

}  // namespace trinity::test
