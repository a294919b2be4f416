#include "git/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/agents/house.h"

namespace trinity::git {
namespace {

using test::run_task;

class GitStoreTest : public testing::Test {
 protected:
  GitStoreTest() {
    house.execute(
        "INSERT INTO agent_ownership (agent_name, owner_id, created_at) VALUES ('ruby', 7, 't'), ('jade', 7, 't')");
    tell = [this](std::vector<fleet::Action> actions) {
      for (auto& action : actions) told.push_back(std::get<fleet::MetadataChanged>(std::move(action)));
    };
  }
  ~GitStoreTest() override { house.pool.join(); }
  static GitRecord record_of(const std::string& agent) {
    GitRecord record;
    record.agent = agent;
    record.repository = "acme/" + agent;
    record.instance_id = "0123abcd";
    record.working_branch = own_branch(agent, record.instance_id);
    return record;
  }
  std::optional<GitRecord> found(const std::string& agent) { return run_task(store.find(house.call, agent)); }

  test::AgentDatabase house;
  GitStore store{house.database};
  agents::Tell tell;
  std::vector<fleet::MetadataChanged> told;
};

TEST_F(GitStoreTest, ARecordIsKeptAndTheFleetHearsOfIt) {
  EXPECT_FALSE(found("ruby"));
  EXPECT_TRUE(run_task(store.put(house.call, record_of("ruby"), tell)));
  auto kept = found("ruby");
  ASSERT_TRUE(kept);
  EXPECT_FALSE(kept->created_at.empty());
  kept->created_at.clear();
  EXPECT_EQ(*kept, record_of("ruby"));
  EXPECT_EQ(kept->working_branch, "trinity/ruby/0123abcd");
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].name, "ruby");
  EXPECT_EQ(told[0].metadata.value().github_repo, "acme/ruby");
  EXPECT_EQ(house.count("agent_git_config", "length(id) = 22 AND sync_paths LIKE '[\"memory/\"%'"), 1);
}

TEST_F(GitStoreTest, ANewOneTakesThePlaceOfTheOld) {
  run_task(store.put(house.call, record_of("ruby"), tell));
  auto next = record_of("ruby");
  next.repository = "acme/other";
  next.source_branch = "develop";
  next.working_branch = "develop";
  next.source_mode = true;
  EXPECT_TRUE(run_task(store.put(house.call, next, tell)));
  const auto kept = found("ruby");
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->repository, "acme/other");
  EXPECT_TRUE(kept->source_mode);
  EXPECT_EQ(kept->source_branch, "develop");
  EXPECT_EQ(house.count("agent_git_config"), 1);
}

TEST_F(GitStoreTest, AnAgentThatHasGoneGetsNone) {
  EXPECT_FALSE(run_task(store.put(house.call, record_of("gone"), tell)));
  EXPECT_EQ(house.count("agent_git_config"), 0);
  EXPECT_TRUE(told.empty());
}

TEST_F(GitStoreTest, OnlyTheOneThatIsMeantIsRemoved) {
  run_task(store.put(house.call, record_of("ruby"), tell));
  run_task(store.put(house.call, record_of("jade"), tell));
  EXPECT_FALSE(run_task(store.remove(house.call, "ruby", "ffffffff", tell)));
  EXPECT_TRUE(found("ruby"));
  EXPECT_TRUE(run_task(store.remove(house.call, "ruby", "0123abcd", tell)));
  EXPECT_FALSE(found("ruby"));
  EXPECT_TRUE(found("jade"));
  ASSERT_EQ(told.size(), 3U);
  EXPECT_EQ(told[2].metadata.value().github_repo, std::nullopt);
}

TEST_F(GitStoreTest, ASyncIsNoted) {
  EXPECT_FALSE(run_task(store.synced(house.call, "ruby", "abc")));
  run_task(store.put(house.call, record_of("ruby"), tell));
  const auto at = run_task(store.synced(house.call, "ruby", "abc"));
  ASSERT_TRUE(at);
  EXPECT_EQ(found("ruby").value().last_sync_at, at);
  EXPECT_EQ(found("ruby").value().last_commit_sha, "abc");
}

}  // namespace
}  // namespace trinity::git
