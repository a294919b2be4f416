#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ostream>

#include "cli/commands.h"

namespace trinity::cli {

namespace {

void status(Session& session) {
  const auto answer = ask(session.api(), {.method = "GET", .path = "/api/vault"});
  if (session.as_json()) return session.print_json(answer);
  const auto& told = answer.as_object();
  session.terminal().out << fmt::format(
      "Credentials are in {}. {:.0f} secrets are sealed; the newest key is {}, from the {}.\n",
      text_of(told, "backend"), number_of(told, "secrets"), text_of(told, "key_id"), text_of(told, "key_source"));
  const auto older = number_of(told, "older");
  if (older > 0) session.terminal().out << fmt::format("{:.0f} are not under that key yet.\n", older);
}

void rotate(Session& session) {
  const auto answer = ask(session.api(), {.method = "POST", .path = "/api/vault/rotate"});
  if (session.as_json()) return session.print_json(answer);
  const auto& told = answer.as_object();
  session.terminal().out << fmt::format("The key is {} now; {:.0f} secrets were sealed anew.\n",
                                        text_of(told, "key_id"), number_of(told, "rewrapped"));
}

}  // namespace

void add_vault_commands(CLI::App& root, Command& chosen) {
  auto* vault = root.add_subcommand("vault", "The keys that stored secrets are sealed under");
  vault->require_subcommand(1);
  vault->footer("For administrators.");
  auto* show = vault->add_subcommand("status", "Which key seals, and what is not sealed under it yet");
  show->callback([&chosen] { chosen = [](Session& session) { status(session); }; });
  auto* replace = vault->add_subcommand("rotate", "Replace the key, and seal everything anew");
  replace->callback([&chosen] { chosen = [](Session& session) { rotate(session); }; });
}

}  // namespace trinity::cli
