#include "agents/agent_key.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "unit/db/temp_dir.h"

namespace trinity::agents {
namespace {

class AgentKeyTest : public testing::Test {
 protected:
  void write(const std::string& text) const { std::ofstream(file) << text; }
  test::TempDir dir;
  const std::filesystem::path file = dir / "agents.key";
};

TEST_F(AgentKeyTest, IsMadeOnceForThisUserOnly) {
  const auto secret = AgentKey::load(file).secret_for("nonce");
  struct stat status{};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(AgentKey::load(file).secret_for("nonce"), secret) << "the same after a restart";
}

TEST_F(AgentKeyTest, SecretsDependOnNonceAndKey) {
  const auto key = AgentKey::load(file);
  const auto other = AgentKey::load(dir / "other.key");
  EXPECT_EQ(key.secret_for("a"), key.secret_for("a"));
  EXPECT_NE(key.secret_for("a"), key.secret_for("b"));
  EXPECT_NE(key.secret_for("a"), other.secret_for("a"));
  EXPECT_NE(key.secret_for(""), key.secret_for("a"));
  EXPECT_EQ(key.secret_for("a").size(), 43U) << "32 bytes";
  EXPECT_EQ(key.secret_for("a").find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
            std::string::npos);
}

TEST_F(AgentKeyTest, AKnownKeyGivesAKnownSecret) {
  write(std::string(64, '0') + "\n");
  const auto zero = AgentKey::load(file).secret_for("nonce");
  write(std::string(63, '0') + "1\n");
  EXPECT_NE(AgentKey::load(file).secret_for("nonce"), zero);
}

TEST_F(AgentKeyTest, ADamagedFileIsRefusedAndLeftAlone) {
  for (const std::string& text : {std::string(), std::string("zz"), std::string(62, '0'), std::string(66, '0'),
                                  std::string(63, '0') + "x", std::string(32, '0') + " " + std::string(32, '0')}) {
    write(text);
    EXPECT_THROW((void)AgentKey::load(file), std::runtime_error) << "'" << text << "'";
    std::ifstream in(file);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), text);
  }
}

TEST_F(AgentKeyTest, AFolderThatIsMissingIsAnError) {
  EXPECT_THROW((void)AgentKey::load(dir.path() / "no" / "key"), std::runtime_error);
}

}  // namespace
}  // namespace trinity::agents
