#include "agents/spec.h"

#include "base/amounts.h"
#include "engine/archive.h"
#include "fleet/types.h"
#include "json/encode.h"
#include "json/write.h"

namespace trinity::agents {

namespace {

/// uid and gid of the user `developer` in the agent image.
constexpr engine::ArchiveBuilder::Owner developer{1000, 1000};
constexpr engine::ArchiveBuilder::Owner root{0, 0};

/// What agentd brings into the home folder, and how.
void add_repository(const PlanRepository& from, std::map<std::string, std::string>& env) {
  env["GITHUB_REPO"] = from.name;
  env["GIT_SYNC_ENABLED"] = "true";
  if (from.url.empty()) {
    env["GITHUB_PAT"] = from.token;
    if (!from.base.empty()) env["GIT_BASE_URL"] = from.base;
  } else {
    env["GIT_REPOSITORY_URL"] = from.url;
    if (!from.token.empty()) env["GIT_REPOSITORY_TOKEN"] = from.token;
  }
  if (from.source_mode) {
    env["GIT_SOURCE_MODE"] = "true";
  } else {
    env["GIT_WORKING_BRANCH"] = from.working_branch;
  }
  if (from.source_mode || from.source_named) env["GIT_SOURCE_BRANCH"] = from.source_branch;
}

std::map<std::string, std::string> environment(const Plan& plan) {
  auto env = plan.platform_env;
  if (plan.repository) add_repository(*plan.repository, env);
  env["AGENT_NAME"] = plan.name;
  env["AGENT_TYPE"] = plan.type;
  env["AGENT_RUNTIME"] = plan.runtime;
  env["AGENT_RUNTIME_MODEL"] = plan.runtime_model;
  env["AGENT_SERVER_PORT"] = "8000";
  env["CREDENTIALS_FILE"] = "/config/credentials.json";
  env["ENABLE_AGENT_UI"] = "true";
  env["ENABLE_SSH"] = "true";
  env["TEMPLATE_NAME"] = plan.template_id;
  env["TRINITY_MCP_API_KEY"] = plan.api_key;
  return env;
}

engine::Labels container_labels(const Plan& plan, const Placement& placement, Time created) {
  namespace label = fleet::label;
  return {
      {label::platform, "agent"},
      {label::agent_name, plan.name},
      {label::agent_type, plan.type},
      {label::ssh_port, std::to_string(plan.ssh_port)},
      {label::cpu, plan.cpu},
      {label::memory, plan.memory},
      {label::created, format_naive(created)},
      {label::template_id, plan.template_id},
      {label::runtime, plan.runtime},
      {label::full_capabilities, plan.full_capabilities ? "true" : "false"},
      {label::image_version, placement.image_version},
      {label::instance, placement.instance},
      {label::key_nonce, plan.key_nonce},
  };
}

}  // namespace

std::string container_name(const Placement& placement, const std::string& agent) {
  return placement.container_prefix + agent;
}
std::string workspace_volume(const std::string& container_name) {
  return container_name + "-workspace";
}
std::string data_volume(const std::string& container_name) {
  return container_name + "-data";
}
std::string shared_volume(const std::string& container_name) {
  return container_name + "-shared";
}

engine::Labels volume_labels(const Placement& placement, const std::string& agent, const std::string& kind) {
  return {
      {fleet::label::platform, kind}, {fleet::label::agent_name, agent}, {fleet::label::instance, placement.instance}};
}

engine::ContainerSpec container_spec(const Plan& plan, const Placement& placement, Time created) {
  engine::ContainerSpec spec;
  spec.image = plan.image;
  spec.hostname = container_name(placement, plan.name);
  spec.env = environment(plan);
  spec.labels = container_labels(plan, placement, created);
  spec.network = placement.network;
  spec.volumes = {{workspace_volume(spec.hostname), "/home/developer", false},
                  {data_volume(spec.hostname), "/data", false}};
  // Its own files the agent writes into a clone; the repository that others are made from stays as it is.
  if (plan.repository && !plan.repository->folder.empty())
    spec.binds = {{plan.repository->folder, plan.repository->mounted_at(), true}};
  spec.ports = {{22, plan.ssh_port, placement.ssh_address}};
  spec.memory = plan.memory_bytes;
  spec.cpu_period = cpu_period;
  spec.cpu_quota = plan.cpu_quota;
  spec.pids_limit = most_processes;
  spec.restart_policy = "unless-stopped";
  set_rights(spec, plan.full_capabilities);
  return spec;
}

void set_rights(engine::ContainerSpec& spec, bool full) {
  spec.cap_drop.clear();
  spec.cap_add.clear();
  spec.security_opt.clear();
  if (full) {
    // Engines add noexec unless told otherwise.
    spec.tmpfs["/tmp"] = "exec,size=100m";
    return;
  }
  spec.tmpfs["/tmp"] = "noexec,nosuid,size=100m";
  spec.cap_drop = {"ALL"};
  spec.cap_add = {"NET_BIND_SERVICE", "SETGID", "SETUID", "CHOWN", "SYS_CHROOT", "AUDIT_WRITE"};
  spec.security_opt = {"apparmor:docker-default"};
}

std::string agent_config(const Plan& plan) {
  json::object credentials;
  const json::object agent{
      {"type", plan.type},
      {"base_image", plan.image},
      {"resources", json::object{{"cpu", plan.cpu}, {"memory", plan.memory}}},
      {"tools", json::encode(plan.tools)},
      {"mcp_servers", json::encode(plan.mcp_servers)},
      {"custom_instructions", json::encode(plan.custom_instructions)},
      {"credentials", credentials},
  };
  return json::write(json::object{{"agent", agent}}) + "\n";
}

std::string container_files(const Plan& plan, const std::string& secret) {
  engine::ArchiveBuilder archive;
  archive.add_directory("etc/trinity", 0755, root);
  archive.add_file("etc/trinity/agentd.secret", secret, 0400, developer);
  archive.add_directory("config", 0755, root);
  archive.add_file("config/agent-config.yaml", agent_config(plan), 0644, root);
  archive.add_file("config/credentials.json", "{}\n", 0400, developer);
  if (!plan.template_directory.empty()) {
    archive.add_directory("template", 0755, developer);
    archive.add_tree(plan.template_directory, "template", developer);
  }
  return archive.finish();
}

}  // namespace trinity::agents
