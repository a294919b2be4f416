#include "cli/program.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ios>
#include <ostream>

#include "app/version.h"
#include "base/nearest.h"
#include "cli/commands.h"
#include "cli/completion.h"
#include "cli/exit_code.h"

namespace trinity::cli {

namespace {

using Variable = std::function<std::optional<std::string>(const std::string&)>;

/// A person who presses Tab waits no longer than this.
constexpr std::chrono::milliseconds kCompletionLimit{1500};

struct Global {
  std::string server;
  std::string ca_file;
  bool as_json = false;
  bool no_colour = false;
  std::string completion_shell;
  std::string completion_line;
};

void add_global_options(CLI::App& root, Global& global) {
  root.add_option("-s,--server", global.server,
                  "Address of the server; else TRINITY_SERVER, else the one signed in to last, else "
                  "http://127.0.0.1:8000")
      ->type_name(kServerType);
  root.add_option("--ca-file", global.ca_file,
                  "Certificates of authorities to trust, instead of the system's; else TRINITY_CA_FILE")
      ->type_name("FILE");
  root.add_flag("--json", global.as_json, "Results as JSON, for scripts");
  root.add_flag("--no-color,--no-colour", global.no_colour, "No colours, also on a terminal (as NO_COLOR does)");
  root.set_version_flag("--version", std::string("trinityctl ") + app::version, "Print the version");
  root.set_help_flag("-h,--help", "Print this help");
}

std::vector<std::string> names_from_server(Session& session, const std::string& type) {
  if (type == kServerType) return session.sign_ins().servers();
  const bool tags = type == kTagType;
  const bool agents = tags || type == kAgentType;
  std::vector<std::string> names;
  try {
    Call call{.path = agents ? "/api/agents" : "/api/templates"};
    call.limit = kCompletionLimit;
    const auto list = ask(session.api(), call);
    for (const auto& entry : list.as_array()) {
      const auto& one = entry.as_object();
      if (!tags) {
        names.push_back(text_of(one, agents ? "name" : "id"));
      } else if (const auto* found = one.if_contains("tags")) {
        for (const auto& tag : found->as_array()) names.emplace_back(tag.as_string());
      }
    }
  } catch (const std::exception&) {
    names.clear();  // completion stays silent
  }
  return names;
}

void add_completion(CLI::App& root, Global& global, Command& chosen) {
  auto* shell = root.add_subcommand("completion", "Print the completion function of a shell");
  shell->add_option("shell", global.completion_shell, "bash")
      ->required()
      ->type_name("SHELL")
      ->check(CLI::IsMember({"bash"}));
  shell->callback([&chosen] { chosen = [](Session& session) { session.terminal().out << bash_completion(); }; });
  shell->footer(
      "Commands, options, and names of agents, templates and servers. For this shell, and for all that follow:\n\n"
      "  source <(trinityctl completion bash)\n"
      "  trinityctl completion bash > ~/.local/share/bash-completion/completions/trinityctl");

  auto* words = root.add_subcommand("__complete", "")->group("");
  words->add_option("line", global.completion_line)->required();
  words->callback([&root, &global, &chosen] {
    chosen = [&root, &global](Session& session) {
      const auto known = [&session](const std::string& type) { return names_from_server(session, type); };
      for (const auto& word : completions(root, global.completion_line, known)) session.terminal().out << word << '\n';
    };
  });
}

void build(CLI::App& root, Global& global, Command& chosen) {
  root.require_subcommand(1);
  root.fallthrough();  // --json may stand at the end
  add_global_options(root, global);
  add_sign_in_commands(root, chosen);
  add_status_command(root, chosen);
  add_attention_command(root, chosen);
  auto* agents = root.add_subcommand("agents", "List, make, start, stop, delete, share and watch agents");
  agents->alias("agent");
  agents->require_subcommand(1);
  agents->fallthrough();
  add_list_commands(*agents, chosen);
  add_create_command(*agents, chosen);
  add_change_commands(*agents, chosen);
  add_settings_commands(*agents, chosen);
  add_tags_command(*agents, chosen);
  add_sharing_commands(*agents, chosen);
  add_files_commands(*agents, chosen);
  add_logs_command(*agents, chosen);
  add_stats_command(*agents, chosen);
  add_pressure_command(*agents, chosen);
  add_chat_command(root, chosen);
  add_task_command(root, chosen);
  add_executions_commands(root, chosen);
  add_git_commands(root, chosen);
  add_halt_commands(root, chosen);
  add_audit_command(root, chosen);
  add_vault_commands(root, chosen);
  add_credentials_commands(root, chosen);
  add_templates_commands(root, chosen);
  add_completion(root, global, chosen);
  root.footer(
      "  trinityctl login                        sign in\n"
      "  trinityctl agents list                  what there is\n"
      "  trinityctl chat AGENT                   talk with one\n"
      "  trinityctl agents COMMAND --help        more about one command\n\n"
      "Exit codes: 0 done, 1 refused or failed, 2 command line not understood, 3 not signed in,\n"
      "4 no such agent or no access, 5 no answer from the server.");
}

Session::Options session_options(const CLI::App& root, const Global& global, const Variable& variable) {
  Session::Options options;
  options.server = global.server;
  if (!global.completion_line.empty()) options.server = server_on(root, global.completion_line);
  if (options.server.empty()) options.server = variable("TRINITY_SERVER").value_or("");
  options.ca_file = !global.ca_file.empty() ? global.ca_file : variable("TRINITY_CA_FILE").value_or("");
  options.token = variable("TRINITY_TOKEN").value_or("");
  options.as_json = global.as_json;
  const auto file = variable("TRINITY_SIGN_INS");
  options.sign_ins_file = file ? std::filesystem::path(*file) : SignIns::usual_file(variable);
  return options;
}

int say(Terminal& terminal, bool as_json, const Fault& fault) {
  const std::string text = fault.what();
  if (as_json) {
    json::object made{{"error", text}, {"exit_code", static_cast<int>(fault.code())}};
    if (!fault.hint().empty()) made["hint"] = fault.hint();
    terminal.err << json::serialize(made) << '\n';
  } else {
    terminal.err << "trinityctl: " << text << '\n';
    if (!fault.hint().empty()) terminal.err << fault.hint() << '\n';
  }
  return static_cast<int>(fault.code());
}

int work(const CLI::App& root, const Global& global, const Command& chosen, const Surroundings& with) {
  try {
    Session session(with.terminal, session_options(root, global, with.variable), with.connect, with.wait);
    chosen(session);
    with.terminal.out.flush();
    if (!with.terminal.out) throw Fault(ExitCode::failed, "the output cannot be written");
    return static_cast<int>(ExitCode::ok);
  } catch (const Fault& fault) {
    return say(with.terminal, global.as_json, fault);
  } catch (const std::exception& e) {
    // An answer of another shape than the contract's.
    const auto text = std::string("unexpected answer from the server: ") + e.what();
    return say(with.terminal, global.as_json, {ExitCode::failed, text});
  }
}

/// The command that the line had come to when it could not be understood.
const CLI::App& last_understood(const CLI::App& root) {
  const CLI::App* app = &root;
  while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
  return *app;
}

std::string full_name(const CLI::App& app) {
  return app.get_parent() == nullptr ? app.get_name() : full_name(*app.get_parent()) + " " + app.get_name();
}

/// Names that could stand where `word` does.
std::vector<std::string> names_like(const CLI::App& app, const std::string& word) {
  return completions_at(app, word.starts_with('-') ? "-" : "");
}

Fault misunderstood(const CLI::App& root, const CLI::ParseError& error) {
  const auto& app = last_understood(root);
  std::string text = error.what();
  const auto left = root.remaining(true);
  if (!left.empty()) {
    const auto& word = left.front();
    const auto names = names_like(app, word);
    const std::vector<std::string_view> known(names.begin(), names.end());
    const bool is_option = word.starts_with('-');
    const bool has_commands = !app.get_subcommands([](const CLI::App*) { return true; }).empty();
    text = fmt::format("\"{}\" is {}{}", harmless(word, false),
                       is_option      ? "no option here"
                       : has_commands ? "no command"
                                      : "one word too many",
                       is_option || has_commands ? did_you_mean(word, known) : "");
  } else if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr && app.get_require_subcommand_min() > 0) {
    text = "a command is missing";
  }
  return {ExitCode::usage, text, "See: " + full_name(app) + " --help"};
}

}  // namespace

int run(std::vector<std::string> arguments, const Surroundings& with) {
  CLI::App root("Trinity's command line: a fleet of AI agents from the terminal.", "trinityctl");
  Global global;
  Command chosen;
  build(root, global, chosen);
  std::ranges::reverse(arguments);  // CLI11 takes them from the back
  try {
    root.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != static_cast<int>(CLI::ExitCodes::Success)) {
      return say(with.terminal, global.as_json, misunderstood(root, error));
    }
    root.exit(error, with.terminal.out, with.terminal.err);  // --help, --version
    return static_cast<int>(ExitCode::ok);
  }
  if (global.no_colour || !with.variable("NO_COLOR").value_or("").empty()) with.terminal.colour = false;
  return work(root, global, chosen, with);
}

}  // namespace trinity::cli
