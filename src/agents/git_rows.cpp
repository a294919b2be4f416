#include "agents/git_rows.h"

#include "base/clock.h"
#include "base/ids.h"

namespace trinity::agents {

namespace {

using Text = std::optional<std::string>;
using Number = std::optional<std::int64_t>;
using Row =
    std::tuple<std::string, std::string, std::string, std::string, Text, Number, std::string, Text, Text, Number>;

/// Stored for those who read the table; nothing looks at them.
constexpr const char* sync_paths = R"(["memory/", "outputs/", "CLAUDE.md", ".claude/"])";

}  // namespace

std::string own_branch(const std::string& agent, const std::string& instance_id) {
  return "trinity/" + agent + "/" + instance_id;
}

std::optional<GitRecord> GitRows::of(db::Session& session, const std::string& agent) {
  const auto row =
      session
          .query(
              "SELECT agent_name, github_repo, working_branch, instance_id, source_branch, source_mode, created_at, "
              "last_sync_at, last_commit_sha, sync_enabled FROM agent_git_config WHERE agent_name = :a",
              agent)
          .one<std::string, std::string, std::string, std::string, Text, Number, std::string, Text, Text, Number>();
  if (!row) return std::nullopt;
  const auto& [name, repository, branch, instance, source, mode, created, synced, commit, enabled] = *row;
  GitRecord record;
  record.agent = name;
  record.repository = repository;
  record.working_branch = branch;
  record.instance_id = instance;
  record.source_branch = source.value_or("main");
  record.source_mode = mode.value_or(0) != 0;
  record.created_at = created;
  record.last_sync_at = synced;
  record.last_commit_sha = commit;
  record.sync_enabled = enabled.value_or(1) != 0;
  return record;
}

void GitRows::put(db::Session& session, const GitRecord& record) {
  remove(session, record.agent);
  session
      .query(
          "INSERT INTO agent_git_config (id, agent_name, github_repo, working_branch, instance_id, source_branch, "
          "source_mode, created_at, last_sync_at, last_commit_sha, sync_enabled, sync_paths) "
          "VALUES (:a, :b, :c, :d, :e, :f, :g, :h, :i, :j, :k, :l)",
          random_base64url(16), record.agent, record.repository, record.working_branch, record.instance_id,
          record.source_branch, std::int64_t{record.source_mode ? 1 : 0},
          record.created_at.empty() ? format_naive(now()) : record.created_at, record.last_sync_at,
          record.last_commit_sha, std::int64_t{record.sync_enabled ? 1 : 0}, std::string(sync_paths))
      .run();
}

bool GitRows::remove(db::Session& session, const std::string& agent) {
  return session.query("DELETE FROM agent_git_config WHERE agent_name = :a", agent).run() > 0;
}

}  // namespace trinity::agents
