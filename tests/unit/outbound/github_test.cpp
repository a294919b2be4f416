#include "outbound/github.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "unit/http/harness.h"

namespace trinity::outbound {
namespace {

using http::RawSocket;
using http::ScriptedServer;

std::string answer(unsigned status, const std::string& body, const std::string& more = {}) {
  return fmt::format("HTTP/1.1 {} X\r\nContent-Length: {}\r\nConnection: close\r\n{}\r\n{}", status, body.size(), more,
                     body);
}

/// GitHub with one answer; keeps what it was asked.
struct Stub {
  std::string says;
  std::string asked;
  ScriptedServer server{[this](RawSocket& socket, int) {
    asked = socket.read_until("\r\n\r\n");
    const auto at = asked.find("Content-Length: ");
    if (at != std::string::npos) asked += socket.read_exactly(std::stoul(asked.substr(at + 16)));
    socket.send(says);
  }};
  explicit Stub(std::string text) : says(std::move(text)) {}
};

struct GitHubTest : testing::Test {
  asio::io_context io{1};
  BackgroundCall job{"test"};
  Client client;
  GitHub github(const Stub& stub) { return {client, fmt::format("http://127.0.0.1:{}/", stub.server.port())}; }
  template <class T>
  T run(Task<T> task) {
    return http::run(io, std::move(task));
  }
};

TEST_F(GitHubTest, WhoseTokenItIs) {
  Stub stub(answer(200, R"({"login":"octocat"})", "X-OAuth-Scopes: repo, user\r\n"));
  auto to = github(stub);
  const auto user = run(to.user(job.call(), "ghp_secret"));
  ASSERT_TRUE(user) << user.error().message;
  EXPECT_EQ(user->login, "octocat");
  EXPECT_EQ(user->scopes, "repo, user");
  EXPECT_TRUE(stub.asked.starts_with("GET /user HTTP/1.1\r\n")) << stub.asked;
  EXPECT_NE(stub.asked.find("Authorization: Bearer ghp_secret\r\n"), std::string::npos);
  EXPECT_NE(stub.asked.find("Accept: application/vnd.github+json\r\n"), std::string::npos);
  EXPECT_NE(stub.asked.find("X-GitHub-Api-Version: 2022-11-28\r\n"), std::string::npos);
}

TEST_F(GitHubTest, ARefusalCarriesGitHubsWords) {
  Stub stub(answer(401, R"({"message":"Bad credentials"})"));
  auto to = github(stub);
  const auto user = run(to.user(job.call(), "ghp_x"));
  ASSERT_FALSE(user);
  EXPECT_EQ(user.error().status, 401U);
  EXPECT_EQ(user.error().message, "Bad credentials");
  EXPECT_FALSE(user.error().transport);
}

TEST_F(GitHubTest, AnAnswerThatIsNoJsonIsNoUser) {
  Stub stub(answer(200, "<html>"));
  auto to = github(stub);
  const auto user = run(to.user(job.call(), "ghp_x"));
  ASSERT_FALSE(user);
  EXPECT_EQ(user.error().status, 200U);
}

TEST_F(GitHubTest, ARepositoryIsThereOrNot) {
  Stub there(answer(200, R"({"full_name":"a/b","private":true,"default_branch":"main","size":12})"));
  auto to = github(there);
  const auto found = run(to.repository(job.call(), "t", "a", "b"));
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->full_name, "a/b");
  EXPECT_EQ((*found)->size, 12);
  EXPECT_TRUE(there.asked.starts_with("GET /repos/a/b HTTP/1.1\r\n"));

  Stub missing(answer(404, R"({"message":"Not Found"})"));
  auto to_missing = github(missing);
  const auto none = run(to_missing.repository(job.call(), "t", "a", "b"));
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);

  Stub broken(answer(500, ""));
  auto to_broken = github(broken);
  const auto fault = run(to_broken.repository(job.call(), "t", "a", "b"));
  ASSERT_FALSE(fault);
  EXPECT_EQ(fault.error().message, "GitHub API error: 500");
}

TEST_F(GitHubTest, ANameCannotLeaveItsPlaceInThePath) {
  Stub stub(answer(404, "{}"));
  auto to = github(stub);
  (void)run(to.repository(job.call(), "t", "../user", "b?x=/y"));
  EXPECT_TRUE(stub.asked.starts_with("GET /repos/..%2Fuser/b%3Fx%3D%2Fy HTTP/1.1\r\n")) << stub.asked;
}

TEST_F(GitHubTest, AnOrganizationIsNoUser) {
  Stub stub(answer(200, R"({"login":"acme","type":"Organization"})"));
  auto to = github(stub);
  const auto kind = run(to.owner_kind(job.call(), "t", "acme"));
  ASSERT_TRUE(kind);
  EXPECT_EQ(*kind, GitHubOwner::organization);
}

TEST_F(GitHubTest, CreatesForAnOrganizationAndForAUser) {
  const auto made = answer(201, R"({"full_name":"acme/bot","private":true,"default_branch":"main","size":0})");
  Stub stub(made);
  auto to = github(stub);
  NewRepository wanted{"acme", "bot", GitHubOwner::organization, true, "A bot"};
  const auto repository = run(to.create_repository(job.call(), "t", wanted));
  ASSERT_TRUE(repository) << repository.error().message;
  EXPECT_TRUE(stub.asked.starts_with("POST /orgs/acme/repos HTTP/1.1\r\n")) << stub.asked;
  EXPECT_TRUE(stub.asked.ends_with(R"({"name":"bot","private":true,"auto_init":false,"description":"A bot"})"))
      << stub.asked;

  Stub own(made);
  auto to_own = github(own);
  wanted.kind = GitHubOwner::user;
  ASSERT_TRUE(run(to_own.create_repository(job.call(), "t", wanted)));
  EXPECT_TRUE(own.asked.starts_with("POST /user/repos HTTP/1.1\r\n")) << own.asked;
}

TEST_F(GitHubTest, NobodyThere) {
  std::uint16_t port = 0;
  {
    const Stub gone("");
    port = gone.server.port();
  }
  GitHub to(client, fmt::format("http://127.0.0.1:{}", port));
  const auto user = run(to.user(job.call(), "ghp_secret"));
  ASSERT_FALSE(user);
  ASSERT_TRUE(user.error().transport);
  EXPECT_EQ(user.error().transport->trouble, Trouble::unreachable);
  EXPECT_EQ(user.error().message.find("ghp_secret"), std::string::npos);
}

}  // namespace
}  // namespace trinity::outbound
