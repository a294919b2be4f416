#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/asio/ssl/impl/src.hpp>
#include <filesystem>
#include <fstream>

#include "base/ids.h"
#include "outbound/client.h"
#include "unit/http/harness.h"
#include "unit/outbound/tls_server.h"

namespace trinity::outbound {
namespace {

struct TlsTest : testing::Test {
  asio::io_context io{1};
  BackgroundCall job{"test"};
  std::filesystem::path trusted = std::filesystem::temp_directory_path() / ("outbound-" + random_hex(6) + ".pem");

  ~TlsTest() override { std::filesystem::remove(trusted); }
  std::expected<Answer, Fault> ask(Client& client, const TlsServer& server) {
    Request request;
    request.url = fmt::format("https://127.0.0.1:{}/", server.port());
    return http::run(io, client.send(job.call(), std::move(request)));
  }
  void trust(const Certificate& certificate) const { std::ofstream(trusted) << certificate.pem; }
};

TEST_F(TlsTest, ACertificateThatIsTrustedIsTaken) {
  const auto certificate = certificate_for("IP:127.0.0.1", 10);
  trust(certificate);
  TlsServer server(certificate);
  Client client(trusted);
  const auto answer = ask(client, server);
  ASSERT_TRUE(answer) << answer.error().reason;
  EXPECT_EQ(answer->body, "ok");
}

TEST_F(TlsTest, AStrangersCertificateIsRefused) {
  TlsServer server(certificate_for("IP:127.0.0.1", 10));
  Client client;
  const auto answer = ask(client, server);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().trouble, Trouble::unreachable);
  EXPECT_NE(answer.error().reason.find("certificate"), std::string::npos) << answer.error().reason;
}

TEST_F(TlsTest, ATrustedCertificateOfAnotherHostIsRefused) {
  const auto certificate = certificate_for("DNS:example.test", 10);
  trust(certificate);
  TlsServer server(certificate);
  Client client(trusted);
  const auto answer = ask(client, server);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().trouble, Trouble::unreachable);
}

TEST_F(TlsTest, ACertificateThatHasExpiredIsRefused) {
  const auto certificate = certificate_for("IP:127.0.0.1", 0);
  trust(certificate);
  TlsServer server(certificate);
  Client client(trusted);
  const auto answer = ask(client, server);
  ASSERT_FALSE(answer);
  EXPECT_NE(answer.error().reason.find("expired"), std::string::npos) << answer.error().reason;
}

}  // namespace
}  // namespace trinity::outbound
