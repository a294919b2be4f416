// A repository of its own for an agent that has none.
#include <fmt/format.h>

#include <array>
#include <fstream>

#include "agentd/files.h"
#include "agentd/git/repository.h"
#include "agentd/git/rules.h"
#include "base/log.h"

namespace trinity::agentd {

namespace {

namespace fs = std::filesystem;
using boost::json::object;
using std::chrono::seconds;

constexpr seconds kQuick{10};
constexpr seconds kSlow{30};
constexpr seconds kRemote{60};
constexpr seconds kWorkWithin{110};
constexpr seconds kWaitAtMost{10};
constexpr std::size_t kLargestIgnore = 1'000'000;

constexpr std::array<std::string_view, 8> kIgnored{".bash_logout", ".bashrc", ".profile", ".bash_history",
                                                   ".cache/",      ".local/", ".npm/",    ".ssh/"};

/// The one that has a repository; else the workspace when there is something in it; else the home folder.
fs::path tree_for(const Config& config) {
  auto tree = git_tree(config);
  if (!tree.empty()) return tree;
  std::error_code fault;
  const auto workspace = config.home / "workspace";
  const bool used = fs::is_directory(workspace, fault) && !fs::is_empty(workspace, fault) && !fault;
  return used ? workspace : config.home;
}

/// The file as it was before, so that it can be so again.
std::optional<std::string> extend_ignore_file(const fs::path& tree) {
  const auto file = tree / ".gitignore";
  std::optional<std::string> before;
  if (auto there = read_small_file(file, kLargestIgnore)) before = std::move(*there);
  const auto text = before.value_or("");
  const auto around = "\n" + text + "\n";
  std::string added;
  for (const auto line : kIgnored) {
    if (around.find("\n" + std::string(line) + "\n") == std::string::npos) added += std::string(line) + "\n";
  }
  if (added.empty()) return before;
  if (!text.empty() && !text.ends_with('\n')) added.insert(0, "\n");
  std::ofstream(file, std::ios::app) << added;
  return before;
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find_first_of("\r\n"));
}

Task<std::string> must(const GitCommand* git, GitCommand::Order order, const char* what) {
  const auto output = co_await git->run(std::move(order));
  if (!output.good()) throw Failed(fmt::format("{}: {}", what, output.said));
  co_return output.out;
}

}  // namespace

struct GitRepository::Founding {
  InitializeRequest request;
  std::string url;
  bool fresh = false;           ///< there was no repository
  bool remote_is_empty = true;  ///< of branches
  bool pushed = false;          ///< something may have reached the remote
  bool ignore_seen = false;
  std::optional<std::string> ignore_before{};  ///< text of .gitignore; nothing: there was none
  std::string remote_before{};                 ///< address of origin; empty: there was none
  std::string note{};
};

Task<object> GitRepository::initialize(InitializeRequest request) {
  auto look = [this] {
    auto tree = tree_for(config_);
    std::error_code ignored;
    const bool there = fs::exists(tree / ".git", ignored);
    return std::pair(std::move(tree), there);
  };
  const auto [tree, there] = co_await pool_.run(std::move(look));
  const auto hold = co_await home_.enter(kWaitAtMost);
  const auto remote = co_await remote_lane_.enter(kWaitAtMost);
  if (!hold || !remote) throw Unavailable("Another git operation is under way");
  const auto git = command(tree, kWorkWithin);
  Founding founding{std::move(request), {}, !there};
  founding.url = base() + "/" + founding.request.repository + ".git";
  std::exception_ptr fault;
  try {
    co_await found(&git, &founding);
  } catch (...) {
    fault = std::current_exception();
  }
  if (fault) {
    co_await undo(&git, &founding);
    std::rethrow_exception(fault);
  }
  remote_seen_ = steady_now();
  remote_seen_at_ = now();
  remote_fault_.clear();
  const auto head = co_await last_commit(&git);
  object made{{"success", true},
              {"repository", founding.request.repository},
              {"branch", founding.request.branch},
              {"working_branch", founding.request.working_branch},
              {"commit_sha", head ? boost::json::value(head->sha) : boost::json::value(nullptr)},
              {"folder", tree.string()}};
  if (!founding.note.empty()) made["note"] = founding.note;
  co_return made;
}

Task<> GitRepository::found(const GitCommand* git, Founding* founding) {
  GitCommand::Order heads{{"ls-remote", "--heads", "--", founding->url}, kRemote, {}};
  const auto branches = co_await must(git, std::move(heads), "the repository cannot be reached");
  founding->remote_is_empty = branches.empty();
  if (founding->fresh && !founding->remote_is_empty) co_await check_remote(git, founding);
  co_await begin_repository(git, founding);
  co_await check_remote(git, founding);
  auto kept = co_await put_aside(git);
  std::exception_ptr fault;
  try {
    co_await commit_everything(git);
    co_await publish(git, founding);
  } catch (...) {
    fault = std::current_exception();
  }
  co_await put_back(git, std::move(kept));
  if (fault) std::rethrow_exception(fault);
  GitCommand::Order verify{{"rev-parse", "--is-inside-work-tree"}, kQuick, {}};
  co_await must(git, std::move(verify), "the folder is no repository");
}

Task<> GitRepository::begin_repository(const GitCommand* git, Founding* founding) {
  if (founding->fresh) {
    GitCommand::Order init{{"init", "--quiet", "--initial-branch=" + founding->request.branch}, kQuick, {}};
    co_await must(git, std::move(init), "git init");
  }
  co_await prepare(git);
  GitCommand::Order who{{"config", "--get", "user.email"}, kQuick, {}};
  const auto known = co_await git->run(std::move(who));
  if (!known.good()) {
    GitCommand::Order name{
        {"config", "--local", "user.name", fmt::format("Trinity Agent ({})", config_.agent_name)}, kQuick, {}};
    co_await must(git, std::move(name), "git config");
    GitCommand::Order mail{{"config", "--local", "user.email", "agent@trinity.local"}, kQuick, {}};
    co_await must(git, std::move(mail), "git config");
  }
  if (git->folder() == config_.home) {
    auto extend = [tree = git->folder()] { return extend_ignore_file(tree); };
    founding->ignore_before = co_await pool_.run(std::move(extend));
    founding->ignore_seen = true;
  }
  GitCommand::Order ask{{"config", "--local", "--get", "remote.origin.url"}, kQuick, {}};
  const auto before = co_await git->run(std::move(ask));
  if (before.good()) founding->remote_before = first_line(before.out);
  GitCommand::Order set{{"remote"}, kQuick, {}};
  set.arguments.emplace_back(before.good() ? "set-url" : "add");
  set.arguments.insert(set.arguments.end(), {"origin", founding->url});
  co_await must(git, std::move(set), "git remote");
}

/// Commits of somebody else are never overwritten. Those of an earlier call that did not come to its end are ours.
Task<> GitRepository::check_remote(const GitCommand* git, const Founding* founding) {
  if (founding->remote_is_empty) co_return;
  const auto refuse = [founding] {
    throw Conflict("The repository " + founding->request.repository +
                   " already has commits. Choose an empty one, or create the agent from this repository.");
  };
  if (founding->fresh) refuse();
  GitCommand::Order fetch{{"fetch", "--quiet", "origin"}, kRemote, {}};
  co_await must(git, std::move(fetch), "git fetch");
  GitCommand::Order ours{
      {"merge-base", "--is-ancestor", "refs/remotes/origin/" + founding->request.branch, "HEAD"}, kQuick, {}};
  const auto output = co_await git->run(std::move(ours));
  if (!output.good()) refuse();
}

Task<> GitRepository::commit_everything(const GitCommand* git) {
  const std::vector<std::string> all;
  co_await check_sizes(git, &all);
  co_await stage(git, &all);
  co_await take_out_secrets(git);
  GitCommand::Order staged{{"diff", "--cached", "--quiet"}, kQuick, {}};
  const auto output = co_await git->run(std::move(staged));
  const bool head = co_await has_head(git);
  if (head && output.good()) co_return;
  GitCommand::Order commit{{"commit", "--quiet", "--file=-"}, kSlow, "Initial commit of the agent"};
  if (output.good()) commit.arguments.emplace_back("--allow-empty");
  co_await must(git, std::move(commit), "git commit");
}

Task<> GitRepository::publish(const GitCommand* git, Founding* founding) {
  const auto& request = founding->request;
  co_await check_outgoing(git);
  founding->pushed = true;
  co_await push(git, &request.branch, false);
  GitCommand::Order branch{{"checkout", "--quiet", "-b", request.working_branch}, kSlow, {}};
  co_await must(git, std::move(branch), "git checkout");
  try {
    co_await push(git, &request.working_branch, false);
  } catch (const std::exception& e) {
    founding->note = std::string("The working branch could not be pushed: ") + e.what();
    log::warn("git", "{}", founding->note);
  }
}

/// What may have reached the remote must be found again by the next call, so it stays.
Task<> GitRepository::undo(const GitCommand* git, Founding* founding) {
  if (founding->pushed) co_return;
  if (!founding->fresh && !founding->remote_before.empty()) {
    GitCommand::Order back{{"remote", "set-url", "origin", founding->remote_before}, kQuick, {}};
    co_await git->run(std::move(back));
  }
  auto clean = [tree = git->folder(), founding] {
    std::error_code ignored;
    if (founding->fresh) fs::remove_all(tree / ".git", ignored);
    if (!founding->ignore_seen) return;
    if (founding->ignore_before) {
      std::ofstream(tree / ".gitignore", std::ios::trunc) << *founding->ignore_before;
    } else {
      fs::remove(tree / ".gitignore", ignored);
    }
  };
  co_await pool_.run(std::move(clean));
}

}  // namespace trinity::agentd
