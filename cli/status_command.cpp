#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ostream>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/quantity.h"

namespace trinity::cli {

namespace {

struct Facts {
  std::string version;
  std::string user;  ///< empty: not signed in
  std::string role;
  std::string engine;  ///< empty: not known without a sign-in
  std::chrono::milliseconds age{0};
  std::size_t agents = 0;
  std::size_t running = 0;
};

void read_agents(Api& api, Facts& facts) {
  const auto answer = api.send({.path = "/api/agents"});
  check(answer);
  facts.engine = answer.engine.value_or("");
  facts.age = answer.engine_age.value_or(std::chrono::milliseconds(0));
  const auto list = json::parse(answer.body);
  for (const auto& agent : list.as_array()) {
    ++facts.agents;
    if (agent.is_object() && text_of(agent.get_object(), "status") == "running") ++facts.running;
  }
}

Facts read_facts(Session& session) {
  Facts facts;
  auto& api = session.open_api();
  facts.version = text_of(ask(api, {.path = "/api/version"}).as_object(), "version");
  if (!session.signed_in()) return facts;
  const auto me = api.send({.path = "/api/users/me"});
  if (me.status == 401) return facts;
  check(me);
  const auto person = json::parse(me.body);
  facts.user = text_of(person.as_object(), "username");
  facts.role = text_of(person.as_object(), "role");
  read_agents(api, facts);
  return facts;
}

std::string engine_text(const Terminal& terminal, const Facts& facts) {
  if (facts.engine.empty()) return "not known";
  if (facts.engine == "ok") return paint(terminal, Colour::green, "answers");
  const auto age = duration_text(std::chrono::duration_cast<std::chrono::seconds>(facts.age));
  return paint(terminal, Colour::red, "does not answer") + fmt::format("; what follows is {} old", age);
}

void print(Session& session, const Facts& facts) {
  auto& terminal = session.terminal();
  terminal.out << fmt::format("Server   {}, version {}\n", session.address(), harmless(facts.version, false));
  if (facts.user.empty()) {
    terminal.out << "You      not signed in (trinityctl login)\n";
    return;
  }
  terminal.out << fmt::format("You      {} ({})\n", harmless(facts.user, false), harmless(facts.role, false));
  terminal.out << "Engine   " << engine_text(terminal, facts) << '\n';
  terminal.out << fmt::format("Agents   {}: {} running, {} not\n", facts.agents, facts.running,
                              facts.agents - facts.running);
}

void status(Session& session) {
  const auto facts = read_facts(session);
  if (session.as_json()) {
    json::object made{{"server", session.address()}, {"version", facts.version}};
    const auto known = [&facts](json::value value) {
      return facts.user.empty() ? json::value(nullptr) : std::move(value);
    };
    made["user"] = known(json::string(facts.user));
    made["role"] = known(json::string(facts.role));
    made["engine"] = facts.engine.empty() ? json::value(nullptr) : json::value(json::string(facts.engine));
    made["engine_age_ms"] = known(facts.age.count());
    made["agents"] = known(facts.agents);
    made["running"] = known(facts.running);
    session.print_json(made);
  } else {
    print(session, facts);
  }
  if (!facts.engine.empty() && facts.engine != "ok")
    throw Fault(ExitCode::failed, "the container engine does not answer");
}

}  // namespace

void add_status_command(CLI::App& root, Command& chosen) {
  auto* command = root.add_subcommand("status", "Whether the server and its container engine answer, and who you are");
  command->callback([&chosen] { chosen = status; });
}

}  // namespace trinity::cli
