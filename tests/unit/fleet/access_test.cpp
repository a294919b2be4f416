#include <gtest/gtest.h>

#include "unit/fleet/facts.h"

namespace trinity::fleet {
namespace {

struct Case {
  const char* what;
  Caller caller;
  std::optional<Metadata> metadata;
  bool owner, shared, read, manage;
};

Caller user(std::int64_t id, std::optional<std::string> email = std::nullopt) {
  return {id, "user" + std::to_string(id), std::move(email), Role::user};
}
Caller admin(std::optional<std::string> email = std::nullopt) {
  return {1, "admin", std::move(email), Role::admin};
}

TEST(Access, FollowsTheTable) {
  const auto mine = test::owned_by(7, {"ann@example.org", "bob@example.org"});
  const std::vector<Case> cases{
      {"owner", user(7), mine, true, false, true, true},
      {"owner with whom it is shared as well", user(7, "ann@example.org"), mine, true, false, true, true},
      {"administrator", admin(), mine, false, false, true, true},
      {"administrator with a share", admin("ann@example.org"), mine, false, false, true, true},
      {"administrator who owns it", admin(), test::owned_by(1), true, false, true, true},
      {"shared", user(8, "ann@example.org"), mine, false, true, true, false},
      {"shared, other letter case", user(8, "ANN@Example.Org"), mine, false, true, true, false},
      {"a longer address", user(8, "ann@example.org.evil"), mine, false, false, false, false},
      {"a shorter address", user(8, "ann@example.or"), mine, false, false, false, false},
      {"stranger", user(9, "eve@example.org"), mine, false, false, false, false},
      {"stranger without address", user(9), mine, false, false, false, false},
      {"empty address", user(9, ""), mine, false, false, false, false},
      {"orphan, administrator", admin(), std::nullopt, false, false, true, true},
      {"orphan, user", user(7, "ann@example.org"), std::nullopt, false, false, false, false},
      {"user 0 and an orphan", user(0), std::nullopt, false, false, false, false},
  };
  for (const auto& one : cases) {
    const auto agent = make_agent(test::container("c1", "bot"), one.metadata, test::network);
    EXPECT_EQ(is_owner(agent, one.caller), one.owner) << one.what;
    EXPECT_EQ(is_shared(agent, one.caller), one.shared) << one.what;
    EXPECT_EQ(can_read(agent, one.caller), one.read) << one.what;
    EXPECT_EQ(can_manage(agent, one.caller), one.manage) << one.what;
  }
}

Caller with_key(Caller owner, Scope scope, std::string agent) {
  owner.scope = scope;
  owner.agent_name = std::move(agent);
  return owner;
}

TEST(Access, AnAgentsKeyReachesItselfAndWhatItIsPermitted) {
  auto metadata = test::owned_by(7, {"ann@example.org"});
  metadata.permitted_by = {"alpha", "beta"};
  const auto bot = make_agent(test::container("c1", "bot"), metadata, test::network);
  const auto orphan = make_agent(test::container("c2", "orphan"), std::nullopt, test::network);
  const auto key = [](Caller owner, const char* agent) { return with_key(std::move(owner), Scope::agent_key, agent); };
  EXPECT_TRUE(can_read(bot, key(user(7), "bot"))) << "itself";
  EXPECT_TRUE(can_read(bot, key(user(7), "alpha"))) << "permitted, same owner";
  EXPECT_FALSE(can_read(bot, key(user(7), "gamma"))) << "the same owner is not enough";
  EXPECT_TRUE(can_read(bot, key(user(8, "ANN@example.org"), "alpha"))) << "permitted, shared with its owner";
  EXPECT_FALSE(can_read(bot, key(user(9), "alpha"))) << "permitted, but out of its owner's reach";
  EXPECT_TRUE(can_read(bot, key(admin(), "beta"))) << "permitted, an administrator's";
  EXPECT_FALSE(can_read(bot, key(admin(), "gamma"))) << "an administrator's, not permitted";
  EXPECT_FALSE(can_read(orphan, key(admin(), "alpha")));
  for (const auto* agent : {"bot", "alpha", "gamma"}) {
    EXPECT_FALSE(can_manage(bot, key(admin(), agent))) << agent;
    EXPECT_FALSE(can_manage(bot, key(user(7), agent))) << agent;
  }
}

TEST(Access, OtherKeysHaveTheirOwnersRightsAndTheSystemKeyReachesEveryAgent) {
  const auto bot = make_agent(test::container("c1", "bot"), test::owned_by(7), test::network);
  EXPECT_TRUE(can_manage(bot, with_key(user(7), Scope::user_key, "")));
  EXPECT_FALSE(can_read(bot, with_key(user(8), Scope::user_key, "")));
  EXPECT_TRUE(can_manage(bot, with_key(admin(), Scope::system_key, "trinity-system")));
  EXPECT_TRUE(can_read(bot, with_key(user(8), Scope::system_key, "trinity-system")));
  EXPECT_FALSE(can_manage(bot, with_key(user(8), Scope::system_key, "trinity-system")));
}

}  // namespace
}  // namespace trinity::fleet
