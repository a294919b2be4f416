#include "agentd/workspace.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "unit/agentd/fixtures.h"

namespace trinity::agentd {
namespace {

namespace fs = std::filesystem;

std::expected<CopyReport, std::string> copy(const TempFolder& source, const TempFolder& home) {
  return copy_template(source.path(), home.path(), {});
}

bool is_executable(const fs::path& file) {
  return (fs::status(file).permissions() & fs::perms::owner_exec) != fs::perms::none;
}

TEST(CopyTemplate, TakesEverythingHiddenFilesToo) {
  const TempFolder source;
  const TempFolder home;
  source.write("CLAUDE.md", "instructions");
  source.write(".claude/commands/a.md", "command");
  source.write(".env.example", "A=1");
  const auto report = copy(source, home);
  ASSERT_TRUE(report) << report.error();
  EXPECT_EQ(report->files, 3U);
  EXPECT_EQ(text_of(home.path() / "CLAUDE.md"), "instructions");
  EXPECT_EQ(text_of(home.path() / ".claude/commands/a.md"), "command");
  EXPECT_TRUE(fs::exists(home.path() / kInitialisedMarker));
}

TEST(CopyTemplate, ModesStayAndScriptsBecomeExecutable) {
  const TempFolder source;
  const TempFolder home;
  fs::permissions(source.write("work", "#!/bin/sh"), fs::perms::owner_all);
  ::chmod(source.write("root-tool", "x").c_str(), 04755);
  source.write("scripts/a.sh", "x");
  source.write("scripts/b.py", "x");
  source.write("scripts/c.txt", "x");
  source.write("other/d.sh", "x");
  ASSERT_TRUE(copy(source, home));
  EXPECT_TRUE(is_executable(home.path() / "work"));
  EXPECT_TRUE(is_executable(home.path() / "scripts/a.sh"));
  EXPECT_TRUE(is_executable(home.path() / "scripts/b.py"));
  EXPECT_FALSE(is_executable(home.path() / "scripts/c.txt"));
  EXPECT_FALSE(is_executable(home.path() / "other/d.sh"));
  EXPECT_EQ(fs::status(home.path() / "root-tool").permissions() & fs::perms::set_uid, fs::perms::none);
}

TEST(CopyTemplate, OnlyOnce) {
  const TempFolder source;
  const TempFolder home;
  source.write("a", "from the template");
  ASSERT_TRUE(copy(source, home));
  home.write("a", "changed by the agent");
  const auto again = copy(source, home);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->done_before);
  EXPECT_EQ(text_of(home.path() / "a"), "changed by the agent");
}

TEST(CopyTemplate, AnInterruptedOneIsRepeated) {
  const TempFolder source;
  const TempFolder home;
  source.write("a", "whole");
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(copy_template(source.path(), home.path(), stop.get_token()));
  EXPECT_FALSE(fs::exists(home.path() / kInitialisedMarker));
  home.write("a", "ha");
  ASSERT_TRUE(copy(source, home));
  EXPECT_EQ(text_of(home.path() / "a"), "whole");
}

TEST(CopyTemplate, LinksThatLeadOutAreLeftOut) {
  const TempFolder source;
  const TempFolder home;
  source.write("folder/real", "x");
  fs::create_symlink("real", source.path() / "folder/inside");
  fs::create_symlink("../folder/real", source.path() / "folder/also-inside");
  fs::create_symlink("/etc/passwd", source.path() / "absolute");
  fs::create_symlink("../../etc/passwd", source.path() / "folder/outside");
  fs::create_directory_symlink("/etc", source.path() / "etc");
  const auto report = copy(source, home);
  ASSERT_TRUE(report) << report.error();
  EXPECT_EQ(report->skipped, 3U);
  EXPECT_EQ(fs::read_symlink(home.path() / "folder/inside"), "real");
  EXPECT_EQ(text_of(home.path() / "folder/also-inside"), "x");
  for (const auto* name : {"absolute", "folder/outside", "etc"}) {
    EXPECT_FALSE(fs::exists(fs::symlink_status(home.path() / name))) << name;
  }
}

TEST(CopyTemplate, NothingIsWrittenThroughLinksInTheHome) {
  const TempFolder source;
  const TempFolder home;
  const TempFolder elsewhere;
  elsewhere.write("victim", "mine");
  source.write("a", "new");
  source.write("folder/victim", "new");
  fs::create_symlink(elsewhere.path() / "victim", home.path() / "a");
  fs::create_directory_symlink(elsewhere.path(), home.path() / "folder");
  ASSERT_TRUE(copy(source, home));
  EXPECT_EQ(text_of(elsewhere.path() / "victim"), "mine");
  EXPECT_EQ(text_of(home.path() / "a"), "new");
  EXPECT_EQ(text_of(home.path() / "folder/victim"), "new");
}

TEST(CopyTemplate, PipesAreSkipped) {
  const TempFolder source;
  const TempFolder home;
  ASSERT_EQ(::mkfifo((source.path() / "pipe").c_str(), 0600), 0);
  const auto report = copy(source, home);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->skipped, 1U);
}

TEST(CopyTemplate, SaysWhyItFailed) {
  const TempFolder home;
  const auto report = copy_template(home.path() / "missing", home.path(), {});
  ASSERT_FALSE(report);
  EXPECT_NE(report.error().find("missing"), std::string::npos);
}

TEST(StaysInside, Table) {
  const std::tuple<const char*, const char*, bool> cases[] = {
      {"a", "b", true},
      {"a", "./b", true},
      {"a", "..", false},
      {"a", "/b", false},
      {"a", "", false},
      {"x/a", "../b", true},
      {"x/a", "..", true},
      {"x/a", "../..", false},
      {"x/y/a", "../../b/../c", true},
      {"x/a", "../b/../../c", false},
      {"x/a", "../../x/a", false},
  };
  for (const auto& [link, target, inside] : cases)
    EXPECT_EQ(stays_inside(link, target), inside) << link << " " << target;
}

TEST(ContentFolders, AreNamedInThePrivateExcludeFile) {
  const TempFolder home;
  make_content_folders(home.path());
  EXPECT_TRUE(fs::is_directory(home.path() / "content/exports"));
  EXPECT_FALSE(fs::exists(home.path() / ".git"));
  EXPECT_FALSE(fs::exists(home.path() / ".gitignore"));

  fs::create_directory(home.path() / ".git");
  home.write(".git/info/exclude", "*.tmp\n.local/");
  make_content_folders(home.path());
  make_content_folders(home.path());
  EXPECT_EQ(text_of(home.path() / ".git/info/exclude"), "*.tmp\n.local/\ncontent/\n");
}

}  // namespace
}  // namespace trinity::agentd
