#include "settings/store.h"

#include "base/clock.h"

namespace trinity::settings {

namespace {

Values read_all(db::Session& session) {
  std::map<std::string, std::string, std::less<>> values;
  for (auto& [key, value] : session.query("SELECT key, value FROM system_settings").all<std::string, std::string>())
    values.emplace(std::move(key), std::move(value));
  return Values(std::move(values));
}

}  // namespace

void SettingsStore::load(Call call) {
  auto job = [](db::Session& session) { return read_all(session); };
  replace(database_.read_now(call, std::move(job)));
}

Task<> SettingsStore::reload(Call call) {
  auto job = [](db::Session& session) { return read_all(session); };
  auto publish = [this](Values& values) { replace(std::move(values)); };
  co_await database_.read_in_order(call, std::move(job), std::move(publish));
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
  auto job = [&key, &value](db::Session& session) { save(session, key, value); };
  auto publish_it = [this, &key, &value] { publish(key, value); };
  co_await database_.write(call, std::move(job), std::move(publish_it));
}

Task<bool> SettingsStore::remove(Call call, std::string key) {
  auto job = [&key](db::Session& session) {
    return session.query("DELETE FROM system_settings WHERE key = :a", key).run() > 0;
  };
  auto publish_it = [this, &key](bool) { replace(values()->without(key)); };
  co_return co_await database_.write(call, std::move(job), std::move(publish_it));
}

}  // namespace trinity::settings
