#include "agentd/git/command.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "agentd/git/reading.h"
#include "base/errors.h"
#include "base/log.h"

namespace trinity::agentd {

namespace {

constexpr std::size_t kMostOutput = 16 * 1024 * 1024;
constexpr std::size_t kMostErrors = 64 * 1024;

/// Run by git's own shell; printf is built into it, so that the token stands in no argument list. Git starts it for the
/// one host only.
constexpr const char* kHelper =
    "!f() { test \"$1\" = get && printf 'username=oauth2\\npassword=%s\\n' "
    "\"$TRINITY_GIT_TOKEN\"; }; f";

/// Those that a killed command has left behind.
void remove_locks(const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  std::error_code fault;
  const auto git = folder / ".git";
  for (const auto* name : {"index.lock", "HEAD.lock", "config.lock", "packed-refs.lock", "shallow.lock"}) {
    if (fs::remove(git / name, fault)) log::info("git", "removed the left-over {}", name);
  }
  for (fs::recursive_directory_iterator entry(git / "refs", fault), end; !fault && entry != end;
       entry.increment(fault)) {
    std::error_code ignored;
    if (entry->path().extension() == ".lock") fs::remove(entry->path(), ignored);
  }
}

}  // namespace

std::vector<std::string> GitCommand::environment() const {
  auto variables = processes_.environment();
  std::erase_if(variables, [](const std::string& one) { return one.starts_with("GIT_") || one.starts_with("LC_"); });
  std::vector<std::pair<std::string, std::string>> config{{"safe.directory", settings_.folder.string()},
                                                          {"gc.auto", "0"},
                                                          {"maintenance.auto", "false"},
                                                          {"commit.gpgSign", "false"},
                                                          {"core.pager", "cat"}};
  if (!settings_.token.empty()) {
    const auto key = fmt::format("credential.{}.helper", settings_.host);
    config.emplace_back(key, "");
    config.emplace_back(key, kHelper);
    variables.push_back("TRINITY_GIT_TOKEN=" + settings_.token);
  }
  variables.push_back(fmt::format("GIT_CONFIG_COUNT={}", config.size()));
  for (std::size_t i = 0; i < config.size(); ++i) {
    variables.push_back(fmt::format("GIT_CONFIG_KEY_{}={}", i, config[i].first));
    variables.push_back(fmt::format("GIT_CONFIG_VALUE_{}={}", i, config[i].second));
  }
  for (const auto* one : {"GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=", "SSH_ASKPASS=", "GIT_EDITOR=true", "LC_ALL=C.UTF-8",
                          "GIT_OPTIONAL_LOCKS=0", "GIT_SSH_COMMAND=ssh -oBatchMode=yes -oConnectTimeout=15"}) {
    variables.emplace_back(one);
  }
  return variables;
}

Task<GitOutput> GitCommand::run(Order order) const {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(settings_.until - steady_now());
  if (left.count() <= 0) throw TimedOut("Git operation timed out");
  ProcessSpec spec;
  spec.argv = std::move(order.arguments);
  const auto what = spec.argv.empty() ? std::string() : spec.argv.front();
  spec.argv.insert(spec.argv.begin(), "git");
  spec.folder = settings_.folder;
  spec.environment = environment();
  std::move(order.variables.begin(), order.variables.end(), std::back_inserter(spec.environment));
  spec.input = std::move(order.input);
  spec.limit = std::min<std::chrono::milliseconds>(order.limit, left);
  spec.most_output = kMostOutput;
  spec.most_errors = kMostErrors;
  GitOutput output;
  Process::Output take = [&output](std::string_view piece) { output.out += piece; };
  const auto end = co_await processes_.run(std::move(spec), std::move(take));
  if (!end) throw Failed("git cannot be started: " + end.error());
  if (end->cause != ProcessEnd::Cause::exited) {
    auto clean = [folder = settings_.folder] { remove_locks(folder); };
    co_await pool_.run(std::move(clean));
    log::warn("git", "{} took too long and was killed", what);
    throw TimedOut("Git operation timed out");
  }
  output.code = end->code;
  output.said = for_people(end->errors, settings_.token);
  co_return output;
}

}  // namespace trinity::agentd
