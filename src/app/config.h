#pragma once
#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace trinity::app {

/// What the operator can set. The initialisers are the defaults. Names, limits and meaning of each one are in the table
/// of settings_table.h; docs/configuration.md is made from both.
struct Config {
  std::string config_file;  ///< empty: <home>/trinity.conf where that exists
  std::filesystem::path home = "./var";
  std::filesystem::path database;  ///< empty until parsed, then never
  std::uint32_t database_watch_ms = 1'000;
  std::filesystem::path web_dir = "web/dist";
  std::filesystem::path templates_dir = "config/agent-templates";
  std::vector<std::string> github_templates;         ///< further ids of the catalogue
  std::vector<std::string> git_hosts{"github.com"};  ///< where templates may come from

  std::string redis;                        ///< secret; empty: credentials are in the database
  std::string redis_password;               ///< secret
  std::string vault_key;                    ///< secret; empty: from <home>/vault.key
  std::vector<std::string> vault_old_keys;  ///< secrets
  std::uint32_t vault_retire_seconds = 900;

  std::string bind = "127.0.0.1";
  std::uint16_t port = 8000;
  std::size_t threads = 0;  ///< 0: as many as cores, at most 4
  std::size_t max_connections = 10'000;
  std::size_t max_header_bytes = 32 * 1024;
  std::size_t max_body_bytes = 10 * 1024 * 1024;
  std::uint32_t header_seconds = 15;
  std::uint32_t body_seconds = 60;
  std::uint32_t write_seconds = 60;
  std::uint32_t idle_seconds = 75;
  std::uint32_t drain_seconds = 20;
  std::vector<std::string> cors_origins;  ///< added to those of the development servers
  bool telemetry_open = false;            ///< /api/telemetry/* also for those who are not signed in
  bool metrics_open = false;              ///< /metrics for anyone, not for administrators only

  std::string engine = "unix:///var/run/docker.sock";
  std::string container_prefix = "agent-";
  std::string network = "trinity-agent-network";
  std::string subnet = "172.28.0.0/16";  ///< empty: the engine chooses
  bool adopt = false;                    ///< take containers with the contract's labels and no instance label as ours
  std::filesystem::path proc_dir = "/proc";
  std::filesystem::path cgroup_dir = "/sys/fs/cgroup";
  std::uint32_t reconcile_seconds = 30;
  std::uint32_t probe_seconds = 5;
  std::uint32_t sample_watched_ms = 2'000;
  std::uint32_t sample_idle_ms = 10'000;

  std::vector<std::string> images{"trinity-agent-base"};
  std::string default_image = "trinity-agent-base:latest";
  std::string ssh_address;  ///< host address of the agents' SSH ports; empty: all interfaces
  std::uint16_t ssh_port_first = 2222;
  std::uint16_t ssh_port_last = 2499;  ///< not below ssh_port_first
  std::uint32_t stop_grace_seconds = 10;

  std::size_t tasks_per_agent = 16;
  std::size_t tasks_in_all = 64;
  std::uint32_t least_free_memory_mib = 256;    ///< 0: not looked at
  std::uint32_t attention_stuck_seconds = 300;  ///< without a sign of life
  std::uint32_t attention_tool_seconds = 900;   ///< the same while a tool runs
  std::uint32_t retention_days = 90;            ///< 0: for ever
  std::uint32_t audit_days = 90;                ///< 0: for ever

  std::string admin_username = "admin";
  std::string admin_password;  ///< secret
  std::string secret_key;      ///< secret
  bool email_auth = true;
  bool sharing_invites = false;  ///< plain users' shares put addresses on the sign-in list, too

  std::string ca_file;  ///< certificates to trust in place of the system's; empty: the system's
  std::string github_api = "https://api.github.com";
  std::string github_base = "https://github.com";
  std::string github_pat;  ///< secret
  std::string openai_api = "https://api.openai.com/v1";
  std::string openai_api_key;  ///< secret
  std::string google_api = "https://generativelanguage.googleapis.com/v1beta";
  std::string backend_url = "http://localhost:8000";
  std::string frontend_url;  ///< empty: backend_url

  bool oauth_for_programs = false;                ///< flows may end in a browser that has not begun them
  std::vector<std::string> oauth_shared_secrets;  ///< providers whose client secret people's credentials may hold
  std::string google_client_id;
  std::string google_client_secret;  ///< secret
  std::string google_authorize_url = "https://accounts.google.com/o/oauth2/v2/auth";
  std::string google_token_url = "https://oauth2.googleapis.com/token";
  std::string slack_client_id;
  std::string slack_client_secret;  ///< secret
  std::string slack_authorize_url = "https://slack.com/oauth/v2/authorize";
  std::string slack_token_url = "https://slack.com/api/oauth.v2.access";
  std::string github_client_id;
  std::string github_client_secret;  ///< secret
  std::string github_authorize_url = "https://github.com/login/oauth/authorize";
  std::string github_token_url = "https://github.com/login/oauth/access_token";
  std::string notion_client_id;
  std::string notion_client_secret;  ///< secret
  std::string notion_authorize_url = "https://api.notion.com/v1/oauth/authorize";
  std::string notion_token_url = "https://api.notion.com/v1/oauth/token";

  std::string log_level = "info";
  std::string log_format = "text";
  std::string build_date;
  /// Variables that concern agents (model keys, telemetry), as far as they have a value. Holds secrets.
  std::map<std::string, std::string> agent_environment;
};

using Environment = std::map<std::string, std::string>;

/// `--backup FILE [--force]`: copy the database and end.
struct BackupOrder {
  std::filesystem::path copy;
  bool force = false;  ///< an existing file is replaced
};

/// `take-over [--redis URL] [--dry-run]`: take an existing deployment's credentials over and end.
struct TakeOverOrder {
  std::string redis;  ///< empty: the server of the configuration
  bool dry_run = false;
};

struct Parsed {
  Config config;
  std::optional<BackupOrder> backup;  ///< set: this is to be done instead of serving
  std::optional<TakeOverOrder> take_over;
  std::optional<int> exit_code;  ///< set: something was printed and the program ends with this status
  /// Lines for the log, once it is set up: variables with a name that nothing reads. Never holds a value.
  std::vector<std::string> warnings;
};

/// Settings from flags, else the environment, else the configuration file, else the defaults. Everything that is wrong
/// is printed at once, each fault with its source; the status is then 2. `--help`, `--print-config` and
/// `--print-config-docs` print and end with 0.
[[nodiscard]] Parsed parse_command_line(int argc, char** argv);
/// The same with everything named: `words` without the program's name.
[[nodiscard]] Parsed parse_command_line(const std::vector<std::string>& words, const Environment& environment,
                                        std::ostream& out, std::ostream& errors);

}  // namespace trinity::app
