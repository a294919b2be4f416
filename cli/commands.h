#pragma once
#include <functional>

#include "cli/session.h"

namespace CLI {
class App;
}

namespace trinity::cli {

/// What the command line chose. CLI11 calls back while it parses; the work begins when the whole line is understood.
using Command = std::function<void(Session&)>;

/// Each adds its commands, with their options and help, to the tree. `chosen` gets the one that was named.
void add_sign_in_commands(CLI::App& root, Command& chosen);  ///< login, logout
void add_status_command(CLI::App& root, Command& chosen);
void add_attention_command(CLI::App& root, Command& chosen);
/// Those below `agents`.
void add_list_commands(CLI::App& agents, Command& chosen);      ///< list, show
void add_create_command(CLI::App& agents, Command& chosen);     ///< create
void add_change_commands(CLI::App& agents, Command& chosen);    ///< start, stop, delete
void add_settings_commands(CLI::App& agents, Command& chosen);  ///< resources, autonomy, capabilities, platform-key
void add_tags_command(CLI::App& agents, Command& chosen);
void add_sharing_commands(CLI::App& agents, Command& chosen);  ///< share, unshare, shares, permissions
void add_stats_command(CLI::App& agents, Command& chosen);
void add_pressure_command(CLI::App& agents, Command& chosen);
void add_files_commands(CLI::App& agents, Command& chosen);  ///< files ls, get, put, rm, mkdir, mv
void add_logs_command(CLI::App& agents, Command& chosen);
/// Those that give agents work and look at it.
void add_chat_command(CLI::App& root, Command& chosen);
void add_task_command(CLI::App& root, Command& chosen);
void add_executions_commands(CLI::App& root, Command& chosen);  ///< executions, executions show, stop
void add_git_commands(CLI::App& root, Command& chosen);         ///< git status, log, diff, push, pull, init
void add_halt_commands(CLI::App& root, Command& chosen);        ///< stop-all, resume-all
void add_audit_command(CLI::App& root, Command& chosen);
void add_vault_commands(CLI::App& root, Command& chosen);  ///< vault status, vault rotate
void add_credentials_commands(CLI::App& root, Command& chosen);
void add_templates_commands(CLI::App& root, Command& chosen);  ///< templates list, check

/// Names of what an option or a place on the command line takes; help shows them and completion knows them.
inline constexpr const char* kAgentType = "AGENT";
inline constexpr const char* kTemplateType = "TEMPLATE";
inline constexpr const char* kTagType = "TAG";
inline constexpr const char* kStatusType = "STATUS";
inline constexpr const char* kRuntimeType = "RUNTIME";
inline constexpr const char* kSwitchType = "on|off";
inline constexpr const char* kModeType = "full|restricted";
inline constexpr const char* kMemoryType = "SIZE|none";
inline constexpr const char* kCoresType = "CORES|none";
inline constexpr const char* kServerType = "ADDRESS";
inline constexpr const char* kRunStatusType = "RUN-STATUS";

}  // namespace trinity::cli
