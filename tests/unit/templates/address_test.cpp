#include "templates/address.h"

#include <gtest/gtest.h>

namespace trinity::templates {
namespace {

const GitPlaces places{"https://github.com",
                       {"github.com", "git.example.com", "code.example.com:8443", "http://127.0.0.1:9000", "[::1]:9443",
                        "file:/srv/git", "file:/srv/other/"}};

TEST(RepositoryAddress, FollowsTheTable) {
  struct Case {
    std::string id, url, branch, shown;
  };
  const std::vector<Case> cases{
      {"github:acme/agent", "https://github.com/acme/agent.git", "", "acme/agent"},
      {"github:acme/agent.git", "https://github.com/acme/agent.git", "", "acme/agent"},
      {"github:Acme-1/a.b_c-d@main", "https://github.com/Acme-1/a.b_c-d.git", "main", "Acme-1/a.b_c-d"},
      {"github:acme/agent@feature/x@2", "https://github.com/acme/agent.git", "feature/x@2", "acme/agent"},
      {"git:https://git.example.com/team/agent", "https://git.example.com/team/agent", "",
       "git.example.com/team/agent"},
      {"git:https://GIT.Example.com:443/team/agent.git@v1.0", "https://git.example.com/team/agent.git", "v1.0",
       "git.example.com/team/agent"},
      {"git:https://code.example.com:8443/a/b/c/d/", "https://code.example.com:8443/a/b/c/d", "",
       "code.example.com:8443/a/b/c/d"},
      {"git:http://127.0.0.1:9000/x.git", "http://127.0.0.1:9000/x.git", "", "127.0.0.1:9000/x"},
      {"git:https://[::1]:9443/x", "https://[::1]:9443/x", "", "[::1]:9443/x"},
      {"git:https://github.com/acme/agent", "https://github.com/acme/agent", "", "github.com/acme/agent"},
      {"git:file:///srv/git/agent.git@main", "file:///srv/git/agent.git", "main", "file:/srv/git/agent"},
      {"git:file:///srv/other/a/b", "file:///srv/other/a/b", "", "file:/srv/other/a/b"},
  };
  for (const auto& one : cases) {
    const auto read = parse_repository(one.id, places);
    ASSERT_TRUE(read) << one.id << ": " << read.error();
    EXPECT_EQ(read->url(), one.url) << one.id;
    EXPECT_EQ(read->branch, one.branch) << one.id;
    EXPECT_EQ(read->shown(), one.shown) << one.id;
  }
}

/// Whatever would lead to another place than the listed ones.
TEST(RepositoryAddress, LeadsNowhereElse) {
  const std::vector<std::string> refused{
      // other hosts, and other ways to write an address
      "git:https://evil.example/a/b", "git:https://git.example.com.evil.example/a", "git:https://evilgit.example.com/a",
      "git:https://127.0.0.1/a", "git:https://localhost/a", "git:https://169.254.169.254/latest/meta-data",
      "git:https://2130706433/a", "git:https://0x7f000001/a", "git:https://0177.0.0.1/a", "git:https://127.1/a",
      "git:https://[::ffff:127.0.0.1]/a", "git:https://[::1]/a", "git:https://[::1%25lo]:9443/a", "git:https://0/a",
      "git:https://git.example.com./a", "git:https://.git.example.com/a", "git:https://git..example.com/a",
      "git:https://git%2eexample.com/a", "git:https://gıt.example.com/a", "git:https:///a", "git:https://",
      // ports and schemes
      "git:https://git.example.com:80/a", "git:https://git.example.com:8443/a", "git:https://code.example.com/a",
      "git:https://code.example.com:08443/a", "git:https://code.example.com:/a", "git:https://code.example.com:84430/a",
      "git:https://git.example.com:443:443/a", "git:http://git.example.com/a", "git:https://127.0.0.1:9000/x",
      "git:http://127.0.0.1/x", "git:http://127.0.0.1:9001/x", "git:ssh://git@git.example.com/a",
      "git:git://git.example.com/a", "git:ext::sh -c id", "git:git@git.example.com:a/b", "git:/srv/git/a",
      "git:ftp://git.example.com/a", "git:HTTPS://git.example.com/a", "git:--upload-pack=id", "git:",
      // user names and passwords
      "git:https://user@git.example.com/a", "git:https://user:pw@git.example.com/a",
      "git:https://git.example.com@evil.example/a", "git:https://evil.example#@git.example.com/a",
      "git:https://evil.example\\@git.example.com/a", "git:https://:@git.example.com/a",
      // paths
      "git:https://git.example.com", "git:https://git.example.com/", "git:https://git.example.com//a",
      "git:https://git.example.com/a/../b", "git:https://git.example.com/./a", "git:https://git.example.com/a%2f..%2fb",
      "git:https://git.example.com/a?x=1", "git:https://git.example.com/a#x", "git:https://git.example.com/a b",
      "git:https://git.example.com/a\nb", "git:https://git.example.com\\a", "git:https://git.example.com/a;id",
      // folders
      "git:file:///etc/passwd", "git:file:///srv/git", "git:file:///srv/git/", "git:file:///srv/gitx/a",
      "git:file:///srv/git/../secret", "git:file:///srv/git/./a", "git:file:///srv/git//a", "git:file://host/srv/git/a",
      "git:file:/srv/git/a", "git:file:///srv/git/a%2f..", "git:file:///srv/git/a b", "git:file://localhost/srv/git/a",
      // GitHub
      "github:repo", "github:/repo", "github:owner/", "github:owner/..", "github:owner/.", "github:owner/a/b",
      "github:-owner/repo", "github:ow ner/repo", "github:owner/re po", "github:owner@evil.example/repo",
      "github:https://evil.example/a", "github:owner/repo?x", "github:../../etc/passwd", "github:owner%2frepo",
      "github:" + std::string(40, 'a') + "/repo", "github:owner/" + std::string(101, 'a'),
      // branches
      "github:owner/repo@", "github:owner/repo@-x", "github:owner/repo@a..b", "github:owner/repo@a b",
      "github:owner/repo@a:b", "github:owner/repo@a~1", "github:owner/repo@refs/heads/x.lock", "github:owner/repo@@{u}",
      "github:owner/repo@/x", "github:owner/repo@x/", "github:owner/repo@.x", std::string("github:owner/repo@a\0b", 21),
      // no repository at all
      "local:demo", "", "github", "git", std::string("git:https://git.example.com/a\0b", 31),
      "git:https://git.example.com/" + std::string(300, 'a')};
  for (const auto& id : refused) {
    const auto read = parse_repository(id, places);
    EXPECT_FALSE(read) << id << " leads to " << read->url();
    if (!read) {
      EXPECT_FALSE(read.error().empty()) << id;
    }
  }
}

TEST(RepositoryAddress, ARefusalSaysWhatIsAllowed) {
  EXPECT_EQ(parse_repository("github:repo", places).error(), "Invalid GitHub template format. Use: github:owner/repo");
  EXPECT_EQ(
      parse_repository("git:https://evil.example/a", {"https://github.com", {"github.com", "file:/srv/git"}}).error(),
      "evil.example is not allowed on this server. Allowed: github.com, file:/srv/git. An administrator sets the "
      "list (git-hosts).");
  EXPECT_EQ(parse_repository("git:https://evil.example/a", {"https://github.com", {}}).error(),
            "evil.example is not allowed on this server: no host is.");
  EXPECT_EQ(parse_repository("git:https://user:pw@github.com/a", places).error().find("pw@"), std::string::npos);
}

TEST(RepositoryAddress, GitHubMayBeAGateway) {
  const GitPlaces gateway{"http://127.0.0.1:3000/mirror", {}};
  const auto read = parse_repository("github:acme/agent", gateway);
  ASSERT_TRUE(read) << read.error();
  EXPECT_EQ(read->origin, "http://127.0.0.1:3000");
  EXPECT_EQ(read->url(), "http://127.0.0.1:3000/mirror/acme/agent.git");
  EXPECT_FALSE(parse_repository("github:acme/agent", {"https://github.com", {"git.example.com"}}))
      << "taken off the list";
}

TEST(RepositoryAddress, EntriesOfTheListAreChecked) {
  for (const auto* good :
       {"github.com", "a.b:8443", "http://127.0.0.1:80", "https://x", "file:/srv", "file:/", "[::1]"})
    EXPECT_EQ(host_entry_fault(good), "") << good;
  for (const auto* bad : {"", "a/b", "user@host", "*", "*.example.com", "file:srv", "file:/a/../b", "ssh://x", "a b"})
    EXPECT_NE(host_entry_fault(bad), "") << bad;
}

}  // namespace
}  // namespace trinity::templates
