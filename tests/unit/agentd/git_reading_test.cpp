#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agentd/config.h"
#include "agentd/git/reading.h"

namespace trinity::agentd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

std::string zeros(std::string text) {
  for (auto& c : text) {
    if (c == '@') c = '\0';
  }
  return text;
}

TEST(GitReading, SubjectsMayHoldAnything) {
  const auto commits = read_log(zeros("abc@ab@a | b\t\"c\"@Ana@2026-01-10 10:30:00 +0000@def@de@@@2026@"));
  ASSERT_THAT(commits, SizeIs(2));
  EXPECT_EQ(commits[0].message, "a | b\t\"c\"");
  EXPECT_EQ(commits[0].author, "Ana");
  EXPECT_EQ(commits[1].message, "");
  EXPECT_EQ(commits[1].date, "2026");
  EXPECT_THAT(read_log(""), IsEmpty());
  EXPECT_THAT(read_log(zeros("abc@ab")), IsEmpty());
}

TEST(GitReading, StatusHasBlankColumnsRenamesAndOddNames) {
  const auto changes = read_status(zeros(" M  a b@R  new name@old name@?? \"q\"@UU both@A  x@"));
  ASSERT_THAT(changes, SizeIs(5));
  EXPECT_EQ(changes[0].path, " a b");
  EXPECT_EQ(changes[0].status(), "M");
  EXPECT_FALSE(changes[0].is_staged());
  EXPECT_EQ(changes[1].path, "new name");
  EXPECT_TRUE(changes[1].is_staged());
  EXPECT_EQ(changes[2].path, "\"q\"");
  EXPECT_EQ(changes[2].status(), "??");
  EXPECT_FALSE(changes[2].is_staged());
  EXPECT_EQ(changes[3].status(), "UU");
  EXPECT_EQ(changes[4].status(), "A");
  EXPECT_THAT(read_status("odd"), IsEmpty());
}

TEST(GitReading, Counts) {
  EXPECT_THAT(read_counts("2\t3\n"), ElementsAre(2, 3));
  EXPECT_THAT(read_counts("x"), IsEmpty());
}

TEST(GitReading, AddressesLoseTheirUser) {
  EXPECT_EQ(without_user("https://oauth2:tok@github.com/a/b.git"), "https://github.com/a/b.git");
  EXPECT_EQ(without_user("https://u:p@ss@example.org:8443/a@b.git"), "https://example.org:8443/a@b.git");
  EXPECT_EQ(without_user("ssh://git@example.org/a"), "ssh://example.org/a");
  EXPECT_EQ(without_user("https://github.com/a/b@c"), "https://github.com/a/b@c");
  EXPECT_EQ(without_user("git@github.com:a/b.git"), "git@github.com:a/b.git");
  EXPECT_EQ(without_user(""), "");
}

TEST(GitReading, WhatGitSaysHasNoSecrets) {
  const auto said =
      for_people("fatal: unable to access 'https://x:tok-1@host/a': tok-1 is wrong\nsee http://u@h.", "tok-1");
  EXPECT_THAT(said, Not(HasSubstr("tok-1")));
  EXPECT_THAT(said, Not(HasSubstr("x:")));
  EXPECT_THAT(said, HasSubstr("'https://host/a'"));
  EXPECT_LE(for_people(std::string(10'000, 'x'), "").size(), 2'003U);
}

TEST(GitReading, PathsOfRequests) {
  for (const auto* path : {"a", "a/b c", ".env.example", "a..b"}) EXPECT_EQ(git_path_fault(path), "") << path;
  for (const auto* path : {"", "-A", "/etc", "../x", "a/../b", ".."}) EXPECT_NE(git_path_fault(path), "") << path;
}

TEST(GitReading, NamesOfBranches) {
  for (const auto* name : {"main", "trinity/ruby/0123abcd", "a.b-c_d"}) EXPECT_TRUE(is_branch_name(name)) << name;
  for (const auto* name :
       {"", "-x", "a b", "a..b", "a:b", "a~1", "a^", "/a", "a/", "a.lock", "a\nb", "a@{1}", "a/.b"}) {
    EXPECT_FALSE(is_branch_name(name)) << name;
  }
}

Config from(const std::map<std::string, std::string>& variables) {
  return config_from([&](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  });
}

TEST(GitReading, TheRepositoryFromTheEnvironment) {
  const auto config = from({{"GITHUB_REPO", "acme/ruby.one"},
                            {"GITHUB_PAT", "t"},
                            {"GIT_SYNC_ENABLED", "true"},
                            {"GIT_SOURCE_MODE", "true"},
                            {"GIT_SOURCE_BRANCH", "next"}});
  EXPECT_TRUE(config.repository.known());
  EXPECT_EQ(config.repository.url(), "https://github.com/acme/ruby.one.git");
  EXPECT_EQ(config.repository.source_branch, "next");
  EXPECT_THAT(config.faults, IsEmpty());
  EXPECT_FALSE(from({{"GITHUB_REPO", "acme/ruby"}}).repository.known());
  for (const auto* bad : {"ruby", "a/b/c", "/b", "a/", "a/..", "-a/b", "a/b?x", "https://evil/x"}) {
    const auto refused = from({{"GITHUB_REPO", bad}, {"GITHUB_PAT", "t"}});
    EXPECT_FALSE(refused.repository.known()) << bad;
    EXPECT_THAT(refused.faults, SizeIs(1)) << bad;
  }
}

TEST(GitReading, ARepositoryFromItsAddress) {
  const auto config = from({{"GITHUB_REPO", "git.example.com/team/agent"},
                            {"GIT_REPOSITORY_URL", "https://git.example.com:8443/team/agent"},
                            {"GIT_REPOSITORY_TOKEN", "other"},
                            {"GITHUB_PAT", "ghp_github"},
                            {"GIT_WORKING_BRANCH", "trinity/a/1"},
                            {"GIT_SOURCE_BRANCH", "trunk"}});
  const auto& repository = config.repository;
  EXPECT_TRUE(repository.known());
  EXPECT_EQ(repository.url(), "https://git.example.com:8443/team/agent");
  EXPECT_EQ(repository.base, "https://git.example.com:8443") << "who may get the token";
  EXPECT_EQ(repository.token, "other") << "GitHub's goes to GitHub only";
  EXPECT_EQ(repository.token_variable, "GIT_REPOSITORY_TOKEN");
  EXPECT_EQ(repository.begins_at, "trunk");
  EXPECT_EQ(repository.folder(), "");
  EXPECT_THAT(config.faults, IsEmpty());

  const auto local =
      from({{"GIT_REPOSITORY_URL", "file:///repository/a.git"}, {"GIT_REPOSITORY_TOKEN", "t"}}).repository;
  EXPECT_TRUE(local.known());
  EXPECT_EQ(local.folder(), "/repository/a.git");
  EXPECT_EQ(local.base, "");
  EXPECT_EQ(local.token, "");

  for (const auto* bad : {"ssh://x/y", "https://", "https://x", "https://x/", "https:///y", "https://u:p@x/y",
                          "file://x/y", "https://x/y?z", "https://x/y z", "ext::sh -c id", "--upload-pack=id"}) {
    const auto refused = from({{"GIT_REPOSITORY_URL", bad}});
    EXPECT_FALSE(refused.repository.known()) << bad;
    EXPECT_THAT(refused.faults, SizeIs(1)) << bad;
  }
}

}  // namespace
}  // namespace trinity::agentd
