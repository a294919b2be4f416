// Paths: what leads where, and that nothing leads out.
#include "agentd/home/home.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "agentd/home/changes.h"
#include "agentd/home/listing.h"
#include "agentd/home/reading.h"
#include "base/errors.h"
#include "unit/agentd/fixtures.h"

namespace trinity::agentd {
namespace {

namespace fs = std::filesystem;

/// A home directory beside things that nobody may reach.
class HomeTest : public testing::Test {
 protected:
  HomeTest() : home_(world_.path() / "developer") {
    world_.write("outside/secret.txt", "outside");
    world_.write("developer2/secret.txt", "neighbour");
    world_.write("developer/notes.txt", "notes");
    world_.write("developer/sub/deep/inner.txt", "inner");
    fs::create_directories(world_.path() / "developer/empty");
    link("../outside", "out");
    link(world_.path() / "outside", "out-absolute");
    link("../outside/secret.txt", "out-file");
    link("out", "out-chain");
    link("out-chain", "out-chain-2");
    link("/etc", "etc");
    link("/proc/self", "proc");
    link("/proc/self/root", "root");
    link("/proc/self/cwd", "cwd");
    link("..", "up");
    link("../..", "up-up");
    link("../developer2", "neighbour");
    link("sub/../../outside", "through");
    link("loop-b", "loop-a");
    link("loop-a", "loop-b");
    link("sub/deep", "in");
    link(world_.path() / "developer/sub", "in-absolute");
    link("nothing-there", "broken");
    link("/nothing-there", "broken-out");
  }
  void link(const fs::path& to, const std::string& name) { fs::create_symlink(to, world_.path() / "developer" / name); }
  /// forbidden, missing, bad, failed, or the resolved path.
  std::string outcome(std::string_view asked, Home::Last last = Home::Last::follow) const {
    try {
      const auto place = home_.find(asked, last);
      return (place.is_there() ? "" : "missing ") + text_of_path(place.path);
    } catch (const Forbidden& e) {
      EXPECT_EQ(e.what(), "Access denied: only " + home_.root().string() + " accessible");
      return "forbidden";
    } catch (const BadRequest&) {
      return "bad";
    }
  }
  [[nodiscard]] std::string root() const { return home_.root().string(); }

  TempFolder world_;
  Home home_;
};

TEST_F(HomeTest, WaysThatStayInside) {
  const std::vector<std::pair<std::string, std::string>> ways{
      {"", "."},
      {".", "."},
      {"./", "."},
      {root(), "."},
      {root() + "/", "."},
      {"notes.txt", "notes.txt"},
      {"./sub//deep/./inner.txt", "sub/deep/inner.txt"},
      {"sub/deep/..", "sub"},
      {"sub/../notes.txt", "notes.txt"},
      {root() + "/sub/deep/../../notes.txt", "notes.txt"},
      {"../developer/notes.txt", "notes.txt"},
      {"/../.." + root() + "/notes.txt", "notes.txt"},
      {"in/inner.txt", "sub/deep/inner.txt"},
      {"in/..", "sub"},
      {"in-absolute/deep/inner.txt", "sub/deep/inner.txt"},
      {"up/developer/notes.txt", "notes.txt"},
      {"sub/new.txt", "missing sub/new.txt"},
      {"nope/deeper/x", "missing nope/deeper/x"},
      {"nope/../notes.txt", "notes.txt"},
      {"notes.txt/x", "missing notes.txt/x"},
      {"broken", "missing nothing-there"},
      {"...", "missing ..."},
      {"..notes", "missing ..notes"},
      {"sub\\..\\..", "missing sub\\..\\.."},
      {"~/notes.txt", "missing ~/notes.txt"},
      {"%2e%2e/outside", "missing %2e%2e/outside"},
  };
  for (const auto& [asked, expected] : ways) EXPECT_EQ(outcome(asked), expected) << asked;
  EXPECT_EQ(outcome("out", Home::Last::keep), "out") << "the link itself lies inside";
  EXPECT_EQ(outcome("broken-out", Home::Last::keep), "broken-out");
}

/// Each of them, by every operation.
std::vector<std::string> ways_out(const std::string& root) {
  std::vector<std::string> ways{
      "..",
      "../",
      "../outside/secret.txt",
      "../developer2/secret.txt",
      "../../../../../../../../etc/passwd",
      "./../outside",
      "sub/../../outside/secret.txt",
      "sub/deep/../../../outside/secret.txt",
      "nope/../../outside/secret.txt",
      "notes.txt/../../outside/secret.txt",
      "notes.txt/../../etc/passwd",
      ".//..//outside//secret.txt",
      "sub/./.././../outside",
      "/",
      "//",
      "/..",
      "/etc/passwd",
      "//etc/passwd",
      "/./etc/../etc/passwd",
      "/proc/self/environ",
      "/proc/self/root/etc/passwd",
      "/proc/self/fd/0",
      "/dev/null",
      "/home",
      root + "2/secret.txt",
      root + "/../outside/secret.txt",
      root + "/../developer2/secret.txt",
      root + "/sub/../../outside/secret.txt",
      root + "/../../../../../../etc/passwd",
      "/../../" + root.substr(1) + "/../outside/secret.txt",
      "out/secret.txt",
      "out/../secret.txt",
      "out-absolute/secret.txt",
      "out-chain/secret.txt",
      "out-chain-2/secret.txt",
      "out-chain-2/../../etc/passwd",
      "through/secret.txt",
      "etc/passwd",
      "etc/../etc/passwd",
      "etc/nothing-there",
      "proc/environ",
      "proc/root/etc/passwd",
      "root/etc/passwd",
      "cwd/x",
      "up/outside/secret.txt",
      "up/developer2/secret.txt",
      "up/developer/../outside/secret.txt",
      "up-up/etc",
      "neighbour/secret.txt",
      "in/../../../outside/secret.txt",
      "in-absolute/../../outside/secret.txt",
      "sub/deep/../../in/../../../outside",
  };
  return ways;
}

TEST_F(HomeTest, NoWayLeadsOut) {
  const auto ways = ways_out(root());
  ASSERT_GE(ways.size(), 50U);
  for (const auto& asked : ways) {
    for (const auto last : {Home::Last::follow, Home::Last::keep})
      EXPECT_EQ(outcome(asked, last), "forbidden") << asked;
  }
  for (const auto* link : {"out", "out-absolute", "out-file", "out-chain-2", "etc", "proc", "up", "broken-out"}) {
    EXPECT_EQ(outcome(link), "forbidden") << link;
    EXPECT_EQ(outcome(std::string(link) + "/"), "forbidden") << link;
  }
}

TEST_F(HomeTest, NoOperationLeadsOut) {
  const auto before = text_of(world_.path() / "outside/secret.txt");
  auto ways = ways_out(root());
  for (const auto* link : {"out", "out-file", "out-chain-2", "etc"}) ways.emplace_back(link);
  for (const auto& asked : ways) {
    EXPECT_THROW(static_cast<void>(begin_update(home_, asked, {})), Forbidden) << asked;
    EXPECT_THROW(static_cast<void>(begin_upload(home_, asked, true)), Forbidden) << asked;
    EXPECT_THROW(make_folder(home_, asked), Forbidden) << asked;
    EXPECT_THROW(make_folder(home_, asked + "/new"), Forbidden) << asked;
  }
  for (const auto& asked : ways_out(root())) {
    EXPECT_THROW(remove_path(home_, asked, {}, {}), Forbidden) << asked;
    EXPECT_THROW(move_path(home_, asked, "taken"), Forbidden) << asked;
    EXPECT_THROW(move_path(home_, "notes.txt", asked), Forbidden) << asked;
  }
  EXPECT_EQ(text_of(world_.path() / "outside/secret.txt"), before);
  EXPECT_EQ(std::distance(fs::directory_iterator(world_.path() / "outside"), {}), 1);
  EXPECT_EQ(std::distance(fs::directory_iterator(world_.path()), {}), 3);
  EXPECT_FALSE(fs::exists(world_.path() / "developer/taken"));
}

TEST_F(HomeTest, LoopsAndMonstersEnd) {
  EXPECT_EQ(outcome("loop-a").substr(0, 7), "missing");
  EXPECT_EQ(outcome("loop-a/../x").substr(0, 7), "missing");
  std::string long_name(256, 'x');
  EXPECT_EQ(outcome(long_name), "missing " + long_name);
  EXPECT_EQ(outcome(std::string(5000, 'x')), "bad");
  EXPECT_EQ(outcome(std::string("notes.txt\0.png", 14)), "bad");
  EXPECT_EQ(outcome("..\xC0\xAF..\xC0\xAF"
                    "etc"),
            "bad")
      << "an overlong slash";
  EXPECT_EQ(outcome("a\xFF"), "bad");
  std::string deep;
  for (int i = 0; i < 200; ++i) deep += "d/";
  EXPECT_EQ(outcome(deep), "bad");
  // Links that each double what is left.
  link("wide/wide/wide/wide", "wide");
  EXPECT_EQ(outcome("wide").substr(0, 7), "missing");
  std::string target;
  for (int i = 0; i < 900; ++i) target += "bomb/";
  link(target.substr(0, 4000), "bomb");
  EXPECT_EQ(outcome("bomb"), "bad");
  std::string back_and_forth;
  for (int i = 0; i < 500; ++i) back_and_forth += "sub/../";
  EXPECT_EQ(outcome(back_and_forth + "notes.txt"), "notes.txt");
}

TEST_F(HomeTest, AHomeBehindALinkIsKnownByBothNames) {
  fs::create_directory_symlink(world_.path() / "developer", world_.path() / "by-link");
  const Home home(world_.path() / "by-link");
  EXPECT_EQ(text_of_path(home.find((world_.path() / "by-link/notes.txt").string(), Home::Last::follow).path),
            "notes.txt");
  EXPECT_EQ(text_of_path(home.find((world_.path() / "developer/notes.txt").string(), Home::Last::follow).path),
            "notes.txt");
}

/// Somebody keeps swapping a folder for a link that leads out, while files are read, written and deleted through it.
TEST_F(HomeTest, ASwappedFolderNeverLeadsOut) {
  world_.write("developer/swap/secret.txt", "inside");
  const auto swap = world_.path() / "developer/swap";
  const auto aside = world_.path() / "developer/aside";
  std::atomic<bool> over{false};
  std::thread swapper([&] {
    while (!over) {
      ::rename(swap.c_str(), aside.c_str());
      ::symlink("../outside", swap.c_str());
      ::unlink(swap.c_str());
      ::rename(aside.c_str(), swap.c_str());
    }
  });
  int inside = 0;
  for (int i = 0; i < 3000; ++i) {
    try {
      const auto place = home_.find("swap/secret.txt", Home::Last::follow);
      const auto file = open_file(place, "swap/secret.txt");
      char text[8] = {};
      ASSERT_EQ(::pread(file.descriptor.number(), text, 7, 0), 6);
      ASSERT_STREQ(text, "inside");
      ++inside;
    } catch (const Error&) {
    }
    try {
      auto uploading = begin_upload(home_, "swap/new.txt", true);
      uploading.writer.append("new", 100);
      uploading.writer.finish(false, "swap/new.txt");
      remove_path(home_, "swap/new.txt", {}, {});
    } catch (const Error&) {
    }
  }
  over = true;
  swapper.join();
  EXPECT_GT(inside, 0);
  EXPECT_EQ(text_of(world_.path() / "outside/secret.txt"), "outside");
  EXPECT_EQ(std::distance(fs::directory_iterator(world_.path() / "outside"), {}), 1);
}

TEST(Protection, NamesAtAnyDepth) {
  const auto of = [](HomePath path) { return protection_of(path); };
  for (const auto* name : {".trinity", ".git", ".gitignore", ".env", ".mcp.json.template"}) {
    for (const HomePath& path : {HomePath{name}, HomePath{"a", name}, HomePath{"a", name, "b", "c"}}) {
      EXPECT_TRUE(of(path).edit && of(path).remove) << text_of_path(path);
    }
  }
  for (const auto* name : {"CLAUDE.md", ".mcp.json"}) {
    EXPECT_TRUE(of({"x", name}).remove);
    EXPECT_FALSE(of({"x", name}).edit);
  }
  for (const auto* name :
       {"git", ".Git", ".GIT", ".env.example", "env", "claude.md", ".gitignore2", " .env", ".env "}) {
    EXPECT_FALSE(of({name}).edit || of({name}).remove) << name;
  }
  for (const HomePath& path :
       {HomePath{".env"}, HomePath{".mcp.json"}, HomePath{".git", "config"}, HomePath{".ssh", "id"},
        HomePath{".claude", ".credentials.json"}, HomePath{".claude.json"}, HomePath{".gemini", "settings.json"},
        HomePath{".config", "gcloud", "a", "b"}, HomePath{"project", ".env"}}) {
    EXPECT_TRUE(of(path).secret && of(path).keeps_secrets) << text_of_path(path);
  }
  for (const HomePath& path : {HomePath{"notes.txt"}, HomePath{".git", "HEAD"}, HomePath{".config", "x"},
                               HomePath{".claude", "settings.json"}}) {
    EXPECT_FALSE(of(path).secret) << text_of_path(path);
  }
  for (const HomePath& path : {HomePath{".claude"}, HomePath{".config"}, HomePath{".git"}, HomePath{".ssh"}}) {
    EXPECT_TRUE(of(path).keeps_secrets) << text_of_path(path);
  }
  EXPECT_TRUE(of({"shared-in"}).remove && of({"shared-out"}).remove);
  EXPECT_TRUE(of({"shared-in", "other", "x"}).remove && of({"shared-in", "other", "x"}).edit);
  EXPECT_FALSE(of({"shared-out", "x"}).remove || of({"shared-out", "x"}).edit || of({"a", "shared-in"}).remove);
}

}  // namespace
}  // namespace trinity::agentd
