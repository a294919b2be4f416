#pragma once
#include <sqlite3.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace trinity::db {

/// A connection of its own that only reads a database file, for looking at the file as a whole. What a killed program
/// left half done is taken back by SQLite when it opens the file. For everything else there is Session. One thread.
class RawConnection {
 public:
  /// Throws Failure with a text for the operator. `lock`: how long each statement waits for another program's lock.
  RawConnection(const std::filesystem::path& file, std::chrono::milliseconds lock);

  /// Calls `row` with each row; false ends early. Returns SQLite's code: SQLITE_DONE, SQLITE_ROW after an early end, or
  /// what went wrong.
  int run(const std::string& sql, const std::string& value, const std::function<bool(sqlite3_stmt*)>& row);
  /// Statements give up (SQLITE_INTERRUPT) once this moment has passed.
  void give_up_at(std::chrono::steady_clock::time_point at);

  /// What a code means, with the file's name, for the operator.
  [[nodiscard]] std::string explain(int code) const;
  [[noreturn]] void fail(int code) const;

 private:
  void open(int flags);

  struct Close {
    void operator()(sqlite3* open) const noexcept { sqlite3_close(open); }
  };
  std::filesystem::path file_;
  std::chrono::milliseconds lock_;
  std::chrono::steady_clock::time_point end_{};
  std::unique_ptr<sqlite3, Close> native_;
};

}  // namespace trinity::db
