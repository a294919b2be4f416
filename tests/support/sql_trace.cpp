// Preloaded into a server, it writes the text of each SQL statement that any of the process's connections runs as one
// line of the file that TRINITY_SQL_TRACE names: SQLite's own trace hook, set by SQLite for each connection that is
// opened. The server takes no part in it. Texts hold parameters' names, never their values.
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

constexpr std::size_t longest = 4000;

int trace_file() {
  static const int file = [] {
    const char* path = std::getenv("TRINITY_SQL_TRACE");
    return path == nullptr ? -1 : ::open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  }();
  return file;
}

int on_statement(unsigned /*kind*/, void* /*context*/, void* /*statement*/, void* text) {
  std::string line(static_cast<const char*>(text), ::strnlen(static_cast<const char*>(text), longest));
  std::replace(line.begin(), line.end(), '\n', ' ');
  line += '\n';
  // One write each: lines of several threads do not mix.
  return ::write(trace_file(), line.data(), line.size()) < 0 ? 1 : 0;
}

int on_connection(sqlite3* connection, const char** /*error*/, const sqlite3_api_routines* /*unused*/) {
  return sqlite3_trace_v2(connection, SQLITE_TRACE_STMT, on_statement, nullptr);
}

__attribute__((constructor)) void begin() {
  if (trace_file() >= 0) sqlite3_auto_extension(reinterpret_cast<void (*)()>(on_connection));
}

}  // namespace
