#include "db/health.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <system_error>

#include "base/log.h"
#include "db/connection.h"
#include "db/errors.h"

namespace trinity::db {

namespace {

std::string text_of(sqlite3_stmt* row) {
  const auto* text = sqlite3_column_text(row, 0);
  return text == nullptr ? std::string() : reinterpret_cast<const char*>(text);
}

/// The folder too: the journal stands beside the file.
void check_writable(const std::filesystem::path& file) {
  const auto folder = file.parent_path().empty() ? std::filesystem::path(".") : file.parent_path();
  for (const auto& one : {file, folder}) {
    if (::access(one.c_str(), W_OK) == 0) continue;
    throw Failure(fmt::format("the database {} cannot be written: {}: {}. It was not changed.", file.string(),
                              one.string(), std::generic_category().message(errno)));
  }
}

/// The first statement that reads the file: it tells whether this is a database and nobody keeps it locked.
std::int64_t version_of(RawConnection& connection) {
  bool ours = false;
  int code = connection.run("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'trinity_schema'", "",
                            [&](sqlite3_stmt*) { return ours = true; });
  if (code != SQLITE_DONE) connection.fail(code);
  std::int64_t version = 0;
  if (!ours) return version;
  code = connection.run("SELECT max(version) FROM trinity_schema", "", [&](sqlite3_stmt* row) {
    version = sqlite3_column_int64(row, 0);
    return true;
  });
  if (code != SQLITE_DONE) connection.fail(code);
  return version;
}

/// Rules of tables that rows break are no damage of the file; existing deployments may have such rows.
bool is_damage(std::string_view message) {
  return !message.starts_with("NULL value in ") && !message.starts_with("CHECK constraint failed in ");
}

bool look_for_damage(RawConnection& connection, const std::filesystem::path& file, std::chrono::milliseconds limit) {
  connection.give_up_at(std::chrono::steady_clock::now() + limit);
  std::string damage;
  const int code = connection.run("PRAGMA quick_check(20)", "", [&](sqlite3_stmt* row) {
    auto message = text_of(row);
    if (message == "ok") return true;
    if (is_damage(message)) {
      damage = std::move(message);
      return false;
    }
    log::warn("db", "{}: {}", file.string(), message);
    return true;
  });
  if (!damage.empty())
    throw Failure(fmt::format("the database {} is damaged: {}. It was not changed. Restore a copy of it.",
                              file.string(), damage));
  if (code == SQLITE_INTERRUPT) return false;
  if (code != SQLITE_DONE) connection.fail(code);
  return true;
}

}  // namespace

FileFacts check_file(const std::filesystem::path& file, std::int64_t newest, const FileCheck& limits) {
  FileFacts facts;
  std::error_code fault;
  facts.exists = std::filesystem::exists(file, fault);
  if (fault) throw Failure(fmt::format("the database {} cannot be looked at: {}", file.string(), fault.message()));
  if (!facts.exists) return facts;
  check_writable(file);
  RawConnection connection(file, limits.lock);
  facts.version = version_of(connection);
  if (facts.version > newest)
    throw Failure(
        fmt::format("the database {} has version {}, this program knows up to {}. It was not changed. Use a "
                    "newer program.",
                    file.string(), facts.version, newest));
  facts.looked_through = look_for_damage(connection, file, limits.pages);
  if (!facts.looked_through)
    log::info("db", "{} is too large to be looked through at the start; going on after {} ms", file.string(),
              limits.pages.count());
  return facts;
}

}  // namespace trinity::db
