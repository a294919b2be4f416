#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ostream>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/live_feed.h"
#include "cli/log_printer.h"

namespace trinity::cli {

namespace {

struct LogsOptions {
  std::string name;
  int tail = 100;
  bool follow = false;
  bool times = false;
};

/// What a server gives at once, and what a followed log begins with at most.
constexpr int kMostTail = 10'000;
constexpr int kMostFollowedTail = 2000;
/// How often, and with how many lines, a server is asked that does not send logs live.
constexpr std::chrono::seconds kPollEvery{2};
constexpr int kPolledLines = 1000;

json::value last_lines(Session& session, const std::string& name, int count) {
  return ask_about(session.api(), name, {.path = fmt::format("/logs?tail={}", count)});
}

void print_once(Session& session, const LogsOptions& options) {
  if (options.times) throw Fault(ExitCode::usage, "--times goes with --follow only");
  const auto answer = last_lines(session, options.name, options.tail);
  if (session.as_json()) return session.print_json(answer);
  auto& terminal = session.terminal();
  const auto lines = lines_of(text_of(answer.as_object(), "logs"));
  if (lines.empty() && options.tail > 0) terminal.err << "The agent has not printed anything yet.\n";
  for (const auto& line : lines) terminal.out << shown_line(terminal, line) << '\n';
}

[[noreturn]] void end_of_log(const std::string& name, const std::string& reason) {
  const auto shown = harmless(name, false);
  if (reason == "session_expired") throw Fault(ExitCode::not_signed_in, "the session has ended", kSignInHint);
  if (reason == "agent_deleted") throw Fault(ExitCode::not_found, shown + ": the agent is deleted");
  if (reason == "access_revoked") throw Fault(ExitCode::not_found, shown + ": you may no longer see this agent");
  throw Fault(ExitCode::failed, shown + ": the log has ended: " + harmless(reason, false));
}

void follow_live(Session& session, const LogsOptions& options) {
  LiveFeed feed(session);
  feed.subscribe({{"agent:" + options.name + ":logs", {{"tail", std::clamp(options.tail, 1, kMostFollowedTail)}}}});
  LogPrinter printer(session, {.times = options.times, .most_of_first = static_cast<std::size_t>(options.tail)});
  while (true) {
    const auto event = feed.next();
    if (event.kind == LiveEvent::Kind::ended) end_of_log(options.name, event.name);
    printer.take(event);
  }
}

void print_polled(Session& session, const std::vector<std::string>& lines, std::size_t from) {
  auto& terminal = session.terminal();
  for (auto i = from; i < lines.size(); ++i) {
    if (session.as_json()) {
      terminal.out << json::serialize(json::object{{"ts", nullptr}, {"stream", nullptr}, {"text", lines[i]}}) << '\n';
    } else {
      terminal.out << shown_line(terminal, lines[i]) << '\n';
    }
  }
  terminal.out << std::flush;
}

void follow_by_asking(Session& session, const LogsOptions& options) {
  LogWindow window;
  const auto wanted = static_cast<std::size_t>(options.tail);
  for (bool begun = false;; begun = true) {
    const auto answer = last_lines(session, options.name, std::max(kPolledLines, options.tail));
    const auto lines = window.fresh(lines_of(text_of(answer.as_object(), "logs")));
    if (window.torn()) session.terminal().err << "... lines may be missing here ...\n";
    print_polled(session, lines, begun ? 0 : lines.size() - std::min(lines.size(), wanted));
    session.wait(kPollEvery);
  }
}

void follow(Session& session, const LogsOptions& options) {
  std::string why;
  try {
    follow_live(session, options);
  } catch (const NotLive& fault) {
    why = fault.what();
  }
  session.terminal().err << fmt::format("{}; asking every {} s instead\n", why, kPollEvery.count());
  if (options.times) session.terminal().err << "The times of lines are not known this way.\n";
  follow_by_asking(session, options);
}

}  // namespace

void add_logs_command(CLI::App& agents, Command& chosen) {
  auto options = std::make_shared<LogsOptions>();
  auto* command = agents.add_subcommand("logs", "What an agent's container printed");
  command->add_option("agent", options->name, "Its name")->required()->type_name(kAgentType);
  command->add_option("-n,--tail", options->tail, "So many of the last lines")
      ->type_name("LINES")
      ->check(CLI::Range(0, kMostTail))
      ->capture_default_str();
  command->add_flag("-f,--follow", options->follow, "Go on with new lines as they come; Ctrl-C ends it");
  command->add_flag("--times", options->times, "The time in front of each line (with --follow)");
  command->footer(
      "Followed logs begin with 2000 lines at most, and go on over restarts of the agent and of the server.\n\n"
      "  trinityctl agents logs bot -n 20\n"
      "  trinityctl agents logs bot -f --times\n"
      "  trinityctl agents logs bot -f --json | jq -r .text");
  command->callback([options, &chosen] {
    chosen = [options](Session& session) {
      if (options->follow) {
        follow(session, *options);
      } else {
        print_once(session, *options);
      }
    };
  });
}

}  // namespace trinity::cli
