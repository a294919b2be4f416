#include "auth/service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/errors.h"
#include "unit/auth/house.h"

namespace trinity::auth {
namespace {

using test::run_task;

const char* const bcrypt_of_u_star_u = "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";

class SignInTest : public testing::Test {
 protected:
  /// `ok`, or the status and text of the refusal.
  std::string sign_in(const std::string& name, const std::string& password, const std::string& address = "10.0.0.1") {
    try {
      last = run_task(house.sign_in.with_password(house.call, name, password, address));
      return "ok";
    } catch (const Unauthorized& fault) {
      return std::string("401 ") + fault.what();
    } catch (const Forbidden& fault) {
      return std::string("403 ") + fault.what();
    } catch (const TooManyRequests& fault) {
      return "429";
    }
  }
  test::AuthHouse house;
  SignedIn last;
  const std::string wrong = "401 Incorrect username or password";
};

TEST_F(SignInTest, IsClosedBeforeSetup) {
  house.add_user("ann", hash_password("right one"));
  EXPECT_EQ(sign_in("ann", "right one"), "403 setup_required");
  house.finish_setup();
  EXPECT_EQ(sign_in("ann", "right one"), "ok");
}

TEST_F(SignInTest, GivesAnAccessTokenAndASession) {
  house.add_user("ann", hash_password("right one"));
  house.finish_setup();
  ASSERT_EQ(sign_in("ann", "right one"), "ok");
  const auto verified = house.verifier.verify(last.token.access_token);
  ASSERT_TRUE(verified);
  EXPECT_EQ(verified->caller->username, "ann");
  EXPECT_EQ(verified->mode, "admin");
  EXPECT_EQ(last.token.token_type, "bearer");
  EXPECT_FALSE(house.verifier.verify(last.session));
  const auto again = house.sign_in.with_session(last.session);
  EXPECT_EQ(house.verifier.verify(again.token.access_token)->mode, "admin");
  EXPECT_THROW((void)house.sign_in.with_session(last.token.access_token), Unauthorized);
  EXPECT_THROW((void)house.sign_in.with_session(""), Unauthorized);
}

TEST_F(SignInTest, UnknownWrongAndPasswordlessReadTheSame) {
  house.add_user("ann", hash_password("right one"));
  house.execute("INSERT INTO users (username, created_at, updated_at) VALUES ('mail@example.com', 't', 't')");
  house.reload();
  house.finish_setup();
  EXPECT_EQ(sign_in("ann", "wrong one"), wrong);
  EXPECT_EQ(sign_in("nobody", "right one"), wrong);
  EXPECT_EQ(sign_in("mail@example.com", ""), wrong);
  EXPECT_EQ(sign_in("Ann", "right one"), wrong) << "names compare exactly";
}

TEST_F(SignInTest, PlainTextRowsNeverOpen) {
  house.add_user("ann", "plain text");
  house.finish_setup();
  EXPECT_EQ(sign_in("ann", "plain text"), wrong);
}

TEST_F(SignInTest, SetsLastLogin) {
  house.add_user("ann", hash_password("right one"));
  house.finish_setup();
  sign_in("ann", "wrong one");
  EXPECT_EQ(house.value<std::int64_t>("SELECT count(last_login) FROM users"), 0);
  sign_in("ann", "right one");
  EXPECT_THAT(house.value<std::string>("SELECT last_login FROM users").value_or(""), testing::StartsWith("20"));
}

TEST_F(SignInTest, ABcryptHashIsUpgradedByTheRightPasswordOnly) {
  house.add_user("ann", bcrypt_of_u_star_u);
  house.finish_setup();
  EXPECT_EQ(sign_in("ann", "U*V"), wrong);
  EXPECT_EQ(house.value<std::string>("SELECT password_hash FROM users"), bcrypt_of_u_star_u);
  EXPECT_EQ(sign_in("ann", "U*U"), "ok");
  EXPECT_THAT(house.value<std::string>("SELECT password_hash FROM users").value_or(""),
              testing::StartsWith("$argon2id$"));
  EXPECT_EQ(sign_in("ann", "U*U"), "ok");
  house.reload();
  EXPECT_EQ(sign_in("ann", "U*U"), "ok");
  EXPECT_EQ(sign_in("ann", "U*V"), wrong);
}

TEST_F(SignInTest, TheEleventhWrongPasswordIs429ForThatAccountOnly) {
  house.add_user("ann", hash_password("right one"));
  house.add_user("bob", hash_password("right two"));
  house.finish_setup();
  for (int i = 0; i < 10; ++i) EXPECT_EQ(sign_in("ann", "wrong one"), wrong) << i;
  EXPECT_EQ(sign_in("ann", "wrong one"), "429");
  EXPECT_EQ(sign_in("ann", "right one"), "429");
  EXPECT_EQ(sign_in("bob", "right two"), "ok");
}

TEST_F(SignInTest, WhoSignedInFromHereBeforeIsNeverKeptOut) {
  house.add_user("ann", hash_password("right one"));
  house.finish_setup();
  EXPECT_EQ(sign_in("ann", "right one"), "ok");
  for (int i = 0; i < 10; ++i) EXPECT_EQ(sign_in("ann", "wrong one"), wrong);
  EXPECT_EQ(sign_in("ann", "wrong one"), "429");
  EXPECT_EQ(sign_in("ann", "right one"), "ok");
  EXPECT_EQ(sign_in("ann", "right one", "10.0.0.2"), "429");
}

Task<> try_wrong(SignIn* sign_in, Call call, int* unauthorized, int* limited) {
  try {
    co_await sign_in->with_password(call, "ann", "wrong one", "10.0.0.1");
  } catch (const Unauthorized&) {
    ++*unauthorized;
  } catch (const TooManyRequests&) {
    ++*limited;
  }
}

TEST_F(SignInTest, ParallelTriesDoNotOvertakeTheLimit) {
  house.add_user("ann", hash_password("right one"));
  house.finish_setup();
  int unauthorized = 0;
  int limited = 0;
  asio::io_context io;
  for (int i = 0; i < 30; ++i) {
    asio::co_spawn(io, try_wrong(&house.sign_in, house.call, &unauthorized, &limited),
                   [](std::exception_ptr fault) { EXPECT_FALSE(fault); });
  }
  io.run();
  EXPECT_EQ(unauthorized, 10);
  EXPECT_EQ(limited, 20);
}

TEST_F(SignInTest, ModeFollowsTheSettingAndElseTheEnvironment) {
  EXPECT_TRUE(house.sign_in.mode().email_auth_enabled);
  EXPECT_FALSE(house.sign_in.mode().setup_completed);
  const auto set = [&](const char* key, const char* value) { run_task(house.settings.set(house.call, key, value)); };
  set("email_auth_enabled", "FALSE");
  EXPECT_FALSE(house.sign_in.mode().email_auth_enabled);
  set("email_auth_enabled", "True");
  EXPECT_TRUE(house.sign_in.mode().email_auth_enabled);
  set("email_auth_enabled", "1");
  EXPECT_FALSE(house.sign_in.mode().email_auth_enabled);
  set("setup_completed", "True");
  EXPECT_FALSE(house.sign_in.mode().setup_completed);
  set("setup_completed", "true");
  EXPECT_TRUE(house.sign_in.mode().setup_completed);
  const test::AuthHouse without({}, false);
  EXPECT_FALSE(without.sign_in.mode().email_auth_enabled);
}

}  // namespace
}  // namespace trinity::auth
