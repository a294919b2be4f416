#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ostream>

#include "cli/commands.h"

namespace trinity::cli {

namespace {

void stop_all(Session& session, const std::string& reason) {
  json::object body;
  if (!reason.empty()) body["reason"] = reason;
  const auto answer =
      ask(session.api(), {.method = "POST", .path = "/api/ops/runs/stop", .body = json::serialize(body)});
  if (session.as_json()) return session.print_json(answer);
  const auto& told = answer.as_object();
  session.terminal().out << fmt::format("All runs are stopped: {:.0f} ended, {:.0f} that waited were dropped.\n",
                                        number_of(told, "runs_stopped"), number_of(told, "waiting_dropped"));
  session.terminal().err << "New ones may start again after: trinityctl resume-all\n";
}

void resume_all(Session& session) {
  const auto answer = ask(session.api(), {.method = "POST", .path = "/api/ops/runs/resume"});
  if (session.as_json()) return session.print_json(answer);
  session.terminal().out << "Runs may start again.\n";
}

}  // namespace

void add_halt_commands(CLI::App& root, Command& chosen) {
  auto reason = std::make_shared<std::string>();
  auto* stop = root.add_subcommand("stop-all", "Stop every run of every agent at once, and let none start");
  stop->add_option("--reason", *reason, "Why, for those who ask")->type_name("TEXT");
  stop->footer("For administrators. It does not ask. Agents stay as they are; only their runs end.");
  stop->callback([reason, &chosen] { chosen = [reason](Session& session) { stop_all(session, *reason); }; });
  auto* resume = root.add_subcommand("resume-all", "Let runs start again");
  resume->callback([&chosen] { chosen = [](Session& session) { resume_all(session); }; });
}

}  // namespace trinity::cli
