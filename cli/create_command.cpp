#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ostream>

#include "cli/commands.h"
#include "cli/exit_code.h"

namespace trinity::cli {

namespace {

struct CreateOptions {
  std::string name;
  std::string from_template;
  std::string branch;
  bool own_branch = false;
  std::string runtime;
  std::string model;
  std::string cpu;
  std::string memory;
  std::string instructions;
  int port = 0;
  std::vector<std::string> tags;
};

/// The server wants both resources or none; the other one then has its usual value.
constexpr std::string_view kUsualCpu = "2";
constexpr std::string_view kUsualMemory = "4g";

json::object body_of(const CreateOptions& options) {
  json::object body{{"name", options.name}};
  const auto set = [&body](std::string_view field, const std::string& value) {
    if (!value.empty()) body[field] = value;
  };
  set("template", options.from_template);
  set("source_branch", options.branch);
  if (options.own_branch) body["source_mode"] = false;
  set("runtime", options.runtime);
  set("runtime_model", options.model);
  set("custom_instructions", options.instructions);
  if (!options.cpu.empty() || !options.memory.empty()) {
    body["resources"] =
        json::object{{"cpu", options.cpu.empty() ? kUsualCpu : std::string_view(options.cpu)},
                     {"memory", options.memory.empty() ? kUsualMemory : std::string_view(options.memory)}};
  }
  if (!options.tags.empty()) body["tags"] = json::array(options.tags.begin(), options.tags.end());
  if (options.port != 0) body["port"] = options.port;
  return body;
}

void create(Session& session, const CreateOptions& options) {
  auto& terminal = session.terminal();
  Call call{.method = "POST", .path = "/api/agents", .body = json::serialize(body_of(options))};
  // A large image on a slow disk takes its time; the server has its own limits below this one.
  call.limit = std::chrono::minutes(5);
  auto& api = session.api();
  if (!session.as_json()) terminal.err << fmt::format("Creating {} ...\n", harmless(options.name, false));
  const auto begun = std::chrono::steady_clock::now();
  const auto agent = ask(api, call);
  if (session.as_json()) return session.print_json(agent);
  const auto& made = agent.as_object();
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begun;
  terminal.out << fmt::format("{} is {} ({:.1f} s).\n", harmless(text_of(made, "name"), false),
                              harmless(text_of(made, "status"), false), taken.count());
  if (terminal.person_reads) {
    terminal.err << fmt::format("Its log: trinityctl agents logs -f {}\n", harmless(text_of(made, "name"), false));
  }
}

}  // namespace

void add_create_command(CLI::App& agents, Command& chosen) {
  auto options = std::make_shared<CreateOptions>();
  auto* command = agents.add_subcommand("create", "Make an agent and start it");
  command->add_option("name", options->name, "Its name; the server turns blanks and capitals into what names allow")
      ->required()
      ->type_name("NAME");
  command
      ->add_option("-t,--template", options->from_template,
                   "Made from this template or repository, e.g. local:demo-worker or "
                   "github:acme/agent@main")
      ->type_name(kTemplateType);
  command->add_option("--branch", options->branch, "Branch of the repository; its own default otherwise")
      ->type_name("BRANCH");
  command->add_flag("--own-branch", options->own_branch, "Work on a branch of its own instead of following that one");
  command->add_option("--runtime", options->runtime, "claude-code (usual), gemini-cli, codex or command")
      ->type_name(kRuntimeType);
  command->add_option("--model", options->model, "The model that the runtime asks for")->type_name("MODEL");
  command->add_option("--cpu", options->cpu, "CPU cores, e.g. 2 or 0.5; a template's own figure wins")
      ->type_name("CORES");
  command->add_option("--memory", options->memory, "Memory, e.g. 4g or 512m; a template's own figure wins")
      ->type_name("SIZE");
  command->add_option("--instructions", options->instructions, "Standing instructions for the agent")
      ->type_name("TEXT");
  command->add_option("--port", options->port, "Its SSH port on the host; chosen by the server otherwise")
      ->type_name("PORT")
      ->check(CLI::Range(1, 65535));
  command->add_option("--tag", options->tags, "A tag of it; may stand several times")
      ->type_name(kTagType)
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->footer(
      "  trinityctl agents create bot\n"
      "  trinityctl agents create writer -t local:demo-worker --cpu 1 --memory 512m");
  command->callback([options, &chosen] { chosen = [options](Session& session) { create(session, *options); }; });
}

}  // namespace trinity::cli
