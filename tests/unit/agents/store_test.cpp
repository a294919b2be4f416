#include "agents/store.h"

#include <gtest/gtest.h>

#include "unit/agents/house.h"
#include "unit/db/run_task.h"

namespace trinity::agents {
namespace {

using Registered = AgentStore::Registered;
using test::run_task;

class StoreTest : public testing::Test {
 protected:
  Registered add(const std::string& name, std::int64_t owner_id = 7, const std::string& owner = "ann") {
    AgentStore::Registration wanted{name, owner_id, owner, auth::new_key_text(), {}};
    wanted.intent.agent = name;
    return run_task(data.store.register_agent(data.call, std::move(wanted), teller()));
  }
  std::map<std::string, fleet::Metadata> load() { return data.metadata(); }
  Tell teller() {
    return [this](std::vector<fleet::Action> actions) {
      for (auto& action : actions) told.push_back(std::move(action));
    };
  }
  test::AgentDatabase data;
  std::vector<fleet::Action> told;
};

TEST_F(StoreTest, LoadsEverythingInTwoStatements) {
  for (const auto* name : {"one", "two", "three"}) add(name);
  data.execute(
      "INSERT INTO agent_sharing (agent_name, shared_with_email, shared_by_id, created_at) VALUES "
      "('one', 'Zoe@Example.org', 7, 't'), ('one', 'bob@example.org', 7, 't'), ('nobody', 'x@y.z', 7, 't')");
  data.execute(
      "UPDATE agent_ownership SET is_system = 1, autonomy_enabled = 1, memory_limit = '8g', cpu_limit = '4' "
      "WHERE agent_name = 'two'");
  data.execute("INSERT INTO agent_ownership (agent_name, owner_id, created_at) VALUES ('lost', 99, 't')");
  data.execute(
      "INSERT INTO trinity_agent_tags (agent_name, tag) VALUES ('one', 'prod'), ('one', 'billing'), ('two', 'a/b'), "
      "('nobody', 'x')");
  data.cost.sql = 0;
  const auto all = load();
  EXPECT_EQ(data.cost.sql.load(), 2U);
  EXPECT_EQ(all.at("one").tags, (std::vector<std::string>{"billing", "prod"})) << "once, however many shares";
  EXPECT_EQ(all.at("two").tags, std::vector<std::string>{"a/b"});
  EXPECT_TRUE(all.at("three").tags.empty());
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all.at("one").owner, "ann");
  EXPECT_EQ(all.at("one").owner_id, 7);
  EXPECT_EQ(all.at("one").shared_with, (std::vector<std::string>{"bob@example.org", "zoe@example.org"}));
  EXPECT_FALSE(all.at("one").is_system);
  EXPECT_TRUE(all.at("two").is_system);
  EXPECT_TRUE(all.at("two").autonomy_enabled);
  EXPECT_EQ(all.at("two").memory_limit, "8g");
  EXPECT_EQ(all.at("two").cpu_limit, "4");
  EXPECT_TRUE(all.at("two").shared_with.empty());
  EXPECT_FALSE(all.at("lost").owner) << "its user is gone";
  EXPECT_EQ(all.at("lost").owner_id, 99);
}

TEST_F(StoreTest, ANewAgentHasTheTagsItIsGivenAndNoneOfAnEarlierOne) {
  data.execute("INSERT INTO trinity_agent_tags (agent_name, tag) VALUES ('bot', 'left')");
  AgentStore::Registration wanted{"bot", 7, "ann", auth::new_key_text(), {}};
  wanted.intent.agent = "bot";
  wanted.tags = std::vector<std::string>{"prod"};
  run_task(data.store.register_agent(data.call, wanted, teller()));
  EXPECT_EQ(std::get<fleet::MetadataChanged>(told[0]).metadata->tags, std::vector<std::string>{"prod"});
  add("bot");
  EXPECT_EQ(load().at("bot").tags, std::vector<std::string>{"prod"}) << "taken over with what it has";
  run_task(data.store.forget_agent(data.call, "bot", teller()));
  EXPECT_EQ(data.count("trinity_agent_tags"), 0);
}

TEST_F(StoreTest, RegisteringTellsWhoseTheNameIs) {
  EXPECT_EQ(add("bot"), Registered::created);
  EXPECT_EQ(add("bot"), Registered::taken_over);
  EXPECT_EQ(add("bot", 8, "bob"), Registered::taken);
  EXPECT_EQ(data.count("agent_ownership"), 1);
  EXPECT_EQ(load().at("bot").owner, "ann");
}

TEST_F(StoreTest, TheFleetIsToldWhatWasWritten) {
  add("one");
  told.clear();
  add("two");
  ASSERT_EQ(told.size(), 2U);
  const auto& metadata = std::get<fleet::MetadataChanged>(told[0]);
  EXPECT_EQ(metadata.name, "two");
  EXPECT_EQ(metadata.metadata, load().at("two"));
  EXPECT_EQ(metadata.metadata->permitted_by, std::vector<std::string>{"one"});
  const auto& permissions = std::get<fleet::PermissionsChanged>(told[1]);
  EXPECT_EQ(permissions.source, "two");
  EXPECT_EQ(permissions.targets, std::vector<std::string>{"one"});
  told.clear();
  add("two", 8, "bob");
  EXPECT_TRUE(told.empty()) << "nothing was written";
  run_task(data.store.forget_agent(data.call, "two", teller()));
  ASSERT_EQ(told.size(), 2U);
  EXPECT_TRUE(std::get<fleet::PermissionsChanged>(told[0]).targets.empty());
  EXPECT_FALSE(std::get<fleet::MetadataChanged>(told[1]).metadata);
}

TEST_F(StoreTest, OneAgentReadAloneIsAsInTheWhole) {
  for (const auto* name : {"one", "two", "three"}) add(name);
  data.execute(
      "INSERT INTO agent_sharing (agent_name, shared_with_email, shared_by_id, created_at) VALUES "
      "('one', 'Zoe@Example.org', 7, 't'), ('one', 'bob@example.org', 7, 't'), ('two', 'x@y.z', 7, 't')");
  data.execute("UPDATE agent_ownership SET memory_limit = '8g', autonomy_enabled = 1 WHERE agent_name = 'one'");
  auto job = [](db::Session& session) { return MetadataRows::of(session, "one"); };
  EXPECT_EQ(data.database.read_now(data.call, job), load().at("one"));
  auto none = [](db::Session& session) { return MetadataRows::of(session, "none"); };
  EXPECT_FALSE(data.database.read_now(data.call, none));
}

TEST_F(StoreTest, AnOwnersAgentsMayTalkToEachOther) {
  add("one");
  add("two");
  add("three");
  add("foreign", 8, "bob");
  add("three");
  EXPECT_EQ(data.count("agent_permissions"), 6);
  EXPECT_EQ(data.count("agent_permissions", "source_agent = 'one' AND target_agent = 'three'"), 1);
  EXPECT_EQ(data.count("agent_permissions", "source_agent = 'three' AND target_agent = 'one'"), 1);
  EXPECT_EQ(data.count("agent_permissions", "created_by <> 'ann'"), 0);
  EXPECT_EQ(data.count("agent_permissions", "source_agent = target_agent"), 0);
  EXPECT_EQ(data.count("agent_permissions", "source_agent = 'foreign' OR target_agent = 'foreign'"), 0);
}

TEST_F(StoreTest, ForgettingLeavesNothingOfTheAgentAndAllOfTheOthers) {
  for (const std::string name : {"bot", "other"}) {
    add(name);
    const auto q = "'" + name + "'";
    data.execute("INSERT INTO agent_sharing (agent_name, shared_with_email, shared_by_id, created_at) VALUES (" + q +
                 ", 'a@b.c', 7, 't')");
    data.execute(
        "INSERT INTO agent_schedules (id, agent_name, name, cron_expression, message, owner_id, created_at, "
        "updated_at) VALUES ("
        "'s" +
        name + "', " + q + ", 'n', '* * * * *', 'm', 7, 't', 't')");
    data.execute(
        "INSERT INTO chat_sessions (id, agent_name, user_id, user_email, started_at, last_message_at) VALUES ('c" +
        name + "', " + q + ", 7, 'e', 't', 't')");
    data.execute("INSERT INTO agent_shared_folder_config (agent_name, created_at, updated_at) VALUES (" + q +
                 ", 't', 't')");
  }
  const std::vector<std::string> tables{
      "agent_ownership", "agent_sharing", "agent_schedules", "chat_sessions", "agent_shared_folder_config",
      "mcp_api_keys"};
  run_task(data.store.forget_agent(data.call, "bot", teller()));
  for (const auto& table : tables) {
    EXPECT_EQ(data.count(table, "agent_name = 'bot'"), 0) << table;
    EXPECT_EQ(data.count(table, "agent_name = 'other'"), 1) << table;
  }
  EXPECT_EQ(data.count("agent_permissions"), 0) << "both directions";
  run_task(data.store.forget_agent(data.call, "bot", teller()));
}

TEST_F(StoreTest, AHostileNameIsOnlyAName) {
  const std::string name = "x'; DROP TABLE agent_ownership; --";
  EXPECT_EQ(add(name), Registered::created);
  EXPECT_TRUE(load().contains(name));
}

TEST_F(StoreTest, SharesComeNewestFirstWithTheirGiver) {
  add("bot");
  data.execute(
      "INSERT INTO agent_sharing (agent_name, shared_with_email, shared_by_id, created_at) VALUES "
      "('bot', 'old@x.y', 7, '2026-01-01'), ('bot', 'new@x.y', 1, '2026-02-01'), ('bot', 'lost@x.y', 99, "
      "'2025-01-01'), "
      "('other', 'no@x.y', 7, '2026-03-01')");
  const auto shares = run_task(data.store.shares(data.call, "bot"));
  ASSERT_EQ(shares.size(), 3U);
  EXPECT_EQ(shares[0].shared_with_email, "new@x.y");
  EXPECT_EQ(shares[0].shared_by_email, "admin") << "no address: the name";
  EXPECT_EQ(shares[1].shared_by_email, "ann@example.org");
  EXPECT_EQ(shares[1].agent_name, "bot");
  EXPECT_EQ(shares[2].shared_by_email, "unknown");
}

}  // namespace
}  // namespace trinity::agents
