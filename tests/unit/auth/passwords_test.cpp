#include "auth/passwords.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace trinity::auth {
namespace {

TEST(Passwords, AHashVerifiesItsPasswordAndNoOther) {
  const std::string hash = hash_password("correct horse");
  EXPECT_THAT(hash, testing::StartsWith("$argon2id$v=19$m=19456,t=2,p=1$"));
  EXPECT_TRUE(verify_password("correct horse", hash).right);
  EXPECT_FALSE(verify_password("correct horse", hash).outdated);
  EXPECT_FALSE(verify_password("correct horsf", hash).right);
  EXPECT_FALSE(verify_password("", hash).right);
  EXPECT_NE(hash_password("correct horse"), hash) << "every hash has a salt of its own";
}

TEST(Passwords, WeakerArgonParametersAreOutdated) {
  // Password "password", salt of the reference implementation's examples, one pass over 64 KiB.
  const std::string hash = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
  const auto verdict = verify_password("password", hash);
  EXPECT_TRUE(verdict.right);
  EXPECT_TRUE(verdict.outdated);
}

struct BcryptCase {
  const char* password;
  const char* hash;
  bool right;
};

// Published vectors of the crypt_blowfish test suite.
TEST(Passwords, BcryptOfEarlierDeploymentsVerifiesAndIsOutdated) {
  const BcryptCase cases[] = {
      {"U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", true},
      {"U*U", "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", true},
      {"U*U", "$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", true},
      {"U*U*", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK", true},
      {"U*V", "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", false},
      {"", "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", false},
  };
  for (const auto& c : cases) {
    const auto verdict = verify_password(c.password, c.hash);
    EXPECT_EQ(verdict.right, c.right) << c.password << " " << c.hash;
    EXPECT_EQ(verdict.outdated, c.right);
  }
}

TEST(Passwords, BcryptLooksAt72BytesAndTheRestIsNotTaken) {
  const std::string counted = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  const std::string hash = "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui";
  EXPECT_TRUE(verify_password(counted + "chars after 72 are ignored", hash).right);
  EXPECT_FALSE(verify_password(counted + "chars after 72 are ignored", hash).outdated);
  EXPECT_TRUE(verify_password(counted, hash).outdated);
  EXPECT_FALSE(verify_password(counted.substr(1), hash).right);
  EXPECT_FALSE(verify_password(counted + std::string(400, 'x') + std::string(1, '\0'), hash).right);
}

TEST(Passwords, LongPasswordsCountToTheirLastByte) {
  const std::string base(100, 'x');
  const std::string hash = hash_password(base + "1");
  EXPECT_TRUE(verify_password(base + "1", hash).right);
  EXPECT_FALSE(verify_password(base + "2", hash).right);
  EXPECT_FALSE(verify_password(std::string(longest_password + 1, 'x'), hash_password(std::string(8, 'x'))).right);
}

TEST(Passwords, WhatIsNoHashNeverVerifies) {
  for (const std::string stored :
       {"secret123", "", "$", "$2", "$2b$", "$2x$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        "$1$salt$qJH7.N4xYta3aEG/dfqo/0", "$argon2id$",
        "$2b$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"}) {
    EXPECT_FALSE(verify_password(stored, stored).right) << stored;
    EXPECT_FALSE(verify_password("U*U", stored).right) << stored;
  }
  EXPECT_TRUE(is_plain_text("secret123"));
  EXPECT_TRUE(is_plain_text(""));
  EXPECT_FALSE(is_plain_text("$2b$12$abc"));
  EXPECT_FALSE(is_plain_text("$argon2id$v=19$"));
}

}  // namespace
}  // namespace trinity::auth
