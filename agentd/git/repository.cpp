#include "agentd/git/repository.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

#include "agentd/git/rules.h"
#include "agentd/prompt/injection.h"
#include "base/log.h"
#include "base/spawn.h"
#include "base/text.h"
#include "json/encode.h"

namespace trinity::agentd {

namespace {

using boost::json::array;
using boost::json::object;
using std::chrono::seconds;

constexpr seconds kQuick{10};
constexpr seconds kRemote{60};
/// The control plane waits 30 s.
constexpr seconds kLookWithin{25};
constexpr seconds kWaitAtMost{10};
constexpr seconds kRemoteEvery{60};
/// More are counted and not listed.
constexpr std::size_t kMostChanges = 1'000;
/// A look waits this long for a remote that answers quickly.
constexpr std::chrono::milliseconds kRemoteSoon{2'000};
constexpr std::chrono::milliseconds kLookAgain{20};

struct Busy : Unavailable {
  Busy() : Unavailable("Another git operation is under way") { retry_after_ = seconds(5); }
};

std::string first_line(const std::string& text) {
  return text.substr(0, text.find_first_of("\r\n"));
}

}  // namespace

GitCommand GitRepository::command(const std::filesystem::path& folder, seconds within) const {
  // What the server hands over is for repositories that it knows by their name.
  const auto& repository = config_.repository;
  auto token = credentials_.given(repository.token_variable);
  if (token.empty() && repository.address.empty()) token = handed_;
  if (token.empty()) token = credentials_.value_of(repository.token_variable);
  if (token.find_first_of("\r\n") != std::string::npos) token.clear();
  return {processes_, pool_, {folder, base(), std::move(token), steady_now() + within}};
}

Task<GitRepository::Open> GitRepository::open(seconds within, bool alone) {
  auto look = [this] { return git_tree(config_); };
  auto tree = co_await pool_.run(std::move(look));
  if (tree.empty()) throw BadRequest("Git sync not enabled for this agent");
  auto hold = co_await home_.enter(kWaitAtMost);
  if (!hold) throw Busy();
  std::optional<Lane::Hold> remote;
  if (alone) {
    auto other = co_await remote_lane_.enter(kWaitAtMost);
    if (!other) throw Busy();
    remote.emplace(std::move(*other));
  }
  Open opened{command(tree, within), std::move(*hold), std::move(remote)};
  co_await prepare(&opened.git);
  co_await settle_claude_md(&opened.git);
  co_return opened;
}

Task<> GitRepository::settle() {
  try {
    const auto opened = co_await open(kLookWithin, false);
  } catch (const BadRequest& none) {
    log::debug("git", "{}", none.what());
  } catch (const std::exception& e) {
    log::warn("git", "CLAUDE.md may look changed: {}", e.what());
  }
}

/// Git takes a file of another size for changed, without asking the filter. When what the filter makes of it is what
/// the index has, the index gets the new size.
Task<> GitRepository::settle_claude_md(const GitCommand* git) {
  if (git->folder() != config_.home) co_return;
  GitCommand::Order ask{{"ls-files", "--stage", "--", "CLAUDE.md"}, kQuick, {}};
  const auto staged = co_await git->run(std::move(ask));
  if (!staged.good() || staged.out.empty()) co_return;
  GitCommand::Order hash{{"hash-object", "--path=CLAUDE.md", "--", "CLAUDE.md"}, kQuick, {}};
  const auto now = co_await git->run(std::move(hash));
  if (!now.good() || staged.out.find(" " + first_line(now.out) + " ") == std::string::npos) co_return;
  GitCommand::Order update{{"update-index", "--", "CLAUDE.md"}, kQuick, {}};
  co_await git->run(std::move(update));
}

Task<> GitRepository::prepare(const GitCommand* git) {
  co_await prepare_repository(&config_, git, credentials_.files(), &pool_, !prepared_.contains(git->folder()));
  prepared_.insert(git->folder());
}

Task<> prepare_repository(const Config* config, const GitCommand* git, std::vector<std::string> credential_files,
                          BlockingPool* pool, bool first) {
  auto rules = [config, tree = git->folder(), files = std::move(credential_files)] {
    return set_git_rules(*config, tree, files);
  };
  const bool fresh = co_await pool->run(std::move(rules));
  if ((first || fresh) && git->folder() == config->home) {
    GitCommand::Order filter{{"config", "--local", "filter.trinity.clean", clean_command(*config)}, kQuick, {}};
    const auto set = co_await git->run(std::move(filter));
    if (!set.good()) log::warn("git", "the filter for CLAUDE.md could not be set: {}", set.said);
  }
  GitCommand::Order ask{{"config", "--local", "--get", "remote.origin.url"}, kQuick, {}};
  const auto url = co_await git->run(std::move(ask));
  const auto address = first_line(url.out);
  const auto clean = without_user(address);
  if (!url.good() || clean == address) co_return;
  // Written by an older platform, or by the agent: the token does not stay in the repository.
  GitCommand::Order rewrite{{"config", "--local", "remote.origin.url", clean}, kQuick, {}};
  const auto done = co_await git->run(std::move(rewrite));
  if (done.good()) log::info("git", "the token was taken out of the address of origin");
}

// ---- looking

Task<std::string> GitRepository::branch_of(const GitCommand* git) {
  GitCommand::Order order{{"symbolic-ref", "--short", "-q", "HEAD"}, kQuick, {}};
  const auto output = co_await git->run(std::move(order));
  co_return output.good() ? first_line(output.out) : std::string();
}

Task<std::vector<GitChange>> GitRepository::changes_of(const GitCommand* git) {
  GitCommand::Order order{{"status", "--porcelain=v1", "-z"}, kQuick, {}};
  const auto output = co_await git->run(std::move(order));
  if (!output.good()) throw Failed("git status: " + output.said);
  auto changes = read_status(output.out);
  if (git->folder() != config_.home) co_return changes;
  auto ours = [this] { return is_all_ours(config_, read_claude_md(config_)); };
  const bool all_ours = co_await pool_.run(std::move(ours));
  if (all_ours) {
    std::erase_if(changes, [](const GitChange& one) { return one.staged == '?' && one.path == "CLAUDE.md"; });
  }
  co_return changes;
}

Task<std::optional<GitCommit>> GitRepository::last_commit(const GitCommand* git) {
  GitCommand::Order order{{"log", "-1", "-z", kCommitFormat}, kQuick, {}};
  const auto output = co_await git->run(std::move(order));
  auto commits = output.good() ? read_log(output.out) : std::vector<GitCommit>();
  if (commits.empty()) co_return std::nullopt;
  co_return std::move(commits.front());
}

Task<bool> GitRepository::has_remote_branch(const GitCommand* git, const std::string* branch) {
  GitCommand::Order order{{"rev-parse", "-q", "--verify", "refs/remotes/origin/" + *branch}, kQuick, {}};
  const auto output = co_await git->run(std::move(order));
  co_return output.good();
}

Task<long> GitRepository::behind(const GitCommand* git, const std::string* branch) {
  GitCommand::Order order{{"rev-list", "--count", "HEAD..refs/remotes/origin/" + *branch}, kQuick, {}};
  const auto output = co_await git->run(std::move(order));
  const auto counts = output.good() ? read_counts(output.out) : std::vector<long>();
  co_return counts.empty() ? 0 : counts.front();
}

Task<> GitRepository::follow_remote(GitRepository* self, std::filesystem::path folder) {
  const auto hold = self->remote_lane_.try_enter();
  if (hold) {
    const auto git = self->command(folder, kRemote);
    try {
      GitCommand::Order order{{"fetch", "--quiet", "origin"}, kRemote, {}};
      const auto output = co_await git.run(std::move(order));
      self->remote_fault_ = output.good() ? std::string() : preview(output.said, 200);
    } catch (const std::exception& e) {
      self->remote_fault_ = e.what();
    }
    self->remote_seen_at_ = now();
    if (!self->remote_fault_.empty()) log::info("git", "the remote cannot be seen: {}", self->remote_fault_);
  }
  self->following_ = false;
}

Task<> GitRepository::look_at_remote(std::filesystem::path folder, seconds age) {
  if (following_ || (remote_seen_ && steady_now() - *remote_seen_ < age)) co_return;
  remote_seen_ = steady_now();
  following_ = true;
  spawn("git remote", executor_, follow_remote(this, std::move(folder)));
  asio::steady_timer timer(executor_);
  boost::system::error_code fault;
  const auto until = steady_now() + kRemoteSoon;
  while (following_ && steady_now() < until) {
    timer.expires_after(kLookAgain);
    co_await timer.async_wait(asio::redirect_error(use_awaitable, fault));
  }
}

Task<object> GitRepository::status(seconds remote_age) {
  const auto opened = co_await open(kLookWithin, false);
  const auto* git = &opened.git;
  co_await look_at_remote(git->folder(), std::max(remote_age, kRemoteEvery / 12));
  const auto branch = co_await branch_of(git);
  const auto changes = co_await changes_of(git);
  const auto last = co_await last_commit(git);
  GitCommand::Order distance{
      {"rev-list", "--left-right", "--count", "refs/remotes/origin/" + branch + "...HEAD"}, kQuick, {}};
  const auto distances = co_await git->run(std::move(distance));
  auto counts = distances.good() ? read_counts(distances.out) : std::vector<long>();
  counts.resize(2);
  GitCommand::Order remote{{"config", "--get", "remote.origin.url"}, kQuick, {}};
  const auto url = co_await git->run(std::move(remote));
  array list;
  for (const auto& change : changes) {
    if (list.size() == kMostChanges) break;
    list.push_back(object{{"status", change.status()}, {"path", to_utf8(change.path)}});
  }
  const bool settled = counts[1] == 0 && changes.empty();
  co_return object{
      {"git_enabled", true},
      {"branch", branch.empty() ? "unknown" : branch},
      {"remote_url", url.good() ? to_utf8(without_user(first_line(url.out))) : std::string()},
      {"last_commit", last ? boost::json::value(last->json()) : boost::json::value(nullptr)},
      {"changes", std::move(list)},
      {"changes_count", changes.size()},
      {"ahead", counts[1]},
      {"behind", counts[0]},
      {"sync_status", settled ? "up_to_date" : "pending_sync"},
      {"remote_checked_at",
       remote_seen_at_ ? boost::json::value(format_z(*remote_seen_at_)) : boost::json::value(nullptr)},
      {"remote_error", remote_fault_.empty() ? boost::json::value(nullptr) : boost::json::value(remote_fault_)}};
}

Task<object> GitRepository::log(std::int64_t limit) {
  const auto opened = co_await open(kLookWithin, false);
  GitCommand::Order order{{"log", "-" + std::to_string(limit), "-z", kCommitFormat}, kLookWithin, {}};
  const auto output = co_await opened.git.run(std::move(order));
  if (!output.good()) throw Failed("Git log failed: " + output.said);
  array commits;
  for (const auto& commit : read_log(output.out)) commits.push_back(commit.json());
  const auto count = commits.size();
  co_return object{{"commits", std::move(commits)}, {"count", count}};
}

// ---- CLAUDE.md

Task<GitRepository::Kept> GitRepository::put_aside(const GitCommand* git) {
  if (git->folder() != config_.home) co_return Kept{};
  auto look = [this] {
    const auto text = read_claude_md(config_);
    return Kept{sections_in(text), is_all_ours(config_, text)};
  };
  auto kept = co_await pool_.run(std::move(look));
  if (!kept.all_ours) co_return kept;
  GitCommand::Order order{{"ls-files", "--error-unmatch", "--", "CLAUDE.md"}, kQuick, {}};
  const auto tracked = co_await git->run(std::move(order));
  // One that comes from the remote must find its place free.
  kept.all_ours = !tracked.good();
  if (kept.all_ours) {
    auto remove = [file = config_.home / "CLAUDE.md"] {
      std::error_code ignored;
      std::filesystem::remove(file, ignored);
    };
    co_await pool_.run(std::move(remove));
  }
  co_return kept;
}

Task<> GitRepository::put_back(const GitCommand* git, Kept kept) {
  if (git->folder() != config_.home || !kept.sections.system) co_return;
  auto restore = [this, sections = std::move(kept.sections)] { restore_sections(config_, sections); };
  co_await pool_.run(std::move(restore));
  co_await settle_claude_md(git);
}

}  // namespace trinity::agentd
