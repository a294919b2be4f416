// What a database file holds, looked at from outside: it may be older than this program, or not there.
#include <functional>
#include <system_error>

#include "credentials/take_over.h"
#include "db/connection.h"
#include "db/errors.h"

namespace trinity::credentials {

namespace {

constexpr std::chrono::seconds lock_limit{5};

bool is_there(const std::filesystem::path& file) {
  std::error_code fault;
  return std::filesystem::exists(file, fault);
}

std::string text_of(sqlite3_stmt* row, int column) {
  const auto* const text = reinterpret_cast<const char*>(sqlite3_column_text(row, column));
  return text == nullptr ? std::string() : std::string(text);
}

/// Nothing happens when the table is not there.
void each_row(db::RawConnection& file, const char* table, const std::string& sql,
              const std::function<void(sqlite3_stmt*)>& row) {
  bool there = false;
  const auto found = [&there](sqlite3_stmt*) { return !(there = true); };
  file.run("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1", table, found);
  if (!there) return;
  const auto all = [&row](sqlite3_stmt* one) {
    row(one);
    return true;
  };
  const int code = file.run(sql, "", all);
  if (code != SQLITE_DONE) file.fail(code);
}

}  // namespace

Held held_in_database(const std::filesystem::path& file) {
  Held held;
  if (!is_there(file)) return held;
  db::RawConnection open(file, lock_limit);
  each_row(open, "trinity_credentials", "SELECT id FROM trinity_credentials",
           [&held](sqlite3_stmt* row) { held.ids.insert(text_of(row, 0)); });
  each_row(open, "trinity_credential_agents", "SELECT agent_name, credential_id FROM trinity_credential_agents",
           [&held](sqlite3_stmt* row) { held.assignments.emplace(text_of(row, 0), text_of(row, 1)); });
  each_row(open, "trinity_credential_ties", "SELECT agent_name, mcp_server FROM trinity_credential_ties",
           [&held](sqlite3_stmt* row) { held.ties.emplace(text_of(row, 0), text_of(row, 1)); });
  return held;
}

std::optional<std::set<std::string>> agents_in_database(const std::filesystem::path& file) {
  if (!is_there(file)) return std::nullopt;
  std::set<std::string> agents;
  db::RawConnection open(file, lock_limit);
  each_row(open, "agent_ownership", "SELECT agent_name FROM agent_ownership",
           [&agents](sqlite3_stmt* row) { agents.insert(text_of(row, 0)); });
  return agents;
}

}  // namespace trinity::credentials
