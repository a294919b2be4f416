#include "settings/store.h"

#include <stdexcept>

#include "base/clock.h"
#include "base/log.h"
#include "settings/sealing.h"
#include "vault/sealed_text.h"

namespace trinity::settings {

namespace {

std::map<std::string, std::string, std::less<>> read_all(db::Session& session) {
  std::map<std::string, std::string, std::less<>> values;
  for (auto& [key, value] : session.query("SELECT key, value FROM system_settings").all<std::string, std::string>())
    values.emplace(std::move(key), std::move(value));
  return values;
}

struct Opened {
  Values values;
  bool plain = false;  ///< a secret was not sealed
};

Opened open_all(db::Session& session, const vault::Vault* vault) {
  auto all = read_all(session);
  bool plain = false;
  for (auto& [key, value] : all) {
    if (!is_secret(key) || value.empty()) continue;
    if (!vault::Vault::is_sealed(value)) {
      plain = true;
    } else if (vault != nullptr) {
      value = vault->open(label_of(key), value).view();
    } else {
      throw vault::Damaged("the setting " + key + " is sealed, and there is no vault to open it");
    }
  }
  return {Values(std::move(all)), plain};
}

}  // namespace

void SettingsStore::load(Call call) {
  auto job = [this](db::Session& session) { return open_all(session, vault_); };
  auto opened = database_.read_now(call, std::move(job));
  if (opened.plain && vault_ != nullptr) {
    auto seal = [this](db::Session& session) { return seal_plain(session, *vault_); };
    const auto sealed = database_.write_now(call, std::move(seal));
    log::info("vault", "sealed {} settings that were stored plain", sealed);
    clean_files(database_.file(), *vault_);
  }
  replace(std::move(opened.values));
}

Task<> SettingsStore::reload(Call call) {
  bool plain = false;
  auto job = [this](db::Session& session) { return open_all(session, vault_); };
  auto publish = [this, &plain](Opened& opened) {
    plain = opened.plain;
    replace(std::move(opened.values));
  };
  co_await database_.read_in_order(call, std::move(job), std::move(publish));
  if (!plain || vault_ == nullptr) co_return;
  auto seal = [this](db::Session& session) { return seal_plain(session, *vault_); };
  const auto sealed = co_await database_.write(call, std::move(seal));
  log::warn("vault", "another program has stored {} secret settings plain; they are sealed now", sealed);
}

Task<vault::Resealed> SettingsStore::each(Call call, vault::Reseal reseal) {
  auto job = [&reseal](db::Session& session) { return reseal_all(session, reseal); };
  co_return co_await database_.write(call, std::move(job));
}

bool SettingsStore::needs_key(db::Session& session, const std::string& key_id) {
  return session
      .query("SELECT 1 FROM system_settings WHERE value LIKE :a LIMIT 1", vault::sealed_beginning(key_id) + "%")
      .one<int>()
      .has_value();
}

std::shared_ptr<const Values> SettingsStore::values() const {
  const std::lock_guard lock(mutex_);
  return values_;
}

void SettingsStore::replace(Values values) {
  auto next = std::make_shared<const Values>(std::move(values));
  const std::lock_guard lock(mutex_);
  values_.swap(next);
}

// Only the database's writer publishes, one at a time, so a copy of the current values cannot lose another change.
void SettingsStore::publish(std::string_view key, std::string_view value) {
  replace(values()->with(key, value));
}

void SettingsStore::save(db::Session& session, std::string_view key, std::string_view value) {
  if (is_secret(key)) throw std::logic_error("a secret setting is saved with set()");
  write_row(session, key, value);
}

void SettingsStore::write_row(db::Session& session, std::string_view key, std::string_view value) {
  session
      .query(
          "INSERT INTO system_settings (key, value, updated_at) VALUES (:a, :b, :c) "
          "ON CONFLICT(key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at",
          key, value, format_naive(now()))
      .run();
}

std::optional<std::string> SettingsStore::saved(db::Session& session, std::string_view key) {
  auto row = session.query("SELECT value FROM system_settings WHERE key = :a", key).one<std::string>();
  if (!row) return std::nullopt;
  return std::move(std::get<0>(*row));
}

Task<> SettingsStore::set(Call call, std::string key, std::string value) {
  const bool secret = is_secret(key) && !value.empty();
  if (secret && vault_ == nullptr) throw Internal("there is no vault to seal the setting " + key);
  const auto kept = secret ? vault_->seal(label_of(key), value) : value;
  auto job = [&key, &kept](db::Session& session) { write_row(session, key, kept); };
  auto publish_it = [this, &key, &value] { publish(key, value); };
  co_await database_.write(call, std::move(job), std::move(publish_it));
}

Task<> SettingsStore::set_all(Call call, std::map<std::string, std::string> values) {
  auto job = [&values](db::Session& session) {
    for (const auto& [key, value] : values) save(session, key, value);
  };
  auto publish_them = [this, &values] {
    for (const auto& [key, value] : values) publish(key, value);
  };
  co_await database_.write(call, std::move(job), std::move(publish_them));
}

Task<std::vector<std::string>> SettingsStore::remove_all(Call call, std::vector<std::string> keys) {
  auto job = [&keys](db::Session& session) {
    std::vector<std::string> removed;
    for (const auto& key : keys)
      if (session.query("DELETE FROM system_settings WHERE key = :a", key).run() > 0) removed.push_back(key);
    return removed;
  };
  auto publish_them = [this](const std::vector<std::string>& removed) {
    for (const auto& key : removed) replace(values()->without(key));
  };
  co_return co_await database_.write(call, std::move(job), std::move(publish_them));
}

Task<std::map<std::string, std::string>> SettingsStore::updated_at(Call call) {
  auto job = [](db::Session& session) {
    std::map<std::string, std::string> times;
    auto rows =
        session.query("SELECT key, updated_at FROM system_settings").all<std::string, std::optional<std::string>>();
    for (auto& [key, time] : rows) times.emplace(std::move(key), std::move(time).value_or(""));
    return times;
  };
  co_return co_await database_.read(call, std::move(job));
}

Task<bool> SettingsStore::remove(Call call, std::string key) {
  auto job = [&key](db::Session& session) {
    return session.query("DELETE FROM system_settings WHERE key = :a", key).run() > 0;
  };
  auto publish_it = [this, &key](bool) { replace(values()->without(key)); };
  co_return co_await database_.write(call, std::move(job), std::move(publish_it));
}

}  // namespace trinity::settings
