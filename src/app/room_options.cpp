#include "app/room_options.h"

#include <sys/resource.h>

#include <algorithm>

#include "app/version.h"
#include "base/scheduling.h"

namespace trinity::app {

namespace {

/// Connections come first; what descriptors are left serves the agents' figures.
std::size_t reader_count(const Config& config) {
  constexpr std::size_t per_reader = 9;  // its files, its process and the connection to its daemon
  constexpr std::size_t own = 256;       // database, engine, log
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  const auto all = static_cast<std::size_t>(std::min<rlim_t>(limit.rlim_cur, 1'000'000));
  const auto kept = std::min(config.max_connections + own, all / 2);
  return (all - kept) / per_reader;
}

std::string without_end_slash(std::string address) {
  while (address.ends_with('/')) address.pop_back();
  return address;
}

}  // namespace

std::size_t thread_count(const Config& config) {
  if (config.threads > 0) return config.threads;
  return std::min<std::size_t>(usable_cores(), 4);
}

attention::Patience patience(const Config& config) {
  attention::Patience made;
  made.stuck = std::chrono::seconds(config.attention_stuck_seconds);
  made.tool = std::chrono::seconds(config.attention_tool_seconds);
  return made;
}

fleet::FleetOptions fleet_options(const Config& config, const Home& home) {
  fleet::FleetOptions options;
  options.instance = home.instance();
  options.adopt = config.adopt;
  options.container_prefix = config.container_prefix;
  options.network = config.network;
  options.reconcile_every = std::chrono::seconds(config.reconcile_seconds);
  options.probe_every = std::chrono::seconds(config.probe_seconds);
  options.sample_watched = std::chrono::milliseconds(config.sample_watched_ms);
  options.sample_idle = std::chrono::milliseconds(config.sample_idle_ms);
  options.host = {config.proc_dir, config.cgroup_dir};
  options.most_readers = reader_count(config);
  return options;
}

agents::AgentServiceOptions agent_options(const Config& config, const Home& home,
                                          templates::TemplateService& templates) {
  agents::AgentServiceOptions options;
  options.github_base = without_end_slash(config.github_base);
  options.choose = [&templates](Call call, agents::CallerPtr caller, std::string id, std::string branch) {
    return templates.choose(call, std::move(caller), std::move(id), std::move(branch));
  };
  options.placement.instance = home.instance();
  options.placement.container_prefix = config.container_prefix;
  options.placement.network = config.network;
  options.placement.subnet = config.subnet;
  options.placement.ssh_address = config.ssh_address;
  options.placement.image_version = version;
  options.images = config.images;
  options.default_image = config.default_image;
  options.stop_grace = std::chrono::seconds(config.stop_grace_seconds);
  options.ssh_port_first = config.ssh_port_first;
  options.ssh_port_last = config.ssh_port_last;
  options.environment = config.agent_environment;
  // Its daemon has a limit of its own, which is the same number.
  if (config.tasks_per_agent != executions::RunLimits{}.per_agent)
    options.environment["AGENT_MAX_TASKS"] = std::to_string(config.tasks_per_agent);
  return options;
}

templates::TemplateOptions template_options(const Config& config, const Home& home) {
  templates::TemplateOptions options;
  options.root = config.templates_dir;
  options.repositories = config.github_templates;
  options.book.reader.folder = home.file("template-cache");
  options.book.reader.places.hosts = config.git_hosts;
  options.book.reader.places.github = without_end_slash(config.github_base);
  return options;
}

executions::RunLimits run_limits(const Config& config) {
  executions::RunLimits limits;
  limits.per_agent = config.tasks_per_agent;
  limits.in_all = config.tasks_in_all;
  limits.least_free = std::uint64_t{config.least_free_memory_mib} << 20U;
  return limits;
}

platform::PlatformOptions platform_options(const Config& config) {
  const auto own = [&config](const char* name, const std::string& fallback) {
    const auto found = config.agent_environment.find(name);
    return found == config.agent_environment.end() || found->second.empty() ? fallback : found->second;
  };
  platform::PlatformOptions options;
  options.fallbacks = {{"anthropic", own("ANTHROPIC_API_KEY", {})},
                       {"github", config.github_pat},
                       {"google", own("GOOGLE_API_KEY", {})},
                       {"openai", config.openai_api_key}};
  options.agent_environment = config.agent_environment;
  options.servers.anthropic = own("ANTHROPIC_BASE_URL", options.servers.anthropic);
  options.servers.github = config.github_api;
  options.servers.google = config.google_api;
  options.servers.openai = config.openai_api;
  return options;
}

http::ServerOptions server_options(const Config& config) {
  http::ServerOptions options;
  options.bind = config.bind;
  options.port = config.port;
  options.max_connections = config.max_connections;
  options.max_header = config.max_header_bytes;
  options.max_body = config.max_body_bytes;
  options.header_within = std::chrono::seconds(config.header_seconds);
  options.body_within = std::chrono::seconds(config.body_seconds);
  options.write_within = std::chrono::seconds(config.write_seconds);
  options.idle = std::chrono::seconds(config.idle_seconds);
  options.cors_origins.insert(options.cors_origins.end(), config.cors_origins.begin(), config.cors_origins.end());
  return options;
}

}  // namespace trinity::app
