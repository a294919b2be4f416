#include "vault/vault.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "vault/sealed_text.h"

namespace trinity::vault {
namespace {

const Label label{"credential", "id-1", "ann", "secret"};

Keys keys(std::initializer_list<unsigned char> seeds) {
  Keys made;
  for (const auto seed : seeds) {
    MasterKey::Bytes bytes{};
    bytes.fill(seed);
    made.push_back(std::make_shared<const MasterKey>(bytes));
  }
  return made;
}

TEST(Vault, OpensWhatItSealed) {
  const Vault vault(keys({1}));
  for (const auto& text : {std::string(), std::string("x"), std::string("{\"api_key\":\"sk-1\"}"),
                           std::string("nul\0inside", 10), std::string(100'000, 'q')}) {
    const auto sealed = vault.seal(label, text);
    EXPECT_EQ(vault.open(label, sealed).view(), text);
    EXPECT_TRUE(Vault::is_sealed(sealed));
    EXPECT_TRUE(vault.is_current(sealed));
    if (text.size() > 3) {
      EXPECT_EQ(sealed.find(text), std::string::npos);
    }
  }
}

TEST(Vault, TheSameSecretIsSealedAnotherWayEachTime) {
  const Vault vault(keys({1}));
  std::set<std::string> texts;
  for (int i = 0; i < 100; ++i) texts.insert(vault.seal(label, "the same"));
  EXPECT_EQ(texts.size(), 100U);
}

TEST(Vault, ATextOpensOnlyWhereItBelongs) {
  const Vault vault(keys({1}));
  const auto sealed = vault.seal(label, "secret");
  for (const auto& other : {Label{"setting", "id-1", "ann", "secret"}, Label{"credential", "id-2", "ann", "secret"},
                            Label{"credential", "id-1", "bob", "secret"}, Label{"credential", "id-1", "ann", "value"},
                            Label{"credential", "id-1a", "nn", "secret"}})
    EXPECT_THROW((void)vault.open(other, sealed), Damaged) << other.kind << other.id << other.owner << other.field;
}

TEST(Vault, AnyChangeOfATextIsNoticed) {
  const Vault vault(keys({1}));
  const auto sealed = vault.seal(label, "secret");
  for (std::size_t at = 0; at < sealed.size(); ++at) {
    auto changed = sealed;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    EXPECT_THROW((void)vault.open(label, changed), Damaged) << at;
  }
  for (std::size_t length = 0; length < sealed.size(); ++length)
    EXPECT_THROW((void)vault.open(label, sealed.substr(0, length)), Damaged) << length;
  EXPECT_THROW((void)vault.open(label, sealed + "A"), Damaged);
}

TEST(Vault, APartOfAnotherTextDoesNotFit) {
  const Vault vault(keys({1}));
  const auto one = vault.seal(label, "one");
  const auto two = vault.seal(label, "two");
  const auto mixed = one.substr(0, one.rfind(':')) + two.substr(two.rfind(':'));
  EXPECT_THROW((void)vault.open(label, mixed), Damaged);
}

TEST(Vault, AFaultNamesTheRecordAndNotTheSecret) {
  const Vault vault(keys({1}));
  try {
    (void)vault.open(label, "plain sk-live-123");
    FAIL();
  } catch (const Damaged& fault) {
    EXPECT_NE(std::string(fault.what()).find("id-1"), std::string::npos);
    EXPECT_EQ(std::string(fault.what()).find("sk-live"), std::string::npos);
    EXPECT_FALSE(fault.shown());
  }
}

TEST(Vault, OldKeysOpenAndTheNewestSeals) {
  const Vault before(keys({1}));
  const auto sealed = before.seal(label, "secret");
  const Vault after(keys({1, 2}));
  EXPECT_EQ(after.open(label, sealed).view(), "secret");
  EXPECT_FALSE(after.is_current(sealed));
  const auto anew = after.rewrap(label, sealed);
  EXPECT_TRUE(after.is_current(anew));
  EXPECT_EQ(anew.substr(anew.rfind(':')), sealed.substr(sealed.rfind(':'))) << "only the data key is wrapped anew";
  const Vault later(keys({2}));
  EXPECT_EQ(later.open(label, anew).view(), "secret");
  EXPECT_THROW((void)later.open(label, sealed), Damaged);
  EXPECT_THROW((void)later.rewrap(label, sealed), Damaged);
  EXPECT_THROW((void)after.rewrap(Label{"credential", "id-2", "ann", "secret"}, sealed), Damaged);
}

TEST(Vault, RefusesASecretThatIsTooLong) {
  const Vault vault(keys({1}));
  EXPECT_THROW((void)vault.seal(label, std::string(most_plain + 1, 'x')), PayloadTooLarge);
  const std::string longest(most_plain, 'x');
  EXPECT_EQ(vault.open(label, vault.seal(label, longest)).view(), longest);
}

TEST(Vault, KeysAreReplacedWhileOthersSealAndOpen) {
  Vault vault(keys({1}));
  std::vector<std::jthread> threads;
  std::atomic<int> opened{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i)
        if (vault.open(label, vault.seal(label, "x")).view() == "x") ++opened;
    });
  }
  for (unsigned char next = 2; next < 12; ++next) {
    auto all = *vault.keys();
    all.push_back(keys({next}).front());
    vault.replace_keys(std::move(all));
  }
  threads.clear();
  EXPECT_EQ(opened, 800);
}

TEST(SealedText, OnlyTheOneFormIsRead) {
  const Vault vault(keys({1}));
  const auto sealed = vault.seal(label, "secret");
  const auto parts = parse_sealed(sealed);
  ASSERT_TRUE(parts);
  EXPECT_EQ(compose_sealed(*parts), sealed);
  EXPECT_EQ(key_id_of(sealed), vault.newest_id());
  for (const auto* text : {"", "trinity-sealed:", "trinity-sealed:1:", "trinity-sealed:2:0011223344556677:AA:AA",
                           "trinity-sealed:1:0011223344556677", "trinity-sealed:1:0011223344556677:",
                           "trinity-sealed:1:0011223344556677::", "trinity-sealed:1:00112233445566ZZ:AA:AA"})
    EXPECT_FALSE(parse_sealed(text)) << text;
  EXPECT_FALSE(parse_sealed(sealed + "=")) << "no padding";
  EXPECT_FALSE(parse_sealed(sealed + ":AAAA"));
}

TEST(Secret, MovesAndLeavesNothing) {
  Secret one(std::string("short"));
  const Secret two(std::move(one));
  EXPECT_EQ(two.view(), "short");
  std::string text = "a longer text that has its own memory";
  const auto* place = text.data();
  const auto length = text.size();
  wipe(text);
  EXPECT_TRUE(text.empty());
  EXPECT_EQ(text.data(), place);
  EXPECT_EQ(std::string_view(place, length), std::string_view(std::string(length, '\0')));
}

}  // namespace
}  // namespace trinity::vault
