#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ostream>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/run.h"

namespace trinity::cli {

namespace {

struct TaskOptions {
  std::string agent;
  std::vector<std::string> words;
  std::string model;
  std::string tools;  ///< with commas
  std::string system_prompt;
  std::int64_t max_turns = 0;
  std::int64_t timeout = 0;
  bool detach = false;
  bool whole = false;
};

json::array names_in(std::string_view text) {
  json::array names;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find(',', begin), text.size());
    if (end > begin) names.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return names;
}

json::object body_of(const TaskOptions& options, const std::string& message) {
  json::object body{{"message", message}};
  if (!options.model.empty()) body["model"] = options.model;
  if (!options.tools.empty()) body["allowed_tools"] = names_in(options.tools);
  if (!options.system_prompt.empty()) body["system_prompt"] = options.system_prompt;
  if (options.max_turns > 0) body["max_turns"] = options.max_turns;
  if (options.timeout > 0) body["timeout_seconds"] = options.timeout;
  return body;
}

void give(Session& session, const TaskOptions& options) {
  const auto message = message_of(session, options.words);
  const auto id = start_run(session, options.agent, "task", body_of(options, message));
  if (options.detach) {
    if (session.as_json()) return session.print_json(json::object{{"id", id}, {"agent_name", options.agent}});
    session.terminal().out << id << '\n';
    return;
  }
  tell_end(session, follow_run(session, options.agent, id, {.stream = !options.whole}));
}

}  // namespace

void add_task_command(CLI::App& root, Command& chosen) {
  constexpr std::int64_t longest = 7'200;
  constexpr std::int64_t most_turns = 10'000;
  auto options = std::make_shared<TaskOptions>();
  auto* command = root.add_subcommand("task", "Give an agent a task of its own, apart from its conversation");
  command->add_option("agent", options->agent, "Its name")->required()->type_name(kAgentType);
  command->add_option("message", options->words, "What to do; a dash reads it from standard input")->type_name("TEXT");
  command->add_option("-m,--model", options->model, "Model for this task")->type_name("MODEL");
  command->add_option("--tools", options->tools, "Only these tools, with commas")->type_name("A,B");
  command->add_option("--system-prompt", options->system_prompt, "Instructions for this task")->type_name("TEXT");
  command->add_option("--max-turns", options->max_turns, "So many turns at most")
      ->type_name("N")
      ->check(CLI::Range(std::int64_t{1}, most_turns));
  command->add_option("--timeout", options->timeout, "So long at most")
      ->type_name("SECONDS")
      ->check(CLI::Range(std::int64_t{1}, longest));
  command->add_flag("-d,--detach", options->detach, "Print the id of the run and do not wait for it");
  command->add_flag("--no-stream", options->whole, "Print the answer when it is whole");
  command->footer(
      "Ctrl-C stops the run, a second one leaves. Without a terminal only the answer is printed.\n\n"
      "  trinityctl task bot \"Summarise README.md\" --model haiku --max-turns 5\n"
      "  id=$(trinityctl task bot -d \"Run the tests\"); trinityctl executions show bot $id --follow");
  command->callback([options, &chosen] { chosen = [options](Session& session) { give(session, *options); }; });
}

}  // namespace trinity::cli
