#include "vault/marks.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/clock.h"
#include "base/log.h"

namespace trinity::vault {

namespace {

constexpr std::string_view known_text = "Trinity";

Label label_of(const std::string& key_id) {
  return {"vault", key_id, "", "check"};
}

std::vector<Mark> read_marks(db::Session& session) {
  std::vector<Mark> marks;
  for (auto& [id, check] :
       session.query("SELECT key_id, check_value FROM trinity_vault ORDER BY key_id").all<std::string, std::string>())
    marks.push_back({std::move(id), std::move(check)});
  return marks;
}

void write_mark(db::Session& session, const Mark& mark) {
  session
      .query(
          "INSERT INTO trinity_vault (key_id, check_value, created_at) VALUES (:a, :b, :c) "
          "ON CONFLICT(key_id) DO UPDATE SET check_value = excluded.check_value",
          mark.key_id, mark.check, format_naive(now()))
      .run();
}

void delete_mark(db::Session& session, const std::string& key_id) {
  session.query("DELETE FROM trinity_vault WHERE key_id = :a", key_id).run();
}

bool fits(const Mark& mark, const Vault& vault) {
  try {
    return vault.open(label_of(mark.key_id), mark.check).view() == known_text;
  } catch (const Damaged&) {
    return false;
  }
}

void check_one(const Mark& mark, const Vault& vault, std::string_view place) {
  if (fits(mark, vault)) return;
  throw WrongKey(fmt::format(
      "the vault key {} does not fit {}: its mark there is damaged or was made with another key. Nothing was changed.",
      mark.key_id, place));
}

}  // namespace

Mark mark_of(const Vault& vault) {
  auto id = vault.newest_id();
  auto check = vault.seal(label_of(id), known_text);
  return {std::move(id), std::move(check)};
}

Verdict judge(const std::vector<Mark>& marks, const Vault& vault, std::string_view place,
              const std::function<bool(const std::string& key_id)>& needed) {
  Verdict verdict;
  const auto keys = vault.keys();
  const auto is_here = [&keys](const std::string& id) {
    return std::ranges::any_of(*keys, [&id](const auto& key) { return key->id() == id; });
  };
  for (const auto& mark : marks) {
    if (is_here(mark.key_id)) {
      check_one(mark, vault, place);
    } else if (needed(mark.key_id)) {
      throw WrongKey(fmt::format(
          "{} holds secrets that are sealed under the vault key {}, and that key is not here. Put it back: the file "
          "vault.key of the data folder, or TRINITY_VAULT_KEY, or TRINITY_VAULT_OLD_KEYS when it was replaced. Nothing "
          "was changed.",
          place, mark.key_id));
    } else {
      verdict.unused.push_back(mark.key_id);
    }
  }
  verdict.note_newest = std::ranges::find(marks, keys->back()->id(), &Mark::key_id) == marks.end();
  return verdict;
}

Task<std::vector<Mark>> DatabaseMarks::marks(Call call) {
  auto job = [](db::Session& session) { return read_marks(session); };
  co_return co_await database_.read(call, std::move(job));
}

Task<> DatabaseMarks::put_mark(Call call, Mark mark) {
  auto job = [&mark](db::Session& session) { write_mark(session, mark); };
  co_await database_.write(call, std::move(job));
}

Task<> DatabaseMarks::drop_mark(Call call, std::string key_id) {
  auto job = [&key_id](db::Session& session) { delete_mark(session, key_id); };
  co_await database_.write(call, std::move(job));
}

void DatabaseMarks::check(Call call, const Vault& vault,
                          const std::function<bool(db::Session&, const std::string& key_id)>& needed) {
  const auto place = "the database " + database_.file().string();
  auto job = [&](db::Session& session) {
    const auto needed_here = [&](const std::string& id) { return needed(session, id); };
    const auto verdict = judge(read_marks(session), vault, place, needed_here);
    for (const auto& id : verdict.unused) {
      log::warn("vault", "the key {} is gone, and nothing is sealed under it; it is forgotten", id);
      delete_mark(session, id);
    }
    if (verdict.note_newest) write_mark(session, mark_of(vault));
  };
  database_.write_now(call, std::move(job));
}

}  // namespace trinity::vault
