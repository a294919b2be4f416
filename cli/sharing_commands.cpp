#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <ostream>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/server_address.h"
#include "cli/table.h"

namespace trinity::cli {

namespace {

struct Share {
  std::string agent;
  std::string email;
};

void share(Session& session, const Share& with) {
  Call call{.method = "POST", .path = "/share"};
  call.body = json::serialize(json::object{{"email", with.email}});
  const auto made = ask_about(session.api(), with.agent, std::move(call));
  if (session.as_json()) return session.print_json(made);
  session.terminal().out << fmt::format("{} is shared with {}.\n", harmless(with.agent, false),
                                        harmless(text_of(made.as_object(), "shared_with_email"), false));
}

void unshare(Session& session, const Share& with) {
  const auto done =
      ask_about(session.api(), with.agent, {.method = "DELETE", .path = "/share/" + path_segment(with.email)});
  if (session.as_json()) return session.print_json(done);
  session.terminal().out << fmt::format("{} is no longer shared with {}.\n", harmless(with.agent, false),
                                        harmless(with.email, false));
}

void list_shares(Session& session, const std::string& agent) {
  const auto shares = ask_about(session.api(), agent, {.path = "/shares"});
  if (session.as_json()) return session.print_json(shares);
  auto& terminal = session.terminal();
  if (shares.as_array().empty()) {
    terminal.err << fmt::format("Nobody. Share it with: trinityctl agents share {} EMAIL\n", harmless(agent, false));
    return;
  }
  Table table({{"SHARED WITH"}, {"BY"}, {"SINCE (UTC)"}});
  for (const auto& entry : shares.as_array()) {
    const auto& one = entry.as_object();
    auto since = text_of(one, "created_at").substr(0, 16);
    if (since.size() > 10) since[10] = ' ';
    table.add({{text_of(one, "shared_with_email")}, {text_of(one, "shared_by_email")}, {since}});
  }
  terminal.out << table.text(terminal);
}

struct Permissions {
  std::string agent;
  std::optional<std::string> exactly;
  std::vector<std::string> add;
  std::vector<std::string> remove;
};

/// `a,b` -> a and b; nothing between commas counts for nothing, so "" is none at all.
json::array names_in(const std::string& text) {
  json::array names;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find(',', begin), text.size());
    if (end > begin) names.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return names;
}

void change_one(Session& session, const Permissions& wanted, const std::string& method, const std::string& target) {
  ask_about(session.api(), wanted.agent, {.method = method, .path = "/permissions/" + path_segment(target)});
}

void print_permissions(Session& session, const std::string& agent) {
  const auto found = ask_about(session.api(), agent, {.path = "/permissions"});
  if (session.as_json()) return session.print_json(found);
  auto& terminal = session.terminal();
  const auto& available = found.as_object().at("available_agents").as_array();
  if (available.empty()) {
    terminal.err << "There is no other agent.\n";
    return;
  }
  Table table({{"AGENT"}, {"STATUS"}, {"MAY BE CALLED"}});
  for (const auto& entry : available) {
    const auto& one = entry.as_object();
    const bool permitted = flag_of(one, "permitted");
    table.add({{text_of(one, "name")},
               {text_of(one, "status")},
               {permitted ? "yes" : "no", permitted ? Colour::green : Colour::dim}});
  }
  terminal.out << table.text(terminal);
}

/// What is asked for, then how it is now.
void permissions(Session& session, const Permissions& wanted) {
  if (wanted.exactly) {
    Call call{.method = "PUT", .path = "/permissions"};
    call.body = json::serialize(json::object{{"permitted_agents", names_in(*wanted.exactly)}});
    ask_about(session.api(), wanted.agent, std::move(call));
  }
  for (const auto& target : wanted.add) change_one(session, wanted, "POST", target);
  for (const auto& target : wanted.remove) change_one(session, wanted, "DELETE", target);
  print_permissions(session, wanted.agent);
}

CLI::App* add_for_agent(CLI::App& agents, const std::string& verb, const std::string& help, std::string& agent) {
  auto* command = agents.add_subcommand(verb, help);
  command->add_option("agent", agent, "Its name")->required()->type_name(kAgentType);
  return command;
}

}  // namespace

void add_sharing_commands(CLI::App& agents, Command& chosen) {
  auto with = std::make_shared<Share>();
  auto* give = add_for_agent(agents, "share", "Let somebody use an agent", with->agent);
  give->add_option("email", with->email, "The person's address")->required()->type_name("EMAIL");
  give->callback([with, &chosen] { chosen = [with](Session& session) { share(session, *with); }; });

  auto* take = add_for_agent(agents, "unshare", "Take that back", with->agent);
  take->add_option("email", with->email, "The person's address")->required()->type_name("EMAIL");
  take->callback([with, &chosen] { chosen = [with](Session& session) { unshare(session, *with); }; });

  auto* list = add_for_agent(agents, "shares", "Who an agent is shared with", with->agent);
  list->callback([with, &chosen] { chosen = [with](Session& session) { list_shares(session, with->agent); }; });

  auto wanted = std::make_shared<Permissions>();
  auto* command =
      add_for_agent(agents, "permissions", "Which agents an agent may call, and change that", wanted->agent);
  auto* exactly = command->add_option("--set", wanted->exactly, "Exactly these, parted by commas; \"\" is none")
                      ->type_name(kAgentType);
  // One value each time, so that a name behind it stays a place on the line.
  command->add_option("--add", wanted->add, "This one too; may stand several times")
      ->type_name(kAgentType)
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->excludes(exactly);
  command->add_option("--remove", wanted->remove, "No longer this one; may stand several times")
      ->type_name(kAgentType)
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->excludes(exactly);
  command->footer(
      "  trinityctl agents permissions lead --set worker,writer\n"
      "  trinityctl agents permissions lead --add writer --remove worker");
  command->callback([wanted, &chosen] { chosen = [wanted](Session& session) { permissions(session, *wanted); }; });
}

}  // namespace trinity::cli
