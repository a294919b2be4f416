#include "agentd/git/bringing.h"

#include <fmt/format.h>

#include <algorithm>

#include "agentd/git/reading.h"
#include "agentd/git/repository.h"
#include "agentd/git/rules.h"
#include "agentd/workspace.h"
#include "base/ids.h"
#include "base/log.h"

namespace trinity::agentd {

namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

constexpr seconds kQuick{30};
constexpr seconds kFetch{120};
constexpr seconds kClone{1'800};

/// A step that did not work.
struct StepFailed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

Task<std::string> must(const GitCommand* git, GitCommand::Order order) {
  const auto what = order.arguments.front();
  const auto output = co_await git->run(std::move(order));
  if (!output.good()) throw StepFailed(fmt::format("git {}: {}", what, output.said));
  co_return output.out;
}

/// Removes a folder when this ends.
class Temporary {
 public:
  explicit Temporary(fs::path folder) : folder_(std::move(folder)) {}
  ~Temporary() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  [[nodiscard]] const fs::path& folder() const noexcept { return folder_; }

 private:
  fs::path folder_;
};

/// One place where everything about bringing the repository is known.
class Bringing {
 public:
  Bringing(const Config& config, const Credentials& credentials, Processes& processes, BlockingPool& pool)
      : config_(config), credentials_(credentials), processes_(processes), pool_(pool) {}

  Task<Brought> bring();
  Task<Brought> copy(std::stop_token stop);

 private:
  /// `options`: further ones.
  [[nodiscard]] GitCommand::Order clone_to(const fs::path& folder, std::vector<std::string> options) const;
  [[nodiscard]] GitCommand git_in(const fs::path& folder) const {
    auto token = credentials_.value_of(config_.repository.token_variable);
    if (token.empty()) token = config_.repository.token;
    return {processes_, pool_, {folder, config_.repository.base, std::move(token), steady_now() + kClone}};
  }
  /// On the file system of the home folder: /tmp may be small.
  [[nodiscard]] fs::path temporary() const { return config_.home / (".trinity-clone-" + random_hex(4)); }

  Task<> look_again(Brought* brought);
  Task<std::string> choose_branch(const GitCommand* git, bool* own);
  Task<> check_out(const GitCommand* git, const std::string* branch, const std::string* base, Brought* brought);
  Task<> publish(const GitCommand* git, const std::string* branch, Brought* brought);

  const Config& config_;
  const Credentials& credentials_;
  Processes& processes_;
  BlockingPool& pool_;
  std::vector<fs::path> moved_;
};

/// What serves a folder. Whoever owns it: the platform has mounted it.
std::string serving(const std::string& folder) {
  return fmt::format("git -c safe.directory={} upload-pack", folder);
}

GitCommand::Order Bringing::clone_to(const fs::path& folder, std::vector<std::string> options) const {
  GitCommand::Order order{{"clone", "--quiet"}, kClone, {}};
  auto& arguments = order.arguments;
  arguments.insert(arguments.end(), options.begin(), options.end());
  if (const auto served = config_.repository.folder(); !served.empty())
    arguments.push_back("--upload-pack=" + serving(served));
  arguments.insert(arguments.end(), {"--", config_.repository.url(), folder.string()});
  return order;
}

Task<> Bringing::look_again(Brought* brought) {
  const auto git = git_in(config_.home);
  co_await prepare_repository(&config_, &git, credentials_.files(), &pool_);
  GitCommand::Order fetch{{"fetch", "--quiet", "origin"}, kFetch, {}};
  const auto output = co_await git.run(std::move(fetch));
  if (!output.good()) brought->note = "the remote cannot be seen: " + output.said;
}

/// The branch to work on, and where it begins: `origin/...`.
Task<std::string> Bringing::choose_branch(const GitCommand* git, bool* own) {
  const auto& repository = config_.repository;
  *own = !repository.follows_source && !repository.working_branch.empty();
  GitCommand::Order ask{{"symbolic-ref", "--short", "-q", "refs/remotes/origin/HEAD"}, kQuick, {}};
  const auto head = co_await git->run(std::move(ask));
  auto standard = head.out.substr(0, head.out.find_first_of("\r\n"));
  if (!repository.follows_source && !*own && !standard.empty()) co_return standard.substr(std::size("origin/") - 1);
  co_return *own ? repository.working_branch : repository.source_branch;
}

/// The index learns the commit's files, git tells which of them differ from what lies here, and only these move.
Task<> Bringing::check_out(const GitCommand* git, const std::string* branch, const std::string* base,
                           Brought* brought) {
  GitCommand::Order head{{"symbolic-ref", "HEAD", "refs/heads/" + *branch}, kQuick, {}};
  co_await must(git, std::move(head));
  GitCommand::Order update{{"update-ref", "refs/heads/" + *branch, *base}, kQuick, {}};
  co_await must(git, std::move(update));
  GitCommand::Order read{{"read-tree", "HEAD"}, kQuick, {}};
  co_await must(git, std::move(read));
  GitCommand::Order refresh{{"update-index", "-q", "--refresh"}, kFetch, {}};
  co_await git->run(std::move(refresh));
  GitCommand::Order differ{{"diff-files", "--name-only", "-z"}, kFetch, {}};
  const auto names = co_await must(git, std::move(differ));
  brought->backup = config_.home / ".trinity" / "backup" / format_z(now());
  auto move = [this, paths = read_names(names), backup = brought->backup] {
    move_aside(config_.home, paths, backup, moved_);
  };
  co_await pool_.run(std::move(move));
  brought->moved = moved_.size();
  GitCommand::Order write{{"checkout-index", "--all", "--quiet", "--index"}, kFetch, {}};
  // Complains about those that are there already, the same as in the commit.
  co_await git->run(std::move(write));
  GitCommand::Order check{{"ls-files", "--deleted", "-z"}, kFetch, {}};
  const auto missing = co_await must(git, std::move(check));
  if (!missing.empty()) throw StepFailed("not all files of the repository could be written");
}

Task<> Bringing::publish(const GitCommand* git, const std::string* branch, Brought* brought) {
  GitCommand::Order push{{"push", "--set-upstream", "origin", "HEAD:refs/heads/" + *branch}, kFetch, {}};
  const auto output = co_await git->run(std::move(push));
  if (!output.good()) brought->note = "the new branch could not be pushed: " + output.said;
}

Task<Brought> Bringing::bring() {
  Brought brought;
  const auto git_folder = config_.home / ".git";
  if (fs::exists(git_folder)) {
    co_await look_again(&brought);
    co_return brought;
  }
  brought.fresh = true;
  const Temporary clone(temporary());
  const auto outside = git_in(config_.home);
  auto order = clone_to(clone.folder(), {"--no-checkout"});
  co_await must(&outside, std::move(order));
  fs::rename(clone.folder() / ".git", git_folder);
  const auto git = git_in(config_.home);
  std::string fault;
  try {
    GitCommand::Order name{
        {"config", "--local", "user.name", fmt::format("Trinity Agent ({})", config_.agent_name)}, kQuick, {}};
    co_await must(&git, std::move(name));
    GitCommand::Order mail{{"config", "--local", "user.email", "agent@trinity.local"}, kQuick, {}};
    co_await must(&git, std::move(mail));
    if (const auto served = config_.repository.folder(); !served.empty()) {
      GitCommand::Order serve{{"config", "--local", "remote.origin.uploadpack", serving(served)}, kQuick, {}};
      co_await must(&git, std::move(serve));
    }
    co_await prepare_repository(&config_, &git, credentials_.files(), &pool_);
    bool own = false;
    const auto branch = co_await choose_branch(&git, &own);
    GitCommand::Order any{{"for-each-ref", "--count=1", "refs/remotes/origin"}, kQuick, {}};
    const auto branches = co_await must(&git, std::move(any));
    if (branches.empty()) {
      GitCommand::Order head{{"symbolic-ref", "HEAD", "refs/heads/" + branch}, kQuick, {}};
      co_await must(&git, std::move(head));
      brought.note = "the repository is empty";
      co_return brought;
    }
    GitCommand::Order look{{"rev-parse", "-q", "--verify", "refs/remotes/origin/" + branch}, kQuick, {}};
    const auto there = co_await git.run(std::move(look));
    if (!there.good() && !own) throw StepFailed("the repository has no branch " + branch);
    auto base = there.good() ? "refs/remotes/origin/" + branch : std::string("refs/remotes/origin/HEAD");
    if (!there.good() && !config_.repository.begins_at.empty()) {
      base = "refs/remotes/origin/" + config_.repository.begins_at;
      GitCommand::Order find{{"rev-parse", "-q", "--verify", base}, kQuick, {}};
      const auto begins = co_await git.run(std::move(find));
      if (!begins.good()) throw StepFailed("the repository has no branch " + config_.repository.begins_at);
    }
    co_await check_out(&git, &branch, &base, &brought);
    if (there.good()) {
      GitCommand::Order track{{"branch", "--quiet", "--set-upstream-to=origin/" + branch, branch}, kQuick, {}};
      co_await must(&git, std::move(track));
    } else {
      co_await publish(&git, &branch, &brought);
    }
  } catch (const std::exception& e) {
    fault = e.what();
  }
  if (fault.empty()) co_return brought;
  // As it was before.
  auto undo = [this, git_folder, backup = brought.backup] {
    std::error_code ignored;
    for (const auto& path : moved_) {
      fs::remove_all(config_.home / path, ignored);
      fs::rename(backup / path, config_.home / path, ignored);
    }
    fs::remove_all(git_folder, ignored);
  };
  co_await pool_.run(std::move(undo));
  throw StepFailed(fault);
}

Task<Brought> Bringing::copy(std::stop_token stop) {
  Brought brought;
  if (fs::exists(fs::symlink_status(config_.home / kInitialisedMarker))) co_return brought;
  brought.fresh = true;
  const Temporary clone(temporary());
  const auto git = git_in(config_.home);
  auto order = clone_to(clone.folder(), {"--depth=1"});
  co_await must(&git, std::move(order));
  auto copy = [this, from = clone.folder(), stop] {
    fs::remove_all(from / ".git");
    return copy_template(from, config_.home, stop);
  };
  const auto report = co_await pool_.run(std::move(copy));
  if (!report) throw StepFailed(report.error());
  co_return brought;
}

}  // namespace

void move_aside(const fs::path& home, const std::vector<std::string>& paths, const fs::path& backup,
                std::vector<fs::path>& moved) {
  const auto move = [&](const fs::path& path) {
    fs::create_directories((backup / path).parent_path());
    fs::rename(home / path, backup / path);
    moved.push_back(path);
  };
  for (const auto& path : paths) {
    fs::path so_far;
    for (const auto& part : fs::path(path)) {
      so_far /= part;
      const auto status = fs::symlink_status(home / so_far);
      if (!fs::exists(status)) break;
      const bool last = so_far == fs::path(path);
      // A link to a folder counts as well: git does not write through it.
      if (!last && fs::is_directory(status)) continue;
      move(so_far);
      break;
    }
  }
}

Task<std::expected<Brought, std::string>> bring_repository(const Config* config, const Credentials* credentials,
                                                           Processes* processes, BlockingPool* pool) {
  Bringing bringing(*config, *credentials, *processes, *pool);
  try {
    co_return co_await bringing.bring();
  } catch (const std::exception& e) {
    co_return std::unexpected(for_people(e.what(), config->repository.token));
  }
}

Task<std::expected<Brought, std::string>> copy_repository(const Config* config, const Credentials* credentials,
                                                          Processes* processes, BlockingPool* pool,
                                                          std::stop_token stop) {
  Bringing bringing(*config, *credentials, *processes, *pool);
  try {
    co_return co_await bringing.copy(std::move(stop));
  } catch (const std::exception& e) {
    co_return std::unexpected(for_people(e.what(), config->repository.token));
  }
}

}  // namespace trinity::agentd
