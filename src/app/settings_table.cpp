#include "app/settings_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <charconv>
#include <limits>

#include "credentials/redis_address.h"
#include "engine/docker.h"
#include "templates/address.h"
#include "vault/keys.h"

namespace trinity::app {

namespace {

bool is_engine(const std::string& text) {
  return engine::parse_address(text).has_value();
}

bool is_prefix(const std::string& text) {
  return text.size() <= 40 && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_.") == std::string::npos &&
         text.front() != '-' && text.front() != '.' && text.front() != '_';
}

bool is_name(const std::string& text) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
  return text.size() <= 100 && plain(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return plain(c) || c == '-' || c == '_' || c == '.'; });
}

bool is_address(const std::string& text) {
  boost::system::error_code fault;
  boost::asio::ip::make_address(text, fault);
  return !fault;
}

/// A user name and password in an address would be a secret that shows in lists.
bool is_open_url(const std::string& text) {
  const auto scheme = text.find("://");
  if (!text.starts_with("http://") && !text.starts_with("https://")) return false;
  const auto host = text.substr(scheme + 3, text.find('/', scheme + 3) - scheme - 3);
  return !host.empty() && host.find('@') == std::string::npos;
}

bool is_redis(const std::string& text) {
  try {
    (void)credentials::parse_redis_address(text);
    return true;
  } catch (const std::runtime_error&) {
    return false;
  }
}

bool is_vault_key(const std::string& text) {
  return vault::MasterKey::from_text(text) != nullptr;
}

bool is_subnet(const std::string& text) {
  boost::system::error_code fault;
  const auto network = boost::asio::ip::make_network_v4(text, fault);
  return !fault && network.prefix_length() >= 8 && network.prefix_length() <= 29 &&
         network.address() == network.network();
}

bool is_git_place(const std::string& text) {
  return templates::host_entry_fault(text).empty();
}

constexpr std::string_view data = "Data and files";
constexpr std::string_view serving = "Serving";
constexpr std::string_view engine_group = "Container engine";
constexpr std::string_view agents_group = "Agents";
constexpr std::string_view sign_in = "Sign-in";
constexpr std::string_view runs_group = "Runs";
constexpr std::string_view others_group = "Other servers";
constexpr std::string_view oauth_group = "OAuth";
constexpr std::string_view handed_on = "Handed on to agents";
constexpr std::string_view logging = "Log and version";

constexpr Limits seconds(std::uint64_t least, std::uint64_t most) {
  return {.least = least, .most = most, .unit = "seconds"};
}
constexpr Limits milliseconds(std::uint64_t least, std::uint64_t most) {
  return {.least = least, .most = most, .unit = "milliseconds"};
}
constexpr Limits bytes(std::uint64_t least, std::uint64_t most) {
  return {.least = least, .most = most, .unit = "bytes"};
}
constexpr Limits number(std::uint64_t least, std::uint64_t most) {
  return {.least = least, .most = most};
}
constexpr Limits checked(bool (*check)(const std::string&), std::string_view rule, bool may_be_empty = false) {
  return {.rule = rule, .check = check, .may_be_empty = may_be_empty};
}
constexpr Limits web_address = checked(is_open_url, "an http:// or https:// address without user name and password");
constexpr Limits anything{.may_be_empty = true};

// clang-format off: one row, one setting.
constexpr std::array table{
    Setting{"config", "TRINITY_CONFIG", &Config::config_file, anything, data,
            "File with further settings: lines \"key = value\", # begins a comment", "<home>/trinity.conf, if it exists", false, false},
    Setting{"home", "TRINITY_HOME", &Config::home, {}, data, "Folder of the data: database, keys, instance id"},
    Setting{"database", "TRINITY_DB_PATH", &Config::database, anything, data, "Database file", "<home>/trinity.db"},
    Setting{"database-watch-ms", "TRINITY_DATABASE_WATCH_MS", &Config::database_watch_ms, milliseconds(100, 3'600'000), data,
            "How often to look whether another program has changed the database"},
    Setting{"redis", "TRINITY_REDIS_URL", &Config::redis,
            checked(is_redis, "redis://[user:password@]host[:port][/database] or unix:///path", true), data,
            "Redis server that keeps credentials", "none: they are in the database", true, true, "REDIS_URL"},
    Setting{"redis-password", "REDIS_PASSWORD", &Config::redis_password, anything, data,
            "Password of that server, where its address has none", "none", true},
    Setting{"vault-key", "TRINITY_VAULT_KEY", &Config::vault_key, checked(is_vault_key, "64 hex digits or base64 of 32 bytes", true), data,
            "Master key of stored secrets", "kept in <home>/vault.key, made once", true},
    Setting{"vault-old-keys", "TRINITY_VAULT_OLD_KEYS", &Config::vault_old_keys, anything, data,
            "Earlier master keys, which open what was not sealed anew yet", "none", true},
    Setting{"vault-retire-seconds", "TRINITY_VAULT_RETIRE_SECONDS", &Config::vault_retire_seconds, seconds(1, 86'400), data,
            "How long a master key that was replaced stays at least"},
    Setting{"web-dir", "TRINITY_WEB_DIR", &Config::web_dir, {}, data, "Folder of the built web UI"},
    Setting{"templates-dir", "TRINITY_TEMPLATES_DIR", &Config::templates_dir, {}, data, "Folder of the local agent templates"},
    Setting{"github-templates", "TRINITY_GITHUB_TEMPLATES", &Config::github_templates, anything, data,
            "Repositories in the catalogue of templates besides those of catalogue.yaml: github:owner/repo or git:address, with @branch or without", "none"},
    Setting{"git-hosts", "TRINITY_GIT_HOSTS", &Config::git_hosts,
            checked(is_git_place, "host, host:port, http://host:port or file:/folder", true), data,
            "Where agents' repositories may come from: host or host:port (https), http://host:port, file:/folder; empty: from nowhere"},

    Setting{"bind", "TRINITY_BIND", &Config::bind, checked(is_address, "an IPv4 or IPv6 address"), serving,
            "Address to listen on; 0.0.0.0 for every interface"},
    Setting{"port", "TRINITY_PORT", &Config::port, number(0, 65535), serving, "Port to listen on; 0: the system chooses"},
    Setting{"threads", "TRINITY_THREADS", &Config::threads, number(0, 64), serving, "I/O threads; 0: one per core that the process may use, at most 4"},
    Setting{"max-connections", "TRINITY_MAX_CONNECTIONS", &Config::max_connections, number(16, 100'000), serving,
            "Connections at a time, live sockets included; further ones are closed at once"},
    Setting{"max-header-bytes", "TRINITY_MAX_HEADER_BYTES", &Config::max_header_bytes, bytes(4'096, 1'048'576), serving,
            "Request line and header fields together; a larger head is answered 431"},
    Setting{"max-body-bytes", "TRINITY_MAX_BODY_BYTES", &Config::max_body_bytes, bytes(65'536, 1'073'741'824), serving,
            "Request body of operations without a limit of their own; a larger one is answered 413"},
    Setting{"header-seconds", "TRINITY_HEADER_SECONDS", &Config::header_seconds, seconds(1, 600), serving,
            "Time in which a whole request head must arrive"},
    Setting{"body-seconds", "TRINITY_BODY_SECONDS", &Config::body_seconds, seconds(1, 3'600), serving,
            "Time in which a request body must arrive"},
    Setting{"write-seconds", "TRINITY_WRITE_SECONDS", &Config::write_seconds, seconds(1, 3'600), serving,
            "Time in which a client must take an answer"},
    Setting{"idle-seconds", "TRINITY_IDLE_SECONDS", &Config::idle_seconds, seconds(30, 3'600), serving,
            "How long a connection may wait for its next request; clients rely on at least 30"},
    Setting{"drain-seconds", "TRINITY_DRAIN_SECONDS", &Config::drain_seconds, seconds(0, 600), serving,
            "How long running requests may take at the end of the program"},
    Setting{"cors-origins", "EXTRA_CORS_ORIGINS", &Config::cors_origins, anything, serving,
            "Further origins (scheme://host:port) whose pages may call the API from a browser", "none"},
    Setting{"telemetry-open", "TRINITY_TELEMETRY_OPEN", &Config::telemetry_open, {}, serving,
            "Show figures of the machine and of all agents (/api/telemetry/...) to anyone, signed in or not"},
    Setting{"metrics-open", "TRINITY_METRICS_OPEN", &Config::metrics_open, {}, serving,
            "Whether /metrics answers anyone; false: administrators only"},

    Setting{"engine", "TRINITY_ENGINE", &Config::engine, checked(is_engine, "unix:///path or tcp://address:port"), engine_group,
            "Address of the container engine"},
    Setting{"container-prefix", "TRINITY_CONTAINER_PREFIX", &Config::container_prefix,
            checked(is_prefix, "1 to 40 lower-case letters, digits and - _ . that begin with a letter or digit"), engine_group,
            "Begin of the containers' names"},
    Setting{"network", "TRINITY_NETWORK", &Config::network,
            checked(is_name, "1 to 100 letters, digits and - _ . that begin with a letter or digit"), engine_group,
            "Network of the agents; made when it is missing"},
    Setting{"subnet", "TRINITY_SUBNET", &Config::subnet, checked(is_subnet, "an IPv4 network such as 172.28.0.0/16, with /8 to /29", true),
            engine_group, "Subnet of that network when it has to be made; empty: the engine chooses"},
    Setting{"adopt", "TRINITY_ADOPT", &Config::adopt, {}, engine_group,
            "Whether containers of an earlier deployment, with its labels and without an instance label, are ours too"},
    Setting{"proc-dir", "TRINITY_PROC_DIR", &Config::proc_dir, {}, engine_group,
            "Where the /proc of the engine's host shows; another place when this server runs in a container itself"},
    Setting{"cgroup-dir", "TRINITY_CGROUP_DIR", &Config::cgroup_dir, {}, engine_group,
            "Where the host's cgroup trees show: the folder of the controllers' trees (v1) or of the one tree (v2)"},
    Setting{"reconcile-seconds", "TRINITY_RECONCILE_SECONDS", &Config::reconcile_seconds, seconds(1, 3'600), engine_group,
            "How often the engine's list is compared with what is known"},
    Setting{"probe-seconds", "TRINITY_PROBE_SECONDS", &Config::probe_seconds, seconds(1, 600), engine_group,
            "How often the engine is asked whether it still answers"},
    Setting{"sample-watched-ms", "TRINITY_SAMPLE_WATCHED_MS", &Config::sample_watched_ms, milliseconds(500, 60'000), engine_group,
            "Pace of CPU and memory figures of agents that somebody looks at"},
    Setting{"sample-idle-ms", "TRINITY_SAMPLE_IDLE_MS", &Config::sample_idle_ms, milliseconds(1'000, 600'000), engine_group,
            "Pace of the figures of all other agents"},

    Setting{"images", "TRINITY_IMAGES", &Config::images, {}, agents_group,
            "Images that agents may be made from; a name without a tag allows all of its tags"},
    Setting{"default-image", "TRINITY_DEFAULT_IMAGE", &Config::default_image, {}, agents_group,
            "Image of agents whose request names none"},
    Setting{"ssh-address", "TRINITY_SSH_ADDRESS", &Config::ssh_address, checked(is_address, "an IPv4 or IPv6 address", true), agents_group,
            "Host address of the agents' SSH ports", "all interfaces"},
    Setting{"ssh-port-first", "TRINITY_SSH_PORT_FIRST", &Config::ssh_port_first, number(1'024, 65'535), agents_group,
            "First host port for the agents' SSH"},
    Setting{"ssh-port-last", "TRINITY_SSH_PORT_LAST", &Config::ssh_port_last, number(1'024, 65'535), agents_group,
            "Last host port for the agents' SSH; not below the first"},
    Setting{"stop-grace-seconds", "TRINITY_STOP_GRACE_SECONDS", &Config::stop_grace_seconds, seconds(1, 60), agents_group,
            "How long an agent may take to end by itself when it is stopped"},

    Setting{"tasks-per-agent", "TRINITY_TASKS_PER_AGENT", &Config::tasks_per_agent, number(1, 1'000), runs_group,
            "Tasks of one agent at once; agents that are created from then on have the same limit themselves"},
    Setting{"tasks-in-all", "TRINITY_TASKS_IN_ALL", &Config::tasks_in_all, number(1, 10'000), runs_group, "Tasks of all agents at once"},
    Setting{"least-free-memory-mib", "TRINITY_LEAST_FREE_MEMORY_MIB", &Config::least_free_memory_mib, {.most = 1'048'576, .unit = "MiB"}, runs_group,
            "Memory that the machine must have left for another task; 0: not looked at"},
    Setting{"attention-stuck-seconds", "TRINITY_ATTENTION_STUCK_SECONDS", &Config::attention_stuck_seconds, seconds(1, 86'400), runs_group,
            "A run without any sign of life for so long counts as stuck"},
    Setting{"attention-tool-seconds", "TRINITY_ATTENTION_TOOL_SECONDS", &Config::attention_tool_seconds, seconds(1, 86'400), runs_group,
            "The same while one of its tools runs"},
    Setting{"retention-days", "TRINITY_RETENTION_DAYS", &Config::retention_days, {.most = 36'500, .unit = "days"}, runs_group,
            "How long transcripts and activities are kept; 0: for ever"},
    Setting{"audit-days", "TRINITY_AUDIT_DAYS", &Config::audit_days, {.most = 36'500, .unit = "days"}, runs_group,
            "How long entries of the audit journal are kept; 0: for ever"},

    Setting{"admin-username", "ADMIN_USERNAME", &Config::admin_username, {}, sign_in, "Name of the first administrator"},
    Setting{"admin-password", "ADMIN_PASSWORD", &Config::admin_password, anything, sign_in,
            "Password that the administrator gets when there is none yet", "none", true},
    Setting{"secret-key", "SECRET_KEY", &Config::secret_key, anything, sign_in, "Key that signs tokens", "made once, kept in <home>/secret.key", true},
    Setting{"email-auth", "EMAIL_AUTH_ENABLED", &Config::email_auth, {}, sign_in, "Whether sign-in with an e-mailed code is offered"},
    Setting{"sharing-invites", "TRINITY_SHARING_INVITES", &Config::sharing_invites, {}, sign_in,
            "Whether anybody who shares an agent lets the address sign in with an e-mailed code; false: only administrators"},

    Setting{"backend-url", "BACKEND_URL", &Config::backend_url, web_address, others_group,
            "Address of this server as browsers reach it"},
    Setting{"frontend-url", "FRONTEND_URL", &Config::frontend_url,
            checked(is_open_url, "an http:// or https:// address without user name and password", true), others_group,
            "Address of the web UI as browsers reach it", "that of backend-url"},
    Setting{"ca-file", "TRINITY_CA_FILE", &Config::ca_file, anything, others_group,
            "File of the certificates (PEM) that other servers must be signed by", "those of the system"},
    Setting{"github-api", "GITHUB_API_URL", &Config::github_api, web_address, others_group, "GitHub's API"},
    Setting{"github-base", "GIT_BASE_URL", &Config::github_base, web_address, others_group,
            "Where repositories of GitHub are cloned from"},
    Setting{"github-token", "GITHUB_PAT", &Config::github_pat, anything, others_group,
            "GitHub token of the platform, when the system setting github_pat is empty", "none", true},
    Setting{"openai-api", "OPENAI_BASE_URL", &Config::openai_api, web_address, others_group, "OpenAI's API"},
    Setting{"openai-api-key", "OPENAI_API_KEY", &Config::openai_api_key, anything, others_group,
            "OpenAI key of the platform, when the system setting openai_api_key is empty", "none", true},
    Setting{"google-api", "GOOGLE_API_URL", &Config::google_api, web_address, others_group, "Google's Gemini API"},

    Setting{"oauth-for-programs", "TRINITY_OAUTH_FOR_PROGRAMS", &Config::oauth_for_programs, {}, oauth_group,
            "Whether a flow may end in a browser without the cookie of its begin: programs begin them, people end them"},
    Setting{"oauth-shared-secrets", "TRINITY_OAUTH_SHARED_SECRETS", &Config::oauth_shared_secrets, anything, oauth_group,
            "Providers whose client secret is stored in people's credentials and reaches their agents", "none"},
    Setting{"google-client-id", "GOOGLE_CLIENT_ID", &Config::google_client_id, anything, oauth_group, "Client id at Google; empty: not offered"},
    Setting{"google-client-secret", "GOOGLE_CLIENT_SECRET", &Config::google_client_secret, anything, oauth_group, "Client secret at Google", "none", true},
    Setting{"google-authorize-url", "OAUTH_GOOGLE_AUTHORIZE_URL", &Config::google_authorize_url, web_address, oauth_group, "Page where people consent"},
    Setting{"google-token-url", "OAUTH_GOOGLE_TOKEN_URL", &Config::google_token_url, web_address, oauth_group, "Where codes become tokens"},
    Setting{"slack-client-id", "SLACK_CLIENT_ID", &Config::slack_client_id, anything, oauth_group, "Client id at Slack; empty: not offered"},
    Setting{"slack-client-secret", "SLACK_CLIENT_SECRET", &Config::slack_client_secret, anything, oauth_group, "Client secret at Slack", "none", true},
    Setting{"slack-authorize-url", "OAUTH_SLACK_AUTHORIZE_URL", &Config::slack_authorize_url, web_address, oauth_group, "Page where people consent"},
    Setting{"slack-token-url", "OAUTH_SLACK_TOKEN_URL", &Config::slack_token_url, web_address, oauth_group, "Where codes become tokens"},
    Setting{"github-client-id", "GITHUB_CLIENT_ID", &Config::github_client_id, anything, oauth_group, "Client id at GitHub; empty: not offered"},
    Setting{"github-client-secret", "GITHUB_CLIENT_SECRET", &Config::github_client_secret, anything, oauth_group, "Client secret at GitHub", "none", true},
    Setting{"github-authorize-url", "OAUTH_GITHUB_AUTHORIZE_URL", &Config::github_authorize_url, web_address, oauth_group, "Page where people consent"},
    Setting{"github-token-url", "OAUTH_GITHUB_TOKEN_URL", &Config::github_token_url, web_address, oauth_group, "Where codes become tokens"},
    Setting{"notion-client-id", "NOTION_CLIENT_ID", &Config::notion_client_id, anything, oauth_group, "Client id at Notion; empty: not offered"},
    Setting{"notion-client-secret", "NOTION_CLIENT_SECRET", &Config::notion_client_secret, anything, oauth_group, "Client secret at Notion", "none", true},
    Setting{"notion-authorize-url", "OAUTH_NOTION_AUTHORIZE_URL", &Config::notion_authorize_url, web_address, oauth_group, "Page where people consent"},
    Setting{"notion-token-url", "OAUTH_NOTION_TOKEN_URL", &Config::notion_token_url, web_address, oauth_group, "Where codes become tokens"},

    Setting{"anthropic-api-key", "ANTHROPIC_API_KEY", ForAgents{}, anything, handed_on,
            "Model key of agents, when the system setting anthropic_api_key is empty", "", true},
    Setting{"anthropic-base-url", "ANTHROPIC_BASE_URL", ForAgents{},
            checked(is_open_url, "an http:// or https:// address without user name and password", true), handed_on,
            "Model gateway in place of the vendor's address"},
    Setting{"google-api-key", "GOOGLE_API_KEY", ForAgents{}, anything, handed_on, "Model key of gemini agents", "", true},
    Setting{"otel-enabled", "OTEL_ENABLED", ForAgents{}, {}, handed_on, "1: agents get the telemetry settings below", "1"},
    Setting{"otel-collector-endpoint", "OTEL_COLLECTOR_ENDPOINT", ForAgents{}, checked(is_open_url, "an http:// or https:// address without user name and password"), handed_on, "Telemetry collector",
            "http://trinity-otel-collector:4317"},
    Setting{"otel-metrics-exporter", "OTEL_METRICS_EXPORTER", ForAgents{}, {}, handed_on, "Exporter of figures", "otlp"},
    Setting{"otel-logs-exporter", "OTEL_LOGS_EXPORTER", ForAgents{}, {}, handed_on, "Exporter of logs", "otlp"},
    Setting{"otel-exporter-otlp-protocol", "OTEL_EXPORTER_OTLP_PROTOCOL", ForAgents{}, {}, handed_on, "Protocol of the exporters", "grpc"},
    Setting{"otel-metric-export-interval", "OTEL_METRIC_EXPORT_INTERVAL", ForAgents{}, milliseconds(1, 86'400'000), handed_on,
            "Pace of exported figures", "60000"},

    Setting{"log-level", "TRINITY_LOG_LEVEL", &Config::log_level, {.choices = "debug|info|warn|error"}, logging, "The least that is logged"},
    Setting{"log-format", "TRINITY_LOG_FORMAT", &Config::log_format, {.choices = "text|json"}, logging, "Lines for people or JSON lines"},
    Setting{"build-date", "BUILD_DATE", &Config::build_date, anything, logging, "Date of the build, as the version page shows it", "unknown"},
};
// clang-format on

constexpr std::array<std::string_view, 14> without_effect{"EMAIL_PROVIDER",
                                                          "HOST_META_PROMPT_PATH",
                                                          "HOST_TEMPLATES_PATH",
                                                          "RESEND_API_KEY",
                                                          "SENDGRID_API_KEY",
                                                          "SMTP_FROM",
                                                          "SMTP_HOST",
                                                          "SMTP_PASSWORD",
                                                          "SMTP_PORT",
                                                          "SMTP_USER",
                                                          "SSH_ACCESS_MAX_TTL_HOURS",
                                                          "SSH_HOST",
                                                          "TRINITY_MCP_API_KEY",
                                                          "TRINITY_MCP_URL"};

constexpr std::array<std::string_view, 12> of_others{
    "TRINITY_BASE_VERSION",  "TRINITY_CACHE",       "TRINITY_CHROMIUM",     "TRINITY_DEV_PORT",
    "TRINITY_DEV_SERVER",    "TRINITY_ONLY_AGENTD", "TRINITY_ROOT",         "TRINITY_SANITIZE",
    "TRINITY_TESTED_SERVER", "TRINITY_TESTS",       "TRINITY_TEST_STARTED", "TRINITY_VERSION"};

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

std::optional<std::uint64_t> number_of(const std::string& text, const Limits& limits) {
  std::uint64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (value < limits.least || value > limits.most) return std::nullopt;
  return value;
}

std::optional<bool> bool_of(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (text == "true" || text == "1" || text == "yes" || text == "on") return true;
  if (text == "false" || text == "0" || text == "no" || text == "off") return false;
  return std::nullopt;
}

bool is_choice(std::string_view text, std::string_view choices) {
  while (!choices.empty()) {
    const auto end = std::min(choices.find('|'), choices.size());
    if (choices.substr(0, end) == text) return true;
    choices.remove_prefix(std::min(end + 1, choices.size()));
  }
  return false;
}

bool allowed_text(const std::string& text, const Limits& limits) {
  if (std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7F; })) return false;
  if (text.empty()) return limits.may_be_empty;
  if (limits.most > 0) return number_of(text, limits).has_value();
  if (!limits.choices.empty()) return is_choice(text, limits.choices);
  return limits.check == nullptr || limits.check(text);
}

/// Puts a text into one kind of member; false: not allowed.
struct Assign {
  Config& config;
  const Setting& setting;
  const std::string& text;

  bool operator()(std::string Config::* member) const {
    if (!allowed_text(text, setting.limits)) return false;
    config.*member = text;
    return true;
  }
  bool operator()(std::filesystem::path Config::* member) const {
    if (!allowed_text(text, setting.limits)) return false;
    config.*member = text;
    return true;
  }
  template <std::unsigned_integral T>
  bool operator()(T Config::* member) const {
    const auto value = number_of(text, setting.limits);
    if (value) config.*member = static_cast<T>(*value);
    return value.has_value();
  }
  bool operator()(bool Config::* member) const {
    const auto value = bool_of(text);
    if (value) config.*member = *value;
    return value.has_value();
  }
  bool operator()(std::vector<std::string> Config::* member) const {
    auto items = comma_list(text);
    if (!allowed_text(text, anything) || (items.empty() && !setting.limits.may_be_empty)) return false;
    auto* const check = setting.limits.check;
    if (check != nullptr && !std::ranges::all_of(items, check)) return false;
    config.*member = std::move(items);
    return true;
  }
  bool operator()(ForAgents) const {
    if (!allowed_text(text, setting.limits)) return false;
    if (text.empty()) {
      config.agent_environment.erase(std::string(setting.variable));
    } else {
      config.agent_environment[std::string(setting.variable)] = text;
    }
    return true;
  }
};

struct Write {
  const Config& config;
  const Setting& setting;

  std::string operator()(std::string Config::* member) const { return config.*member; }
  std::string operator()(std::filesystem::path Config::* member) const { return (config.*member).string(); }
  std::string operator()(bool Config::* member) const { return config.*member ? "true" : "false"; }
  template <std::unsigned_integral T>
  std::string operator()(T Config::* member) const {
    return std::to_string(config.*member);
  }
  std::string operator()(std::vector<std::string> Config::* member) const {
    return fmt::format("{}", fmt::join(config.*member, ","));
  }
  std::string operator()(ForAgents) const {
    const auto found = config.agent_environment.find(std::string(setting.variable));
    return found == config.agent_environment.end() ? std::string() : found->second;
  }
};

}  // namespace

std::span<const Setting> settings_table() noexcept {
  return table;
}

const Setting* find_setting(std::string_view key) noexcept {
  const auto* const found = std::ranges::find(table, key, &Setting::key);
  return found == table.end() ? nullptr : found;
}

std::span<const std::string_view> variables_without_effect() noexcept {
  return without_effect;
}

std::span<const std::string_view> variables_of_others() noexcept {
  return of_others;
}

std::optional<std::string> assign(Config& config, const Setting& setting, const std::string& text) {
  if (std::visit(Assign{config, setting, text}, setting.target)) return std::nullopt;
  return wanted(setting);
}

std::string text_of(const Config& config, const Setting& setting) {
  return std::visit(Write{config, setting}, setting.target);
}

std::string_view type_name(const Setting& setting) {
  if (setting.limits.most > 0) return "number";
  if (!setting.limits.choices.empty()) return "choice";
  if (std::holds_alternative<bool Config::*>(setting.target)) return "true or false";
  if (std::holds_alternative<std::filesystem::path Config::*>(setting.target)) return "path";
  if (std::holds_alternative<std::vector<std::string> Config::*>(setting.target)) return "list";
  return "text";
}

std::string wanted(const Setting& setting) {
  const auto& limits = setting.limits;
  if (limits.most > 0) {
    const auto unit = limits.unit.empty() ? std::string() : fmt::format(" ({})", limits.unit);
    return fmt::format("a whole number from {} to {}{}", limits.least, limits.most, unit);
  }
  if (!limits.choices.empty()) {
    std::string words(limits.choices);
    for (auto at = words.find('|'); at != std::string::npos; at = words.find('|')) words.replace(at, 1, ", ");
    return "one of " + words;
  }
  const auto type = type_name(setting);
  const auto empty = limits.may_be_empty ? ", or empty" : "";
  if (!limits.rule.empty() && type == "list")
    return fmt::format("a list with commas, each one {}{}", limits.rule, empty);
  if (!limits.rule.empty()) return fmt::format("{}{}", limits.rule, empty);
  if (type == "true or false") return "true or false";
  if (type == "path") return limits.may_be_empty ? "a path, or empty" : "a path";
  if (type == "list") return limits.may_be_empty ? "a list with commas" : "a list with commas, not empty";
  return limits.may_be_empty ? "a text of one line" : "a text of one line, not empty";
}

}  // namespace trinity::app
