#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ostream>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/server_address.h"
#include "cli/table.h"

namespace trinity::cli {

namespace {

constexpr std::size_t kMostShown = 50;
constexpr int kMostCommits = 200;
/// The server waits 120 s for the agent, and for the operation before it.
constexpr std::chrono::seconds kWorkLimit{150};

struct GitOptions {
  std::string agent;
  bool refresh = false;
  int limit = 10;
  std::string message;
  std::vector<std::string> paths;
  std::string strategy;
  std::string repository;
  bool existing = false;
  bool open_to_all = false;
  std::string description;
};

std::string counted(double number, const char* one, const char* many) {
  return fmt::format("{:.0f} {}", number, number == 1 ? one : many);
}

void print_changes(Session& session, const json::object& status) {
  const auto* changes = status.if_contains("changes");
  if (changes == nullptr || !changes->is_array()) return;
  auto& out = session.terminal().out;
  std::size_t shown = 0;
  for (const auto& item : changes->as_array()) {
    if (shown == kMostShown || !item.is_object()) break;
    out << fmt::format("  {:2} {}\n", harmless(text_of(item.as_object(), "status"), false),
                       harmless(text_of(item.as_object(), "path"), false));
    ++shown;
  }
  const auto left = number_of(status, "changes_count") - static_cast<double>(shown);
  if (left > 0) out << fmt::format("  and {:.0f} more\n", left);
}

void print_status(Session& session, const json::object& status) {
  auto& out = session.terminal().out;
  if (!flag_of(status, "git_enabled") || !status.contains("branch")) {
    out << harmless(text_of(status, "message"), false) << '\n';
    return;
  }
  const auto remote = text_of(status, "remote_url");
  out << fmt::format("{} on branch {}\n", harmless(remote.empty() ? "No remote" : remote, false),
                     harmless(text_of(status, "branch"), false));
  out << fmt::format("{} ahead, {:.0f} behind, {}\n", counted(number_of(status, "ahead"), "commit", "commits"),
                     number_of(status, "behind"), counted(number_of(status, "changes_count"), "change", "changes"));
  const auto fault = text_of(status, "remote_error");
  if (!fault.empty()) session.terminal().err << "The remote cannot be seen: " << harmless(fault, false) << '\n';
  print_changes(session, status);
}

void show_status(Session& session, const GitOptions& options) {
  Call call{.path = "/git/status"};
  if (options.refresh) call = {.method = "POST", .path = "/git/refresh"};
  const auto status = ask_about(session.api(), options.agent, std::move(call));
  if (session.as_json()) return session.print_json(status);
  print_status(session, status.as_object());
}

void show_log(Session& session, const GitOptions& options) {
  const auto log = ask_about(session.api(), options.agent, {.path = fmt::format("/git/log?limit={}", options.limit)});
  if (session.as_json()) return session.print_json(log);
  Table table({{"COMMIT"}, {"DATE"}, {"BY"}, {"MESSAGE"}});
  for (const auto& item : log.as_object().at("commits").as_array()) {
    const auto& commit = item.as_object();
    table.add({{text_of(commit, "short_sha")},
               {text_of(commit, "date").substr(0, 16)},
               {text_of(commit, "author")},
               {text_of(commit, "message")}});
  }
  session.terminal().out << table.text(session.terminal());
}

void show_diff(Session& session, const GitOptions& options) {
  const auto diff = ask_about(session.api(), options.agent, {.path = "/git/diff"});
  if (session.as_json()) return session.print_json(diff);
  const auto& listed = diff.as_object();
  Table table({{""}, {"ADDED", Table::Align::right}, {"REMOVED", Table::Align::right}, {"FILE"}});
  for (const auto& item : listed.at("files").as_array()) {
    const auto& file = item.as_object();
    const bool binary = flag_of(file, "binary");
    table.add({{text_of(file, "status")},
               {binary ? "binary" : fmt::format("{:.0f}", number_of(file, "added")), Colour::green},
               {binary ? "" : fmt::format("{:.0f}", number_of(file, "removed")), Colour::red},
               {text_of(file, "path")}});
  }
  session.terminal().out << table.text(session.terminal());
  if (flag_of(listed, "truncated")) session.terminal().err << "There are more.\n";
}

/// A conflict says which other ways there are.
json::object work(Session& session, const GitOptions& options, const char* what, const json::object& body,
                  const char* other_ways) {
  Call call{.method = "POST", .path = "/api/agents/" + path_segment(options.agent) + "/git/" + what};
  call.body = json::serialize(body);
  call.limit = kWorkLimit;
  const auto answer = session.api().send(call);
  if (answer.status == 409 && other_ways != nullptr) throw Fault(ExitCode::failed, refusal_text(answer), other_ways);
  check(answer);
  return json::parse(answer.body).as_object();
}

void print_done(Session& session, const json::object& done) {
  if (session.as_json()) return session.print_json(done);
  auto& out = session.terminal().out;
  out << harmless(text_of(done, "message"), false) << '\n';
  const auto kept = text_of(done, "kept");
  if (!kept.empty()) out << "What was given up is kept in the agent: " << harmless(kept, false) << '\n';
}

void push(Session& session, const GitOptions& options) {
  json::object body{{"strategy", options.strategy.empty() ? "normal" : options.strategy}};
  if (!options.message.empty()) body["message"] = options.message;
  if (!options.paths.empty()) body["paths"] = json::value_from(options.paths);
  print_done(session, work(session, options, "sync", body,
                           "Bring the remote's commits in first: --strategy pull_first\n"
                           "Or overwrite them: --strategy force_push"));
}

void pull(Session& session, const GitOptions& options) {
  const json::object body{{"strategy", options.strategy.empty() ? "clean" : options.strategy}};
  print_done(session, work(session, options, "pull", body,
                           "Put local changes aside and back again: --strategy stash_reapply\n"
                           "Or give them up: --strategy force_reset"));
}

void initialize(Session& session, const GitOptions& options) {
  const auto slash = options.repository.find('/');
  if (slash == std::string::npos) throw Fault(ExitCode::usage, "the repository is named OWNER/NAME");
  json::object body{{"repo_owner", options.repository.substr(0, slash)},
                    {"repo_name", options.repository.substr(slash + 1)},
                    {"create_repo", !options.existing},
                    {"private", !options.open_to_all}};
  if (!options.description.empty()) body["description"] = options.description;
  const auto done = work(session, options, "initialize", body, nullptr);
  if (session.as_json()) return session.print_json(done);
  session.terminal().out << fmt::format("{} is under git: {} on branch {}\n", harmless(options.agent, false),
                                        harmless(text_of(done, "repo_url"), false),
                                        harmless(text_of(done, "working_branch"), false));
}

using Work = void (*)(Session&, const GitOptions&);

CLI::App* add(CLI::App& git, const char* verb, const char* help, Work what, Command& chosen,
              const std::shared_ptr<GitOptions>& options) {
  auto* command = git.add_subcommand(verb, help);
  command->add_option("agent", options->agent, "Its name")->required()->type_name(kAgentType);
  command->callback([what, options, &chosen] { chosen = [what, options](Session& s) { what(s, *options); }; });
  return command;
}

}  // namespace

void add_git_commands(CLI::App& root, Command& chosen) {
  auto* git = root.add_subcommand("git", "An agent's repository: how it stands, and the way to and from its remote");
  git->require_subcommand(1);
  const auto options = std::make_shared<GitOptions>();
  auto* status = add(*git, "status", "Branch, changes and distance to the remote", show_status, chosen, options);
  status->add_flag("--refresh", options->refresh, "Look at the agent and its remote now");
  auto* log = add(*git, "log", "Newest commits", show_log, chosen, options);
  log->add_option("-n,--limit", options->limit, "How many")->check(CLI::Range(1, kMostCommits))->capture_default_str();
  add(*git, "diff", "What has changed since the last commit, in lines", show_diff, chosen, options);
  auto* to = add(*git, "push", "Commit all changes and push them", push, chosen, options);
  to->add_option("-m,--message", options->message, "Message of the commit");
  to->add_option("--path", options->paths, "Only this; may be given several times");
  to->add_option("--strategy", options->strategy, "normal, pull_first or force_push")
      ->check(CLI::IsMember({"normal", "pull_first", "force_push"}));
  auto* from = add(*git, "pull", "Bring the remote's commits in", pull, chosen, options);
  from->add_option("--strategy", options->strategy, "clean, stash_reapply or force_reset")
      ->check(CLI::IsMember({"clean", "stash_reapply", "force_reset"}));
  auto* begin = add(*git, "init", "Put an agent under git, on GitHub", initialize, chosen, options);
  begin->add_option("repository", options->repository, "Where it goes")->required()->type_name("OWNER/NAME");
  begin->add_flag("--existing", options->existing, "The repository is there already and empty");
  begin->add_flag("--public", options->open_to_all, "A repository that is made is open to everybody");
  begin->add_option("--description", options->description, "Of a repository that is made");
}

}  // namespace trinity::cli
