#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ostream>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/table.h"

namespace trinity::cli {

namespace {

struct CheckOptions {
  std::string id;
  std::string branch;
};

json::array list_of(const json::object& from, std::string_view key) {
  const auto* found = from.if_contains(key);
  return found && found->is_array() ? found->get_array() : json::array();
}

/// `GITHUB_TOKEN, CMS_KEY`: names as texts or as mappings.
std::string names_of(const json::array& all) {
  std::string made;
  for (const auto& one : all) {
    const auto name = one.is_string() ? std::string(one.get_string())
                                      : (one.is_object() ? text_of(one.get_object(), "name") : std::string());
    if (!name.empty()) made += (made.empty() ? "" : ", ") + name;
  }
  return made;
}

/// "template.yaml:4: resources.memory: ..."
std::string line_of(const json::object& problem) {
  auto made = text_of(problem, "file");
  const auto* line = problem.if_contains("line");
  if (line && line->is_int64()) made += fmt::format(":{}", line->get_int64());
  for (const auto* key : {"key", "message"}) {
    const auto text = text_of(problem, key);
    if (!text.empty()) made += (made.empty() ? "" : ": ") + text;
  }
  return made;
}

bool print_problems(Terminal& terminal, const json::array& problems) {
  bool any_error = false;
  for (const auto& one : problems) {
    if (!one.is_object()) continue;
    const bool is_error = text_of(one.get_object(), "level") == "error";
    any_error = any_error || is_error;
    terminal.out << fmt::format("  {} {}\n",
                                is_error ? "error:  " : "warning:", harmless(line_of(one.get_object()), false));
  }
  return any_error;
}

void list(Session& session, bool names_only) {
  auto& terminal = session.terminal();
  const auto answer = ask(session.api(), {.path = "/api/templates"});
  if (session.as_json()) return session.print_json(answer);
  const auto& items = answer.as_array();
  if (names_only) {
    for (const auto& one : items) terminal.out << harmless(text_of(one.as_object(), "id"), false) << '\n';
    return;
  }
  if (items.empty()) {
    terminal.err << "There are no templates on this server.\n";
    return;
  }
  Table table({{"ID"}, {"NAME"}, {"CPU", Table::Align::right}, {"MEMORY", Table::Align::right}, {"NEEDS"}, {"STATE"}});
  for (const auto& one : items) {
    const auto& item = one.as_object();
    const auto* resources = item.if_contains("resources");
    const auto limits = resources && resources->is_object() ? resources->get_object() : json::object();
    const auto problems = list_of(item, "problems").size();
    const bool broken = item.contains("broken");
    const auto state = broken ? std::string("broken") : problems > 0 ? fmt::format("{} warnings", problems) : "ok";
    table.add({{text_of(item, "id")},
               {text_of(item, "display_name")},
               {text_of(limits, "cpu")},
               {text_of(limits, "memory")},
               {names_of(list_of(item, "required_credentials"))},
               {state, broken         ? Colour::red
                       : problems > 0 ? Colour::yellow
                                      : Colour::green}});
  }
  terminal.out << table.text(terminal);
  for (const auto& one : items) {
    const auto problems = list_of(one.as_object(), "problems");
    if (problems.empty()) continue;
    terminal.out << fmt::format("\n{}\n", harmless(text_of(one.as_object(), "id"), false));
    print_problems(terminal, problems);
  }
}

void check_template(Session& session, const CheckOptions& options) {
  json::object body{{"template", options.id}};
  if (!options.branch.empty()) body["source_branch"] = options.branch;
  Call call{.method = "POST", .path = "/api/templates/check", .body = json::serialize(body)};
  // A repository is read for it, with the server's own limit below this one.
  call.limit = std::chrono::seconds(90);
  const auto answer = ask(session.api(), call);
  const auto& told = answer.as_object();
  const auto* valid = told.if_contains("valid");
  const bool good = valid && valid->is_bool() && valid->get_bool();
  auto& terminal = session.terminal();
  if (session.as_json()) {
    session.print_json(answer);
  } else {
    terminal.out << fmt::format("{} {}\n", harmless(options.id, false), good ? "is good." : "cannot be used.");
    print_problems(terminal, list_of(told, "problems"));
    const auto* item = told.if_contains("item");
    const auto needs = item && item->is_object() ? names_of(list_of(item->get_object(), "required_credentials")) : "";
    if (!needs.empty()) terminal.out << fmt::format("  needs:   {}\n", harmless(needs, false));
  }
  if (!good) throw Fault(ExitCode::failed, "The template cannot be used");
}

}  // namespace

void add_templates_commands(CLI::App& root, Command& chosen) {
  auto* templates = root.add_subcommand("templates", "What agents can be made from");
  templates->alias("template");
  templates->require_subcommand(1);
  templates->fallthrough();

  auto names_only = std::make_shared<bool>(false);
  auto* list_command = templates->add_subcommand("list", "Local templates and the repositories of the catalogue");
  list_command->add_flag("-q,--names", *names_only, "Only their ids, one per line");
  list_command->footer("Administrators also see what cannot be used, and why.");
  list_command->callback(
      [names_only, &chosen] { chosen = [names_only](Session& session) { list(session, *names_only); }; });

  auto options = std::make_shared<CheckOptions>();
  auto* check_command =
      templates->add_subcommand("check", "Look at one anew and say what is wrong, with file and line");
  check_command
      ->add_option("template", options->id, "local:NAME, github:OWNER/REPO or git:ADDRESS, with @BRANCH or without")
      ->required()
      ->type_name(kTemplateType);
  check_command->add_option("--branch", options->branch, "Of a repository")->type_name("BRANCH");
  check_command->footer(
      "  trinityctl templates check local:demo-worker\n"
      "  trinityctl templates check github:acme/agent@main\n\n"
      "Ends with 1 when no agent can be made of it.");
  check_command->callback(
      [options, &chosen] { chosen = [options](Session& session) { check_template(session, *options); }; });
}

}  // namespace trinity::cli
