// What only Redis does: old deployments' data, faults, signing in.
#include "credentials/redis_store.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <thread>

#include "base/errors.h"
#include "support/redis_server.h"
#include "unit/db/run_task.h"
#include "vault/marks.h"

namespace trinity::credentials {
namespace {

using test::run_task;
using namespace std::chrono_literals;
using Names = std::vector<std::string>;

constexpr const char* planted = "planted-secret-0123456789";

class RedisStoreTest : public testing::Test {
 protected:
  static RedisPool::Options quick() {
    RedisPool::Options options;
    options.limit = 300ms;
    options.rest_after_failure = 50ms;
    return options;
  }
  static void old_credential(RedisConnection& old, const std::string& id, const std::string& owner) {
    // An old hash has neither description nor file_path.
    old.run({"HSET", "credentials:" + id + ":metadata", "id", id, "name", "KEY_" + id, "service", "custom", "type",
             "api_key", "created_at", "2025-05-05T05:05:05.000005", "updated_at", "2025-05-05T05:05:05", "status",
             "active", "user_id", owner});
    old.run({"SET", "credentials:" + id + ":secret", "{\"api_key\": \"" + std::string(planted) + "\"}"});
    old.run({"SADD", "user:" + owner + ":credentials", id});
  }
  Stored made(const std::string& id) {
    return {{id, "KEY", "custom", "api_key", "", "", "ann", "2026-01-01T00:00:00", "2026-01-01T00:00:00"},
            vault.seal(secret_label(id, "ann"), "{}")};
  }
  static std::string bytes_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  vault::Vault vault{{vault::MasterKey::make()}};
  CallCost cost;
  std::string id = "test";
  Call call{&id, &cost};
};

TEST_F(RedisStoreTest, AnOldDeploymentsDataIsReadAndSealed) {
  const test::RedisServer server({"--appendonly", "yes"});
  RedisConnection old(parse_redis_address(server.url()), 2s);
  old.limit(60s);
  for (const auto* one : {"a", "b", "c"}) old_credential(old, one, "ann");
  old.run({"SADD", "agent:bot:credentials", "a", "b", "deleted"});
  old.run({"SET", "agent:bot:mcp:google:credential_id", "a"});
  old.run({"SET", "agent:bot:mcp:slack:credential_id", "deleted"});

  RedisStore store(parse_redis_address(server.url()), vault);
  EXPECT_TRUE(store.check());
  const auto found = run_task(store.get(call, "a"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->meta.name, "KEY_a");
  EXPECT_EQ(found->meta.description, "");
  EXPECT_EQ(vault.open(secret_label("a", "ann"), found->sealed).view(),
            "{\"api_key\": \"" + std::string(planted) + "\"}");
  EXPECT_TRUE(vault::Vault::is_sealed(old.run({"GET", "credentials:a:secret"}).text)) << "sealed when it was read";
  EXPECT_FALSE(vault::Vault::is_sealed(old.run({"GET", "credentials:c:secret"}).text));
  EXPECT_EQ(run_task(store.of_agent(call, "bot")).size(), 2U);
  EXPECT_EQ(run_task(store.agents_of(call, {"a", "c"})), (std::map<std::string, Names>{{"a", {"bot"}}}));
  EXPECT_EQ(run_task(store.ties_of(call, "bot")), (std::map<std::string, std::string>{{"google", "a"}}));

  const vault::Reseal seal = [this](const vault::Label& label, std::string_view text) -> std::optional<std::string> {
    if (vault::Vault::is_sealed(text)) return std::nullopt;
    return vault.seal(label, text);
  };
  EXPECT_EQ(run_task(store.each(call, seal)).changed, 1U);
  bool left = true;
  for (int i = 0; i < 300 && left; ++i) {
    std::this_thread::sleep_for(10ms);
    left = false;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(server.folder())) {
      if (entry.is_regular_file() && bytes_of(entry.path()).find(planted) != std::string::npos) left = true;
    }
  }
  EXPECT_FALSE(left) << "the append-only file is written anew";
  EXPECT_TRUE(run_task(store.remove(call, "a")));
  EXPECT_EQ(old.run({"SMEMBERS", "agent:bot:credentials"}).items.size(), 2U) << "b and the one that was deleted before";
}

TEST_F(RedisStoreTest, TheWrongKeyIsRefused) {
  const test::RedisServer server;
  {
    RedisStore store(parse_redis_address(server.url()), vault);
    run_task(store.put(call, made("a")));
  }
  const vault::Vault other({vault::MasterKey::make()});
  RedisStore wrong(parse_redis_address(server.url()), other);
  EXPECT_THROW(wrong.check(), vault::WrongKey);
  EXPECT_THROW(run_task(wrong.get(call, "a")), Unavailable);
  EXPECT_THROW(run_task(wrong.put(call, made("b"))), Unavailable);
  RedisStore right(parse_redis_address(server.url()), vault);
  EXPECT_TRUE(right.check());
  EXPECT_TRUE(run_task(right.remove(call, "a")));
  EXPECT_TRUE(wrong.check()) << "nothing is sealed under the other key any more";
}

TEST_F(RedisStoreTest, AServerThatGoesAndComesBackIsFoundAgain) {
  test::RedisServer server({"--appendonly", "yes", "--appendfsync", "always"});
  RedisStore store(parse_redis_address(server.url()), vault, quick());
  run_task(store.put(call, made("a")));
  server.kill();
  for (int i = 0; i < 5; ++i) EXPECT_THROW(run_task(store.get(call, "a")), Unavailable);
  server.start();
  std::optional<Stored> found;
  for (int i = 0; i < 100 && !found; ++i) {
    std::this_thread::sleep_for(20ms);
    try {
      found = run_task(store.get(call, "a"));
    } catch (const Unavailable&) {
    }
  }
  EXPECT_TRUE(found);
}

TEST_F(RedisStoreTest, AServerThatIsNotThereAtTheStartIsNoFault) {
  test::RedisServer server;
  server.stop();
  RedisStore store(parse_redis_address(server.url()), vault, quick());
  EXPECT_FALSE(store.check());
  EXPECT_THROW(run_task(store.get(call, "a")), Unavailable);
  server.start();
  std::this_thread::sleep_for(100ms);
  run_task(store.put(call, made("a")));
  EXPECT_TRUE(run_task(store.get(call, "a")));
}

TEST_F(RedisStoreTest, AServerThatHangsHoldsNobodyUpForLong) {
  const test::RedisServer server;
  RedisStore store(parse_redis_address(server.url()), vault, quick());
  run_task(store.put(call, made("a")));
  server.freeze();
  const auto since = steady_now();
  EXPECT_THROW(run_task(store.get(call, "a")), Unavailable);
  EXPECT_LT(steady_now() - since, 2s);
  const auto then = steady_now();
  EXPECT_THROW(run_task(store.get(call, "a")), Unavailable);
  EXPECT_LT(steady_now() - then, 1s);
  server.thaw();
  std::this_thread::sleep_for(100ms);
  EXPECT_TRUE(run_task(store.get(call, "a")));
}

TEST_F(RedisStoreTest, APasswordIsGivenWhereItIsWanted) {
  const test::RedisServer server({"--requirepass", "wanted-1"});
  RedisStore with(parse_redis_address(server.url(), "wanted-1"), vault);
  EXPECT_TRUE(with.check());
  auto url = server.url();
  url.insert(std::string_view("redis://").size(), ":wanted-1@");
  RedisStore named(parse_redis_address(url, "another"), vault);
  EXPECT_TRUE(named.check());
  for (const auto* password : {"", "wrong-1"}) {
    RedisStore without(parse_redis_address(server.url(), password), vault, quick());
    EXPECT_FALSE(without.check());
    EXPECT_THROW(run_task(without.get(call, "a")), Unavailable);
  }
}

TEST_F(RedisStoreTest, DatabasesOfAServerAreApart) {
  const test::RedisServer server;
  RedisStore one(parse_redis_address(server.url() + "/1"), vault);
  RedisStore two(parse_redis_address(server.url() + "/2"), vault);
  run_task(one.put(call, made("a")));
  EXPECT_TRUE(run_task(one.get(call, "a")));
  EXPECT_FALSE(run_task(two.get(call, "a")));
}

TEST_F(RedisStoreTest, FaultsRepeatNothingThatWasSent) {
  const test::RedisServer server;
  RedisConnection connection(parse_redis_address(server.url()), 2s);
  try {
    connection.run({"NOSUCH", planted});
    FAIL();
  } catch (const RedisFault& fault) {
    EXPECT_EQ(std::string(fault.what()).find("planted"), std::string::npos) << fault.what();
  }
}

TEST(RedisAddress, IsReadFromUrls) {
  const auto full = parse_redis_address("redis://user:p%40ss@db.example:7000/3", "other");
  EXPECT_EQ(full.host, "db.example");
  EXPECT_EQ(full.port, 7000);
  EXPECT_EQ(full.user, "user");
  EXPECT_EQ(full.password, "p@ss");
  EXPECT_EQ(full.database, 3U);
  EXPECT_EQ(full.shown(), "redis://db.example:7000/3");
  const auto plain = parse_redis_address("redis://redis", "from-variable");
  EXPECT_EQ(plain.port, 6379);
  EXPECT_EQ(plain.password, "from-variable");
  EXPECT_EQ(parse_redis_address("unix:///run/redis.sock").socket, "/run/redis.sock");
  for (const auto* bad : {"", "redis", "http://redis", "rediss://redis", "redis://", "redis://h:0", "redis://h:99999",
                          "redis://h/x", "redis://h/-1", "redis://h/99999999999", "redis://h?x=1", "unix://relative"})
    EXPECT_THROW((void)parse_redis_address(bad), std::runtime_error) << bad;
  try {
    (void)parse_redis_address("redis://:hunter2-secret@h:0/x");
    FAIL();
  } catch (const std::runtime_error& fault) {
    EXPECT_EQ(std::string(fault.what()).find("hunter2"), std::string::npos);
  }
}

}  // namespace
}  // namespace trinity::credentials
