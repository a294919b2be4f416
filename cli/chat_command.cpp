#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ostream>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/run.h"

namespace trinity::cli {

namespace {

struct ChatOptions {
  std::string agent;
  std::vector<std::string> words;
  std::string model;
  bool whole = false;  ///< the answer is printed when it is there
};

void say(Session& session, const ChatOptions& options, const std::string& message) {
  json::object body{{"message", message}};
  if (!options.model.empty()) body["model"] = options.model;
  const auto id = start_run(session, options.agent, "chat", body);
  const auto record = follow_run(session, options.agent, id, {.stream = !options.whole});
  tell_end(session, record);
}

/// A turn that failed does not end the conversation.
void say_and_go_on(Session& session, const ChatOptions& options, const std::string& message) {
  try {
    say(session, options, message);
  } catch (const Fault& fault) {
    if (fault.code() != ExitCode::failed) throw;
    session.terminal().err << fault.what() << '\n' << std::flush;
  }
}

void converse(Session& session, const ChatOptions& options) {
  auto& terminal = session.terminal();
  terminal.err << fmt::format("Talking with {}. An empty line does nothing, Ctrl-D leaves.\n",
                              harmless(options.agent, false));
  while (true) {
    terminal.err << "> " << std::flush;
    const auto line = read_line(terminal.in);
    if (line.empty() && !terminal.in) break;
    if (line.find_first_not_of(" \t") != std::string::npos) say_and_go_on(session, options, line);
    if (!terminal.in) break;
  }
  terminal.err << '\n';
}

}  // namespace

void add_chat_command(CLI::App& root, Command& chosen) {
  auto options = std::make_shared<ChatOptions>();
  auto* command = root.add_subcommand("chat", "Talk with an agent, or say one thing to it");
  command->add_option("agent", options->agent, "Its name")->required()->type_name(kAgentType);
  command->add_option("message", options->words, "What to say; a dash reads it from standard input")->type_name("TEXT");
  command->add_option("-m,--model", options->model, "Model for this and the next messages")->type_name("MODEL");
  command->add_flag("--no-stream", options->whole, "Print the answer when it is whole");
  command->footer(
      "Without a message, on a terminal: a conversation, line by line. Ctrl-C stops a turn, a second one leaves.\n"
      "Without a terminal only the answer is printed, when it is whole.\n\n"
      "  trinityctl chat bot\n"
      "  trinityctl chat bot \"What is in the workspace?\"\n"
      "  git diff | trinityctl chat bot -");
  command->callback([options, &chosen] {
    chosen = [options](Session& session) {
      const bool talk = options->words.empty() && session.terminal().person_types && !session.as_json();
      if (talk) return converse(session, *options);
      say(session, *options, message_of(session, options->words));
    };
  });
}

}  // namespace trinity::cli
