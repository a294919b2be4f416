#include "app/config.h"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>

#include "engine/docker.h"

namespace trinity::app {

namespace {

std::string variable(const char* name, std::string fallback = {}) {
  const char* value = std::getenv(name);
  return value && *value ? std::string(value) : std::move(fallback);
}

std::vector<std::string> comma_list(const std::string& text) {
  std::vector<std::string> items;
  for (std::size_t at = 0; at <= text.size();) {
    const auto end = std::min(text.find(',', at), text.size());
    auto item = text.substr(at, end - at);
    item.erase(0, item.find_first_not_of(' '));
    item.erase(item.find_last_not_of(' ') + 1);
    if (!item.empty()) items.push_back(std::move(item));
    at = end + 1;
  }
  return items;
}

/// Secrets come by the environment only: arguments are visible to every user of the machine.
void read_environment(Config& config) {
  config.admin_username = variable("ADMIN_USERNAME", "admin");
  config.admin_password = variable("ADMIN_PASSWORD");
  config.secret_key = variable("SECRET_KEY");
  const auto email = variable("EMAIL_AUTH_ENABLED", "true");
  config.email_auth = email == "true" || email == "True" || email == "TRUE";
  config.build_date = variable("BUILD_DATE");
  config.cors_origins = comma_list(variable("EXTRA_CORS_ORIGINS"));
  for (const char* name :
       {"ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "GOOGLE_API_KEY", "OTEL_ENABLED", "OTEL_COLLECTOR_ENDPOINT",
        "OTEL_METRICS_EXPORTER", "OTEL_LOGS_EXPORTER", "OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_METRIC_EXPORT_INTERVAL"}) {
    if (auto value = variable(name); !value.empty()) config.agent_environment[name] = std::move(value);
  }
}

std::string check_engine(const std::string& text) {
  return engine::parse_address(text) ? std::string() : "must be unix:///path or tcp://address:port";
}

std::string check_prefix(const std::string& text) {
  const bool plain = !text.empty() && text.size() <= 40 &&
                     text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_.") == std::string::npos;
  return plain && text.front() != '-' && text.front() != '.' && text.front() != '_'
             ? std::string()
             : "must be lower-case letters, digits and - _ .";
}

}  // namespace

Parsed parse_command_line(int argc, char** argv) {
  Parsed parsed;
  auto& config = parsed.config;
  read_environment(config);
  CLI::App cli{
      "trinityd: the control plane of Trinity. Serves the API, the live socket and the web UI, and runs agents on a "
      "container engine."};
  cli.add_option("--home", config.home, "Folder of the data: database, keys, instance id")
      ->envname("TRINITY_HOME")
      ->capture_default_str();
  cli.add_option("--database", config.database, "Database file; default <home>/trinity.db")->envname("TRINITY_DB_PATH");
  cli.add_option("--bind", config.bind, "Address to listen on")->envname("TRINITY_BIND")->capture_default_str();
  cli.add_option("--port", config.port, "Port to listen on; 0 lets the system choose")
      ->envname("TRINITY_PORT")
      ->capture_default_str();
  cli.add_option("--threads", config.threads, "I/O threads; 0: one per core, at most 4")
      ->check(CLI::Range(0, 64))
      ->capture_default_str();
  cli.add_option("--web-dir", config.web_dir, "Folder of the built web UI")
      ->envname("TRINITY_WEB_DIR")
      ->capture_default_str();
  cli.add_option("--templates-dir", config.templates_dir, "Folder of the local agent templates")
      ->envname("TRINITY_TEMPLATES_DIR")
      ->capture_default_str();
  cli.add_option("--engine", config.engine, "Address of the container engine")
      ->envname("TRINITY_ENGINE")
      ->check(CLI::Validator(check_engine, "ADDRESS"))
      ->capture_default_str();
  cli.add_option("--container-prefix", config.container_prefix, "Begin of the containers' names")
      ->envname("TRINITY_CONTAINER_PREFIX")
      ->check(CLI::Validator(check_prefix, "PREFIX"))
      ->capture_default_str();
  cli.add_option("--network", config.network, "Network of the agents")
      ->envname("TRINITY_NETWORK")
      ->capture_default_str();
  cli.add_option("--subnet", config.subnet, "Subnet of that network when it has to be made; empty: the engine chooses")
      ->envname("TRINITY_SUBNET")
      ->capture_default_str();
  cli.add_option("--ssh-address", config.ssh_address, "Host address for the agents' SSH ports; empty: all interfaces")
      ->envname("TRINITY_SSH_ADDRESS");
  cli.add_option("--images", config.images, "Images that agents may be made from")
      ->envname("TRINITY_IMAGES")
      ->delimiter(',')
      ->capture_default_str();
  cli.add_option("--log-level", config.log_level, "debug, info, warn or error")
      ->envname("TRINITY_LOG_LEVEL")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}))
      ->capture_default_str();
  cli.add_option("--log-format", config.log_format, "text or json")
      ->envname("TRINITY_LOG_FORMAT")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  cli.add_option("--drain-seconds", config.drain_seconds, "How long running requests may take at the end")
      ->check(CLI::Range(0, 600))
      ->capture_default_str();
  cli.add_option("--reconcile-seconds", config.reconcile_seconds,
                 "How often the engine's list is compared with what is known")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    parsed.exit_code = cli.exit(e);
  }
  if (config.database.empty()) config.database = config.home / "trinity.db";
  return parsed;
}

}  // namespace trinity::app
