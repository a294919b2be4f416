#pragma once
#include <string>
#include <vector>

#include "unit/db/sqlite_file.h"

namespace trinity::test {

/// Every table of an existing deployment, as its first version made them: columns that came later are missing, some
/// references point nowhere, some rows are odd.
inline const std::vector<const char*>& field_tables() {
  static const std::vector<const char*> tables{"users",
                                               "agent_ownership",
                                               "agent_sharing",
                                               "mcp_api_keys",
                                               "agent_schedules",
                                               "agent_git_config",
                                               "schedule_executions",
                                               "chat_sessions",
                                               "chat_messages",
                                               "agent_activities",
                                               "agent_permissions",
                                               "agent_shared_folder_config",
                                               "system_settings",
                                               "agent_public_links",
                                               "public_link_verifications",
                                               "public_link_usage",
                                               "email_whitelist",
                                               "email_login_codes"};
  return tables;
}

inline constexpr const char* field_schema = R"(
CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, username TEXT UNIQUE NOT NULL, password_hash TEXT,
  role TEXT NOT NULL DEFAULT 'user', auth0_sub TEXT UNIQUE, name TEXT, picture TEXT, email TEXT,
  created_at TEXT NOT NULL, updated_at TEXT NOT NULL, last_login TEXT);
CREATE TABLE agent_ownership (id INTEGER PRIMARY KEY AUTOINCREMENT, agent_name TEXT UNIQUE NOT NULL,
  owner_id INTEGER NOT NULL, created_at TEXT NOT NULL, FOREIGN KEY (owner_id) REFERENCES users(id));
CREATE TABLE agent_sharing (id INTEGER PRIMARY KEY AUTOINCREMENT, agent_name TEXT NOT NULL,
  shared_with_email TEXT NOT NULL, shared_by_id INTEGER NOT NULL, created_at TEXT NOT NULL,
  FOREIGN KEY (shared_by_id) REFERENCES users(id), UNIQUE(agent_name, shared_with_email));
CREATE TABLE mcp_api_keys (id TEXT PRIMARY KEY, name TEXT NOT NULL, description TEXT, key_prefix TEXT NOT NULL,
  key_hash TEXT UNIQUE NOT NULL, created_at TEXT NOT NULL, last_used_at TEXT, usage_count INTEGER DEFAULT 0,
  is_active INTEGER DEFAULT 1, user_id INTEGER NOT NULL, FOREIGN KEY (user_id) REFERENCES users(id));
CREATE TABLE agent_schedules (id TEXT PRIMARY KEY, agent_name TEXT NOT NULL, name TEXT NOT NULL,
  cron_expression TEXT NOT NULL, message TEXT NOT NULL, enabled INTEGER DEFAULT 1, timezone TEXT DEFAULT 'UTC',
  description TEXT, owner_id INTEGER NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL, last_run_at TEXT,
  next_run_at TEXT, FOREIGN KEY (owner_id) REFERENCES users(id));
CREATE TABLE schedule_executions (id TEXT PRIMARY KEY, schedule_id TEXT NOT NULL, agent_name TEXT NOT NULL,
  status TEXT NOT NULL, started_at TEXT NOT NULL, completed_at TEXT, duration_ms INTEGER, message TEXT NOT NULL,
  response TEXT, error TEXT, triggered_by TEXT NOT NULL, FOREIGN KEY (schedule_id) REFERENCES agent_schedules(id));
CREATE TABLE agent_git_config (id TEXT PRIMARY KEY, agent_name TEXT UNIQUE NOT NULL, github_repo TEXT NOT NULL,
  working_branch TEXT NOT NULL, instance_id TEXT NOT NULL, created_at TEXT NOT NULL, last_sync_at TEXT,
  last_commit_sha TEXT, sync_enabled INTEGER DEFAULT 1, sync_paths TEXT);
CREATE TABLE chat_sessions (id TEXT PRIMARY KEY, agent_name TEXT NOT NULL, user_id INTEGER NOT NULL,
  user_email TEXT NOT NULL, started_at TEXT NOT NULL, last_message_at TEXT NOT NULL, message_count INTEGER DEFAULT 0,
  total_cost REAL DEFAULT 0.0, total_context_used INTEGER DEFAULT 0, total_context_max INTEGER DEFAULT 200000,
  status TEXT DEFAULT 'active', FOREIGN KEY (user_id) REFERENCES users(id));
CREATE TABLE chat_messages (id TEXT PRIMARY KEY, session_id TEXT NOT NULL, agent_name TEXT NOT NULL,
  user_id INTEGER NOT NULL, user_email TEXT NOT NULL, role TEXT NOT NULL, content TEXT NOT NULL,
  timestamp TEXT NOT NULL, cost REAL, context_used INTEGER, context_max INTEGER, tool_calls TEXT,
  execution_time_ms INTEGER, FOREIGN KEY (session_id) REFERENCES chat_sessions(id));
CREATE TABLE agent_activities (id TEXT PRIMARY KEY, agent_name TEXT NOT NULL, activity_type TEXT NOT NULL,
  activity_state TEXT NOT NULL, parent_activity_id TEXT, started_at TEXT NOT NULL, completed_at TEXT,
  duration_ms INTEGER, user_id INTEGER, triggered_by TEXT NOT NULL, related_chat_message_id TEXT,
  related_execution_id TEXT, details TEXT, error TEXT, created_at TEXT DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE agent_permissions (id INTEGER PRIMARY KEY AUTOINCREMENT, source_agent TEXT NOT NULL,
  target_agent TEXT NOT NULL, created_at TEXT, created_by TEXT NOT NULL, UNIQUE(source_agent, target_agent));
CREATE TABLE agent_shared_folder_config (agent_name TEXT PRIMARY KEY, expose_enabled INTEGER DEFAULT 0,
  consume_enabled INTEGER DEFAULT 0, created_at TEXT NOT NULL, updated_at TEXT NOT NULL);
CREATE TABLE system_settings (key TEXT PRIMARY KEY, value TEXT NOT NULL, updated_at TEXT NOT NULL);
CREATE TABLE agent_public_links (id TEXT PRIMARY KEY, agent_name TEXT NOT NULL, token TEXT UNIQUE NOT NULL,
  created_by TEXT NOT NULL, created_at TEXT NOT NULL, expires_at TEXT, enabled INTEGER DEFAULT 1, name TEXT,
  require_email INTEGER DEFAULT 0, FOREIGN KEY (created_by) REFERENCES users(id));
CREATE TABLE public_link_verifications (id TEXT PRIMARY KEY, link_id TEXT NOT NULL, email TEXT NOT NULL,
  code TEXT NOT NULL, created_at TEXT NOT NULL, expires_at TEXT NOT NULL, verified INTEGER DEFAULT 0,
  session_token TEXT, session_expires_at TEXT, FOREIGN KEY (link_id) REFERENCES agent_public_links(id));
CREATE TABLE public_link_usage (id TEXT PRIMARY KEY, link_id TEXT NOT NULL, email TEXT, ip_address TEXT,
  message_count INTEGER DEFAULT 0, created_at TEXT NOT NULL, last_used_at TEXT);
CREATE TABLE email_whitelist (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT UNIQUE NOT NULL, added_by TEXT NOT NULL,
  added_at TEXT NOT NULL, source TEXT NOT NULL);
CREATE TABLE email_login_codes (id TEXT PRIMARY KEY, email TEXT NOT NULL, code TEXT NOT NULL, created_at TEXT NOT NULL,
  expires_at TEXT NOT NULL, verified INTEGER DEFAULT 0, used_at TEXT);
CREATE INDEX idx_users_username ON users(username);
CREATE INDEX idx_executions_status ON schedule_executions(status);
)";

inline constexpr const char* field_rows = R"(
INSERT INTO users VALUES
  (1, 'admin', 'changeme', 'admin', NULL, NULL, NULL, NULL, '2025-11-01T09:00:00', '2025-11-01T09:00:00.000001', NULL),
  (4, 'ann@example.com', NULL, 'user', NULL, 'Änn', NULL, 'Ann@Example.com', '2025-11-02T09:00:00', 't', NULL),
  (9, 'ann2', '$2b$12$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW', 'user', 'auth0|77', '', '', 'ann@example.com', 't', 't', 't');
INSERT INTO agent_ownership VALUES (1, 'Mixed_Case.Agent', 4, 't'), (2, 'of-nobody', 4711, 't'), (7, 'trinity-system', 1, 't');
INSERT INTO agent_sharing VALUES (1, 'Mixed_Case.Agent', 'Bob@Example.com', 4, 't'), (2, 'gone-agent', 'x@y.z', 999, 't');
INSERT INTO mcp_api_keys VALUES
  ('k1', 'laptop', NULL, 'trinity_mcp_aB3dE5fG', 'hash1', 't', NULL, NULL, 1, 4),
  ('k2', 'revoked', 'it''s old', 'trinity_mcp_0000000', 'hash2', 't', 't', 12, 0, 999);
INSERT INTO agent_schedules VALUES
  ('s1', 'Mixed_Case.Agent', 'daily', '0 9 * * 1-5', 'say "hi"' || char(10) || 'twice', NULL, NULL, NULL, 4, 't', 't', NULL, '2026-01-15T09:00:00+01:00');
INSERT INTO schedule_executions VALUES
  ('e1', '__manual__', 'Mixed_Case.Agent', 'success', 't', 't', 12, 'm', 'résumé 😀', NULL, 'manual'),
  ('e2', 's1', 'gone-agent', 'running', 't', NULL, NULL, '', NULL, NULL, 'schedule'),
  ('e3', 's-gone', 'gone-agent', 'failed', 't', NULL, NULL, 'm', NULL, 'boom', 'agent');
INSERT INTO agent_git_config VALUES ('g1', 'Mixed_Case.Agent', 'owner/repo', 'trinity/x/0a1b2c3d', '0a1b2c3d', 't', NULL, NULL, NULL, NULL);
INSERT INTO chat_sessions VALUES ('c1', 'Mixed_Case.Agent', 999, 'gone@example.com', 't', 't', NULL, 0.125, NULL, NULL, NULL);
INSERT INTO chat_messages VALUES
  ('m1', 'c1', 'Mixed_Case.Agent', 4, 'Ann@Example.com', 'user', '', 't', NULL, NULL, NULL, NULL, NULL),
  ('m2', 'c-gone', 'Mixed_Case.Agent', 4, 'e', 'assistant', 'text', 't', 0.0625, 1, 200000, '[]', 5);
INSERT INTO agent_activities VALUES
  ('a1', 'Mixed_Case.Agent', 'chat_start', 'started', 'a-gone', 't', NULL, NULL, NULL, 'user', 'm-gone', NULL, '{"k": 1}', NULL, '2025-11-01 10:00:00');
INSERT INTO agent_permissions VALUES (1, 'Mixed_Case.Agent', 'of-nobody', NULL, 'admin'), (2, 'gone-agent', 'gone-too', 't', '4');
INSERT INTO agent_shared_folder_config VALUES ('Mixed_Case.Agent', NULL, 1, 't', 't'), ('gone-agent', 1, 0, 't', 't');
INSERT INTO system_settings VALUES ('setup_completed', 'True', 't'), ('trinity_prompt', '', 't'), ('of another program', '{}', 't');
INSERT INTO agent_public_links VALUES ('l1', 'Mixed_Case.Agent', 'token1', 'ann@example.com', 't', NULL, NULL, NULL, NULL);
INSERT INTO public_link_verifications VALUES ('v1', 'l-gone', 'Guest@Example.com', '012345', 't', 't', -1, NULL, NULL);
INSERT INTO public_link_usage VALUES ('u1', 'l1', NULL, NULL, NULL, 't', NULL);
INSERT INTO email_whitelist VALUES (1, 'Mixed@Example.com', '4', 't', 'manual'), (2, 'x@y.z', 'gone', 't', 'agent_sharing');
INSERT INTO email_login_codes VALUES ('x1', 'ann@example.com', '000042', 't', 't', NULL, NULL);
)";

inline void make_field_deployment(const std::filesystem::path& file) {
  OtherProgram program(file);
  program.run(field_schema);
  program.run(field_rows);
}

}  // namespace trinity::test
