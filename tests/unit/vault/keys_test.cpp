#include "vault/keys.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "base/ids.h"
#include "unit/db/temp_dir.h"
#include "vault/key_file.h"

namespace trinity::vault {
namespace {

constexpr const char* hex_key = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
constexpr const char* base64_key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

std::string fault_of(const auto& work) {
  try {
    work();
  } catch (const std::runtime_error& fault) {
    return fault.what();
  }
  return {};
}

mode_t mode_of(const std::filesystem::path& file) {
  struct stat facts{};
  EXPECT_EQ(::stat(file.c_str(), &facts), 0);
  return facts.st_mode & 07777;
}

TEST(MasterKey, IsReadFromHexAndBase64) {
  const auto key = MasterKey::from_text(hex_key);
  ASSERT_TRUE(key);
  EXPECT_EQ(key->id().size(), 16U);
  for (const auto* text : {base64_key, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
                           "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F"}) {
    const auto same = MasterKey::from_text(text);
    ASSERT_TRUE(same) << text;
    EXPECT_EQ(same->id(), key->id());
  }
  for (const auto* text : {"", "abc", "00", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==",
                           "zz0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"})
    EXPECT_FALSE(MasterKey::from_text(text)) << text;
}

TEST(LoadKeys, MakesAFileForItsOwnerOnlyOnce) {
  const test::TempDir dir;
  const KeyOrder order{"", {}, dir / "vault.key"};
  const auto first = load_keys(order);
  EXPECT_TRUE(first.made);
  EXPECT_EQ(first.source, KeySource::file);
  EXPECT_EQ(mode_of(order.file), 0600U);
  const auto again = load_keys(order);
  EXPECT_FALSE(again.made);
  EXPECT_EQ(again.keys.back()->id(), first.keys.back()->id());
}

TEST(LoadKeys, RefusesAFileThatOthersMayRead) {
  const test::TempDir dir;
  const KeyOrder order{"", {}, dir / "vault.key"};
  (void)load_keys(order);
  for (const mode_t mode : {0640U, 0604U, 0660U, 0644U}) {
    ::chmod(order.file.c_str(), mode);
    const auto fault = fault_of([&] { (void)load_keys(order); });
    EXPECT_NE(fault.find("chmod 600"), std::string::npos) << mode << fault;
  }
  ::chmod(order.file.c_str(), 0400);
  EXPECT_FALSE(load_keys(order).made);
}

TEST(LoadKeys, TheEnvironmentWinsAndTheFileOpens) {
  const test::TempDir dir;
  KeyOrder order{"", {}, dir / "vault.key"};
  const auto from_file = load_keys(order);
  order.key = hex_key;
  order.older_keys = {std::string(64, 'a'), hex_key};
  const auto ring = load_keys(order);
  EXPECT_EQ(ring.source, KeySource::environment);
  ASSERT_EQ(ring.keys.size(), 3U);
  EXPECT_EQ(ring.keys[0]->id(), MasterKey::from_text(std::string(64, 'a'))->id());
  EXPECT_EQ(ring.keys[1]->id(), from_file.keys.back()->id());
  EXPECT_EQ(ring.keys[2]->id(), MasterKey::from_text(hex_key)->id());
}

TEST(LoadKeys, AKeyThatIsNoneIsNamedAndNotRepeated) {
  const test::TempDir dir;
  const auto bad = fault_of([&] { (void)load_keys({"not-a-key-1234", {}, dir / "vault.key"}); });
  EXPECT_NE(bad.find("TRINITY_VAULT_KEY"), std::string::npos);
  EXPECT_EQ(bad.find("not-a-key"), std::string::npos);
  const auto old = fault_of([&] { (void)load_keys({hex_key, {"not-a-key-1234"}, dir / "vault.key"}); });
  EXPECT_NE(old.find("TRINITY_VAULT_OLD_KEYS"), std::string::npos);
  EXPECT_EQ(old.find("not-a-key"), std::string::npos);
}

TEST(KeyFile, KeepsTheOrderOfItsKeys) {
  const test::TempDir dir;
  const Keys keys{MasterKey::make(), MasterKey::make(), MasterKey::make()};
  write_key_file(dir / "k" / "vault.key", keys);
  const auto read = read_key_file(dir / "k" / "vault.key");
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ((*read)[i]->id(), keys[i]->id());
    EXPECT_EQ((*read)[i]->bytes(), keys[i]->bytes());
  }
  EXPECT_EQ(read_key_file(dir / "none"), std::nullopt);
}

TEST(KeyFile, DamageIsToldWithTheLine) {
  const test::TempDir dir;
  write_key_file(dir / "vault.key", {MasterKey::make()});
  std::ifstream in(dir / "vault.key");
  std::stringstream text;
  text << in.rdbuf();
  EXPECT_EQ(parse_key_file(text.str(), "f").size(), 1U);
  auto changed = text.str();
  changed[changed.size() - 2] = changed[changed.size() - 2] == '0' ? '1' : '0';
  const auto fault = fault_of([&] { (void)parse_key_file(changed, "f"); });
  EXPECT_NE(fault.find("line 3"), std::string::npos) << fault;
  EXPECT_NE(fault_of([] { (void)parse_key_file("", "f"); }).find("no key"), std::string::npos);
  EXPECT_NE(fault_of([] { (void)parse_key_file("# nothing\n\n", "f"); }).find("no key"), std::string::npos);
  EXPECT_NE(fault_of([] { (void)parse_key_file("garbage\n", "f"); }).find("line 1"), std::string::npos);
  EXPECT_NE(fault_of([&] { (void)read_key_file(dir.path()); }).find("no file"), std::string::npos);
}

TEST(KeyFile, ADraftOfAKilledProgramIsInNobodysWay) {
  const test::TempDir dir;
  std::ofstream(dir / "vault.key.new") << "half a k";
  (void)load_keys({"", {}, dir / "vault.key"});
  EXPECT_FALSE(std::filesystem::exists(dir / "vault.key.new"));
  EXPECT_EQ(mode_of(dir / "vault.key"), 0600U);
}

}  // namespace
}  // namespace trinity::vault
