#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ostream>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/live_feed.h"
#include "cli/server_address.h"
#include "cli/stats_view.h"

namespace trinity::cli {

namespace {

struct StatsOptions {
  std::vector<std::string> names;
  bool watch = false;
};

std::vector<std::string> running_agents(Api& api) {
  std::vector<std::string> names;
  const auto agents = ask(api, {.path = "/api/agents"});
  for (const auto& agent : agents.as_array()) {
    if (text_of(agent.as_object(), "status") == "running") names.push_back(text_of(agent.as_object(), "name"));
  }
  return names;
}

/// Nothing when it has stopped or gone since it was seen running.
std::optional<json::object> figures_if_running(Api& api, const std::string& name) {
  const auto answer = api.send({.path = "/api/agents/" + path_segment(name) + "/stats"});
  if (answer.status == 400 || answer.status == 403 || answer.status == 404) return std::nullopt;
  check(answer);
  return json::parse(answer.body).as_object();
}

/// The server has figures of running agents only; another one has its state.
json::object figures_of(Api& api, const std::string& name) {
  const auto agent = ask_about(api, name, {.path = ""});
  auto status = text_of(agent.as_object(), "status");
  if (status == "running") {
    if (auto figures = figures_if_running(api, name)) return std::move(*figures);
    status = "stopped";
  }
  return {{"name", name}, {"status", status}};
}

void print_once(Session& session, const std::vector<std::string>& names) {
  auto& terminal = session.terminal();
  const auto view = stats_now(session.api(), names);
  if (session.as_json()) return session.print_json(view.rows());
  if (view.empty()) {
    terminal.err << "No agent is running. Start one with: trinityctl agents start NAME\n";
  } else {
    terminal.out << view.table().text(terminal);
  }
}

}  // namespace

StatsView stats_now(Api& api, const std::vector<std::string>& names) {
  StatsView view(StatsView::Form::whole);
  for (const auto& name : names) view.replace(name, figures_of(api, name));
  if (!names.empty()) return view;
  for (const auto& name : running_agents(api)) {
    if (auto figures = figures_if_running(api, name)) view.replace(name, std::move(*figures));
  }
  return view;
}

void add_stats_command(CLI::App& agents, Command& chosen) {
  auto options = std::make_shared<StatsOptions>();
  auto* command = agents.add_subcommand("stats", "CPU, memory and network of agents");
  command->add_option("agents", options->names, "Their names; without one, all that run")->type_name(kAgentType);
  command->add_flag("-w,--watch", options->watch, "Go on, with the figures as they change; Ctrl-C ends it");
  command->footer(
      "On a terminal a watched table is drawn in place; elsewhere each change is a line of its own.\n\n"
      "  trinityctl agents stats\n"
      "  trinityctl agents stats bot -w\n"
      "  trinityctl agents stats -w --json | jq 'select(.memory_percent > 90)'");
  command->callback([options, &chosen] {
    if (options->watch && options->names.size() > kMostTopics) {
      throw CLI::ValidationError(
          "agents", fmt::format("at most {} can be watched by name; without names, all that run are", kMostTopics));
    }
    chosen = [options](Session& session) {
      if (options->watch) {
        watch_stats(session, options->names);
      } else {
        print_once(session, options->names);
      }
    };
  });
}

}  // namespace trinity::cli
