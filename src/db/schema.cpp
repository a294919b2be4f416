#include "db/schema.h"

#include <array>

namespace trinity::db {

namespace {

// Times are text, naive UTC, unless said otherwise; booleans are 0 and 1. References are declared where the data keeps
// them: schedule_executions.schedule_id (marker `__manual__`) and agent_public_links.created_by (a user name) do not.
constexpr std::array<std::string_view, 18> tables{
    R"(CREATE TABLE IF NOT EXISTS users (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  username TEXT UNIQUE NOT NULL,
  password_hash TEXT,
  role TEXT NOT NULL DEFAULT 'user',
  auth0_sub TEXT UNIQUE,
  name TEXT,
  picture TEXT,
  email TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  last_login TEXT))",

    R"(CREATE TABLE IF NOT EXISTS agent_ownership (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  agent_name TEXT UNIQUE NOT NULL,
  owner_id INTEGER NOT NULL REFERENCES users(id),
  created_at TEXT NOT NULL,
  is_system INTEGER DEFAULT 0,
  use_platform_api_key INTEGER DEFAULT 1,
  autonomy_enabled INTEGER DEFAULT 0,
  memory_limit TEXT,
  cpu_limit TEXT,
  full_capabilities INTEGER DEFAULT 0))",

    R"(CREATE TABLE IF NOT EXISTS agent_sharing (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  agent_name TEXT NOT NULL,
  shared_with_email TEXT NOT NULL,
  shared_by_id INTEGER NOT NULL REFERENCES users(id),
  created_at TEXT NOT NULL,
  UNIQUE(agent_name, shared_with_email)))",

    R"(CREATE TABLE IF NOT EXISTS mcp_api_keys (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  description TEXT,
  key_prefix TEXT NOT NULL,
  key_hash TEXT UNIQUE NOT NULL,
  created_at TEXT NOT NULL,
  last_used_at TEXT,
  usage_count INTEGER DEFAULT 0,
  is_active INTEGER DEFAULT 1,
  user_id INTEGER NOT NULL REFERENCES users(id),
  agent_name TEXT,
  scope TEXT DEFAULT 'user'))",

    R"(CREATE TABLE IF NOT EXISTS agent_schedules (
  id TEXT PRIMARY KEY,
  agent_name TEXT NOT NULL,
  name TEXT NOT NULL,
  cron_expression TEXT NOT NULL,
  message TEXT NOT NULL,
  enabled INTEGER DEFAULT 1,
  timezone TEXT DEFAULT 'UTC',
  description TEXT,
  owner_id INTEGER NOT NULL REFERENCES users(id),
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  last_run_at TEXT,
  next_run_at TEXT))",

    R"(CREATE TABLE IF NOT EXISTS schedule_executions (
  id TEXT PRIMARY KEY,
  schedule_id TEXT NOT NULL,
  agent_name TEXT NOT NULL,
  status TEXT NOT NULL,
  started_at TEXT NOT NULL,
  completed_at TEXT,
  duration_ms INTEGER,
  message TEXT NOT NULL,
  response TEXT,
  error TEXT,
  triggered_by TEXT NOT NULL,
  context_used INTEGER,
  context_max INTEGER,
  cost REAL,
  tool_calls TEXT,
  execution_log TEXT))",

    R"(CREATE TABLE IF NOT EXISTS agent_git_config (
  id TEXT PRIMARY KEY,
  agent_name TEXT UNIQUE NOT NULL,
  github_repo TEXT NOT NULL,
  working_branch TEXT NOT NULL,
  instance_id TEXT NOT NULL,
  source_branch TEXT DEFAULT 'main',
  source_mode INTEGER DEFAULT 0,
  created_at TEXT NOT NULL,
  last_sync_at TEXT,
  last_commit_sha TEXT,
  sync_enabled INTEGER DEFAULT 1,
  sync_paths TEXT DEFAULT '["memory/", "outputs/", "CLAUDE.md", ".claude/"]'))",

    R"(CREATE TABLE IF NOT EXISTS chat_sessions (
  id TEXT PRIMARY KEY,
  agent_name TEXT NOT NULL,
  user_id INTEGER NOT NULL REFERENCES users(id),
  user_email TEXT NOT NULL,
  started_at TEXT NOT NULL,
  last_message_at TEXT NOT NULL,
  message_count INTEGER DEFAULT 0,
  total_cost REAL DEFAULT 0.0,
  total_context_used INTEGER DEFAULT 0,
  total_context_max INTEGER DEFAULT 200000,
  status TEXT DEFAULT 'active'))",

    R"(CREATE TABLE IF NOT EXISTS chat_messages (
  id TEXT PRIMARY KEY,
  session_id TEXT NOT NULL REFERENCES chat_sessions(id),
  agent_name TEXT NOT NULL,
  user_id INTEGER NOT NULL,
  user_email TEXT NOT NULL,
  role TEXT NOT NULL,
  content TEXT NOT NULL,
  timestamp TEXT NOT NULL,
  cost REAL,
  context_used INTEGER,
  context_max INTEGER,
  tool_calls TEXT,
  execution_time_ms INTEGER))",

    R"(CREATE TABLE IF NOT EXISTS agent_activities (
  id TEXT PRIMARY KEY,
  agent_name TEXT NOT NULL,
  activity_type TEXT NOT NULL,
  activity_state TEXT NOT NULL,
  parent_activity_id TEXT,
  started_at TEXT NOT NULL,
  completed_at TEXT,
  duration_ms INTEGER,
  user_id INTEGER,
  triggered_by TEXT NOT NULL,
  related_chat_message_id TEXT,
  related_execution_id TEXT,
  details TEXT,
  error TEXT,
  created_at TEXT DEFAULT CURRENT_TIMESTAMP))",

    R"(CREATE TABLE IF NOT EXISTS agent_permissions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  source_agent TEXT NOT NULL,
  target_agent TEXT NOT NULL,
  created_at TEXT,
  created_by TEXT NOT NULL,
  UNIQUE(source_agent, target_agent)))",

    R"(CREATE TABLE IF NOT EXISTS agent_shared_folder_config (
  agent_name TEXT PRIMARY KEY,
  expose_enabled INTEGER DEFAULT 0,
  consume_enabled INTEGER DEFAULT 0,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL))",

    R"(CREATE TABLE IF NOT EXISTS system_settings (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL,
  updated_at TEXT NOT NULL))",

    R"(CREATE TABLE IF NOT EXISTS agent_public_links (
  id TEXT PRIMARY KEY,
  agent_name TEXT NOT NULL,
  token TEXT UNIQUE NOT NULL,
  created_by TEXT NOT NULL,
  created_at TEXT NOT NULL,
  expires_at TEXT,
  enabled INTEGER DEFAULT 1,
  name TEXT,
  require_email INTEGER DEFAULT 0))",

    R"(CREATE TABLE IF NOT EXISTS public_link_verifications (
  id TEXT PRIMARY KEY,
  link_id TEXT NOT NULL,
  email TEXT NOT NULL,
  code TEXT NOT NULL,
  created_at TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  verified INTEGER DEFAULT 0,
  session_token TEXT,
  session_expires_at TEXT))",

    R"(CREATE TABLE IF NOT EXISTS public_link_usage (
  id TEXT PRIMARY KEY,
  link_id TEXT NOT NULL,
  email TEXT,
  ip_address TEXT,
  message_count INTEGER DEFAULT 0,
  created_at TEXT NOT NULL,
  last_used_at TEXT))",

    R"(CREATE TABLE IF NOT EXISTS email_whitelist (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  email TEXT UNIQUE NOT NULL,
  added_by TEXT NOT NULL,
  added_at TEXT NOT NULL,
  source TEXT NOT NULL))",

    R"(CREATE TABLE IF NOT EXISTS email_login_codes (
  id TEXT PRIMARY KEY,
  email TEXT NOT NULL,
  code TEXT NOT NULL,
  created_at TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  verified INTEGER DEFAULT 0,
  used_at TEXT))"};

constexpr std::array<std::string_view, 46> indexes{
    "idx_users_username ON users(username)",
    "idx_users_auth0_sub ON users(auth0_sub)",
    "idx_users_email ON users(email)",
    "idx_agent_ownership_owner ON agent_ownership(owner_id)",
    "idx_agent_ownership_name ON agent_ownership(agent_name)",
    "idx_agent_sharing_agent ON agent_sharing(agent_name)",
    "idx_agent_sharing_email ON agent_sharing(shared_with_email)",
    "idx_mcp_keys_user ON mcp_api_keys(user_id)",
    "idx_mcp_keys_hash ON mcp_api_keys(key_hash)",
    "idx_mcp_keys_agent ON mcp_api_keys(agent_name)",
    "idx_schedules_agent ON agent_schedules(agent_name)",
    "idx_schedules_owner ON agent_schedules(owner_id)",
    "idx_schedules_enabled ON agent_schedules(enabled)",
    "idx_executions_schedule ON schedule_executions(schedule_id)",
    "idx_executions_agent ON schedule_executions(agent_name)",
    "idx_executions_status ON schedule_executions(status)",
    "idx_git_config_agent ON agent_git_config(agent_name)",
    "idx_git_config_repo ON agent_git_config(github_repo)",
    "idx_chat_sessions_agent ON chat_sessions(agent_name)",
    "idx_chat_sessions_user ON chat_sessions(user_id)",
    "idx_chat_sessions_status ON chat_sessions(status)",
    "idx_chat_messages_session ON chat_messages(session_id)",
    "idx_chat_messages_agent ON chat_messages(agent_name)",
    "idx_chat_messages_user ON chat_messages(user_id)",
    "idx_chat_messages_timestamp ON chat_messages(timestamp)",
    "idx_activities_agent ON agent_activities(agent_name, created_at DESC)",
    "idx_activities_type ON agent_activities(activity_type)",
    "idx_activities_state ON agent_activities(activity_state)",
    "idx_activities_user ON agent_activities(user_id)",
    "idx_activities_parent ON agent_activities(parent_activity_id)",
    "idx_activities_chat_msg ON agent_activities(related_chat_message_id)",
    "idx_activities_execution ON agent_activities(related_execution_id)",
    "idx_permissions_source ON agent_permissions(source_agent)",
    "idx_permissions_target ON agent_permissions(target_agent)",
    "idx_shared_folders_expose ON agent_shared_folder_config(expose_enabled)",
    "idx_shared_folders_consume ON agent_shared_folder_config(consume_enabled)",
    "idx_public_links_token ON agent_public_links(token)",
    "idx_public_links_agent ON agent_public_links(agent_name)",
    "idx_verifications_link ON public_link_verifications(link_id)",
    "idx_verifications_email ON public_link_verifications(email)",
    "idx_verifications_code ON public_link_verifications(code)",
    "idx_usage_link ON public_link_usage(link_id)",
    "idx_usage_ip ON public_link_usage(ip_address)",
    "idx_email_whitelist_email ON email_whitelist(email)",
    "idx_email_login_codes_email ON email_login_codes(email)",
    "idx_email_login_codes_code ON email_login_codes(code)"};

// agent_sharing.shared_with_email is missing here: that table is rebuilt, see migrations.cpp.
constexpr std::array<LateColumn, 15> columns{{{"schedule_executions", "context_used", "INTEGER"},
                                              {"schedule_executions", "context_max", "INTEGER"},
                                              {"schedule_executions", "cost", "REAL"},
                                              {"schedule_executions", "tool_calls", "TEXT"},
                                              {"schedule_executions", "execution_log", "TEXT"},
                                              {"mcp_api_keys", "agent_name", "TEXT"},
                                              {"mcp_api_keys", "scope", "TEXT DEFAULT 'user'"},
                                              {"agent_ownership", "is_system", "INTEGER DEFAULT 0"},
                                              {"agent_ownership", "use_platform_api_key", "INTEGER DEFAULT 1"},
                                              {"agent_ownership", "autonomy_enabled", "INTEGER DEFAULT 0"},
                                              {"agent_ownership", "memory_limit", "TEXT"},
                                              {"agent_ownership", "cpu_limit", "TEXT"},
                                              {"agent_ownership", "full_capabilities", "INTEGER DEFAULT 0"},
                                              {"agent_git_config", "source_branch", "TEXT DEFAULT 'main'"},
                                              {"agent_git_config", "source_mode", "INTEGER DEFAULT 0"}}};

}  // namespace

std::span<const std::string_view> first_tables() noexcept {
  return tables;
}
std::span<const std::string_view> first_indexes() noexcept {
  return indexes;
}
std::span<const LateColumn> late_columns() noexcept {
  return columns;
}

}  // namespace trinity::db
