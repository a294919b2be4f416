#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ostream>
#include <utility>

#include "base/clock.h"
#include "cli/commands.h"
#include "cli/quantity.h"
#include "cli/server_address.h"
#include "cli/table.h"

namespace trinity::cli {

namespace {

struct ListOptions {
  std::string status;
  std::vector<std::string> tags;
  bool names_only = false;
};

Colour colour_of(const std::string& status) {
  if (status == "running") return Colour::green;
  if (status == "stopped") return Colour::dim;
  return Colour::yellow;
}

std::string age_of(const std::string& created) {
  const auto time = parse_time(created);
  if (!time) return "";
  return duration_text(std::chrono::duration_cast<std::chrono::seconds>(now() - *time));
}

/// A template stands in the list as local:NAME or github:OWNER/REPO; what follows the kind says enough.
std::string template_name(const std::string& from) {
  return from.starts_with("local:") ? from.substr(6) : from;
}

/// The server picks those with all the tags; it says what is wrong with one that no agent can have.
std::string path_of(const ListOptions& options) {
  std::string path = "/api/agents";
  const char* before = "?tag=";
  for (const auto& tag : options.tags) path += std::exchange(before, "%2C") + path_segment(tag);
  return path;
}

json::array matching(json::array agents, const ListOptions& options) {
  if (options.status.empty()) return agents;
  json::array kept;
  for (auto& agent : agents) {
    if (text_of(agent.as_object(), "status") == options.status) kept.push_back(std::move(agent));
  }
  return kept;
}

std::string tags_text(const json::object& agent) {
  std::string text;
  const auto* tags = agent.if_contains("tags");
  if (tags == nullptr || !tags->is_array()) return text;
  for (const auto& tag : tags->get_array()) {
    if (!text.empty()) text += ',';
    text += std::string(tag.as_string());
  }
  return text;
}

/// A column for tags stands there when an agent has any.
void print_table(Terminal& terminal, const json::array& agents) {
  const auto tagged = [](const json::value& agent) { return !tags_text(agent.as_object()).empty(); };
  const bool with_tags = std::ranges::any_of(agents, tagged);
  std::vector<Table::Column> columns{{"NAME"},     {"STATUS"},  {"OWNER"},
                                     {"TEMPLATE"}, {"RUNTIME"}, {"AGE", Table::Align::right}};
  if (with_tags) columns.push_back({"TAGS"});
  Table table(std::move(columns));
  for (const auto& entry : agents) {
    const auto& agent = entry.as_object();
    const auto status = text_of(agent, "status");
    std::vector<Table::Cell> row{{text_of(agent, "name")},    {status, colour_of(status)},
                                 {text_of(agent, "owner")},   {template_name(text_of(agent, "template"))},
                                 {text_of(agent, "runtime")}, {age_of(text_of(agent, "created"))}};
    if (with_tags) row.push_back({tags_text(agent)});
    table.add(std::move(row));
  }
  terminal.out << table.text(terminal);
}

void say_how_old(Terminal& terminal, const Answer& answer) {
  if (answer.engine.value_or("ok") == "ok") return;
  const auto age =
      std::chrono::duration_cast<std::chrono::seconds>(answer.engine_age.value_or(std::chrono::milliseconds(0)));
  terminal.err << fmt::format("The container engine does not answer: this is how it was {} ago.\n", duration_text(age));
}

void list(Session& session, const ListOptions& options) {
  auto& terminal = session.terminal();
  const auto answer = session.api().send({.path = path_of(options)});
  check(answer);
  const auto agents = matching(json::parse(answer.body).as_array(), options);
  say_how_old(terminal, answer);
  if (session.as_json()) {
    session.print_json(agents);
  } else if (options.names_only) {
    for (const auto& agent : agents) terminal.out << text_of(agent.as_object(), "name") << '\n';
  } else if (agents.empty()) {
    const bool all = options.status.empty() && options.tags.empty();
    terminal.err << (all                    ? "There are no agents yet. Make one with: trinityctl agents create NAME\n"
                     : options.tags.empty() ? "No agent is in this state.\n"
                                            : "No agent fits.\n");
  } else {
    print_table(terminal, agents);
  }
}

using Facts = std::vector<std::pair<std::string, std::string>>;

std::string scalar_text(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_bool()) return value.get_bool() ? "yes" : "no";
  return json::serialize(value);
}

/// Nested fields get the names of those around them; what is null or empty says nothing.
void collect(const std::string& name, const json::value& value, Facts& into) {
  if (value.is_null()) return;
  if (value.is_object()) {
    for (const auto& [field, inner] : value.get_object()) collect(name + "." + std::string(field), inner, into);
  } else if (value.is_array()) {
    for (std::size_t i = 0; i < value.get_array().size(); ++i) {
      const auto& inner = value.get_array()[i];
      collect(inner.is_structured() ? fmt::format("{}.{}", name, i + 1) : name, inner, into);
    }
  } else {
    into.emplace_back(name, scalar_text(value));
  }
}

/// One fact per line.
void show(Session& session, const std::string& name) {
  const auto agent = ask_about(session.api(), name, {.path = ""});
  if (session.as_json()) return session.print_json(agent);
  Facts facts;
  for (const auto& [field, value] : agent.as_object()) collect(std::string(field), value, facts);
  std::size_t widest = 0;
  for (const auto& [field, text] : facts) widest = std::max(widest, field.size());
  auto& terminal = session.terminal();
  for (const auto& [field, text] : facts) {
    const auto shown = harmless(text, false);
    const auto label = harmless(field, false) + std::string(widest - field.size(), ' ');
    terminal.out << paint(terminal, Colour::dim, label) << "  "
                 << (field == "status" ? paint(terminal, colour_of(shown), shown) : shown) << '\n';
  }
}

}  // namespace

void add_list_commands(CLI::App& agents, Command& chosen) {
  auto options = std::make_shared<ListOptions>();
  auto* list_command = agents.add_subcommand("list", "The agents that you may see");
  list_command->alias("ls");
  list_command->add_option("--status", options->status, "Only those in this state: running, stopped, paused ...")
      ->type_name(kStatusType);
  list_command->add_option("--tag", options->tags, "Only those with this tag; given several times, with all of them")
      ->type_name(kTagType)
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  list_command->add_flag("--names", options->names_only, "Only the names, one per line");
  list_command->footer(
      "  trinityctl agents list --status running\n"
      "  trinityctl agents list --tag prod --tag billing\n"
      "  trinityctl agents list --names | xargs trinityctl agents stop");
  list_command->callback([options, &chosen] { chosen = [options](Session& session) { list(session, *options); }; });

  auto name = std::make_shared<std::string>();
  auto* show_command = agents.add_subcommand("show", "Everything about one agent");
  show_command->add_option("agent", *name, "Its name")->required()->type_name(kAgentType);
  show_command->callback([name, &chosen] { chosen = [name](Session& session) { show(session, *name); }; });
}

}  // namespace trinity::cli
