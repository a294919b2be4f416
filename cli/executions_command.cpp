#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <ostream>

#include "base/clock.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/live_feed.h"
#include "cli/quantity.h"
#include "cli/run.h"
#include "cli/server_address.h"
#include "cli/table.h"

namespace trinity::cli {

namespace {

constexpr int kMostListed = 500;

struct ExecutionsOptions {
  std::string agent;
  std::string id;
  int limit = 20;
  std::string status;
  bool follow = false;
  bool log = false;
};

Colour colour_of(const std::string& status) {
  if (status == "success") return Colour::green;
  if (status == "failed") return Colour::red;
  return Colour::yellow;
}

std::string age_of(const std::string& started) {
  const auto time = parse_time(started);
  if (!time) return "";
  const auto age = std::chrono::duration_cast<std::chrono::seconds>(now() - *time);
  return duration_text(std::max(age, std::chrono::seconds(0))) + " ago";
}

std::string took(const json::object& record) {
  const auto ms = number_of(record, "duration_ms");
  if (ms <= 0) return "";
  if (ms < 9'950) return fmt::format("{:.1f}s", ms / 1'000);
  return duration_text(std::chrono::seconds(std::llround(ms / 1'000)));
}

std::string cost_of(const json::object& record) {
  const auto* cost = record.if_contains("cost");
  return cost != nullptr && cost->is_number() ? fmt::format("{:.4f}", cost->to_number<double>()) : "";
}

std::string one_line(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  return text;
}

Table empty_table() {
  return Table({{"ID", Table::Align::left, 22},
                {"STATUS", Table::Align::left, 7},
                {"STARTED", Table::Align::left, 9},
                {"TOOK", Table::Align::right, 6},
                {"USD", Table::Align::right, 6},
                {"BY", Table::Align::left, 8},
                {"MESSAGE"}});
}

void add_row(Table& table, const json::object& record) {
  const auto status = text_of(record, "status");
  table.add({{text_of(record, "id")},
             {status, colour_of(status)},
             {age_of(text_of(record, "started_at"))},
             {took(record)},
             {cost_of(record)},
             {text_of(record, "triggered_by")},
             {shortened(one_line(text_of(record, "message")), 60)}});
}

void list(Session& session, const ExecutionsOptions& options) {
  auto path = fmt::format("/executions?limit={}", options.limit);
  if (!options.status.empty()) path += "&filter_status=" + path_segment(options.status);
  auto answer = ask_about(session.api(), options.agent, {.path = path});
  auto& records = answer.as_array();
  // A server that does not know the filter gives all.
  if (!options.status.empty()) {
    json::array kept;
    for (auto& record : records) {
      if (text_of(record.as_object(), "status") == options.status) kept.push_back(std::move(record));
    }
    records = std::move(kept);
  }
  if (session.as_json()) return session.print_json(records);
  if (records.empty()) {
    session.terminal().err << "There are no such runs.\n";
    return;
  }
  auto table = empty_table();
  for (const auto& record : records) add_row(table, record.as_object());
  session.terminal().out << table.text(session.terminal());
}

/// One line for each run that starts or ends.
void follow_all(Session& session, const std::string& agent) {
  LiveFeed feed(session);
  feed.subscribe({{"agent:" + agent + ":executions"}});
  auto& terminal = session.terminal();
  bool titled = false;
  while (true) {
    const auto event = feed.next();
    if (event.kind == LiveEvent::Kind::ended)
      throw Fault(ExitCode::failed, harmless(agent, false) + ": the server sends no more runs");
    if (event.name != "execution_started" && event.name != "execution_finished") continue;
    if (session.as_json()) {
      session.print_json(event.data);
      continue;
    }
    auto table = empty_table();
    add_row(table, event.data);
    const auto lines = table.lines(terminal);
    if (!std::exchange(titled, true)) terminal.out << lines.front();
    terminal.out << lines.back() << std::flush;
  }
}

void print_log(Session& session, const ExecutionsOptions& options) {
  const auto answer =
      ask_about(session.api(), options.agent, {.path = "/executions/" + path_segment(options.id) + "/log"});
  const auto& told = answer.as_object();
  if (!flag_of(told, "has_log")) throw Fault(ExitCode::failed, harmless(text_of(told, "message"), false));
  const auto& log = told.at("log");
  if (!log.is_array()) return session.print_json(log);
  for (const auto& line : log.get_array()) session.print_json(line);
}

void show(Session& session, const ExecutionsOptions& options) {
  if (options.log) return print_log(session, options);
  if (options.follow) {
    const auto record = follow_run(session, options.agent, options.id, {.stream = true, .stops = false});
    return tell_end(session, record);
  }
  const auto record = record_of(session, options.agent, options.id);
  if (session.as_json()) return session.print_json(record);
  auto& terminal = session.terminal();
  const auto fact = [&](std::string_view name, const std::string& text, Colour colour = Colour::plain) {
    if (text.empty()) return;
    terminal.out << paint(terminal, Colour::dim, fmt::format("{:<9}", name))
                 << paint(terminal, colour, harmless(text, false)) << '\n';
  };
  const auto status = text_of(record, "status");
  fact("status", status, colour_of(status));
  fact("started", text_of(record, "started_at"));
  fact("took", took(record));
  fact("cost", cost_of(record).empty() ? "" : cost_of(record) + " USD");
  const auto tokens = number_of(record, "context_used");
  if (tokens > 0) fact("context", fmt::format("{:.0f} of {:.0f} tokens", tokens, number_of(record, "context_max")));
  fact("by", text_of(record, "triggered_by"));
  fact("error", one_line(text_of(record, "error")), Colour::red);
  terminal.out << '\n' << paint(terminal, Colour::dim, harmless_lines(text_of(record, "message"))) << '\n';
  if (const auto response = text_of(record, "response"); !response.empty())
    terminal.out << '\n' << (terminal.person_reads ? harmless_lines(response) : response) << '\n';
}

void stop(Session& session, const ExecutionsOptions& options) {
  const auto answer = ask_about(session.api(), options.agent,
                                {.method = "POST", .path = "/executions/" + path_segment(options.id) + "/terminate"});
  if (session.as_json()) return session.print_json(answer);
  const bool ended = text_of(answer.as_object(), "status") == "already_finished";
  session.terminal().out << (ended ? "It had ended already.\n" : "Stopped.\n");
}

CLI::App* add_with_id(CLI::App& executions, const char* verb, const char* help, ExecutionsOptions& options) {
  auto* command = executions.add_subcommand(verb, help);
  command->add_option("agent", options.agent, "Its agent")->required()->type_name(kAgentType);
  command->add_option("id", options.id, "The id of the run")->required()->type_name("ID");
  return command;
}

}  // namespace

void add_executions_commands(CLI::App& root, Command& chosen) {
  auto options = std::make_shared<ExecutionsOptions>();
  auto* command = root.add_subcommand("executions", "Runs of an agent: list, show, follow and stop them");
  command->alias("runs");
  command->fallthrough();
  command->add_option("agent", options->agent, "Its name")->type_name(kAgentType);
  command->add_option("-n,--limit", options->limit, "So many of the newest")
      ->type_name("N")
      ->check(CLI::Range(1, kMostListed))
      ->capture_default_str();
  command->add_option("--status", options->status, "Only those: running, success, failed")
      ->type_name(kRunStatusType)
      ->check(CLI::IsMember({"running", "success", "failed"}));
  command->add_flag("-f,--follow", options->follow, "A line for each run that starts or ends; Ctrl-C ends it");
  command->footer(
      "  trinityctl executions bot --status failed\n"
      "  trinityctl executions show bot ID --follow\n"
      "  trinityctl executions show bot ID --log | jq -r .type\n"
      "  trinityctl executions stop bot ID");
  command->callback([command, options, &chosen] {
    if (!command->get_subcommands().empty()) return;
    chosen = [options](Session& session) {
      if (options->agent.empty())
        throw Fault(ExitCode::usage, "the name of an agent is missing", "See: trinityctl executions --help");
      if (options->follow)
        follow_all(session, options->agent);
      else
        list(session, *options);
    };
  });

  auto one = std::make_shared<ExecutionsOptions>();
  auto* show_command = add_with_id(*command, "show", "One run: what it was, how it ended, what it answered", *one);
  show_command->add_flag("--log", one->log, "Its transcript, one JSON object per line");
  show_command->add_flag("-f,--follow", one->follow, "What it says while it goes on, until its end");
  show_command->callback([one, &chosen] { chosen = [one](Session& session) { show(session, *one); }; });
  auto stopped = std::make_shared<ExecutionsOptions>();
  auto* stop_command = add_with_id(*command, "stop", "Stop a run", *stopped);
  stop_command->callback([stopped, &chosen] { chosen = [stopped](Session& session) { stop(session, *stopped); }; });
}

}  // namespace trinity::cli
