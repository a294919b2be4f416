#include "auth/secret_key.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/errors.h"
#include "unit/db/temp_dir.h"

namespace trinity::auth {
namespace {

namespace fs = std::filesystem;

TEST(SecretKey, IsMadeOnceAndKept) {
  const test::TempDir dir;
  const auto file = dir / "home" / "secret.key";
  const auto key = secret_key("", file);
  EXPECT_EQ(key.size(), 64U);
  EXPECT_EQ(key.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_EQ(secret_key("", file), key);
  EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(std::distance(fs::directory_iterator(dir / "home"), {}), 1) << "no draft is left";
  EXPECT_NE(secret_key("", dir / "other.key"), key);
}

TEST(SecretKey, TheEnvironmentWinsAndMakesNoFile) {
  const test::TempDir dir;
  EXPECT_EQ(secret_key("from the environment", dir / "secret.key"), "from the environment");
  EXPECT_FALSE(fs::exists(dir / "secret.key"));
}

TEST(SecretKey, AFileOpenToOthersIsClosed) {
  const test::TempDir dir;
  const auto key = secret_key("", dir / "secret.key");
  fs::permissions(dir / "secret.key", fs::perms::group_read | fs::perms::others_read, fs::perm_options::add);
  EXPECT_EQ(secret_key("", dir / "secret.key"), key);
  EXPECT_EQ(fs::status(dir / "secret.key").permissions() & fs::perms::others_all, fs::perms::none);
}

TEST(SecretKey, ATooShortFileIsRefused) {
  const test::TempDir dir;
  std::ofstream(dir / "secret.key") << "abc\n";
  EXPECT_THROW(secret_key("", dir / "secret.key"), Internal);
  std::ofstream(dir / "empty.key");
  EXPECT_THROW(secret_key("", dir / "empty.key"), Internal);
}

}  // namespace
}  // namespace trinity::auth
