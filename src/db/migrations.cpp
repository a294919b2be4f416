#include "db/migrations.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "db/backup.h"
#include "db/schema.h"

namespace trinity::db {

namespace {

std::set<std::string> columns_of(Session& session, std::string_view table) {
  std::set<std::string> names;
  for (auto& [name] : session.query("SELECT name FROM pragma_table_info(:a)", table).all<std::string>()) {
    names.insert(std::move(name));
  }
  return names;
}

void add_late_columns(Session& session) {
  for (const auto& column : late_columns()) {
    if (columns_of(session, column.table).contains(std::string(column.name))) continue;
    session.query(fmt::format("ALTER TABLE {} ADD COLUMN {} {}", column.table, column.name, column.definition)).run();
  }
}

/// Shares once named a user; now they name an address. Shares with users who have no address are dropped: nobody could
/// use them.
void convert_sharing(Session& session) {
  const auto columns = columns_of(session, "agent_sharing");
  if (columns.empty() || columns.contains("shared_with_email")) return;
  if (!columns.contains("shared_with_id")) throw Failure("table agent_sharing has neither of its known forms");
  session.query("ALTER TABLE agent_sharing RENAME TO agent_sharing_by_user").run();
  for (const auto table : first_tables()) session.query(std::string(table)).run();
  session
      .query(
          "INSERT OR IGNORE INTO agent_sharing (agent_name, shared_with_email, shared_by_id, created_at) "
          "SELECT s.agent_name, lower(trim(u.email)), s.shared_by_id, s.created_at "
          "FROM agent_sharing_by_user s JOIN users u ON u.id = s.shared_with_id "
          "WHERE u.email IS NOT NULL AND trim(u.email) <> '' ORDER BY s.id")
      .run();
  session.query("DROP TABLE agent_sharing_by_user").run();
}

void first_version(Session& session) {
  convert_sharing(session);
  for (const auto table : first_tables()) session.query(std::string(table)).run();
  add_late_columns(session);
  for (const auto index : first_indexes()) session.query(fmt::format("CREATE INDEX IF NOT EXISTS {}", index)).run();
}

/// Tables of our own, so that table users stays as other programs know it.
void sign_outs(Session& session) {
  session
      .query(
          "CREATE TABLE trinity_token_versions (user_id INTEGER PRIMARY KEY, version INTEGER NOT NULL, changed_at TEXT "
          "NOT NULL)")
      .run();
  // expires_at: seconds since the epoch.
  session
      .query(
          "CREATE TABLE trinity_ended_sessions (session TEXT PRIMARY KEY, user_id INTEGER NOT NULL, expires_at INTEGER "
          "NOT NULL)")
      .run();
  session.query("CREATE INDEX trinity_ended_sessions_user ON trinity_ended_sessions(user_id)").run();
}

/// Actions on agents that have begun and not ended; see agents/leftover.h. next_try: seconds since the epoch.
void cleanup_list(Session& session) {
  session
      .query(
          "CREATE TABLE trinity_cleanup (agent_name TEXT PRIMARY KEY, kind TEXT NOT NULL, mark TEXT NOT NULL, "
          "workspace "
          "INTEGER NOT NULL, data INTEGER NOT NULL, owns_row INTEGER NOT NULL, created_at TEXT NOT NULL, attempts "
          "INTEGER NOT NULL, next_try INTEGER NOT NULL, last_error TEXT)")
      .run();
}

/// A deletion removes volumes that are named after the container, whose name another deployment may have chosen.
void cleanup_names(Session& session) {
  session.query("ALTER TABLE trinity_cleanup ADD COLUMN container_name TEXT NOT NULL DEFAULT ''").run();
}

/// Whose word an agent's flag full_capabilities is: without a row nobody has decided, and the flag says nothing. And
/// whether a container that is to be replaced was running, see agents/leftover.h.
void agent_settings(Session& session) {
  session.query("CREATE TABLE trinity_capability_choices (agent_name TEXT PRIMARY KEY, chosen_by TEXT NOT NULL)").run();
  session.query("ALTER TABLE trinity_cleanup ADD COLUMN was_running INTEGER NOT NULL DEFAULT 0").run();
}

/// An agent's records are listed newest first, however many there are. Named as ours: the contract's own begin with
/// idx_.
void execution_order(Session& session) {
  session
      .query("CREATE INDEX IF NOT EXISTS trinity_executions_newest ON schedule_executions(agent_name, started_at DESC)")
      .run();
}

/// Older programs kept events open for ever that never had an end, and two chats at once could open two conversations
/// of the same two. Tool calls are most of all activities; what is asked for most often leaves them out.
void conversation_order(Session& session) {
  static constexpr std::array statements{
      "UPDATE agent_activities SET activity_state = 'completed', completed_at = started_at "
      "WHERE activity_state = 'started' AND activity_type IN ('tool_call', 'execution_cancelled')",
      "CREATE INDEX trinity_activities_newest ON agent_activities(created_at DESC, id DESC)",
      "CREATE INDEX trinity_activities_of_agent ON agent_activities(agent_name, created_at DESC, id DESC)",
      "CREATE INDEX trinity_activities_but_tools ON agent_activities(created_at DESC, id DESC) "
      "WHERE activity_type <> 'tool_call'",
      "CREATE INDEX trinity_activities_of_agent_but_tools ON agent_activities(agent_name, created_at DESC, id DESC) "
      "WHERE activity_type <> 'tool_call'",
      "UPDATE chat_sessions SET status = 'closed' WHERE status = 'active' AND EXISTS (SELECT 1 FROM chat_sessions n "
      "WHERE n.agent_name = chat_sessions.agent_name AND n.user_id = chat_sessions.user_id AND n.status = 'active' AND "
      "(n.last_message_at > chat_sessions.last_message_at OR (n.last_message_at = chat_sessions.last_message_at AND "
      "n.id > chat_sessions.id)))",
      "CREATE UNIQUE INDEX trinity_one_active_session ON chat_sessions(agent_name, user_id) WHERE status = 'active'",
      "CREATE INDEX trinity_sessions_newest ON chat_sessions(agent_name, last_message_at DESC, id DESC)",
      "CREATE INDEX trinity_messages_of_session ON chat_messages(session_id, timestamp DESC, id DESC)",
      "CREATE INDEX trinity_messages_of_agent ON chat_messages(agent_name, timestamp DESC, id DESC)",
      "CREATE INDEX trinity_messages_of_user ON chat_messages(agent_name, user_id, timestamp DESC, id DESC)",
  };
  for (const auto* sql : statements) session.query(sql).run();
}

/// What agents may spend and what they have spent, by UTC day; an empty name stands for all agents together, which keep
/// what an agent has spent that is gone.
void budgets(Session& session) {
  session
      .query(
          "CREATE TABLE trinity_budgets (agent_name TEXT PRIMARY KEY, cost_per_day REAL, run_seconds INTEGER, "
          "updated_at TEXT NOT NULL)")
      .run();
  session
      .query(
          "CREATE TABLE trinity_spending (day TEXT NOT NULL, agent_name TEXT NOT NULL, cost REAL NOT NULL, PRIMARY KEY "
          "(day, agent_name))")
      .run();
}

/// What runs need beyond their records, see room executions. trinity_queue: turns that run or wait.
/// trinity_transcripts: packed, away from the rows that lists read. trinity_idempotency: created_at in seconds since
/// the epoch.
void runs(Session& session) {
  session
      .query(
          "CREATE TABLE trinity_queue (id TEXT PRIMARY KEY, place INTEGER NOT NULL, agent_name TEXT NOT NULL, source "
          "TEXT NOT NULL, source_agent TEXT, source_user_id TEXT, source_user_email TEXT, message TEXT NOT NULL, "
          "queued_at TEXT NOT NULL, started_at TEXT, status TEXT NOT NULL, execution_id TEXT, run TEXT NOT NULL, "
          "unattended INTEGER NOT NULL, turn TEXT NOT NULL)")
      .run();
  session
      .query(
          "CREATE TABLE trinity_transcripts (execution_id TEXT PRIMARY KEY, encoding TEXT NOT NULL, size INTEGER NOT "
          "NULL, bytes BLOB NOT NULL, ended_at TEXT NOT NULL)")
      .run();
  session.query("CREATE INDEX trinity_transcripts_age ON trinity_transcripts(ended_at)").run();
  session
      .query(
          "CREATE TABLE trinity_idempotency (caller TEXT NOT NULL, agent_name TEXT NOT NULL, operation TEXT NOT NULL, "
          "key TEXT NOT NULL, digest TEXT NOT NULL, execution_id TEXT NOT NULL, execution TEXT NOT NULL, created_at "
          "INTEGER NOT NULL, PRIMARY KEY (caller, agent_name, operation, key))")
      .run();
  session.query("CREATE INDEX trinity_idempotency_age ON trinity_idempotency(created_at)").run();
}

/// What the vault has sealed. trinity_vault: which master keys are in use. trinity_credentials: secrets are sealed
/// texts. trinity_credential_ties: one credential for an MCP server of an agent, as old deployments assigned them.
/// trinity_oauth_states: expires_at in seconds since the epoch.
void secrets(Session& session) {
  static constexpr std::array statements{
      "CREATE TABLE trinity_vault (key_id TEXT PRIMARY KEY, check_value TEXT NOT NULL, created_at TEXT NOT NULL)",
      "CREATE TABLE trinity_credentials (id TEXT PRIMARY KEY, owner TEXT NOT NULL, name TEXT NOT NULL, service TEXT "
      "NOT "
      "NULL, type TEXT NOT NULL, description TEXT NOT NULL, file_path TEXT NOT NULL, export_as TEXT NOT NULL, sealed "
      "TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL)",
      "CREATE INDEX trinity_credentials_of_owner ON trinity_credentials(owner, name)",
      "CREATE TABLE trinity_credential_agents (agent_name TEXT NOT NULL, credential_id TEXT NOT NULL, PRIMARY KEY "
      "(agent_name, credential_id))",
      "CREATE INDEX trinity_agents_of_credential ON trinity_credential_agents(credential_id)",
      "CREATE TABLE trinity_credential_ties (agent_name TEXT NOT NULL, mcp_server TEXT NOT NULL, credential_id TEXT "
      "NOT "
      "NULL, PRIMARY KEY (agent_name, mcp_server))",
      "CREATE TABLE trinity_oauth_states (state TEXT PRIMARY KEY, value TEXT NOT NULL, expires_at INTEGER NOT NULL)",
      "CREATE INDEX trinity_oauth_states_age ON trinity_oauth_states(expires_at)",
  };
  for (const auto* sql : statements) session.query(sql).run();
}

/// Who did what to what, see room audit. `at`: UTC without zone; `detail`: a JSON object of texts.
void audit_journal(Session& session) {
  session
      .query(
          "CREATE TABLE trinity_audit (id INTEGER PRIMARY KEY, at TEXT NOT NULL, request_id TEXT NOT NULL, user_name "
          "TEXT "
          "NOT NULL, user_id INTEGER NOT NULL, by_what TEXT NOT NULL, by_agent TEXT NOT NULL, action TEXT NOT NULL, "
          "object_kind TEXT NOT NULL, object_id TEXT NOT NULL, agent_name TEXT NOT NULL, result TEXT NOT NULL, detail "
          "TEXT "
          "NOT NULL)")
      .run();
  session.query("CREATE INDEX trinity_audit_age ON trinity_audit(at)").run();
  session.query("CREATE INDEX trinity_audit_user ON trinity_audit(user_name, id)").run();
  session.query("CREATE INDEX trinity_audit_agent ON trinity_audit(agent_name, id)").run();
  session.query("CREATE INDEX trinity_audit_object ON trinity_audit(object_id, id)").run();
}

/// When tokens of OAuth are to be refreshed: due_at in seconds since the epoch. The tokens are sealed in the
/// credential.
void oauth_expiries(Session& session) {
  session
      .query(
          "CREATE TABLE trinity_oauth_expiries (credential_id TEXT PRIMARY KEY, provider TEXT NOT NULL, due_at INTEGER "
          "NOT NULL, failures INTEGER NOT NULL)")
      .run();
  session.query("CREATE INDEX trinity_oauth_expiries_due ON trinity_oauth_expiries(due_at)").run();
}

/// What agents were sent last, see credentials/push_book.h; marks: a JSON list.
void credential_pushes(Session& session) {
  session
      .query(
          "CREATE TABLE trinity_credential_pushes (agent_name TEXT PRIMARY KEY, at TEXT NOT NULL, status TEXT NOT "
          "NULL, error TEXT NOT NULL, run TEXT NOT NULL, marks TEXT NOT NULL, variables INTEGER NOT NULL, files "
          "INTEGER NOT NULL)")
      .run();
}

/// What goes on is little, and is asked for whenever the views of the fleet open.
void open_activities(Session& session) {
  session
      .query(
          "CREATE INDEX trinity_activities_open ON agent_activities(created_at DESC, id DESC) WHERE activity_state = "
          "'started'")
      .run();
}

/// What a run has left to a person, see executions/question.h: beside its transcript, which it is read from.
void wishes(Session& session) {
  session.query("ALTER TABLE trinity_transcripts ADD COLUMN wish TEXT NOT NULL DEFAULT ''").run();
}

/// SQLite finds a column behind a large value only by reading all pages of that value: wishes are read from here.
void wishes_apart(Session& session) {
  session.query("CREATE INDEX trinity_transcripts_wishes ON trinity_transcripts(execution_id, wish) WHERE wish <> ''")
      .run();
}

/// What people call their agents by, see agents/tags.h.
void agent_tags(Session& session) {
  session
      .query(
          "CREATE TABLE trinity_agent_tags (agent_name TEXT NOT NULL, tag TEXT NOT NULL, PRIMARY KEY (agent_name, "
          "tag)) WITHOUT ROWID")
      .run();
}

/// In order; version 1 is the first. Never change one that was released: add another.
constexpr std::array<void (*)(Session&), 17> versions{
    first_version,      sign_outs,       cleanup_list, cleanup_names, agent_settings, execution_order,
    conversation_order, budgets,         runs,         secrets,       audit_journal,  oauth_expiries,
    credential_pushes,  open_activities, wishes,       wishes_apart,  agent_tags};

struct State {
  bool has_data = false;  ///< the file holds somebody's tables
  std::int64_t version = 0;
};

State read_state(Session& session) {
  State state;
  const auto tables = session.query("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
                          .all<std::string>();
  state.has_data = !tables.empty();
  const auto known = [](const auto& row) { return std::get<0>(row) == "trinity_schema"; };
  if (std::ranges::any_of(tables, known)) {
    const auto row = session.query("SELECT max(version) FROM trinity_schema").one<std::optional<std::int64_t>>();
    if (row) state.version = std::get<0>(*row).value_or(0);
  }
  return state;
}

/// 2026-01-13T10:15:30.123Z -> 20260113T101530123Z, which any file system takes.
std::string file_time() {
  std::string text = format_z(now());
  std::erase_if(text, [](char c) { return c == '-' || c == ':' || c == '.'; });
  return text;
}

/// Returns the copy's name.
std::filesystem::path keep_copy(const Database& database, std::int64_t version) {
  auto copy = database.file();
  copy += fmt::format(".backup-{}-{}", version, file_time());
  back_up(database.file(), copy);
  log::info("db", "copied the database to {} before changing its tables", copy.string());
  return copy;
}

void apply(Database& database, Call call, std::int64_t version) {
  auto job = [version](Session& session) {
    session.query("CREATE TABLE IF NOT EXISTS trinity_schema (version INTEGER PRIMARY KEY, applied_at TEXT NOT NULL)")
        .run();
    versions.at(static_cast<std::size_t>(version - 1))(session);
    session.query("INSERT INTO trinity_schema (version, applied_at) VALUES (:a, :b)", version, format_naive(now()))
        .run();
  };
  database.write_now(call, std::move(job));
}

/// The text for a client is of no use to the operator.
[[noreturn]] void explain(const Database& database, std::exception_ptr fault) {
  const auto file = database.file().string();
  try {
    std::rethrow_exception(std::move(fault));
  } catch (const DiskFull&) {
    throw Failure(fmt::format("the disk is full; the database {} was not changed. Make room and try again.", file));
  } catch (const Busy&) {
    throw Failure(fmt::format(
        "the database {} is locked by another program and was not changed. Stop that program and try again.", file));
  }
}

}  // namespace

std::int64_t newest_version() noexcept {
  return static_cast<std::int64_t>(versions.size());
}

std::int64_t migrate(Database& database) {
  BackgroundCall background("migrate");
  const Call call = background.call();
  auto look = [](Session& session) { return read_state(session); };
  const State state = database.read_now(call, std::move(look));
  const auto newest = newest_version();
  if (state.version > newest) {
    throw Failure(fmt::format("the database has version {}, this program knows up to {}: use a newer program",
                              state.version, newest));
  }
  if (state.version == newest) return newest;
  std::filesystem::path copy;
  if (state.has_data) copy = keep_copy(database, state.version);
  for (auto version = state.version + 1; version <= newest; ++version) {
    try {
      apply(database, call, version);
    } catch (...) {
      // Nothing was changed yet, so the copy is of no use; a server restarted again and again must not fill the disk.
      std::error_code ignored;
      if (version == state.version + 1 && !copy.empty()) std::filesystem::remove(copy, ignored);
      explain(database, std::current_exception());
    }
  }
  log::info("db", "database is at version {}", newest);
  return newest;
}

}  // namespace trinity::db
