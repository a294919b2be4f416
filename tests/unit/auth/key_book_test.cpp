#include "auth/key_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/auth/house.h"

namespace trinity::auth {
namespace {

using test::run_task;

class KeyBookTest : public testing::Test {
 protected:
  KeyBookTest() {
    house.add_user("ann", "no password");
    house.execute("UPDATE users SET id = 7, email = 'ann@example.org' WHERE username = 'ann'");
    house.reload();
  }
  /// The key's text.
  std::string add(const std::string& id, const std::string& more = "", const std::string& columns = "") {
    const auto text = new_key_text();
    house.execute("INSERT INTO mcp_api_keys (id, name, key_prefix, key_hash, created_at, user_id" + columns +
                  ") VALUES ('" + id + "', 'k', 'p', '" + key_digest(text) + "', 't', 7" + more + ")");
    book.load(house.call);
    return text;
  }
  std::shared_ptr<const Caller> resolve(const std::string& key) { return run_task(book.resolve(key, house.call)); }
  std::int64_t uses(const std::string& id) {
    return house.value<std::int64_t>("SELECT usage_count FROM mcp_api_keys WHERE id = '" + id + "'").value_or(-1);
  }

  test::AuthHouse house;
  KeyBook book{house.database, house.users};
};

TEST(ApiKeysTest, AKeyLooksAsTheContractSays) {
  const auto key = new_key_text();
  EXPECT_THAT(key, testing::MatchesRegex("trinity_mcp_[A-Za-z0-9_-]+"));
  EXPECT_EQ(key.size(), 55U);
  EXPECT_NE(key, new_key_text());
  EXPECT_EQ(key_digest("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_F(KeyBookTest, AUsersKeyStandsForTheUser) {
  const auto caller = resolve(add("k1"));
  ASSERT_TRUE(caller);
  EXPECT_EQ(caller->user_id, 7);
  EXPECT_EQ(caller->username, "ann");
  EXPECT_EQ(caller->scope, Scope::user_key);
  EXPECT_TRUE(caller->is_person());
  EXPECT_EQ(resolve("trinity_mcp_unknown"), nullptr);
  EXPECT_EQ(resolve(""), nullptr);
  EXPECT_EQ(resolve(std::string(10'000, 'x')), nullptr);
}

TEST_F(KeyBookTest, AnAgentsKeyHasNoAdministratorsRights) {
  const auto key = add("k1", ", 'bot', 'agent'", ", agent_name, scope");
  house.execute("UPDATE users SET role = 'admin'");
  house.reload();
  const auto caller = resolve(key);
  ASSERT_TRUE(caller);
  EXPECT_EQ(caller->scope, Scope::agent_key);
  EXPECT_EQ(caller->agent_name, "bot");
  EXPECT_FALSE(caller->is_admin());
  EXPECT_FALSE(caller->is_person());
  const auto system = resolve(add("k2", ", 'trinity-system', 'system'", ", agent_name, scope"));
  ASSERT_TRUE(system);
  EXPECT_TRUE(system->is_admin());
  EXPECT_FALSE(system->is_person());
}

TEST_F(KeyBookTest, KeysThatCountForNothing) {
  EXPECT_EQ(resolve(add("off", ", 0", ", is_active")), nullptr);
  EXPECT_EQ(resolve(add("null", ", NULL", ", is_active")), nullptr);
  EXPECT_EQ(resolve(add("odd", ", 'owner'", ", scope")), nullptr);
  EXPECT_EQ(resolve(add("nobody", ", 'agent'", ", scope")), nullptr) << "an agent's key without an agent";
  const auto orphan = add("orphan");
  house.execute("UPDATE mcp_api_keys SET user_id = 99 WHERE id = 'orphan'");
  book.load(house.call);
  EXPECT_EQ(resolve(orphan), nullptr) << "its owner is gone";
}

TEST_F(KeyBookTest, ResolvingCostsNoSqlAndUsesAreWrittenTogether) {
  const auto first = add("k1");
  const auto second = add("k2");
  house.execute("UPDATE mcp_api_keys SET usage_count = NULL WHERE id = 'k2'");
  house.cost.sql = 0;
  for (int i = 0; i < 100; ++i) resolve(first);
  resolve(second);
  EXPECT_EQ(house.cost.sql.load(), 0U);
  run_task(book.flush(house.call));
  EXPECT_EQ(house.cost.sql.load(), 2U);
  EXPECT_EQ(uses("k1"), 100);
  EXPECT_EQ(uses("k2"), 1);
  EXPECT_THAT(*house.value<std::string>("SELECT last_used_at FROM mcp_api_keys WHERE id = 'k1'"),
              testing::MatchesRegex("20..-..-..T.*"));
  house.cost.sql = 0;
  run_task(book.flush(house.call));
  EXPECT_EQ(house.cost.sql.load(), 0U) << "nothing was used since";
}

TEST_F(KeyBookTest, UsesThatCannotBeWrittenAreKept) {
  const auto key = add("k1");
  resolve(key);
  house.execute("ALTER TABLE mcp_api_keys RENAME TO away");
  run_task(book.flush(house.call));
  house.execute("ALTER TABLE away RENAME TO mcp_api_keys");
  resolve(key);
  book.flush_now(house.call);
  EXPECT_EQ(uses("k1"), 2);
}

TEST_F(KeyBookTest, AnAgentHasOneKeyAndItGoesWithTheAgent) {
  std::string earlier;
  const auto made = [&](const std::string& text) {
    auto job = [&](db::Session& session) { return KeyRows::insert_for_agent(session, text, "bot", 7); };
    auto publish = [&](const ApiKey& key) {
      book.remove_of_agent("bot");
      book.put(key);
    };
    house.database.write_now(house.call, std::move(job), std::move(publish));
  };
  const auto users_key = add("mine", ", 'bot'", ", agent_name");
  const auto first = new_key_text();
  const auto second = new_key_text();
  made(first);
  made(second);
  EXPECT_EQ(resolve(first), nullptr);
  ASSERT_TRUE(resolve(second));
  EXPECT_EQ(resolve(second)->agent_name, "bot");
  EXPECT_EQ(*house.value<std::string>("SELECT name FROM mcp_api_keys WHERE scope = 'agent'"), "agent-bot-key");
  EXPECT_EQ(*house.value<std::string>("SELECT key_prefix FROM mcp_api_keys WHERE scope = 'agent'"),
            second.substr(0, 20));
  EXPECT_FALSE(house.value<std::string>("SELECT id FROM mcp_api_keys WHERE key_hash = '" + second + "'"));
  book.remove_of_agent("bot");
  EXPECT_EQ(resolve(second), nullptr);
  EXPECT_TRUE(resolve(users_key)) << "a user's key stays whatever it names";
}

TEST_F(KeyBookTest, TheAuthenticatorTakesKeysOnRestOnly) {
  auto authenticator = make_authenticator(house.verifier, &book);
  const auto ask = [&](http::Access access, const std::string& value) {
    return run_task(authenticator(access, "Bearer " + value, house.call));
  };
  const auto key = add("k1", ", 'bot', 'agent'", ", agent_name, scope");
  EXPECT_EQ(ask(http::Access::user, key)->agent_name, "bot");
  EXPECT_EQ(ask(http::Access::agent_owner, key)->agent_name, "bot") << "the service applies the rule";
  EXPECT_THROW(ask(http::Access::secret, key), Unauthorized);
  house.execute("UPDATE users SET role = 'admin'");
  house.reload();
  EXPECT_THROW(ask(http::Access::admin, key), Forbidden) << "its owner is administrator, the agent is not";
  EXPECT_FALSE(house.verifier.verify(key));
  EXPECT_FALSE(house.verifier.verify_session(key));
  EXPECT_THROW((void)house.sign_in.validate(key), Unauthorized);
}

}  // namespace
}  // namespace trinity::auth
