#include "agents/self_reports.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/errors.h"

namespace trinity::agents {

namespace {

using boost::json::object;
using boost::json::value;

/// Larger answers are read on the pool: parsing them takes longer than other requests should wait.
constexpr std::size_t read_here_below = 128 * 1024;

/// What the labels of the container say, when the agent itself cannot.
object short_form(const fleet::Agent& agent, const char* status, std::string message) {
  return {
      {"has_template", !agent.template_id.empty()},
      {"agent_name", agent.name},
      {"template_name", agent.template_id},
      {"type", agent.type},
      {"resources", object{{"cpu", agent.cpu}, {"memory", agent.memory}}},
      {"status", status},
      {"message", std::move(message)},
  };
}

object no_metrics(const fleet::Agent& agent, const char* status, std::string message) {
  return {{"agent_name", agent.name}, {"has_metrics", false}, {"status", status}, {"message", std::move(message)}};
}

object no_dashboard(const fleet::Agent& agent, const char* status, std::string fault) {
  return {{"agent_name", agent.name}, {"has_dashboard", false}, {"config", nullptr},
          {"last_modified", nullptr}, {"status", status},       {"error", std::move(fault)}};
}

/// The member when it is of that kind, else null. What comes from an agent may be anything.
value text_of(const object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  return found != nullptr && found->is_string() ? *found : value(nullptr);
}

const object* object_in(const object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  return found != nullptr ? found->if_object() : nullptr;
}

bool is_true(const object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  return found != nullptr && *found == true;
}

std::string text_or(const object& from, std::string_view name, const char* otherwise) {
  const auto text = text_of(from, name);
  return text.is_string() ? std::string(text.get_string()) : std::string(otherwise);
}

object metrics_from(const fleet::Agent& agent, const object& told) {
  const auto* definitions = told.if_contains("definitions");
  if (!is_true(told, "has_metrics") || definitions == nullptr || !definitions->is_array()) {
    return no_metrics(agent, "running", text_or(told, "message", "The agent's answer cannot be read."));
  }
  const auto* values = object_in(told, "values");
  object made{{"agent_name", agent.name},
              {"has_metrics", true},
              {"status", "running"},
              {"definitions", *definitions},
              {"values", values != nullptr ? *values : object()},
              {"last_updated", text_of(told, "last_updated")}};
  if (auto fault = text_of(told, "error"); fault.is_string()) made["error"] = std::move(fault);
  return made;
}

object dashboard_from(const fleet::Agent& agent, const object& told) {
  const auto* config = object_in(told, "config");
  if (!is_true(told, "has_dashboard") || config == nullptr) {
    return no_dashboard(agent, "running", text_or(told, "error", "Failed to read dashboard: unreadable answer"));
  }
  return {{"agent_name", agent.name}, {"has_dashboard", true},
          {"config", *config},        {"last_modified", text_of(told, "last_modified")},
          {"status", "running"},      {"error", text_of(told, "error")}};
}

Task<http::Response> info(SelfReports* reports, http::Request request) {
  auto made = co_await reports->info(request.call, request.caller, request.params.get("agent_name"));
  co_return http::Response::json(value(std::move(made)));
}

Task<http::Response> metrics(SelfReports* reports, http::Request request) {
  auto made = co_await reports->metrics(request.call, request.caller, request.params.get("agent_name"));
  co_return http::Response::json(value(std::move(made)));
}

Task<http::Response> dashboard(SelfReports* reports, http::Request request) {
  auto made = co_await reports->dashboard(request.call, request.caller, request.params.get("agent_name"));
  co_return http::Response::json(value(std::move(made)));
}

}  // namespace

Task<SelfReports::Told> SelfReports::ask(Call call, fleet::AgentPtr agent, std::string path) {
  using Kind = Trouble::Kind;
  if (agent->address.empty()) {
    co_return std::unexpected(Trouble{Kind::silent, "The agent has no address on the agents' network."});
  }
  agentlink::Question question;
  question.path = std::move(path);
  question.limit = limit_;
  const auto answer = co_await link_.ask(call, agents_.target_of(*agent), std::move(question));
  if (!answer && answer.error() == agentlink::Trouble::timeout) {
    co_return std::unexpected(Trouble{Kind::timeout, "Agent is starting up, please try again"});
  }
  if (!answer) co_return std::unexpected(Trouble{Kind::silent, "The agent runs, but its daemon does not answer."});
  if (answer->status != 200) {
    co_return std::unexpected(Trouble{
        Kind::status, fmt::format("The agent's daemon answered with HTTP {}.", answer->status), answer->status});
  }
  auto read = [&text = answer->body]() -> std::optional<object> {
    boost::system::error_code fault;
    auto parsed = boost::json::parse(text, fault);
    if (fault || !parsed.is_object()) return std::nullopt;
    return std::move(parsed.get_object());
  };
  std::optional<object> told;
  if (answer->body.size() < read_here_below) {
    told = read();
  } else {
    told = co_await pool_.run(std::move(read));
  }
  if (!told) co_return std::unexpected(Trouble{Kind::unreadable, "The agent's answer cannot be read."});
  co_return std::move(*told);
}

Task<object> SelfReports::info(Call call, CallerPtr caller, std::string name) {
  const auto view = co_await lookup_.row_first(std::move(caller), std::move(name), fleet::Rule::read);
  const auto& agent = view.agent;
  if (agent->status != "running") {
    co_return short_form(*agent, "stopped", "Agent is stopped. Start the agent to see full template info.");
  }
  auto told = co_await ask(call, agent, "/api/template/info");
  if (!told && told.error().kind == Trouble::Kind::timeout) throw TimedOut(told.error().text);
  if (!told) co_return short_form(*agent, "running", told.error().text);
  told->erase("template");
  (*told)["agent_name"] = agent->name;
  (*told)["has_template"] = is_true(*told, "has_template");
  (*told)["status"] = "running";
  co_return std::move(*told);
}

Task<object> SelfReports::metrics(Call call, CallerPtr caller, std::string name) {
  const auto view = co_await lookup_.rule_first(std::move(caller), std::move(name), fleet::Rule::read, no_permission);
  co_return co_await metrics_of(call, view.agent);
}

Task<object> SelfReports::metrics_of(Call call, fleet::AgentPtr agent) {
  if (agent->status != "running") co_return no_metrics(*agent, "stopped", "Agent must be running to read metrics");
  const auto told = co_await ask(call, agent, "/api/metrics");
  if (!told) co_return no_metrics(*agent, "running", told.error().text);
  co_return metrics_from(*agent, *told);
}

Task<object> SelfReports::dashboard(Call call, CallerPtr caller, std::string name) {
  const auto view = co_await lookup_.rule_first(std::move(caller), std::move(name), fleet::Rule::read, no_permission);
  co_return co_await dashboard_of(call, view.agent);
}

Task<object> SelfReports::dashboard_of(Call call, fleet::AgentPtr agent) {
  if (agent->status != "running") co_return no_dashboard(*agent, "stopped", "Agent must be running to read dashboard");
  const auto told = co_await ask(call, agent, "/api/dashboard");
  if (told) co_return dashboard_from(*agent, *told);
  const auto& trouble = told.error();
  if (trouble.kind == Trouble::Kind::timeout) co_return no_dashboard(*agent, "running", trouble.text);
  if (trouble.kind == Trouble::Kind::status) {
    co_return no_dashboard(*agent, "running", fmt::format("Failed to fetch dashboard: HTTP {}", trouble.status));
  }
  co_return no_dashboard(*agent, "running", "Failed to read dashboard: " + trouble.text);
}

std::vector<http::Route> routes(SelfReports& reports) {
  using http::Access;
  using http::Method;
  using Step = Task<http::Response> (*)(SelfReports*, http::Request);
  const auto to = [&reports](Step step) {
    return [step, &reports](http::Request request) { return step(&reports, std::move(request)); };
  };
  std::vector<http::Route> table;
  table.push_back({Method::get, "/api/agents/{agent_name}/info", Access::agent_reader, to(info)});
  table.push_back({Method::get, "/api/agents/{agent_name}/metrics", Access::agent_reader, to(metrics)});
  table.push_back({Method::get, "/api/agent-dashboard/{agent_name}", Access::agent_reader, to(dashboard)});
  return table;
}

}  // namespace trinity::agents
