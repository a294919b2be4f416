// The way to and from the remote: sync and pull.
#include <algorithm>
#include <cctype>

#include "agentd/git/repository.h"
#include "agentd/git/rules.h"
#include "base/log.h"
#include "base/text.h"
#include "json/encode.h"

namespace trinity::agentd {

namespace {

using boost::json::object;
using std::chrono::seconds;

constexpr seconds kQuick{10};
constexpr seconds kSlow{30};
constexpr seconds kRemote{60};
/// The control plane waits 120 s.
constexpr seconds kWorkWithin{110};
constexpr seconds kRecoverWithin{30};

/// Two sides of a merge wait for somebody to decide. Staging such a file would take the marks in it for the decision.
void refuse_unmerged(const std::vector<GitChange>& changes, const char* what) {
  for (const auto& change : changes) {
    const bool both = change.staged == change.changed && (change.staged == 'A' || change.staged == 'D');
    if (change.staged != 'U' && change.changed != 'U' && !both) continue;
    throw BadRequest(std::string(what) + ": a merge with conflicts waits in the agent (" + to_utf8(change.path) +
                     "). Resolve it there first.");
  }
}

/// Runs the step; what it throws is thrown by the caller once everything has been put back.
Task<std::exception_ptr> attempt(Task<object> step, object* done) {
  try {
    *done = co_await std::move(step);
  } catch (...) {
    co_return std::current_exception();
  }
  co_return nullptr;
}

bool timed_out(const std::exception_ptr& fault) {
  try {
    if (fault) std::rethrow_exception(fault);
  } catch (const TimedOut&) {
    return true;
  } catch (const std::exception& other) {
    log::debug("git", "{}", other.what());
  }
  return false;
}

}  // namespace

/// A step that was killed may have left a rebase half done, and changes in the stash.
Task<> GitRepository::recover(std::filesystem::path folder, long stashes) {
  const auto git = command(folder, kRecoverWithin);
  try {
    auto look = [folder] {
      return std::filesystem::exists(folder / ".git/rebase-merge") ||
             std::filesystem::exists(folder / ".git/rebase-apply");
    };
    const bool in_rebase = co_await pool_.run(std::move(look));
    if (in_rebase) {
      GitCommand::Order abort{{"rebase", "--abort"}, kQuick, {}};
      co_await git.run(std::move(abort));
    }
    const auto count = co_await count_of_stashes(&git);
    if (count > stashes) co_await unstash(&git);
  } catch (const std::exception& e) {
    log::warn("git", "after a time-out: {}", e.what());
  }
}

Task<object> GitRepository::sync(SyncRequest request) {
  const auto opened = co_await open(kWorkWithin, true);
  const auto stashes = co_await count_of_stashes(&opened.git);
  auto kept = co_await put_aside(&opened.git);
  object done;
  auto step = sync_now(&opened.git, &request);
  const auto fault = co_await attempt(std::move(step), &done);
  if (timed_out(fault)) co_await recover(opened.git.folder(), stashes);
  co_await put_back(&opened.git, std::move(kept));
  if (fault) std::rethrow_exception(fault);
  co_return done;
}

Task<object> GitRepository::pull(PullStrategy strategy) {
  const auto opened = co_await open(kWorkWithin, true);
  const auto stashes = co_await count_of_stashes(&opened.git);
  auto kept = co_await put_aside(&opened.git);
  object done;
  auto step = pull_now(&opened.git, strategy);
  const auto fault = co_await attempt(std::move(step), &done);
  if (timed_out(fault)) co_await recover(opened.git.folder(), stashes);
  co_await put_back(&opened.git, std::move(kept));
  if (fault) std::rethrow_exception(fault);
  co_return done;
}

Task<> GitRepository::fetch(const GitCommand* git) {
  GitCommand::Order order{{"fetch", "origin"}, kRemote, {}};
  const auto output = co_await git->run(std::move(order));
  remote_fault_ = output.good() ? std::string() : preview(output.said, 200);
  remote_seen_at_ = now();
  if (!output.good()) throw Failed("Git fetch failed: " + output.said);
  remote_seen_ = steady_now();
}

/// What has been fetched comes below the own commits. Gives the output; `fault` when it did not work, and then all is
/// as before.
Task<std::string> GitRepository::rebase(const GitCommand* git, const std::string* branch, std::string* fault) {
  auto who = co_await identity(git);
  GitCommand::Order order{std::move(who), kRemote, {}};
  order.arguments.insert(order.arguments.end(),
                         {"pull", "--rebase", "--no-autostash", ".", "refs/remotes/origin/" + *branch});
  auto output = co_await git->run(std::move(order));
  if (output.good()) co_return for_people(output.out, "");
  *fault = output.said;
  GitCommand::Order abort{{"rebase", "--abort"}, kQuick, {}};
  co_await git->run(std::move(abort));
  co_return std::string();
}

Task<long> GitRepository::count_of_stashes(const GitCommand* git) {
  GitCommand::Order order{{"rev-list", "--walk-reflogs", "--count", "refs/stash"}, kQuick, {}};
  const auto output = co_await git->run(std::move(order));
  const auto counts = output.good() ? read_counts(output.out) : std::vector<long>();
  co_return counts.empty() ? 0 : counts.front();
}

/// Also files that git does not know yet: they may be in the way of those that come.
Task<bool> GitRepository::stash(const GitCommand* git, const char* message, std::string* fault) {
  const auto before = co_await count_of_stashes(git);
  GitCommand::Order order{{"stash", "push", "--include-untracked", "-m", message}, kSlow, {}};
  const auto output = co_await git->run(std::move(order));
  if (!output.good()) *fault = output.said;
  const auto after = co_await count_of_stashes(git);
  co_return after > before;
}

/// Empty, or why the changes could not be put back; the stash is kept then.
Task<std::string> GitRepository::unstash(const GitCommand* git) {
  GitCommand::Order order{{"stash", "pop"}, kSlow, {}};
  const auto output = co_await git->run(std::move(order));
  if (output.good()) co_return std::string();
  log::warn("git", "stashed changes could not be put back and are kept in the stash: {}", output.said);
  // What was put back in part, with marks of conflicts perhaps, must not be taken for work.
  GitCommand::Order reset{{"reset", "--quiet", "--hard"}, kSlow, {}};
  co_await git->run(std::move(reset));
  co_return output.said.empty() ? std::string("they are in conflict and are kept in the stash") : output.said;
}

Task<> GitRepository::catch_up(const GitCommand* git, const std::string* branch, std::string* note) {
  co_await fetch(git);
  const auto count = co_await behind(git, branch);
  if (count == 0) co_return;
  const auto changes = co_await changes_of(git);
  std::string fault;
  bool stashed = false;
  if (!changes.empty()) stashed = co_await stash(git, "Trinity auto-stash before sync", &fault);
  fault.clear();
  co_await rebase(git, branch, &fault);
  std::string reapplied;
  if (stashed) reapplied = co_await unstash(git);
  if (!fault.empty()) throw GitConflict("merge_conflict", "Pull failed during sync: " + fault);
  if (!reapplied.empty()) *note = " (Warning: Could not reapply local changes: " + reapplied + ")";
}

Task<> GitRepository::stage(const GitCommand* git, const std::vector<std::string>* paths) {
  const auto refused = never_staged(credentials_.files());
  const auto add = [&refused](const std::string& what) {
    GitCommand::Order order{{"add", "-A", "--", what}, kSlow, {}};
    order.arguments.insert(order.arguments.end(), refused.begin(), refused.end());
    return order;
  };
  for (const auto& path : *paths) {
    auto order = add(":(top,literal)" + path);
    const auto output = co_await git->run(std::move(order));
    if (!output.good()) log::warn("git", "not staged: {}", output.said);
  }
  if (!paths->empty()) co_return;
  auto order = add(":(top)");
  const auto output = co_await git->run(std::move(order));
  if (!output.good()) throw Failed("Git add failed: " + output.said);
}

/// For commands that make commits: who, when nobody has said so.
Task<std::vector<std::string>> GitRepository::identity(const GitCommand* git) {
  GitCommand::Order who{{"config", "--get", "user.email"}, kQuick, {}};
  const auto known = co_await git->run(std::move(who));
  if (known.good()) co_return std::vector<std::string>();
  co_return std::vector<std::string>{"-c", "user.name=Trinity Agent (" + config_.agent_name + ")", "-c",
                                     "user.email=agent@trinity.local"};
}

Task<> GitRepository::commit(const GitCommand* git, const std::string* message) {
  auto who = co_await identity(git);
  GitCommand::Order order{std::move(who), kSlow, *message};
  order.arguments.insert(order.arguments.end(), {"commit", "--quiet", "--file=-"});
  const auto output = co_await git->run(std::move(order));
  if (!output.good()) throw Failed("Git commit failed: " + output.said);
}

Task<> GitRepository::push(const GitCommand* git, const std::string* branch, bool force) {
  GitCommand::Order order{{"push", "--set-upstream"}, kRemote, {}};
  if (force) order.arguments.push_back("--force-with-lease=refs/heads/" + *branch);
  order.arguments.insert(order.arguments.end(), {"origin", "HEAD:refs/heads/" + *branch});
  const auto output = co_await git->run(std::move(order));
  if (output.good()) co_return;
  auto lower = output.said;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  // A rule of the remote refused it, a hook there perhaps: no other strategy would help.
  if (lower.find("[remote rejected]") != std::string::npos) throw Failed("Git push failed: " + output.said);
  for (const auto* word : {"rejected", "fetch first", "non-fast-forward"}) {
    if (lower.find(word) != std::string::npos) {
      remote_seen_.reset();
      throw GitConflict("push_rejected",
                        "Push rejected: Remote has changes. Use 'Pull First' "
                        "or 'Force Push' strategy.");
    }
  }
  throw Failed((force ? "Force push failed: " : "Git push failed: ") + output.said);
}

Task<object> GitRepository::sync_now(const GitCommand* git, const SyncRequest* request) {
  const auto branch = co_await branch_of(git);
  if (branch.empty()) throw Failed("Git sync error: no branch is checked out");
  const auto before = co_await changes_of(git);
  refuse_unmerged(before, "Git sync error");
  std::string note;
  if (request->strategy == SyncStrategy::pull_first) co_await catch_up(git, &branch, &note);
  // The lease is on what the remote has now.
  const bool force = request->strategy == SyncStrategy::force_push;
  if (force) co_await fetch(git);
  co_await check_sizes(git, &request->paths);
  co_await stage(git, &request->paths);
  co_await take_out_secrets(git);
  const auto changes = co_await changes_of(git);
  const auto staged = std::count_if(changes.begin(), changes.end(), [](const auto& one) { return one.is_staged(); });
  if (staged > 0) {
    const auto message = request->message.empty() ? "Trinity sync: " + format_z(now()).substr(0, 19).replace(10, 1, " ")
                                                  : request->message;
    co_await commit(git, &message);
  }
  const auto head = co_await last_commit(git);
  const bool known = co_await has_remote_branch(git, &branch);
  GitCommand::Order ahead{{"rev-list", "--count", "refs/remotes/origin/" + branch + "..HEAD"}, kQuick, {}};
  const auto output = co_await git->run(std::move(ahead));
  const auto counts = read_counts(output.out);
  const bool nothing = !head || (known && !counts.empty() && counts.front() == 0);
  if (nothing) {
    co_return object{
        {"success", true}, {"message", "No changes to sync" + note}, {"commit_sha", nullptr}, {"files_changed", 0}};
  }
  co_await check_outgoing(git);
  std::string kept;
  long lost = 0;
  if (force) lost = co_await behind(git, &branch);
  if (lost > 0) {
    const auto theirs = "refs/remotes/origin/" + branch;
    kept = co_await keep(git, &theirs, "remote");
  }
  co_await push(git, &branch, force);
  object made{{"success", true},         {"message", "Synced to " + branch + note},
              {"commit_sha", head->sha}, {"files_changed", staged},
              {"branch", branch},        {"sync_time", format_z(now())}};
  if (!kept.empty()) made["kept"] = kept;
  co_return made;
}

Task<object> GitRepository::pull_now(const GitCommand* git, PullStrategy strategy) {
  co_await fetch(git);
  const auto branch = co_await branch_of(git);
  if (branch.empty()) throw Failed("Git pull error: no branch is checked out");
  if (strategy == PullStrategy::force_reset) co_return co_await reset_to_remote(git, &branch);
  const auto changes = co_await changes_of(git);
  refuse_unmerged(changes, "Git pull error");
  const bool dirty = !changes.empty();
  if (strategy == PullStrategy::clean) co_return co_await pull_clean(git, &branch, dirty);
  co_return co_await pull_over_stash(git, &branch, dirty);
}

Task<object> GitRepository::pull_clean(const GitCommand* git, const std::string* branch, bool dirty) {
  const auto count = co_await behind(git, branch);
  if (count == 0) {
    co_return object{
        {"success", true}, {"message", "Already up to date"}, {"strategy", "clean"}, {"commits_behind", 0}};
  }
  std::string fault;
  auto output = co_await rebase(git, branch, &fault);
  if (!fault.empty()) throw GitConflict(dirty ? "local_uncommitted" : "merge_conflict", "Pull failed: " + fault);
  co_return object{{"success", true},
                   {"message", "Pulled " + std::to_string(count) + " commit(s) from origin/" + *branch},
                   {"strategy", "clean"},
                   {"commits_behind", count},
                   {"output", std::move(output)}};
}

Task<object> GitRepository::pull_over_stash(const GitCommand* git, const std::string* branch, bool dirty) {
  std::string fault;
  bool stashed = false;
  if (dirty) stashed = co_await stash(git, "Trinity auto-stash before pull", &fault);
  if (!fault.empty()) {
    if (stashed) co_await unstash(git);
    throw GitConflict("stash_failed", "Failed to stash local changes: " + fault);
  }
  std::string output;
  const bool known = co_await has_remote_branch(git, branch);
  if (known) output = co_await rebase(git, branch, &fault);
  std::string reapplied;
  if (stashed) reapplied = co_await unstash(git);
  if (!fault.empty()) throw GitConflict("merge_conflict", "Pull failed with conflicts: " + fault);
  auto message = "Pulled latest changes from origin/" + *branch;
  if (!reapplied.empty()) message += " (Warning: Could not reapply local changes: " + reapplied + ")";
  co_return object{{"success", true},
                   {"message", message},
                   {"strategy", "stash_reapply"},
                   {"stash_created", stashed},
                   {"output", std::move(output)}};
}

/// Ignored files stay: credentials among them. What is given up stays in a ref of its own, which never leaves.
Task<object> GitRepository::reset_to_remote(const GitCommand* git, const std::string* branch) {
  const bool known = co_await has_remote_branch(git, branch);
  if (!known) throw Failed("Git reset failed: origin has no branch " + *branch);
  const auto kept = co_await keep_all(git, branch);
  GitCommand::Order reset{{"reset", "--hard", "refs/remotes/origin/" + *branch}, kRemote, {}};
  const auto output = co_await git->run(std::move(reset));
  if (!output.good()) throw Failed("Git reset failed: " + output.said);
  GitCommand::Order clean{{"clean", "-fd"}, kSlow, {}};
  const auto cleaned = co_await git->run(std::move(clean));
  if (!cleaned.good()) log::warn("git", "untracked files stay: {}", cleaned.said);
  object made{{"success", true},
              {"message", "Force reset to origin/" + *branch},
              {"strategy", "force_reset"},
              {"local_changes_discarded", true}};
  if (!kept.empty()) made["kept"] = kept;
  co_return made;
}

}  // namespace trinity::agentd
