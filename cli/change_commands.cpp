#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ostream>

#include "cli/commands.h"
#include "cli/exit_code.h"

namespace trinity::cli {

namespace {

struct Change {
  std::string method;
  std::string path_end;   ///< after the agent's name
  std::string_view done;  ///< "is stopped"
};

/// What became of each agent. One that failed does not keep the others from being tried.
class Outcome {
 public:
  explicit Outcome(Session& session) : session_(session) {}

  void success(const std::string& name, const Change& change) {
    rows_.push_back(json::object{{"name", name}, {"ok", true}});
    if (!session_.as_json()) session_.terminal().out << fmt::format("{} {}.\n", name, change.done) << std::flush;
  }

  void failure(const std::string& name, const Fault& fault) {
    rows_.push_back(json::object{{"name", name}, {"ok", false}, {"detail", fault.what()}});
    // Where only one was asked for, the fault ends the program and is said there.
    if (first_ && !session_.as_json()) session_.terminal().err << fault.what() << '\n';
    if (!first_) first_ = fault;
    ++failed_;
  }

  /// Says the faults, the first one last: its code and its hint count.
  void finish(std::size_t asked) {
    if (session_.as_json()) session_.print_json(rows_);
    if (!first_) return;
    if (failed_ > 1 || asked > 1) {
      const auto text = fmt::format("{} of {} not done; {}", asked - (rows_.size() - failed_), asked, first_->what());
      throw Fault(first_->code(), text, first_->hint());
    }
    throw Fault(*first_);
  }

 private:
  Session& session_;
  json::array rows_;
  std::optional<Fault> first_;
  std::size_t failed_ = 0;
};

void change_all(Session& session, const std::vector<std::string>& names, const Change& change) {
  auto& api = session.api();
  Outcome outcome(session);
  for (const auto& name : names) {
    try {
      ask_about(api, name, {.method = change.method, .path = change.path_end});
      outcome.success(harmless(name, false), change);
    } catch (const Fault& fault) {
      outcome.failure(harmless(name, false), fault);
      // Neither comes back for the next name.
      if (fault.code() == ExitCode::unreachable || fault.code() == ExitCode::not_signed_in) break;
    }
  }
  outcome.finish(names.size());
}

void remove_all(Session& session, const std::vector<std::string>& names, bool sure) {
  auto& terminal = session.terminal();
  if (!sure) {
    if (!terminal.person_types)
      throw Fault(ExitCode::usage, "nobody can be asked whether to delete", "Say so with: --yes");
    const auto whom = names.size() == 1 ? "agent " + names.front() : fmt::format("{} agents", names.size());
    if (!confirm(terminal, fmt::format("Delete {} with all files in the workspace? This cannot be undone.",
                                       harmless(whom, false)))) {
      throw Fault(ExitCode::failed, "nothing was deleted");
    }
  }
  change_all(session, names, {.method = "DELETE", .path_end = "", .done = "is deleted"});
}

CLI::App* add_with_names(CLI::App& agents, const std::string& verb, const std::string& help,
                         std::vector<std::string>& names) {
  auto* command = agents.add_subcommand(verb, help);
  command->add_option("agents", names, "One or more names")->required()->type_name(kAgentType);
  return command;
}

}  // namespace

void add_change_commands(CLI::App& agents, Command& chosen) {
  auto names = std::make_shared<std::vector<std::string>>();
  add_with_names(agents, "start", "Start agents; one that runs stays as it is", *names)->callback([names, &chosen] {
    chosen = [names](Session& s) {
      change_all(s, *names, {.method = "POST", .path_end = "/start", .done = "is running"});
    };
  });
  add_with_names(agents, "stop", "Stop agents; their files stay", *names)->callback([names, &chosen] {
    chosen = [names](Session& s) {
      change_all(s, *names, {.method = "POST", .path_end = "/stop", .done = "is stopped"});
    };
  });
  auto sure = std::make_shared<bool>(false);
  auto* remove = add_with_names(agents, "delete", "Delete agents with everything in their workspaces", *names);
  remove->alias("rm");
  remove->add_flag("-y,--yes", *sure, "Do not ask");
  remove->callback([names, sure, &chosen] { chosen = [names, sure](Session& s) { remove_all(s, *names, *sure); }; });
}

}  // namespace trinity::cli
