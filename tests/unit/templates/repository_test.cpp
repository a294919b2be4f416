#include "templates/repository.h"

#include <gtest/gtest.h>

#include <thread>

#include "unit/templates/git_house.h"

namespace trinity::templates {
namespace {

using Trouble = ReadFault::Trouble;

class Repository : public testing::Test {
 protected:
  Trouble trouble(const ReadResult& result) {
    if (result) {
      ADD_FAILURE() << "was read";
      return Trouble::failed;
    }
    EXPECT_FALSE(result.error().message.empty());
    return result.error().trouble;
  }
  /// Nothing is left of clones.
  [[nodiscard]] std::size_t left() const {
    std::error_code fault;
    std::size_t count = 0;
    for (std::filesystem::directory_iterator at(house.options.folder, fault), end; !fault && at != end; ++at) ++count;
    return count;
  }
  test::GitHouse house;
};

TEST_F(Repository, ItsNewestCommitIsRead) {
  house.commit("agent", "template.yaml", "name: old\n");
  house.commit("agent", "template.yaml", "name: new\n");
  house.commit("agent", ".mcp.json", R"({"mcpServers": {}})");
  house.commit("agent", ".env.example", "KEY=\n");
  house.commit("agent", "src/other.txt", std::string(100'000, 'x'));
  const auto read = house.read("agent");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->branch, "main");
  EXPECT_EQ(read->commit.size(), 40U);
  EXPECT_EQ(read->files.yaml, "name: new\n");
  EXPECT_EQ(read->files.mcp, R"({"mcpServers": {}})");
  EXPECT_EQ(read->files.env_example, "KEY=\n");
  EXPECT_FALSE(read->files.mcp_template);
  EXPECT_EQ(left(), 0U);
}

TEST_F(Repository, ABranchOrTheDefaultOneIsRead) {
  house.commit("agent", "template.yaml", "name: a\n", "trunk");
  house.commit("agent", "template.yaml", "name: b\n", "feature/x");
  test::GitHouse::shell("git -C " + (house.repositories() / "agent.git").string() +
                        " symbolic-ref HEAD refs/heads/trunk");
  EXPECT_EQ(house.read("agent")->branch, "trunk");
  EXPECT_EQ(house.read("agent", "feature/x")->files.yaml, "name: b\n");
  const auto missing = house.read("agent", "nothing");
  EXPECT_EQ(trouble(missing), Trouble::no_branch);
  EXPECT_NE(missing.error().message.find("no branch 'nothing'"), std::string::npos) << missing.error().message;
  EXPECT_TRUE(missing.error().is_definite());
}

TEST_F(Repository, WhatIsNoRepositoryIsNotThere) {
  std::filesystem::create_directories(house.repositories() / "folder.git" / "secret");
  EXPECT_EQ(trouble(house.read("folder")), Trouble::not_found);
  EXPECT_EQ(trouble(house.read("nothing")), Trouble::not_found);
  house.empty("empty");
  const auto empty = house.read("empty");
  EXPECT_EQ(trouble(empty), Trouble::empty);
}

/// A link below the listed folder does not lead out of it.
TEST_F(Repository, LinksLeadNowhereElse) {
  house.commit("agent", "template.yaml", "name: a\n");
  std::filesystem::rename(house.repositories() / "agent.git", house.at("outside.git"));
  std::filesystem::create_symlink(house.at("outside.git"), house.repositories() / "link.git");
  EXPECT_EQ(trouble(house.read("link")), Trouble::not_found);
  std::filesystem::create_directories(house.repositories() / "work.git");
  std::filesystem::create_symlink(house.at("outside.git"), house.repositories() / "work.git" / ".git");
  EXPECT_EQ(trouble(house.read("work")), Trouble::not_found);
  // Inside it may.
  std::filesystem::remove(house.repositories() / "link.git");
  std::filesystem::rename(house.at("outside.git"), house.repositories() / "agent.git");
  std::filesystem::create_symlink(house.repositories() / "agent.git", house.repositories() / "link.git");
  EXPECT_TRUE(house.read("link"));
}

TEST_F(Repository, FilesThatAreNoneAreLeftOut) {
  house.commit("agent", "template.yaml/inner", "x");
  const auto folder = house.read("agent");
  ASSERT_TRUE(folder) << folder.error().message;
  EXPECT_TRUE(folder->files.has_yaml);
  EXPECT_FALSE(folder->files.yaml);
  house.commit("other", "template.yaml", std::string(1'200'000, '#'));
  const auto large = house.read("other");
  ASSERT_TRUE(large) << large.error().message;
  EXPECT_TRUE(large->files.has_yaml);
  EXPECT_FALSE(large->files.yaml);
}

TEST_F(Repository, OneThatIsTooLargeIsGivenUp) {
  std::string noise(3'000'000, '\0');
  std::uint32_t state = 1;
  for (auto& c : noise) c = static_cast<char>((state = state * 1'664'525 + 1'013'904'223) >> 24U);
  house.commit("agent", "noise", noise);
  house.options.most_bytes = 1'000'000;
  const auto read = house.read("agent");
  EXPECT_EQ(trouble(read), Trouble::too_large);
  EXPECT_EQ(left(), 0U);
}

TEST_F(Repository, ItEndsInTimeAndWhenItIsTold) {
  house.commit("agent", "template.yaml", "name: a\n");
  house.options.limit = std::chrono::milliseconds(0);
  EXPECT_EQ(trouble(house.read("agent")), Trouble::timed_out);
  std::stop_source stop;
  stop.request_stop();
  house.options.limit = std::chrono::seconds(20);
  EXPECT_EQ(trouble(read_repository(house.options, house.address("agent"), "", stop.get_token())), Trouble::stopped);
  EXPECT_EQ(left(), 0U);
}

TEST_F(Repository, NobodyListensIsNoVerdict) {
  house.options.places.hosts = {"http://127.50.0.9:9"};
  const auto address = parse_repository("git:http://127.50.0.9:9/a.git", house.options.places).value();
  const auto read = read_repository(house.options, address, "tok-en", {});
  EXPECT_EQ(trouble(read), Trouble::unreachable) << read.error().message;
  EXPECT_FALSE(read.error().is_definite());
}

}  // namespace
}  // namespace trinity::templates
