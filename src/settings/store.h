#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/call.h"
#include "base/task.h"
#include "db/database.h"
#include "settings/values.h"
#include "vault/holding.h"

namespace trinity::settings {

/// Table system_settings with a copy in memory: reading costs no SQL, changing writes through. Secret settings
/// (is_secret) are sealed in the table and open in memory. Any thread.
class SettingsStore : public vault::Holding {
 public:
  /// Empty until load(). Both must outlive the store. Without a vault no secret can be read or set.
  explicit SettingsStore(db::Database& database, const vault::Vault* vault = nullptr)
      : database_(database), vault_(vault) {}
  SettingsStore(const SettingsStore&) = delete;
  SettingsStore& operator=(const SettingsStore&) = delete;

  /// Reads the table; at start, after the migrations. Secrets that an older program has stored plain are sealed first,
  /// here and in the copies beside the database, and what the files kept of them is overwritten. Throws vault::Damaged
  /// when one cannot be opened.
  void load(Call call);

  /// The same while the server runs: another program has changed the table.
  Task<> reload(Call call);

  /// What is set now. Keep it for as long as several settings must fit together.
  [[nodiscard]] std::shared_ptr<const Values> values() const;
  [[nodiscard]] std::optional<std::string> text(std::string_view key) const { return values()->text(key); }
  [[nodiscard]] bool flag(std::string_view key, bool fallback) const { return values()->flag(key, fallback); }

  /// Every read that starts after this has answered sees the new value.
  Task<> set(Call call, std::string key, std::string value);
  /// All of them or none. Not for secrets.
  Task<> set_all(Call call, std::map<std::string, std::string> values);
  /// False when there was none.
  Task<bool> remove(Call call, std::string key);
  /// Those that were there.
  Task<std::vector<std::string>> remove_all(Call call, std::vector<std::string> keys);
  /// When each was written last, as stored.
  Task<std::map<std::string, std::string>> updated_at(Call call);

  Task<vault::Resealed> each(Call call, vault::Reseal reseal) override;
  /// Whether a secret is sealed under that key.
  [[nodiscard]] static bool needs_key(db::Session& session, const std::string& key_id);

  /// For a change that belongs to a larger transaction: save() inside its job, publish() in the publish step of that
  /// Database::write. Not for secrets: they have set().
  static void save(db::Session& session, std::string_view key, std::string_view value);
  [[nodiscard]] static std::optional<std::string> saved(db::Session& session, std::string_view key);
  void publish(std::string_view key, std::string_view value);

 private:
  static void write_row(db::Session& session, std::string_view key, std::string_view value);
  void replace(Values values);

  db::Database& database_;
  const vault::Vault* vault_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Values> values_ = std::make_shared<const Values>();
};

}  // namespace trinity::settings
