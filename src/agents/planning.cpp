// What a creation shall be: defaults, template, limits, names. Everything that can be refused is refused here, before
// anything is made.
#include <algorithm>

#include "agents/limits.h"
#include "agents/names.h"
#include "agents/service.h"
#include "agents/wanted.h"
#include "auth/api_keys.h"
#include "base/errors.h"
#include "base/ids.h"
#include "json/write.h"
#include "templates/catalogue.h"

namespace trinity::agents {

namespace {

constexpr std::size_t most_entries = 200;
constexpr std::size_t longest_instructions = 100'000;

bool is_allowed_image(const std::string& image, const std::vector<std::string>& allowed) {
  return std::any_of(allowed.begin(), allowed.end(), [&](const std::string& one) {
    return image == one || (image.size() > one.size() && image.starts_with(one) && image[one.size()] == ':');
  });
}

bool is_token(const std::string& text, std::size_t longest) {
  return !text.empty() && text.size() <= longest && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._:[]-").find(c) != std::string_view::npos;
  }) && text.front() != '-';
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

void AgentService::apply_template(Plan& plan, const std::string& id) const {
  plan.template_id = id;
  if (id.size() > 300) throw BadRequest("template is too long");
  if (id.starts_with("github:")) {
    if (id.find('/') == std::string::npos) throw BadRequest("Invalid GitHub template format. Use: github:owner/repo");
    throw BadRequest(
        "This version creates agents from local templates only. Choose a template that begins with 'local:', or none.");
  }
  const auto directory = templates::local_directory(id);
  if (!directory) return;
  const auto config = templates::creation_config(options_.templates, *directory);
  if (!config) return;
  plan.template_directory = config->directory.string();
  if (config->type) plan.type = *config->type;
  if (config->cpu) plan.cpu = *config->cpu;
  if (config->memory) plan.memory = *config->memory;
  if (config->tools) plan.tools = *config->tools;
  if (!config->mcp_servers.empty()) plan.mcp_servers = config->mcp_servers;
  if (config->runtime) plan.runtime = *config->runtime;
  if (config->runtime_model) plan.runtime_model = *config->runtime_model;
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
  if (!is_token(plan.type, 100)) throw BadRequest("type may hold letters, digits and ._:- only, at most 100");
  if (!is_token(plan.runtime, 50)) throw BadRequest("runtime is not a valid name");
  if (!plan.runtime_model.empty() && !is_token(plan.runtime_model, 128))
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
  if (const auto google = own("GOOGLE_API_KEY");
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

Plan AgentService::plan_of(const CallerPtr& caller, const CreateRequest& request,
                           const fleet::Snapshot& snapshot) const {
  Plan plan;
  plan.name = sanitise_name(request.name);
  check_name(plan.name);
  if (snapshot.find(plan.name)) throw BadRequest("Agent already exists");
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
  apply_resources(plan, request);
  if (request.template_ && !request.template_->empty()) apply_template(plan, *request.template_);
  check_limits(plan);
  add_platform_env(plan);
  plan.key_nonce = random_hex(16);
  plan.api_key = auth::new_key_text();
  return plan;
}

}  // namespace trinity::agents
