#include "db/connection.h"

#include <fmt/format.h>

#include "db/errors.h"

namespace trinity::db {

namespace {

constexpr int primary_code_mask = 0xff;    // the upper bits refine the code
constexpr int steps_between_looks = 1000;  // of SQLite's machine; far below a millisecond

}  // namespace

RawConnection::RawConnection(const std::filesystem::path& file, std::chrono::milliseconds lock)
    : file_(file), lock_(lock) {
  open(SQLITE_OPEN_READONLY);
  const int code = run("SELECT count(*) FROM sqlite_master", "", nullptr);
  // A program was killed while it wrote: its half change must be taken back before anybody can read.
  if ((code & primary_code_mask) == SQLITE_READONLY) {
    open(SQLITE_OPEN_READWRITE);
  } else if (code != SQLITE_ROW && code != SQLITE_DONE) {
    fail(code);
  }
}

void RawConnection::open(int flags) {
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(file_.c_str(), &opened, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  native_.reset(opened);
  if (code != SQLITE_OK) fail(code);
  sqlite3_busy_timeout(opened, static_cast<int>(lock_.count()));
}

int RawConnection::run(const std::string& sql, const std::string& value,
                       const std::function<bool(sqlite3_stmt*)>& row) {
  sqlite3_stmt* raw = nullptr;
  int code = sqlite3_prepare_v2(native_.get(), sql.c_str(), -1, &raw, nullptr);
  const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement(raw, &sqlite3_finalize);
  if (code != SQLITE_OK) return code;
  if (sqlite3_bind_parameter_count(raw) > 0)
    sqlite3_bind_text(raw, 1, value.data(), static_cast<int>(value.size()), SQLITE_TRANSIENT);
  while ((code = sqlite3_step(raw)) == SQLITE_ROW) {
    if (row && !row(raw)) break;
  }
  return code;
}

void RawConnection::give_up_at(std::chrono::steady_clock::time_point at) {
  end_ = at;
  const auto look = [](void* end) {
    return std::chrono::steady_clock::now() >= *static_cast<std::chrono::steady_clock::time_point*>(end) ? 1 : 0;
  };
  sqlite3_progress_handler(native_.get(), steps_between_looks, look, &end_);
}

std::string RawConnection::explain(int code) const {
  const auto name = file_.string();
  switch (code & primary_code_mask) {
    case SQLITE_NOTADB:
      return fmt::format("{} is no database, or it is encrypted. It was not changed.", name);
    case SQLITE_CORRUPT:
      return fmt::format("the database {} is damaged. It was not changed. Restore a copy of it.", name);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return fmt::format(
          "the database {} is locked by another program (waited {} ms). Stop that program and try again.", name,
          lock_.count());
    case SQLITE_FULL:
      return fmt::format("the disk is full; the database {} was not changed. Make room and try again.", name);
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return fmt::format("the database {} cannot be written. Check its permissions and its disk.", name);
    case SQLITE_CANTOPEN:
      return fmt::format("the database {} cannot be opened. Check its permissions and those of its folder.", name);
    case SQLITE_IOERR:
      return fmt::format("the database {} cannot be read or written: the disk reports a fault.", name);
    default:
      return fmt::format("the database {} cannot be used: {}", name, sqlite3_errstr(code));
  }
}

void RawConnection::fail(int code) const {
  throw Failure(explain(code));
}

}  // namespace trinity::db
