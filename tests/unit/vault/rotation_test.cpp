#include "vault/rotation.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <map>

#include "db/migrations.h"
#include "unit/db/run_task.h"
#include "unit/db/temp_dir.h"
#include "vault/key_file.h"
#include "vault/marks.h"

namespace trinity::vault {
namespace {

using namespace std::chrono_literals;

Label label_of(const std::string& id) {
  return {"test", id, "", "value"};
}

/// Texts in memory. Told to, it fails like a place that cannot be reached.
class Shelf : public Holding {
 public:
  Task<Resealed> each(Call, Reseal reseal) override {
    if (broken) throw Unavailable("away");
    Resealed done;
    for (auto& [id, text] : texts) {
      ++done.seen;
      if (stop_after > 0 && done.seen > stop_after) throw Unavailable("away");
      if (auto next = reseal(label_of(id), text)) {
        text = *next;
        ++done.changed;
      }
    }
    co_return done;
  }
  std::map<std::string, std::string> texts;
  bool broken = false;
  std::size_t stop_after = 0;
};

class RotationTest : public testing::Test {
 protected:
  RotationTest() { db::migrate(database); }

  /// One life of a server: its keys from the file, its marks checked.
  struct Life {
    Life(RotationTest& test, std::chrono::milliseconds retire_after)
        : ring(load_keys({"", {}, test.key_file})),
          vault(ring.keys),
          rotation({"sqlite", ring.source, test.key_file, retire_after, 1ms}, vault, test.pool) {
      test.marks.check(test.call, vault, [](db::Session&, const std::string&) { return true; });
      rotation.add(test.shelf);
      rotation.add(test.marks);
    }
    KeyRing ring;
    Vault vault;
    Rotation rotation;
  };

  std::size_t keys_in_file() { return read_key_file(key_file)->size(); }
  std::vector<Mark> marks_now() { return test::run_task(marks.marks(call)); }
  void settle(Life& life, std::chrono::milliseconds within = 300ms) {
    asio::io_context io;
    life.rotation.start(io.get_executor());
    io.run_for(within);
  }

  test::TempDir dir;
  std::filesystem::path key_file = dir / "vault.key";
  BlockingPool pool{2};
  db::Database database{dir / "trinity.db", pool, 1};
  DatabaseMarks marks{database};
  Shelf shelf;
  CallCost cost;
  std::string id = "test";
  Call call{&id, &cost};
  std::shared_ptr<const Caller> admin = std::make_shared<const Caller>(Caller{1, "admin", std::nullopt, Role::admin});
};

TEST_F(RotationTest, OnlyAnAdministratorInPersonMay) {
  Life life(*this, 1h);
  for (const auto& caller : {Caller{2, "ann", std::nullopt, Role::user},
                             Caller{1, "admin", std::nullopt, Role::admin, Scope::agent_key, "bot"},
                             Caller{1, "admin", std::nullopt, Role::admin, Scope::system_key, "system"}}) {
    const auto who = std::make_shared<const Caller>(caller);
    EXPECT_THROW(test::run_task(life.rotation.status(call, who)), Forbidden);
    EXPECT_THROW(test::run_task(life.rotation.rotate(call, who)), Forbidden);
  }
  EXPECT_EQ(keys_in_file(), 1U);
}

TEST_F(RotationTest, ANewKeyWrapsEverythingAndTheOldOneStaysForAWhile) {
  Life life(*this, 1h);
  for (const auto* name : {"a", "b", "c"}) shelf.texts[name] = life.vault.seal(label_of(name), name);
  const auto before = life.vault.newest_id();
  const auto rotated = test::run_task(life.rotation.rotate(call, admin));
  EXPECT_NE(rotated.key_id, before);
  EXPECT_EQ(rotated.rewrapped, 3);
  EXPECT_EQ(keys_in_file(), 2U);
  EXPECT_EQ(marks_now().size(), 2U);
  const auto status = test::run_task(life.rotation.status(call, admin));
  EXPECT_EQ(status.key_id, rotated.key_id);
  EXPECT_EQ(status.key_source, "file");
  EXPECT_EQ(status.secrets, 3);
  EXPECT_EQ(status.older, 0);
  for (const auto& [name, text] : shelf.texts) EXPECT_EQ(life.vault.open(label_of(name), text).view(), name);
}

TEST_F(RotationTest, OldKeysAreRetiredWhenNothingNeedsThem) {
  Life life(*this, 20ms);
  shelf.texts["a"] = life.vault.seal(label_of("a"), "one");
  (void)test::run_task(life.rotation.rotate(call, admin));
  // Sealed before the new key came, stored after everything was wrapped anew.
  const auto old = read_key_file(key_file)->front();
  shelf.texts["late"] = Vault({old}).seal(label_of("late"), "two");
  settle(life);
  EXPECT_EQ(keys_in_file(), 1U);
  EXPECT_EQ(marks_now().size(), 1U);
  EXPECT_EQ(life.vault.keys()->size(), 1U);
  Life next(*this, 1h);
  EXPECT_EQ(next.vault.open(label_of("a"), shelf.texts["a"]).view(), "one");
  EXPECT_EQ(next.vault.open(label_of("late"), shelf.texts["late"]).view(), "two");
}

TEST_F(RotationTest, WhatAnInterruptedRotationLeftIsFinishedByTheNextStart) {
  {
    Life life(*this, 1h);
    for (int i = 0; i < 10; ++i) shelf.texts[std::to_string(i)] = life.vault.seal(label_of(std::to_string(i)), "x");
    shelf.stop_after = 4;
    EXPECT_THROW(test::run_task(life.rotation.rotate(call, admin)), Unavailable);
  }
  EXPECT_EQ(keys_in_file(), 2U) << "the old key stays: six texts need it";
  shelf.stop_after = 0;
  Life life(*this, 20ms);
  EXPECT_EQ(test::run_task(life.rotation.status(call, admin)).older, 6);
  settle(life);
  EXPECT_EQ(test::run_task(life.rotation.status(call, admin)).older, 0);
  EXPECT_EQ(keys_in_file(), 1U);
  for (const auto& [name, text] : shelf.texts) EXPECT_EQ(life.vault.open(label_of(name), text).view(), "x");
}

TEST_F(RotationTest, APlaceThatIsAwayAtTheStartIsTriedAgain) {
  Life life(*this, 10ms);
  shelf.texts["plain"] = "not sealed";
  shelf.broken = true;
  asio::io_context io;
  life.rotation.start(io.get_executor());
  io.run_for(50ms);
  EXPECT_EQ(shelf.texts["plain"], "not sealed");
  shelf.broken = false;
  io.restart();
  io.run_for(200ms);
  EXPECT_EQ(life.vault.open(label_of("plain"), shelf.texts["plain"]).view(), "not sealed");
}

TEST_F(RotationTest, ATextThatDoesNotOpenKeepsTheOldKeys) {
  Life life(*this, 10ms);
  shelf.texts["good"] = life.vault.seal(label_of("good"), "x");
  shelf.texts["moved"] = life.vault.seal(label_of("another"), "x");
  EXPECT_EQ(test::run_task(life.rotation.rotate(call, admin)).rewrapped, 1);
  settle(life);
  EXPECT_EQ(keys_in_file(), 2U);
  EXPECT_EQ(test::run_task(life.rotation.status(call, admin)).older, 1);
}

TEST_F(RotationTest, KeysOfTheEnvironmentAreNotWritten) {
  const auto one = MasterKey::make();
  const auto two = MasterKey::make();
  Vault vault({one, two});
  marks.check(call, Vault({one}), [](db::Session&, const std::string&) { return true; });
  marks.check(call, vault, [](db::Session&, const std::string&) { return true; });
  shelf.texts["a"] = Vault({one}).seal(label_of("a"), "x");
  Rotation rotation({"sqlite", KeySource::environment, key_file, 10ms, 1ms}, vault, pool);
  rotation.add(shelf);
  rotation.add(marks);
  EXPECT_EQ(test::run_task(rotation.rotate(call, admin)).rewrapped, 1);
  EXPECT_FALSE(std::filesystem::exists(key_file));
  asio::io_context io;
  rotation.start(io.get_executor());
  io.run_for(200ms);
  ASSERT_EQ(marks_now().size(), 1U);
  EXPECT_EQ(marks_now()[0].key_id, two->id());
}

TEST_F(RotationTest, AMissingKeyThatSomethingNeedsIsRefused) {
  const auto lost = MasterKey::make();
  marks.check(call, Vault({lost}), [](db::Session&, const std::string&) { return true; });
  const Vault other({MasterKey::make()});
  try {
    marks.check(call, other, [](db::Session&, const std::string&) { return true; });
    FAIL() << "started with the wrong key";
  } catch (const std::runtime_error& fault) {
    EXPECT_NE(std::string(fault.what()).find(lost->id()), std::string::npos);
    EXPECT_NE(std::string(fault.what()).find("TRINITY_VAULT_KEY"), std::string::npos);
  }
  EXPECT_EQ(marks_now().size(), 1U) << "nothing was changed";
  marks.check(call, other, [](db::Session&, const std::string&) { return false; });
  ASSERT_EQ(marks_now().size(), 1U);
  EXPECT_EQ(marks_now()[0].key_id, other.newest_id());
}

TEST_F(RotationTest, AMarkThatDoesNotFitItsKeyIsRefused) {
  const Vault vault({MasterKey::make()});
  test::run_task(marks.put_mark(call, {vault.newest_id(), mark_of(Vault({MasterKey::make()})).check}));
  EXPECT_THROW(marks.check(call, vault, [](db::Session&, const std::string&) { return true; }), std::runtime_error);
}

}  // namespace
}  // namespace trinity::vault
