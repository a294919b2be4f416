#include "auth/tokens.h"

#include <gtest/gtest.h>
#include <jwt.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "base/ids.h"

namespace trinity::auth {
namespace {

const Time at = *parse_time("2026-01-13T10:15:30");
const std::string key = "0123456789abcdef0123456789abcdef";

std::string encoded(const std::string& text) {
  return base64url({reinterpret_cast<const unsigned char*>(text.data()), text.size()});
}

/// A token signed with the right key but made as a stranger would.
std::string made(const std::string& claims, jwt_alg_t algorithm) {
  jwt_t* jwt = nullptr;
  jwt_new(&jwt);
  jwt_add_grants_json(jwt, claims.c_str());
  jwt_set_alg(jwt, algorithm, reinterpret_cast<const unsigned char*>(key.data()), static_cast<int>(key.size()));
  char* text = jwt_encode_str(jwt);
  std::string token = text;
  std::free(text);
  jwt_free(jwt);
  return token;
}

TEST(Tokens, CarryTheClaimsOfTheContract) {
  const TokenSigner signer(key);
  const auto token = signer.sign({"ann", "admin", TokenUse::access, at + token_life});
  const auto claims = signer.read(token, at);
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->subject, "ann");
  EXPECT_EQ(claims->mode, "admin");
  EXPECT_EQ(claims->use, TokenUse::access);
  EXPECT_EQ(claims->expires_at, at + std::chrono::minutes(10080));
  EXPECT_EQ(std::count(token.begin(), token.end(), '.'), 2);
}

TEST(Tokens, TheExpiryIsAWholeNumberAndTheHeaderSaysHs256) {
  const TokenSigner signer(key);
  const auto token = signer.sign({"ann", "admin", TokenUse::access, at});
  const auto first = token.find('.');
  const auto second = token.find('.', first + 1);
  const auto header = token.substr(0, first);
  EXPECT_TRUE(header == encoded(R"({"alg":"HS256","typ":"JWT"})") ||
              header == encoded(R"({"typ":"JWT","alg":"HS256"})"));
  const auto claims = encoded(R"({"exp":1768299330,"mode":"admin","sub":"ann"})");
  EXPECT_EQ(token.substr(first + 1, second - first - 1), claims);
}

TEST(Tokens, AreGoodUpToTheirExpiryAndNotBeyond) {
  const TokenSigner signer(key);
  const auto token = signer.sign({"ann", "admin", TokenUse::access, at});
  EXPECT_TRUE(signer.read(token, at - std::chrono::seconds(1)));
  EXPECT_FALSE(signer.read(token, at));
  EXPECT_FALSE(signer.read(token, at + std::chrono::hours(1)));
}

TEST(Tokens, ASessionTokenSaysSo) {
  const TokenSigner signer(key);
  const auto claims = signer.read(signer.sign({"ann", "email", TokenUse::session, at + token_life}), at);
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->use, TokenUse::session);
}

TEST(Tokens, StrangersTokensAreRefused) {
  const TokenSigner signer(key);
  const TokenSigner other("another key another key another");
  const std::string good = made(R"({"sub":"ann","mode":"admin","exp":1900000000})", JWT_ALG_HS256);
  ASSERT_TRUE(signer.read(good, at)) << "the refusals below must have one reason each";
  const auto second = good.rfind('.');
  const std::string unsigned_claims = encoded(R"({"sub":"ann","mode":"admin","exp":1900000000})");
  const std::vector<std::string> bad{
      other.sign({"ann", "admin", TokenUse::access, at + token_life}),
      made(R"({"sub":"ann","exp":1900000000})", JWT_ALG_HS512),
      made(R"({"sub":"ann","exp":1900000000})", JWT_ALG_HS384),
      made(R"({"sub":"ann"})", JWT_ALG_HS256),
      made(R"({"sub":"ann","exp":"1900000000"})", JWT_ALG_HS256),
      made(R"({"sub":"ann","exp":-5})", JWT_ALG_HS256),
      made(R"({"sub":"ann","exp":1900000000,"use":"reset"})", JWT_ALG_HS256),
      encoded(R"({"alg":"none","typ":"JWT"})") + "." + unsigned_claims + ".",
      encoded(R"({"alg":"None","typ":"JWT"})") + "." + unsigned_claims + ".",
      encoded(R"({"alg":"none"})") + "." + unsigned_claims + "." + good.substr(second + 1),
      good.substr(0, second) + ".",
      good.substr(0, second),
      good + "A",
      good + std::string(1, '\0'),
      " " + good,
      "",
      "..",
      "a.b.c",
      std::string(100'000, 'a'),
      "trinity_mcp_abcdefghijklmnopqrstuvwxyz",
  };
  for (const auto& token : bad) EXPECT_FALSE(signer.read(token, at)) << token.substr(0, 200);
}

TEST(Tokens, ChangingAnyCharacterBreaksTheSignature) {
  const TokenSigner signer(key);
  const auto token = signer.sign({"ann", "admin", TokenUse::access, at + token_life});
  // The last character carries spare bits, so it is left out.
  for (std::size_t i = 0; i + 1 < token.size(); ++i) {
    auto changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(signer.read(changed, at)) << i;
  }
}

TEST(Tokens, AMissingSubjectIsReadAsNone) {
  const TokenSigner signer(key);
  const auto claims = signer.read(made(R"({"exp":1900000000})", JWT_ALG_HS256), at);
  ASSERT_TRUE(claims);
  EXPECT_FALSE(claims->subject);
  EXPECT_FALSE(signer.read(made(R"({"sub":5,"exp":1900000000})", JWT_ALG_HS256), at)->subject);
}

TEST(Tokens, NeedAKey) {
  EXPECT_THROW(TokenSigner(""), std::invalid_argument);
}

}  // namespace
}  // namespace trinity::auth
