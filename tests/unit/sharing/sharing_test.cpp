#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "base/log.h"
#include "sharing/routes.h"
#include "unit/agents/house.h"
#include "unit/db/sqlite_file.h"

namespace trinity::sharing {
namespace {

namespace json = boost::json;
using http::Method;
using test::AgentHouse;
using testing::ElementsAre;
using testing::IsEmpty;

/// A socket whose frames are kept.
class Listener : public live::Subscriber {
 public:
  void deliver(live::Delivery delivery) override {
    const std::lock_guard lock(mutex_);
    for (const auto& outgoing : delivery.frames) frames_.push_back(json::parse(*outgoing.frame).as_object());
  }
  [[nodiscard]] std::size_t unsent() const noexcept override { return 0; }
  /// What came since the last call, as `event name` or `type topic`.
  std::vector<std::string> take() {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> lines;
    for (const auto& frame : std::exchange(frames_, {})) lines.push_back(line(frame));
    return lines;
  }

 private:
  static std::string line(const json::object& frame) {
    const auto text = [](const json::object& from, const char* key) {
      const auto* found = from.if_contains(key);
      return found && found->is_string() ? std::string(found->as_string()) : std::string();
    };
    if (!frame.contains("event")) return text(frame, "type") + ' ' + text(frame, "topic") + ' ' + text(frame, "reason");
    const auto& data = frame.at("data").as_object();
    return text(frame, "event") + ' ' + text(data, "name") + ' ' + text(data, "area") + text(data, "shared_with") +
           text(data, "removed_user");
  }
  std::mutex mutex_;
  std::vector<json::object> frames_;
};

class SharingTest : public testing::Test {
 protected:
  SharingTest() {
    house.house.fleet.on_publication([this](const fleet::Publication& publication) { link.publish(publication); });
    log::redirect([this](std::string line) {
      const std::lock_guard lock(mutex);
      if (line.find(" audit: ") != std::string::npos) audited.push_back(std::move(line));
    });
  }
  ~SharingTest() override {
    house.house.stop();
    log::redirect(nullptr);
  }
  void SetUp() override {
    router.add(routes(service));
    house.house.start();
    ASSERT_TRUE(test::eventually([&] { return house.house.held_by(0)->loaded; }));
    house.create(AgentHouse::ann(), AgentHouse::named("bot"));
  }

  std::shared_ptr<Listener> connect(const agents::CallerPtr& caller, const std::vector<std::string>& topics) {
    auto listener = std::make_shared<Listener>();
    const auto id = link.attach(listener);
    link.identify(id, {caller, now() + std::chrono::hours(1)});
    std::vector<live::Wanted> wanted;
    for (const auto& topic : topics) wanted.push_back({topic, std::nullopt, std::nullopt});
    if (!wanted.empty()) link.subscribe(id, std::move(wanted));
    settle();
    listener->take();
    return listener;
  }
  /// What was posted to the hub has happened.
  void settle() {
    house.house.on_fleet([] {});
  }
  http::Response ask(Method method, const std::string& path, const agents::CallerPtr& caller,
                     const std::string& body = "") {
    const auto match = router.match(method, path);
    if (!match.route) throw std::runtime_error("no route for " + path);
    http::Request request(house.call);
    request.method = method;
    request.params = match.params;
    request.body = body;
    request.caller = caller;
    try {
      return house.run(match.route->handler(std::move(request)));
    } catch (...) {
      return http::answer_for(std::current_exception(), house.call);
    }
  }
  http::Response share(const agents::CallerPtr& caller, const std::string& email, const std::string& name = "bot") {
    return ask(Method::post, "/api/agents/" + name + "/share", caller, json::serialize(json::object{{"email", email}}));
  }
  http::Response unshare(const agents::CallerPtr& caller, const std::string& email) {
    return ask(Method::del, "/api/agents/bot/share/" + email, caller);
  }
  static json::value body_of(const http::Response& response) { return json::parse(response.bytes()); }
  static std::string detail_of(const http::Response& response) {
    return std::string(body_of(response).at("detail").as_string());
  }
  static agents::CallerPtr keyed(Scope scope) {
    return std::make_shared<const Caller>(Caller{1, "admin", std::nullopt, Role::admin, scope, "bot"});
  }
  bool sees(const agents::CallerPtr& caller) {
    const auto held = house.house.held_by(1);
    return fleet::can_read(*held->find("bot")->agent, *caller);
  }

  std::mutex mutex;
  std::vector<std::string> audited;
  bool mail = true;
  AgentHouse house;
  live::Hub hub{[](const std::string&, int) {}, {}};
  live::HubLink link{hub, house.house.fleet.executor()};
  SharingStore store{house.database};
  SharingService service{{[this] { return mail; }, false}, house.house.fleet, store, house.store, house.users, link};
  http::Router router;
};

TEST_F(SharingTest, AShareIsSeenByTheNextRead) {
  EXPECT_FALSE(sees(AgentHouse::bob()));
  const auto response = share(AgentHouse::ann(), "BOB@Example.org");
  ASSERT_EQ(response.status, 200U) << response.bytes();
  const auto made = body_of(response).as_object();
  EXPECT_EQ(made.at("agent_name"), "bot");
  EXPECT_EQ(made.at("shared_with_email"), "bob@example.org");
  EXPECT_EQ(made.at("shared_by_id"), 7);
  EXPECT_EQ(made.at("shared_by_email"), "ann@example.org");
  EXPECT_GT(made.at("id").as_int64(), 0);
  EXPECT_TRUE(sees(AgentHouse::bob()));
  const auto listed = body_of(ask(Method::get, "/api/agents/bot/shares", AgentHouse::ann())).as_array();
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0], json::value(made)) << "the list says the same";

  const auto removed = unshare(AgentHouse::ann(), "Bob@example.org");
  ASSERT_EQ(removed.status, 200U);
  EXPECT_EQ(body_of(removed).at("message"), "Sharing removed for Bob@example.org");
  EXPECT_FALSE(sees(AgentHouse::bob()));
  EXPECT_EQ(body_of(ask(Method::get, "/api/agents/bot/shares", AgentHouse::ann())), json::array());
}

TEST_F(SharingTest, NewestComesFirst) {
  for (const auto* email : {"one@x.org", "two@x.org", "three@x.org"})
    ASSERT_EQ(share(AgentHouse::admin(), email).status, 200U);
  std::vector<std::string> order;
  const auto listed = body_of(ask(Method::get, "/api/agents/bot/shares", AgentHouse::ann()));
  for (const auto& one : listed.as_array()) {
    order.emplace_back(one.at("shared_with_email").as_string());
    EXPECT_EQ(one.at("shared_by_email"), "admin") << "no address: the name";
  }
  EXPECT_THAT(order, ElementsAre("three@x.org", "two@x.org", "one@x.org"));
}

TEST_F(SharingTest, WhatIsNoAddressNamesTheField) {
  for (const auto* email : {"", "bob", "bob@", "bob@exa mple.org", "a@b@c", "bob@example.org\\n"}) {
    const auto response = share(AgentHouse::ann(), email);
    EXPECT_EQ(response.status, 422U) << email;
    const auto body = body_of(response);
    EXPECT_EQ(body.at("detail").at(0).at("loc"), json::value({"body", "email"})) << email;
  }
  for (const auto* body : {"", "{}", "[]", R"({"email": 7})", R"({"email": null})", "{"}) {
    EXPECT_EQ(ask(Method::post, "/api/agents/bot/share", AgentHouse::ann(), body).status, 422U) << body;
    EXPECT_EQ(ask(Method::post, "/api/agents/none/share", AgentHouse::bob(), body).status, 422U) << "the body first";
  }
  EXPECT_EQ(house.count("agent_sharing"), 0);
  EXPECT_THAT(audited, IsEmpty());
}

TEST_F(SharingTest, ChecksInTheContractsOrder) {
  for (const auto& caller : {AgentHouse::ann(), AgentHouse::bob(), AgentHouse::admin()}) {
    EXPECT_EQ(share(caller, "x@y.z", "none").status, 404U) << "row first, for everybody";
    EXPECT_EQ(ask(Method::get, "/api/agents/none/shares", caller).status, 404U);
    EXPECT_EQ(ask(Method::del, "/api/agents/none/share/x@y.z", caller).status, 404U);
  }
  const auto refused = share(AgentHouse::bob(), "bob@example.org");
  EXPECT_EQ(refused.status, 403U);
  EXPECT_EQ(detail_of(refused), "Owner access required");
  EXPECT_EQ(ask(Method::get, "/api/agents/bot/shares", AgentHouse::bob()).status, 403U);
  EXPECT_EQ(unshare(AgentHouse::bob(), "x@y.z").status, 403U);
  const auto none = unshare(AgentHouse::ann(), "X@y.z");
  EXPECT_EQ(none.status, 404U);
  EXPECT_EQ(detail_of(none), "No sharing found for X@y.z");
  ASSERT_EQ(share(AgentHouse::ann(), "x@y.z").status, 200U);
  const auto again = share(AgentHouse::ann(), "X@Y.z");
  EXPECT_EQ(again.status, 409U);
  EXPECT_EQ(detail_of(again), "Agent is already shared with X@Y.z");
}

TEST_F(SharingTest, AnOrphanIsNobodysToShare) {
  house.engine.add("orphan");
  ASSERT_TRUE(test::eventually([&] { return house.shown("orphan"); }));
  EXPECT_EQ(share(AgentHouse::admin(), "x@y.z", "orphan").status, 404U);
}

TEST_F(SharingTest, NeverWithTheOwnerWhoeverAsks) {
  const auto mine = share(AgentHouse::ann(), "ANN@example.org");
  EXPECT_EQ(mine.status, 400U);
  EXPECT_EQ(detail_of(mine), "Cannot share an agent with yourself");
  const auto theirs = share(AgentHouse::admin(), "ann@EXAMPLE.org");
  EXPECT_EQ(theirs.status, 400U);
  EXPECT_EQ(detail_of(theirs), "Cannot share an agent with its owner");
  EXPECT_EQ(house.count("agent_sharing"), 0);
}

TEST_F(SharingTest, OnlyPersonsManageShares) {
  ASSERT_EQ(share(AgentHouse::ann(), "x@y.z").status, 200U);
  for (const auto scope : {Scope::agent_key, Scope::system_key}) {
    EXPECT_EQ(share(keyed(scope), "a@b.c").status, 403U);
    EXPECT_EQ(unshare(keyed(scope), "x@y.z").status, 403U);
    EXPECT_EQ(ask(Method::get, "/api/agents/bot/shares", keyed(scope)).status, 403U);
  }
  const auto key = std::make_shared<const Caller>(Caller{7, "ann", "ann@example.org", Role::user, Scope::user_key});
  EXPECT_EQ(share(key, "a@b.c").status, 200U);
  EXPECT_EQ(house.count("agent_sharing"), 2);
}

TEST_F(SharingTest, OnlyAnAdministratorsShareInvites) {
  ASSERT_EQ(share(AgentHouse::ann(), "one@x.org").status, 200U);
  EXPECT_EQ(house.count("email_whitelist"), 0);
  ASSERT_EQ(share(AgentHouse::admin(), "Two@x.org").status, 200U);
  EXPECT_EQ(house.count("email_whitelist",
                        "email = 'two@x.org' AND added_by = '1' AND source = 'agent_sharing' AND added_at > '2026'"),
            1);
  unshare(AgentHouse::admin(), "two@x.org");
  EXPECT_EQ(house.count("email_whitelist"), 1) << "stays";
  ASSERT_EQ(share(AgentHouse::admin(), "two@x.org").status, 200U);
  EXPECT_EQ(house.count("email_whitelist"), 1) << "once";
  mail = false;
  ASSERT_EQ(share(AgentHouse::admin(), "three@x.org").status, 200U);
  EXPECT_EQ(house.count("email_whitelist"), 1) << "such sign-in is not offered";
}

TEST_F(SharingTest, TheOperatorMayLetEverybodyInvite) {
  SharingService open({[] { return true; }, true}, house.house.fleet, store, house.store, house.users, link);
  house.run(open.share(house.call, AgentHouse::ann(), "bot", "one@x.org"));
  EXPECT_EQ(house.count("email_whitelist", "email = 'one@x.org' AND added_by = '7'"), 1);
}

TEST_F(SharingTest, EveryChangeIsAudited) {
  share(AgentHouse::admin(), "One@x.org");
  share(AgentHouse::admin(), "one@x.org");
  unshare(AgentHouse::ann(), "one@X.org");
  unshare(AgentHouse::ann(), "one@x.org");
  ASSERT_EQ(audited.size(), 3U) << "what was refused is no change";
  EXPECT_NE(audited[0].find("action=share agent=bot target=one@x.org user=admin user_id=1 by=session"),
            std::string::npos)
      << audited[0];
  EXPECT_NE(audited[1].find("action=whitelist_add target=one@x.org"), std::string::npos) << audited[1];
  EXPECT_NE(audited[2].find("action=unshare agent=bot target=one@x.org user=ann user_id=7"), std::string::npos)
      << audited[2];
}

TEST_F(SharingTest, WhoGainsOrLosesTheAgentIsToldAtOnce) {
  const auto bob = connect(AgentHouse::bob(), {"agents"});
  const auto ann = connect(AgentHouse::ann(), {"agents", "agent:bot"});
  const auto carl = connect(std::make_shared<const Caller>(Caller{9, "carl", "carl@x.org"}), {"agents"});
  share(AgentHouse::ann(), "bob@example.org");
  settle();
  EXPECT_THAT(bob->take(), ElementsAre("agent_created bot "));
  EXPECT_THAT(ann->take(), ElementsAre("agent_config_changed bot sharing"));
  const auto second = connect(AgentHouse::bob(), {"agents", "agent:bot", "agent:bot:stats"});
  unshare(AgentHouse::ann(), "bob@example.org");
  settle();
  EXPECT_THAT(bob->take(), ElementsAre("agent_deleted bot "));
  EXPECT_THAT(second->take(),
              testing::UnorderedElementsAre("agent_deleted bot ", "unsubscribed agent:bot access_revoked",
                                            "unsubscribed agent:bot:stats access_revoked"));
  EXPECT_THAT(ann->take(), ElementsAre("agent_config_changed bot sharing"));
  EXPECT_THAT(carl->take(), IsEmpty()) << "a stranger";
}

TEST_F(SharingTest, ClassicSocketsGetTheClassicEvents) {
  const auto bob = connect(AgentHouse::bob(), {});
  const auto ann = connect(AgentHouse::ann(), {});
  const auto carl = connect(std::make_shared<const Caller>(Caller{9, "carl", "carl@x.org"}), {});
  share(AgentHouse::ann(), "BOB@example.org");
  settle();
  EXPECT_THAT(bob->take(), ElementsAre("agent_shared bot BOB@example.org"));
  EXPECT_THAT(ann->take(), ElementsAre("agent_shared bot BOB@example.org"));
  unshare(AgentHouse::ann(), "bob@EXAMPLE.org");
  settle();
  EXPECT_THAT(bob->take(), ElementsAre("agent_unshared bot bob@EXAMPLE.org")) << "who loses it, too";
  EXPECT_THAT(ann->take(), ElementsAre("agent_unshared bot bob@EXAMPLE.org"));
  EXPECT_THAT(carl->take(), IsEmpty());
}

TEST_F(SharingTest, SharesOfOneAgentAreBounded) {
  house.execute(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) "
      "INSERT INTO agent_sharing (agent_name, shared_with_email, shared_by_id, created_at) "
      "SELECT 'bot', 'u' || i || '@x.org', 7, 't' FROM n");
  const auto refused = share(AgentHouse::ann(), "one-more@x.org");
  EXPECT_EQ(refused.status, 400U);
  EXPECT_EQ(detail_of(refused), "An agent can be shared with at most 1000 people");
  EXPECT_EQ(share(AgentHouse::ann(), "u7@x.org").status, 409U);
}

/// Rows of earlier deployments.
TEST_F(SharingTest, CapitalsInStoredAddressesDoNotMatter) {
  house.execute(
      "INSERT INTO agent_sharing (agent_name, shared_with_email, shared_by_id, created_at) VALUES ('bot', "
      "'Old@X.org', 7, 't')");
  EXPECT_EQ(share(AgentHouse::ann(), "old@x.org").status, 409U);
  EXPECT_EQ(unshare(AgentHouse::ann(), "OLD@x.org").status, 200U);
  EXPECT_EQ(house.count("agent_sharing"), 0);
}

TEST_F(SharingTest, ADatabaseThatIsLockedChangesNothing) {
  test::OtherProgram other(house.dir / "trinity.db");
  other.run("BEGIN EXCLUSIVE");
  EXPECT_EQ(share(AgentHouse::ann(), "bob@example.org").status, 503U);
  EXPECT_FALSE(sees(AgentHouse::bob()));
  EXPECT_THAT(audited, IsEmpty());
  other.run("ROLLBACK");
  EXPECT_EQ(share(AgentHouse::ann(), "bob@example.org").status, 200U);
}

/// Whoever writes, in whatever order: what the fleet shows in the end is what the database has.
Task<> toggle(SharingService* service, Call call, std::string email, int times) {
  for (int i = 0; i < times; ++i) {
    co_await service->share(call, AgentHouse::ann(), "bot", email);
    if (i % 2 == 0 || i + 1 < times) co_await service->unshare(call, AgentHouse::ann(), "bot", email);
  }
}
TEST_F(SharingTest, ManyAtOnceEndWithWhatIsStored) {
  std::vector<std::future<void>> all;
  for (int i = 0; i < 6; ++i) {
    auto work = toggle(&service, house.call, "u" + std::to_string(i) + "@x.org", 10);
    all.push_back(asio::co_spawn(house.house.io[static_cast<std::size_t>(i) % 3], std::move(work), asio::use_future));
  }
  for (auto& one : all) one.get();
  EXPECT_EQ(house.count("agent_sharing"), 6);
  EXPECT_EQ(house.house.held_by(2)->find("bot")->agent->metadata, house.metadata().at("bot"));
}

}  // namespace
}  // namespace trinity::sharing
