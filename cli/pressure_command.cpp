#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ostream>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/live_feed.h"
#include "cli/pressure_text.h"

namespace trinity::cli {

namespace {

constexpr std::chrono::seconds kPollEvery{5};

struct PressureOptions {
  std::string name;
  bool watch = false;
};

json::object pressure_now(Session& session, const std::string& name) {
  auto told = ask_about(session.api(), name, {.path = "/pressure"});
  return std::move(told.as_object());
}

/// Drawn over itself on a terminal; elsewhere one after the other.
void show(Session& session, const json::object& pressure, bool again) {
  if (session.as_json()) return session.print_json(pressure);
  auto& terminal = session.terminal();
  const auto text = pressure_text(pressure);
  if (!again) {
    terminal.out << text;
  } else if (terminal.person_reads) {
    terminal.out << "\x1b[2J\x1b[H" << text;
  } else {
    terminal.out << text << '\n';
  }
  terminal.out << std::flush;
}

void follow(Session& session, const std::string& name) {
  LiveFeed feed(session);
  feed.subscribe({{"agent:" + name + ":pressure"}});
  while (true) {
    const auto event = feed.next();
    if (event.kind == LiveEvent::Kind::ended) {
      throw Fault(ExitCode::not_found, name + " can be watched no more", kAgentsHint);
    }
    show(session, event.data, true);
  }
}

void watch_pressure(Session& session, const std::string& name) {
  std::string why;
  try {
    return follow(session, name);
  } catch (const NotLive& fault) {
    why = fault.what();
  }
  session.terminal().err << fmt::format("{}; asking every {} s instead\n", why, kPollEvery.count());
  while (true) {
    show(session, pressure_now(session, name), true);
    session.wait(kPollEvery);
  }
}

}  // namespace

void add_pressure_command(CLI::App& agents, Command& chosen) {
  auto options = std::make_shared<PressureOptions>();
  auto* command =
      agents.add_subcommand("pressure", "Why an agent is slow: what holds it back, what its turn waits for");
  command->add_option("agent", options->name, "Its name")->type_name(kAgentType)->required();
  command->add_flag("-w,--watch", options->watch, "Go on, as it changes; Ctrl-C ends it");
  command->footer(
      "Figures that this kernel does not tell are shown as -.\n\n"
      "  trinityctl agents pressure bot\n"
      "  trinityctl agents pressure bot -w --json | jq .cpu.throttled_percent");
  command->callback([options, &chosen] {
    chosen = [options](Session& session) {
      if (options->watch) {
        watch_pressure(session, options->name);
      } else {
        show(session, pressure_now(session, options->name), false);
      }
    };
  });
}

}  // namespace trinity::cli
