// What a creation shall be: defaults, template, limits, names. Everything that can be refused is refused here, before
// anything is made.
#include <algorithm>

#include "agents/git_rows.h"
#include "agents/names.h"
#include "agents/service.h"
#include "agents/tags.h"
#include "agents/wanted.h"
#include "auth/api_keys.h"
#include "base/amounts.h"
#include "base/errors.h"
#include "base/ids.h"
#include "json/write.h"
#include "templates/rules.h"

namespace trinity::agents {

namespace {

constexpr std::size_t most_entries = 200;
constexpr std::size_t longest_instructions = 100'000;

bool is_allowed_image(const std::string& image, const std::vector<std::string>& allowed) {
  return std::any_of(allowed.begin(), allowed.end(), [&](const std::string& one) {
    return image == one || (image.size() > one.size() && image.starts_with(one) && image[one.size()] == ':');
  });
}

/// A text, or a number as text; null and missing leave the default.
void take_resource(std::string& into, const boost::json::object& from, std::string_view key) {
  const auto* found = from.if_contains(key);
  if (!found || found->is_null()) return;
  if (found->is_string()) {
    into = std::string(found->as_string());
  } else if (found->is_number()) {
    into = json::write(*found);
  } else {
    throw BadRequest("resources." + std::string(key) + " must be a text");
  }
}

}  // namespace

/// GitHub's repositories are known by their name where a token is at hand; all others by their address.
void AgentService::apply_repository(Plan& plan, const templates::ChosenRepository& from,
                                    const CreateRequest& request) const {
  auto& made = plan.repository.emplace();
  const bool by_name = !from.address.github.empty() && !from.token.empty();
  made.name = from.address.shown();
  made.folder = from.folder.string();
  if (!made.folder.empty()) {
    made.url = "file://" + made.mounted_at();
  } else if (!by_name) {
    made.url = from.address.url();
  } else if (options_.github_base != templates::GitPlaces{}.github) {
    made.base = options_.github_base;
  }
  made.token = from.token;
  made.source_mode = request.source_mode.value_or(true);
  made.source_branch = from.branch;
  made.source_named = !from.address.branch.empty();
  made.instance_id = random_hex(4);
  made.working_branch = made.source_mode ? made.source_branch : own_branch(plan.name, made.instance_id);
}

void AgentService::apply_template(Plan& plan, const templates::Chosen& chosen, const CreateRequest& request) const {
  plan.template_id = *request.template_;
  const auto& config = chosen.config;
  plan.template_directory = config.directory.string();
  if (config.type) plan.type = *config.type;
  if (config.cpu) plan.cpu = *config.cpu;
  if (config.memory) plan.memory = *config.memory;
  if (config.tools) plan.tools = *config.tools;
  if (!config.mcp_servers.empty()) plan.mcp_servers = config.mcp_servers;
  if (config.runtime) plan.runtime = *config.runtime;
  if (config.runtime_model) plan.runtime_model = *config.runtime_model;
  plan.required_credentials = chosen.required;
  if (chosen.repository) apply_repository(plan, *chosen.repository, request);
}

void AgentService::apply_resources(Plan& plan, const CreateRequest& request) const {
  if (!request.resources) return;
  take_resource(plan.cpu, *request.resources, "cpu");
  take_resource(plan.memory, *request.resources, "memory");
}

void AgentService::check_limits(Plan& plan) const {
  const auto memory = parse_memory(plan.memory);
  if (!memory)
    throw BadRequest("resources.memory '" + plan.memory.substr(0, 40) +
                     "' is no size. Use a number with k, m, g or t, for example 4g.");
  const auto quota = parse_cpu_quota(plan.cpu);
  if (!quota)
    throw BadRequest("resources.cpu '" + plan.cpu.substr(0, 40) + "' is no number of cores. Use for example 2 or 0.5.");
  plan.memory_bytes = *memory;
  plan.cpu_quota = *quota;
  if (!templates::is_token(plan.type, templates::longest_type))
    throw BadRequest("type may hold letters, digits and ._:- only, at most 100");
  if (!templates::is_token(plan.runtime, templates::longest_runtime)) throw BadRequest("runtime is not a valid name");
  if (!plan.runtime_model.empty() && !templates::is_token(plan.runtime_model, templates::longest_model))
    throw BadRequest("runtime_model is not a valid model name");
  if (plan.tools.size() > most_entries) throw BadRequest("tools has more than 200 entries");
  if (plan.mcp_servers.size() > most_entries) throw BadRequest("mcp_servers has more than 200 entries");
  if (plan.custom_instructions && plan.custom_instructions->size() > longest_instructions)
    throw BadRequest("custom_instructions is too long");
}

/// Model keys and telemetry settings: from the system settings, else from the server's own variables.
void AgentService::add_platform_env(Plan& plan) const {
  const auto own = [&](const char* name, std::string_view fallback = {}) {
    const auto it = options_.environment.find(name);
    return it == options_.environment.end() || it->second.empty() ? std::string(fallback) : it->second;
  };
  const auto values = settings_.values();
  plan.platform_env["TRINITY_MCP_URL"] = own("TRINITY_MCP_URL", "http://mcp-server:8080/mcp");
  plan.platform_env["ANTHROPIC_API_KEY"] = platform_model_key(*values, options_.environment);
  if (const auto base = own("ANTHROPIC_BASE_URL"); !base.empty()) plan.platform_env["ANTHROPIC_BASE_URL"] = base;
  if (const auto tasks = own("AGENT_MAX_TASKS"); !tasks.empty()) plan.platform_env["AGENT_MAX_TASKS"] = tasks;
  if (const auto google = values->filled("google_api_key").value_or(own("GOOGLE_API_KEY"));
      !google.empty() && (plan.runtime == "gemini-cli" || plan.runtime == "gemini")) {
    plan.platform_env["GEMINI_API_KEY"] = google;
  }
  if (own("OTEL_ENABLED", "1") == "1" && plan.runtime != "command") {
    plan.platform_env["CLAUDE_CODE_ENABLE_TELEMETRY"] = "1";
    plan.platform_env["OTEL_METRICS_EXPORTER"] = own("OTEL_METRICS_EXPORTER", "otlp");
    plan.platform_env["OTEL_LOGS_EXPORTER"] = own("OTEL_LOGS_EXPORTER", "otlp");
    plan.platform_env["OTEL_EXPORTER_OTLP_PROTOCOL"] = own("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc");
    plan.platform_env["OTEL_EXPORTER_OTLP_ENDPOINT"] =
        own("OTEL_COLLECTOR_ENDPOINT", "http://trinity-otel-collector:4317");
    plan.platform_env["OTEL_METRIC_EXPORT_INTERVAL"] = own("OTEL_METRIC_EXPORT_INTERVAL", "60000");
  }
  plan.full_capabilities = values->flag("agent_full_capabilities", true);
}

std::string AgentService::free_name(const CreateRequest& request, const fleet::Snapshot& snapshot) {
  auto name = sanitise_name(request.name);
  check_name(name);
  if (snapshot.find(name)) throw BadRequest("Agent already exists");
  return name;
}

Plan AgentService::plan_of(const CallerPtr& caller, const CreateRequest& request,
                           const templates::Chosen& chosen) const {
  Plan plan;
  plan.name = sanitise_name(request.name);
  plan.owner_id = caller->user_id;
  plan.owner = caller->username;
  plan.image = request.base_image.value_or(options_.default_image);
  if (!is_allowed_image(plan.image, options_.images))
    throw BadRequest("base_image '" + plan.image.substr(0, 100) + "' is not on this server's list");
  if (request.type) plan.type = *request.type;
  if (request.tools) plan.tools = *request.tools;
  if (request.mcp_servers) plan.mcp_servers = *request.mcp_servers;
  if (request.runtime) plan.runtime = *request.runtime;
  if (request.runtime_model) plan.runtime_model = *request.runtime_model;
  plan.custom_instructions = request.custom_instructions;
  if (request.tags && !request.tags->is_null()) plan.tags = tags_of(request.tags);
  apply_resources(plan, request);
  if (request.template_ && !request.template_->empty()) apply_template(plan, chosen, request);
  check_limits(plan);
  add_platform_env(plan);
  plan.key_nonce = random_hex(16);
  plan.api_key = auth::new_key_text();
  return plan;
}

}  // namespace trinity::agents
