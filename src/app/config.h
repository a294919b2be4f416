#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace trinity::app {

/// What the operator can set. Flags win over the environment, the environment over the defaults. The names of variables
/// are the contract's where it has them.
struct Config {
  std::filesystem::path home = "./var";
  std::filesystem::path database;  ///< TRINITY_DB_PATH; empty: <home>/trinity.db
  std::string bind = "127.0.0.1";
  std::uint16_t port = 8000;
  std::size_t threads = 0;  ///< 0: as many as cores, at most 4
  std::filesystem::path web_dir = "web/dist";
  std::filesystem::path templates_dir = "config/agent-templates";
  std::string engine = "unix:///var/run/docker.sock";
  std::string container_prefix = "agent-";
  std::string network = "trinity-agent-network";
  std::string subnet = "172.28.0.0/16";
  std::string ssh_address;  ///< host address of the agents' SSH ports; empty: all interfaces
  std::vector<std::string> images{"trinity-agent-base"};
  std::string log_level = "info";
  std::string log_format = "text";
  std::vector<std::string> cors_origins;
  std::uint32_t drain_seconds = 20;
  std::uint32_t reconcile_seconds = 30;

  std::string admin_username = "admin";
  std::string admin_password;  ///< secret
  std::string secret_key;      ///< secret
  bool email_auth = true;
  std::string build_date;
  /// Variables that concern agents (model keys, telemetry), as far as they are set. Secret.
  std::map<std::string, std::string> agent_environment;
};

struct Parsed {
  Config config;
  std::optional<int> exit_code;  ///< set: help was printed or the command line is wrong
};
[[nodiscard]] Parsed parse_command_line(int argc, char** argv);

}  // namespace trinity::app
