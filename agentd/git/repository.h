#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/json/object.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agentd/config.h"
#include "agentd/credentials/credentials.h"
#include "agentd/git/command.h"
#include "agentd/git/reading.h"
#include "agentd/lane.h"
#include "agentd/prompt/sections.h"
#include "base/errors.h"

namespace trinity::agentd {

/// The remote has other commits, or local changes stand in the way. `type` goes into the header X-Conflict-Type.
struct GitConflict : Conflict {
  GitConflict(const char* kind, const std::string& detail) : Conflict(detail), type(kind) {}
  const char* type;
};

enum class SyncStrategy { normal, pull_first, force_push };
enum class PullStrategy { clean, stash_reapply, force_reset };

struct SyncRequest {
  std::string message;             ///< empty: one with the time
  std::vector<std::string> paths;  ///< empty: everything
  SyncStrategy strategy = SyncStrategy::normal;
};

/// A folder without repository gets one, or one gets another remote.
struct InitializeRequest {
  std::string repository;      ///< owner/name
  std::string branch{"main"};  ///< what is there goes to it
  std::string working_branch;  ///< is made and checked out
};

/// The agent's repository: what has changed, and the way to and from its remote. One operation that changes something
/// at a time; looking waits for it. The remote is asked in the background, so that a look is quick. The platform's
/// sections of CLAUDE.md neither count as a change nor go into a commit. Belongs to one I/O thread.
///
/// Everything throws TimedOut, Failed and Unavailable (another operation takes too long); all but status() throw
/// BadRequest when there is no repository.
class GitRepository {
 public:
  /// `home`: who is in it may change the home folder.
  GitRepository(const Config& config, const Credentials& credentials, Processes& processes, BlockingPool& pool,
                Lane& home, const asio::any_io_executor& executor)
      : config_(config),
        credentials_(credentials),
        processes_(processes),
        pool_(pool),
        executor_(executor),
        home_(home),
        remote_lane_(executor) {}
  GitRepository(const GitRepository&) = delete;
  GitRepository& operator=(const GitRepository&) = delete;

  /// The contract's answers, without the members that echo the request.
  /// `remote_age`: the remote is looked at when the last look is older.
  Task<boost::json::object> status(std::chrono::seconds remote_age = std::chrono::seconds(60));
  Task<boost::json::object> log(std::int64_t limit);
  /// Throws GitConflict.
  Task<boost::json::object> sync(SyncRequest request);
  Task<boost::json::object> pull(PullStrategy strategy);
  /// What has changed since the last commit, in numbers of lines: `{files: [{path, status, added, removed, binary}],
  /// added, removed, truncated}`.
  Task<boost::json::object> diff();
  /// Puts the folder under git, commits everything, pushes it to a repository that must have no other commits, and
  /// checks a new branch out. Done before, in part or as a whole, it goes on from there. When nothing can have reached
  /// the remote, a failure leaves the folder as it was. Throws Conflict when the repository has other commits.
  Task<boost::json::object> initialize(InitializeRequest request);

  /// For what is done from now on: a token, and the host that it is for ("https://github.com"); empty: none, and the
  /// one of the configuration. A token that was given to this agent by itself wins. Never written anywhere.
  void hand(std::string token, std::string base) {
    handed_ = std::move(token);
    base_ = std::move(base);
  }

  /// After the platform's sections were written: git learns that they are no change. Without repository nothing.
  Task<> settle();

  /// Sends away those who wait.
  void close() { remote_lane_.close(); }
  /// Something goes on in the background.
  [[nodiscard]] bool busy() const noexcept { return following_ || remote_lane_.busy(); }

 private:
  /// A repository and the right to work in it.
  struct Open {
    GitCommand git;
    Lane::Hold hold;
    std::optional<Lane::Hold> remote;
  };
  Task<Open> open(std::chrono::seconds within, bool alone);
  [[nodiscard]] const std::string& base() const noexcept { return base_.empty() ? config_.repository.base : base_; }
  [[nodiscard]] GitCommand command(const std::filesystem::path& folder, std::chrono::seconds within) const;
  Task<> prepare(const GitCommand* git);
  Task<> settle_claude_md(const GitCommand* git);
  static Task<> follow_remote(GitRepository* self, std::filesystem::path folder);
  Task<> look_at_remote(std::filesystem::path folder, std::chrono::seconds age);

  Task<std::string> branch_of(const GitCommand* git);
  Task<std::vector<GitChange>> changes_of(const GitCommand* git);
  Task<std::optional<GitCommit>> last_commit(const GitCommand* git);
  Task<long> behind(const GitCommand* git, const std::string* branch);
  Task<bool> has_remote_branch(const GitCommand* git, const std::string* branch);

  Task<> fetch(const GitCommand* git);
  Task<> catch_up(const GitCommand* git, const std::string* branch, std::string* note);
  Task<std::string> rebase(const GitCommand* git, const std::string* branch, std::string* fault);
  Task<long> count_of_stashes(const GitCommand* git);
  Task<bool> stash(const GitCommand* git, const char* message, std::string* fault);
  Task<std::string> unstash(const GitCommand* git);
  Task<> stage(const GitCommand* git, const std::vector<std::string>* paths);
  Task<std::vector<std::string>> identity(const GitCommand* git);
  Task<> commit(const GitCommand* git, const std::string* message);
  Task<> push(const GitCommand* git, const std::string* branch, bool force);
  Task<> recover(std::filesystem::path folder, long stashes);

  // what must not happen (guarding.cpp)
  Task<bool> has_head(const GitCommand* git);
  Task<> check_sizes(const GitCommand* git, const std::vector<std::string>* paths);
  Task<> take_out_secrets(const GitCommand* git);
  Task<> check_outgoing(const GitCommand* git);
  Task<std::string> keep(const GitCommand* git, const std::string* commit, const char* what);
  Task<std::string> keep_all(const GitCommand* git, const std::string* branch);
  Task<std::string> snapshot(const GitCommand* git);

  // initialize (founding.cpp)
  struct Founding;
  Task<> found(const GitCommand* git, Founding* founding);
  Task<> begin_repository(const GitCommand* git, Founding* founding);
  Task<> check_remote(const GitCommand* git, const Founding* founding);
  Task<> commit_everything(const GitCommand* git);
  Task<> publish(const GitCommand* git, Founding* founding);
  Task<> undo(const GitCommand* git, Founding* founding);

  Task<boost::json::object> sync_now(const GitCommand* git, const SyncRequest* request);
  Task<boost::json::object> pull_now(const GitCommand* git, PullStrategy strategy);
  Task<boost::json::object> pull_clean(const GitCommand* git, const std::string* branch, bool dirty);
  Task<boost::json::object> pull_over_stash(const GitCommand* git, const std::string* branch, bool dirty);
  Task<boost::json::object> reset_to_remote(const GitCommand* git, const std::string* branch);

  /// CLAUDE.md while git works on it.
  struct Kept {
    PlatformSections sections;
    bool all_ours = false;
  };
  Task<Kept> put_aside(const GitCommand* git);
  Task<> put_back(const GitCommand* git, Kept kept);

  const Config& config_;
  const Credentials& credentials_;
  Processes& processes_;
  BlockingPool& pool_;
  asio::any_io_executor executor_;
  Lane& home_;
  Lane remote_lane_;
  std::set<std::filesystem::path> prepared_;  ///< work trees, in this life
  std::optional<SteadyTime> remote_seen_;
  std::optional<Time> remote_seen_at_;
  std::string remote_fault_;  ///< of the last look; empty: it worked
  std::string handed_;
  std::string base_;
  bool following_ = false;
};

/// The repository gets what agentd needs of it: its private rules, the filter for CLAUDE.md, and an address without a
/// token in it.
/// `first`: also what is only set when somebody has taken the rules away.
Task<> prepare_repository(const Config* config, const GitCommand* git, std::vector<std::string> credential_files,
                          BlockingPool* pool, bool first = true);

}  // namespace trinity::agentd
