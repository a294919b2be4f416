#include "settings/sealing.h"

#include <exception>
#include <optional>
#include <system_error>
#include <vector>

#include "base/call.h"
#include "base/log.h"
#include "db/connection.h"
#include "db/scrub.h"
#include "settings/values.h"

namespace trinity::settings {

namespace {

void clean_copy(const std::filesystem::path& file, const vault::Vault& vault) {
  {
    db::Session session(file, db::Session::Mode::writer);
    BackgroundCall job("vault");
    auto seal = [&vault](db::Session& open) { return seal_plain(open, vault); };
    if (session.transaction(job.call(), seal) == 0) return;
  }
  db::scrub(file);
  log::info("vault", "sealed the plain settings in {} too", file.string());
}

template <class F>
void attempt(const std::filesystem::path& file, F work) {
  try {
    work();
  } catch (const std::exception& fault) {
    log::warn("vault", "{} may still hold secrets in plain text: {}", file.string(), fault.what());
  }
}

}  // namespace

vault::Label label_of(const std::string& key) {
  return {"setting", key, "", "value"};
}

vault::Resealed reseal_all(db::Session& session, const vault::Reseal& reseal) {
  vault::Resealed done;
  for (const auto& [key, value] :
       session.query("SELECT key, value FROM system_settings ORDER BY key").all<std::string, std::string>()) {
    if (!is_secret(key) || value.empty()) continue;
    ++done.seen;
    const auto next = reseal(label_of(key), value);
    if (!next) continue;
    session.query("UPDATE system_settings SET value = :a WHERE key = :b", *next, key).run();
    ++done.changed;
  }
  return done;
}

std::size_t seal_plain(db::Session& session, const vault::Vault& vault) {
  const vault::Reseal seal = [&vault](const vault::Label& label, std::string_view text) -> std::optional<std::string> {
    if (vault::Vault::is_sealed(text)) return std::nullopt;
    return vault.seal(label, text);
  };
  return reseal_all(session, seal).changed;
}

std::vector<std::string> plain_secrets_of(const std::filesystem::path& database) {
  std::vector<std::string> keys;
  std::error_code fault;
  if (!std::filesystem::exists(database, fault)) return keys;
  constexpr std::chrono::seconds lock_limit{5};
  db::RawConnection open(database, lock_limit);
  const auto look = [&keys](sqlite3_stmt* row) {
    const std::string key(reinterpret_cast<const char*>(sqlite3_column_text(row, 0)));
    const std::string value(reinterpret_cast<const char*>(sqlite3_column_text(row, 1)));
    if (is_secret(key) && !value.empty() && !vault::Vault::is_sealed(value)) keys.push_back(key);
    return true;
  };
  bool there = false;
  const auto found = [&there](sqlite3_stmt*) { return !(there = true); };
  open.run("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1", "system_settings", found);
  if (!there) return keys;
  const int code =
      open.run("SELECT key, ifnull(value, '') FROM system_settings WHERE key IS NOT NULL ORDER BY key", "", look);
  if (code != SQLITE_DONE) open.fail(code);
  return keys;
}

void clean_files(const std::filesystem::path& database, const vault::Vault& vault) {
  attempt(database, [&database] { db::scrub(database); });
  const auto beginning = database.filename().string() + ".backup-";
  std::error_code fault;
  std::vector<std::filesystem::path> copies;
  const auto folder = database.parent_path().empty() ? std::filesystem::path(".") : database.parent_path();
  for (const auto& entry : std::filesystem::directory_iterator(folder, fault)) {
    const auto name = entry.path().filename().string();
    if (name.starts_with(beginning) && !name.ends_with("-wal") && !name.ends_with("-shm") &&
        !name.ends_with(".partial"))
      copies.push_back(entry.path());
  }
  for (const auto& copy : copies) attempt(copy, [&copy, &vault] { clean_copy(copy, vault); });
}

}  // namespace trinity::settings
