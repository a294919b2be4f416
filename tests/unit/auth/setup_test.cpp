#include "auth/setup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/errors.h"
#include "unit/auth/house.h"

namespace trinity::auth {
namespace {

using test::AuthHouse;
using test::run_task;

bool opens(AuthHouse& house, const std::string& name, const std::string& password) {
  const auto user = house.users.by_name(name);
  return user && user->password_hash && verify_password(password, *user->password_hash).right;
}

std::string refusal(AuthHouse& house, const std::string& password, const std::string& again) {
  try {
    run_task(house.setup.set_admin_password(house.call, {password, again}));
    return "ok";
  } catch (const Error& fault) {
    return fault.what();
  }
}

TEST(Setup, MakesTheAdministratorOfTheConfigurationOnce) {
  AuthHouse house({"chief", "short"});
  house.setup.prepare(house.call);
  EXPECT_TRUE(opens(house, "chief", "short"));
  EXPECT_EQ(house.users.by_name("chief")->role, Role::admin);
  EXPECT_FALSE(house.users.by_name("chief")->email);
  EXPECT_FALSE(house.setup.status().setup_completed);
  const auto hash = house.value<std::string>("SELECT password_hash FROM users");
  house.reload();
  house.setup.prepare(house.call);
  EXPECT_EQ(house.value<std::string>("SELECT password_hash FROM users"), hash);
  EXPECT_EQ(house.value<std::int64_t>("SELECT count(*) FROM users"), 1);
}

TEST(Setup, NeverOverwritesAPasswordFromTheEnvironment) {
  AuthHouse house({"admin", "another"});
  house.add_user("admin", hash_password("first one"), "admin");
  house.setup.prepare(house.call);
  EXPECT_TRUE(opens(house, "admin", "first one"));
  EXPECT_FALSE(opens(house, "admin", "another"));
}

TEST(Setup, WithoutAPasswordInTheConfigurationNobodyIsMade) {
  AuthHouse house;
  house.setup.prepare(house.call);
  EXPECT_EQ(house.value<std::int64_t>("SELECT count(*) FROM users"), 0);
}

TEST(Setup, APlainTextPasswordThatFitsIsHashedAndAnotherIsNot) {
  AuthHouse fits({"admin", "old plain text"});
  fits.add_user("admin", "old plain text", "admin");
  fits.setup.prepare(fits.call);
  EXPECT_TRUE(opens(fits, "admin", "old plain text"));
  EXPECT_THAT(fits.value<std::string>("SELECT password_hash FROM users").value_or(""),
              testing::StartsWith("$argon2id$"));

  AuthHouse other({"admin", "something else"});
  other.add_user("admin", "old plain text", "admin");
  other.setup.prepare(other.call);
  EXPECT_FALSE(opens(other, "admin", "old plain text"));
  EXPECT_FALSE(opens(other, "admin", "something else"));
  EXPECT_EQ(other.value<std::string>("SELECT password_hash FROM users"), "old plain text");
}

TEST(Setup, SetsThePasswordOnceAndSurvivesARestart) {
  AuthHouse house({"chief", ""});
  EXPECT_EQ(refusal(house, "a new password", "a new password"), "ok");
  EXPECT_TRUE(house.setup.status().setup_completed);
  EXPECT_TRUE(opens(house, "chief", "a new password"));
  EXPECT_EQ(refusal(house, "another password", "another password"),
            "Setup already completed. Password cannot be changed through this endpoint.");
  house.reload();
  EXPECT_TRUE(house.setup.status().setup_completed);
  EXPECT_TRUE(opens(house, "chief", "a new password"));
  EXPECT_EQ(house.users.by_name("chief")->role, Role::admin);
}

TEST(Setup, ReplacesThePasswordOfAnExistingAdministrator) {
  AuthHouse house;
  house.add_user("admin", hash_password("first one"), "admin");
  EXPECT_EQ(refusal(house, "a new password", "a new password"), "ok");
  EXPECT_TRUE(opens(house, "admin", "a new password"));
  EXPECT_EQ(house.value<std::int64_t>("SELECT count(*) FROM users"), 1);
}

TEST(Setup, RefusesInTheOrderOfTheContract) {
  AuthHouse house;
  EXPECT_EQ(refusal(house, "short", "other"), "Password must be at least 8 characters");
  EXPECT_EQ(refusal(house, "h\xc3\xa9h\xc3\xa9h\xc3\xa9h", "x"), "Password must be at least 8 characters")
      << "7, not 10";
  EXPECT_EQ(refusal(house, "long enough", "other"), "Passwords do not match");
  EXPECT_EQ(refusal(house, std::string(5000, 'x'), std::string(5000, 'x')), "Password must be at most 4096 bytes");
  EXPECT_FALSE(house.setup.status().setup_completed);
  EXPECT_EQ(house.value<std::int64_t>("SELECT count(*) FROM users"), 0);
  house.finish_setup();
  EXPECT_THAT(refusal(house, "short", "other"), testing::StartsWith("Setup already completed"));
}

TEST(Setup, AFailureLeavesNothingHalfDone) {
  AuthHouse house;
  house.execute("CREATE TRIGGER broken BEFORE INSERT ON system_settings BEGIN SELECT RAISE(ABORT, 'no'); END");
  EXPECT_NE(refusal(house, "a new password", "a new password"), "ok");
  EXPECT_FALSE(house.setup.status().setup_completed);
  EXPECT_EQ(house.value<std::int64_t>("SELECT count(*) FROM users"), 0);
  EXPECT_EQ(house.users.by_name("admin"), nullptr);
}

Task<> race(Setup* setup, Call call, std::string password, int* done, int* refused) {
  try {
    // Named: g++ 12 destroys a braced temporary inside a co_await expression twice.
    AdminPasswordRequest wanted{password, password};
    co_await setup->set_admin_password(call, std::move(wanted));
    ++*done;
  } catch (const Forbidden&) {
    ++*refused;
  }
}

TEST(Setup, OfManyAtOnceOneWins) {
  AuthHouse house;
  int done = 0;
  int refused = 0;
  asio::io_context io;
  for (int i = 0; i < 8; ++i) {
    asio::co_spawn(io, race(&house.setup, house.call, "password " + std::to_string(i), &done, &refused),
                   [](std::exception_ptr fault) { EXPECT_FALSE(fault); });
  }
  io.run();
  EXPECT_EQ(done, 1);
  EXPECT_EQ(refused, 7);
  EXPECT_EQ(house.value<std::int64_t>("SELECT count(*) FROM users"), 1);
}

}  // namespace
}  // namespace trinity::auth
