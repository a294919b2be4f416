#pragma once
#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "agents/git_rows.h"

namespace trinity::git {

using agents::GitRecord;
using agents::own_branch;

/// Body of POST …/git/sync; null and missing mean the default.
struct SyncRequest {
  std::optional<std::string> message;
  std::optional<std::vector<std::string>> paths;
  std::optional<std::string> strategy;
};
BOOST_DESCRIBE_STRUCT(SyncRequest, (), (message, paths, strategy))

/// Body of POST …/git/pull.
struct PullRequest {
  std::optional<std::string> strategy;
};
BOOST_DESCRIBE_STRUCT(PullRequest, (), (strategy))

/// Body of POST …/git/initialize.
struct InitializeRequest {
  std::string repo_owner;
  std::string repo_name;
  std::optional<bool> create_repo;
  std::optional<bool> private_;
  std::optional<std::string> description;
};
BOOST_DESCRIBE_STRUCT(InitializeRequest, (), (repo_owner, repo_name, create_repo, private_, description))

/// These throw Unprocessable with all faults.
void check(const SyncRequest& request);
void check(const PullRequest& request);
void check(const InitializeRequest& request);

/// Whether a record's repository is one of GitHub: two parts. Others have a host before them.
[[nodiscard]] bool is_github(const std::string& repository);

}  // namespace trinity::git
