#include "auth/verifier.h"

#include <gtest/gtest.h>

#include "auth/authenticator.h"
#include "base/errors.h"
#include "unit/db/run_task.h"

namespace trinity::auth {
namespace {

class VerifierTest : public testing::Test {
 protected:
  VerifierTest() {
    users.put(user(1, "root", Role::admin));
    users.put(user(2, "ann", Role::user));
  }
  static User user(std::int64_t id, const std::string& name, Role role) {
    User made;
    made.id = id;
    made.username = name;
    made.role = role;
    return made;
  }
  std::string token(const std::string& name, TokenUse use = TokenUse::access) {
    return signer.sign({name, "admin", use, now() + token_life});
  }

  TokenSigner signer{"a key for tests"};
  UserDirectory users;
  TokenVerifier verifier{signer, users, 8};
};

TEST_F(VerifierTest, GivesTheCallerAndTheExpiry) {
  const auto text = token("ann");
  for (int i = 0; i < 2; ++i) {  // signed, then remembered
    const auto verified = verifier.verify(text);
    ASSERT_TRUE(verified);
    EXPECT_EQ(verified->caller->user_id, 2);
    EXPECT_EQ(verified->caller->username, "ann");
    EXPECT_FALSE(verified->caller->is_admin());
    EXPECT_EQ(verified->mode, "admin");
    EXPECT_GT(verified->expires_at, now() + token_life - std::chrono::minutes(1));
  }
  EXPECT_EQ(verifier.size(), 1U);
}

TEST_F(VerifierTest, AccessAndSessionTokensDoNotStandInForEachOther) {
  EXPECT_TRUE(verifier.verify_session(token("ann", TokenUse::session)));
  EXPECT_FALSE(verifier.verify(token("ann", TokenUse::session)));
  EXPECT_FALSE(verifier.verify_session(token("ann")));
  EXPECT_FALSE(verifier.verify(token("ann", TokenUse::session))) << "remembered by now";
}

TEST_F(VerifierTest, ARememberedTokenStillExpires) {
  const auto text = signer.sign({"ann", "admin", TokenUse::access, now() + std::chrono::hours(1)});
  EXPECT_EQ(verifier.look(text, TokenUse::access).state, TokenVerifier::State::good);
  EXPECT_EQ(verifier.look(text, TokenUse::access, now() + std::chrono::hours(2)).state, TokenVerifier::State::no_token);
}

TEST_F(VerifierTest, AChangedUserCountsAtOnce) {
  const auto text = token("ann");
  EXPECT_FALSE(verifier.verify(text)->caller->is_admin());
  users.put(user(2, "ann", Role::admin));
  EXPECT_TRUE(verifier.verify(text)->caller->is_admin());
  users.put(user(2, "renamed", Role::admin));
  EXPECT_FALSE(verifier.verify(text));
  EXPECT_EQ(verifier.look(text, TokenUse::access).state, TokenVerifier::State::no_user);
}

TEST_F(VerifierTest, RemembersABoundedNumberAndForgetsNothingWrongly) {
  std::vector<std::string> tokens;
  for (int i = 0; i < 100; ++i) {
    tokens.push_back(signer.sign({"ann", "admin", TokenUse::access, now() + std::chrono::hours(1 + i)}));
  }
  for (int round = 0; round < 3; ++round) {
    for (const auto& text : tokens) {
      EXPECT_TRUE(verifier.verify(text));
      EXPECT_TRUE(verifier.verify(tokens.front()));
      EXPECT_LE(verifier.size(), 8U);
    }
  }
  EXPECT_FALSE(verifier.verify("nonsense"));
}

/// Plays the keys: one text is a key of ann's.
class OneKey : public ApiKeys {
 public:
  explicit OneKey(const UserDirectory& users) : users_(users) {}
  Task<std::shared_ptr<const Caller>> resolve(std::string key, Call) override {
    ++asked;
    if (key == "trinity_mcp_good") co_return users_.by_name("ann")->caller;
    co_return nullptr;
  }
  int asked = 0;

 private:
  const UserDirectory& users_;
};

class AuthenticatorTest : public VerifierTest {
 protected:
  /// The caller's name, or the status and text of the refusal.
  std::string ask(const std::string& authorization, http::Access access = http::Access::user, ApiKeys* with = nullptr) {
    const auto authenticator = make_authenticator(verifier, with);
    BackgroundCall background("test");
    try {
      return test::run_task(authenticator(access, authorization, background.call()))->username;
    } catch (const Unauthorized& fault) {
      return std::string("401 ") + fault.what();
    } catch (const Forbidden& fault) {
      return std::string("403 ") + fault.what();
    }
  }
  OneKey keys{users};
};

TEST_F(AuthenticatorTest, FollowsTheContractsOrder) {
  const std::string missing = "401 Not authenticated";
  const std::string bad = "401 Could not validate credentials";
  EXPECT_EQ(ask(""), missing);
  EXPECT_EQ(ask("Basic YTpi"), missing);
  EXPECT_EQ(ask("Bearerx " + token("ann")), missing);
  EXPECT_EQ(ask("Bearer"), bad);
  EXPECT_EQ(ask("Bearer "), bad);
  EXPECT_EQ(ask("Bearer nonsense"), bad);
  EXPECT_EQ(ask("Bearer " + token("nobody")), bad);
  EXPECT_EQ(ask("Bearer " + token("ann", TokenUse::session)), bad);
  EXPECT_EQ(ask("Bearer " + token("ann")), "ann");
  EXPECT_EQ(ask("bEARER " + token("ann")), "ann");
}

TEST_F(AuthenticatorTest, AdministratorsRoutesAskForTheRole) {
  EXPECT_EQ(ask("Bearer " + token("ann"), http::Access::admin), "403 Admin access required");
  EXPECT_EQ(ask("Bearer " + token("root"), http::Access::admin), "root");
  EXPECT_EQ(ask("", http::Access::admin), "401 Not authenticated");
  EXPECT_EQ(ask("Bearer " + token("ann"), http::Access::agent_owner), "ann") << "the service applies this rule";
  EXPECT_EQ(ask("Bearer " + token("root"), http::Access::secret), "401 Could not validate credentials");
}

TEST_F(AuthenticatorTest, OnlyWhatIsNoTokenIsTriedAsAKey) {
  EXPECT_EQ(ask("Bearer trinity_mcp_good", http::Access::user, &keys), "ann");
  EXPECT_EQ(ask("Bearer trinity_mcp_bad", http::Access::user, &keys), "401 Could not validate credentials");
  EXPECT_EQ(keys.asked, 2);
  EXPECT_EQ(ask("Bearer " + token("nobody"), http::Access::user, &keys), "401 Could not validate credentials");
  EXPECT_EQ(ask("Bearer " + token("ann"), http::Access::user, &keys), "ann");
  EXPECT_EQ(keys.asked, 2);
}

}  // namespace
}  // namespace trinity::auth
