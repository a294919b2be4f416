// Both places where credentials are kept do the same.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <thread>

#include "credentials/redis_store.h"
#include "credentials/server_made.h"
#include "credentials/sqlite_store.h"
#include "db/migrations.h"
#include "support/redis_server.h"
#include "unit/db/run_task.h"
#include "unit/db/temp_dir.h"

namespace trinity::credentials {
namespace {

using test::run_task;
using Names = std::vector<std::string>;

/// A place with its vault, new for each test.
class Place {
 public:
  virtual ~Place() = default;
  virtual SecretStore& store() = 0;
};

class DatabasePlace : public Place {
 public:
  DatabasePlace() { db::migrate(database); }
  SecretStore& store() override { return store_; }

 private:
  test::TempDir dir;
  BlockingPool pool{2};
  db::Database database{dir / "trinity.db", pool, 2};
  SqliteStore store_{database};
};

class RedisPlace : public Place {
 public:
  explicit RedisPlace(const vault::Vault& vault) : store_(parse_redis_address(server.url()), vault) {}
  SecretStore& store() override { return store_; }

 private:
  test::RedisServer server;
  RedisStore store_;
};

class StoreTest : public testing::TestWithParam<const char*> {
 protected:
  StoreTest() {
    if (std::string_view(GetParam()) == "redis")
      place = std::make_unique<RedisPlace>(vault);
    else
      place = std::make_unique<DatabasePlace>();
  }

  Stored made(const std::string& id, const std::string& owner = "ann", const std::string& name = "KEY",
              const std::string& created = "2026-01-01T00:00:00.000000") {
    Credential meta{id, name, "custom", "api_key", "what for", "", owner, created, created, ""};
    return {meta, vault.seal(secret_label(id, owner), R"({"api_key":"of )" + id + "\"}")};
  }
  void put(Stored stored) { run_task(store().put(call, std::move(stored))); }
  SecretStore& store() { return place->store(); }
  std::string opened(const Stored& stored) {
    return std::string(vault.open(secret_label(stored.meta.id, stored.meta.owner), stored.sealed).view());
  }
  static Names ids(const std::vector<Stored>& all) {
    Names made;
    for (const auto& one : all) made.push_back(one.meta.id);
    return made;
  }

  vault::Vault vault{{vault::MasterKey::make()}};
  std::unique_ptr<Place> place;
  CallCost cost;
  std::string id = "test";
  Call call{&id, &cost};
};

TEST_P(StoreTest, ACredentialComesBackWhole) {
  auto stored = made("id-1");
  stored.meta.name = "A name with \"quotes\", ü and\nlines";
  stored.meta.description = "";
  stored.meta.file_path = ".config/x.json";
  stored.meta.export_as = "KEY";
  put(stored);
  const auto found = run_task(store().get(call, "id-1"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->meta, stored.meta);
  EXPECT_EQ(opened(*found), R"({"api_key":"of id-1"})");
  EXPECT_EQ(run_task(store().get(call, "id-2")), std::nullopt);
}

TEST_P(StoreTest, PutReplacesAllOfIt) {
  put(made("id-1", "ann", "ONE"));
  auto next = made("id-1", "bob", "TWO");
  next.meta.description = "";
  put(next);
  EXPECT_EQ(run_task(store().get(call, "id-1"))->meta, next.meta);
  EXPECT_EQ(ids(run_task(store().of_owner(call, "ann", ""))), Names());
  EXPECT_EQ(ids(run_task(store().of_owner(call, "bob", ""))), Names{"id-1"});
}

TEST_P(StoreTest, AnOwnersAreListedNewestFirst) {
  put(made("b", "ann", "KEY", "2026-01-01T00:00:00.000001"));
  put(made("a", "ann", "KEY", "2026-01-01T00:00:00.000001"));
  put(made("c", "ann", "OTHER", "2026-01-02T00:00:00.000000"));
  put(made("d", "bob", "KEY"));
  EXPECT_EQ(ids(run_task(store().of_owner(call, "ann", ""))), (Names{"c", "b", "a"}));
  EXPECT_EQ(ids(run_task(store().of_owner(call, "ann", "KEY"))), (Names{"b", "a"}));
  EXPECT_EQ(ids(run_task(store().of_owner(call, "ann", "key"))), Names());
  EXPECT_EQ(ids(run_task(store().of_owner(call, "nobody", ""))), Names());
}

TEST_P(StoreTest, AssignmentsAreASetPerAgent) {
  put(made("a", "ann", "Z"));
  put(made("b", "bob", "A"));
  run_task(store().assign(call, "bot", {"a", "b", "a", "missing"}));
  run_task(store().assign(call, "bot", {"a"}));
  run_task(store().assign(call, "other", {"a"}));
  EXPECT_EQ(ids(run_task(store().of_agent(call, "bot"))), (Names{"b", "a"})) << "by name";
  const auto agents = run_task(store().agents_of(call, {"a", "b", "missing"}));
  EXPECT_EQ(agents, (std::map<std::string, Names>{{"a", {"bot", "other"}}, {"b", {"bot"}}}));
  EXPECT_TRUE(run_task(store().unassign(call, "bot", "a")));
  EXPECT_FALSE(run_task(store().unassign(call, "bot", "a")));
  EXPECT_EQ(ids(run_task(store().of_agent(call, "bot"))), Names{"b"});
  EXPECT_EQ(run_task(store().agents_of(call, {"a"})).at("a"), Names{"other"});
}

TEST_P(StoreTest, ManyIdsAreAskedForAtOnce) {
  Names all;
  for (int i = 0; i < 250; ++i) {
    all.push_back("id-" + std::to_string(1000 + i));
    put(made(all.back(), "ann", "K" + std::to_string(i)));
  }
  run_task(store().assign(call, "bot", all));
  EXPECT_EQ(run_task(store().agents_of(call, all)).size(), 250U);
  EXPECT_EQ(run_task(store().of_agent(call, "bot")).size(), 250U);
  EXPECT_EQ(run_task(store().of_owner(call, "ann", "")).size(), 250U);
}

TEST_P(StoreTest, RemovingTakesAssignmentsAndTiesAlong) {
  put(made("a"));
  put(made("b"));
  run_task(store().assign(call, "bot", {"a", "b"}));
  run_task(store().tie(call, "bot", "google", "a"));
  run_task(store().tie(call, "bot", "slack", "b"));
  EXPECT_TRUE(run_task(store().remove(call, "a")));
  EXPECT_FALSE(run_task(store().remove(call, "a")));
  EXPECT_EQ(run_task(store().get(call, "a")), std::nullopt);
  EXPECT_EQ(ids(run_task(store().of_agent(call, "bot"))), Names{"b"});
  EXPECT_EQ(ids(run_task(store().of_owner(call, "ann", ""))), Names{"b"});
  EXPECT_EQ(run_task(store().ties_of(call, "bot")), (std::map<std::string, std::string>{{"slack", "b"}}));
  // One that comes back under the id has no assignments.
  put(made("a"));
  EXPECT_EQ(ids(run_task(store().of_agent(call, "bot"))), Names{"b"});
}

TEST_P(StoreTest, AForgottenAgentLeavesNothingToALaterOneOfItsName) {
  put(made("a"));
  run_task(store().assign(call, "bot", {"a"}));
  run_task(store().assign(call, "bot-2", {"a"}));
  run_task(store().tie(call, "bot", "google", "a"));
  run_task(store().tie(call, "bot-2", "google", "a"));
  run_task(store().forget_agent(call, "bot"));
  EXPECT_EQ(run_task(store().of_agent(call, "bot")).size(), 0U);
  EXPECT_EQ(run_task(store().ties_of(call, "bot")).size(), 0U);
  EXPECT_EQ(run_task(store().agents_of(call, {"a"})).at("a"), Names{"bot-2"});
  EXPECT_EQ(run_task(store().ties_of(call, "bot-2")).size(), 1U);
  EXPECT_TRUE(run_task(store().get(call, "a"))) << "credentials stay";
}

TEST_P(StoreTest, ATieIsReplacedByTheNext) {
  put(made("a"));
  put(made("b"));
  run_task(store().tie(call, "bot", "google", "a"));
  run_task(store().tie(call, "bot", "google", "b"));
  EXPECT_EQ(run_task(store().ties_of(call, "bot")), (std::map<std::string, std::string>{{"google", "b"}}));
}

TEST_P(StoreTest, AStateIsTakenOnceAndEnds) {
  run_task(store().put_state(call, "s1", "{\"user\":1}", std::chrono::seconds(600)));
  run_task(store().put_state(call, "s2", "{}", std::chrono::seconds(1)));
  EXPECT_EQ(run_task(store().take_state(call, "s1")), "{\"user\":1}");
  EXPECT_EQ(run_task(store().take_state(call, "s1")), std::nullopt);
  EXPECT_EQ(run_task(store().take_state(call, "s3")), std::nullopt);
  std::this_thread::sleep_for(std::chrono::milliseconds(2100));
  EXPECT_EQ(run_task(store().take_state(call, "s2")), std::nullopt);
}

TEST_P(StoreTest, EverySecretIsSealedAnewAndOnlyWhatIsToChangeChanges) {
  for (int i = 0; i < 230; ++i) put(made("id-" + std::to_string(i)));
  auto keys = *vault.keys();
  keys.push_back(vault::MasterKey::make());
  vault.replace_keys(keys);
  put(made("new"));
  const vault::Reseal rewrap = [this](const vault::Label& label, std::string_view text) -> std::optional<std::string> {
    if (vault.is_current(text)) return std::nullopt;
    return vault.rewrap(label, text);
  };
  const auto done = run_task(store().each(call, rewrap));
  EXPECT_EQ(done.seen, 231U);
  EXPECT_EQ(done.changed, 230U);
  vault.replace_keys({keys.back()});
  EXPECT_EQ(opened(*run_task(store().get(call, "id-7"))), R"({"api_key":"of id-7"})");
  EXPECT_EQ(run_task(store().each(call, rewrap)).changed, 0U);
}

TEST_P(StoreTest, TheTokenOfTemplatesFollowsTheEnvironment) {
  run_task(set_template_token(&store(), &vault, call, "admin", "ghp_one"));
  auto found = run_task(store().get(call, template_token_id));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->meta.name, "GitHub PAT (Templates)");
  EXPECT_EQ(found->meta.service, "github");
  EXPECT_EQ(found->meta.type, "token");
  EXPECT_EQ(opened(*found), R"({"token":"ghp_one"})");
  const auto created = found->meta.created_at;
  run_task(set_template_token(&store(), &vault, call, "admin", "ghp_one"));
  EXPECT_EQ(run_task(store().get(call, template_token_id))->sealed, found->sealed) << "nothing to do";
  run_task(set_template_token(&store(), &vault, call, "root", "ghp_two"));
  found = run_task(store().get(call, template_token_id));
  EXPECT_EQ(opened(*found), R"({"token":"ghp_two"})");
  EXPECT_EQ(found->meta.owner, "root");
  EXPECT_EQ(found->meta.created_at, created);
  EXPECT_EQ(ids(run_task(store().of_owner(call, "admin", ""))), Names());
}

INSTANTIATE_TEST_SUITE_P(Places, StoreTest, testing::Values("sqlite", "redis"),
                         [](const auto& shown) { return std::string(shown.param); });

}  // namespace
}  // namespace trinity::credentials
