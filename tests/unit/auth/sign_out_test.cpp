#include <gtest/gtest.h>

#include "auth/authenticator.h"
#include "unit/auth/house.h"

namespace trinity::auth {
namespace {

using test::run_task;

class SignOutTest : public testing::Test {
 protected:
  SignOutTest() {
    house.add_user("ann", hash_password("right one"));
    house.finish_setup();
  }
  SignedIn sign_in() { return run_task(house.sign_in.with_password(house.call, "ann", "right one", "192.0.2.1")); }
  void end(const std::string& cookie) { run_task(house.sign_in.end_session(house.call, cookie)); }
  bool good(const SignedIn& made) {
    const bool token = house.verifier.verify(made.token.access_token).has_value();
    EXPECT_EQ(token, house.verifier.verify_session(made.session).has_value());
    return token;
  }
  std::int64_t ann() { return house.users.by_name("ann")->id; }

  test::AuthHouse house;
};

TEST_F(SignOutTest, EndingASessionVoidsItsTokensAndNoOthers) {
  const auto mine = sign_in();
  const auto elsewhere = sign_in();
  const auto renewed = house.sign_in.with_session(mine.session);
  EXPECT_TRUE(good(mine));
  end(mine.session);
  EXPECT_FALSE(good(mine));
  EXPECT_FALSE(good(renewed));
  EXPECT_TRUE(good(elsewhere));
  EXPECT_THROW((void)house.sign_in.with_session(mine.session), Unauthorized);
}

TEST_F(SignOutTest, AnEndedSessionStaysEndedOverARestart) {
  const auto mine = sign_in();
  const auto elsewhere = sign_in();
  end(mine.session);
  house.reload();
  EXPECT_FALSE(good(mine));
  EXPECT_TRUE(good(elsewhere));
}

TEST_F(SignOutTest, ACookieThatIsNoneIsNoFault) {
  const auto mine = sign_in();
  end("");
  end("forged");
  end(mine.token.access_token);
  EXPECT_TRUE(good(mine));
  EXPECT_EQ(house.value<std::int64_t>("SELECT count(*) FROM trinity_ended_sessions"), 0);
}

TEST_F(SignOutTest, ManyEndedSessionsEndAllOfThem) {
  const auto mine = sign_in();
  const Time later = now() + token_life;
  const auto session = [&](int i) {
    return house.signer.sign({"ann", "admin", TokenUse::session, later, 0, "s" + std::to_string(i)});
  };
  for (int i = 0; i < 256; ++i) end(session(i));
  EXPECT_TRUE(good(mine));
  EXPECT_EQ(house.users.by_name("ann")->ended_sessions.size(), 256U);
  end(session(256));
  EXPECT_FALSE(good(mine)) << "rather all out than one that should be out still in";
  EXPECT_FALSE(house.verifier.verify_session(session(0)));
  EXPECT_TRUE(house.users.by_name("ann")->ended_sessions.empty());
  EXPECT_EQ(house.value<std::int64_t>("SELECT count(*) FROM trinity_ended_sessions"), 0);
  EXPECT_TRUE(good(sign_in()));
}

TEST_F(SignOutTest, WhatHasExpiredIsForgotten) {
  const auto mine = sign_in();
  house.execute("INSERT INTO trinity_ended_sessions VALUES ('old', " + std::to_string(ann()) + ", 1)");
  house.reload();
  EXPECT_TRUE(house.users.by_name("ann")->ended_sessions.empty());
  end(mine.session);
  EXPECT_EQ(house.value<std::int64_t>("SELECT count(*) FROM trinity_ended_sessions"), 1);
}

TEST_F(SignOutTest, SigningOutEverywhereVoidsEveryTokenOfThatUser) {
  house.add_user("bob", hash_password("right one"));
  const auto bob = run_task(house.sign_in.with_password(house.call, "bob", "right one", "192.0.2.1"));
  const auto first = sign_in();
  const auto second = sign_in();
  run_task(house.sign_in.sign_out_everywhere(house.call, ann()));
  EXPECT_FALSE(good(first));
  EXPECT_FALSE(good(second));
  EXPECT_TRUE(good(bob));
  const auto again = sign_in();
  EXPECT_TRUE(good(again));
  house.reload();
  EXPECT_FALSE(good(first));
  EXPECT_TRUE(good(again));
  run_task(house.sign_in.sign_out_everywhere(house.call, ann()));
  EXPECT_FALSE(good(again));
  EXPECT_THROW(run_task(house.sign_in.sign_out_everywhere(house.call, 4711)), NotFound);
}

TEST_F(SignOutTest, TokensWithoutTheClaimAreOfVersionZero) {
  const auto plain = house.signer.sign({"ann", "admin", TokenUse::access, now() + token_life});
  EXPECT_TRUE(house.verifier.verify(plain));
  run_task(house.sign_in.sign_out_everywhere(house.call, ann()));
  EXPECT_FALSE(house.verifier.verify(plain));
  EXPECT_EQ(house.verifier.look(plain, TokenUse::access).state, TokenVerifier::State::void_now);
  auto authenticator = make_authenticator(house.verifier, nullptr);
  EXPECT_THROW(run_task(authenticator(http::Access::user, "Bearer " + plain, house.call)), Unauthorized);
}

TEST_F(SignOutTest, ANewHashOfTheSamePasswordSignsNobodyOut) {
  house.add_user("old", "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW");
  const auto before = house.signer.sign({"old", "admin", TokenUse::access, now() + token_life});
  run_task(house.sign_in.with_password(house.call, "old", "U*U", "192.0.2.1"));
  EXPECT_TRUE(house.users.by_name("old")->password_hash->starts_with("$argon2id$"));
  EXPECT_TRUE(house.verifier.verify(before));
}

TEST_F(SignOutTest, AChangedAdministratorsPasswordSignsOutWhoHadTheOldOne) {
  house.add_user("admin", hash_password("the old one"), "admin");
  house.execute("DELETE FROM system_settings");
  house.reload();
  const auto before = house.signer.sign({"admin", "admin", TokenUse::access, now() + token_life});
  EXPECT_TRUE(house.verifier.verify(before));
  run_task(house.setup.set_admin_password(house.call, {"a new one", "a new one"}));
  EXPECT_FALSE(house.verifier.verify(before));
}

}  // namespace
}  // namespace trinity::auth
