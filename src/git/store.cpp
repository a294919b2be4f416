#include "git/store.h"

#include "base/clock.h"

namespace trinity::git {

namespace {

using agents::GitRows;
using agents::MetadataRows;

}  // namespace

Task<std::optional<GitRecord>> GitStore::find(Call call, std::string agent) {
  auto job = [&](db::Session& session) { return GitRows::of(session, agent); };
  co_return co_await database_.read(call, std::move(job));
}

Task<bool> GitStore::put(Call call, GitRecord record, agents::Tell tell) {
  auto job = [&](db::Session& session) {
    auto metadata = MetadataRows::of(session, record.agent);
    if (!metadata) return metadata;
    GitRows::put(session, record);
    return MetadataRows::of(session, record.agent);
  };
  auto publish = [&](const std::optional<fleet::Metadata>& metadata) {
    if (metadata) tell({fleet::MetadataChanged{record.agent, metadata}});
  };
  const auto stored = co_await database_.write(call, std::move(job), std::move(publish));
  co_return stored.has_value();
}

Task<bool> GitStore::remove(Call call, std::string agent, std::string instance_id, agents::Tell tell) {
  bool removed = false;
  auto job = [&](db::Session& session) {
    const auto record = GitRows::of(session, agent);
    removed = record && record->instance_id == instance_id && GitRows::remove(session, agent);
    return removed ? MetadataRows::of(session, agent) : std::optional<fleet::Metadata>();
  };
  auto publish = [&](const std::optional<fleet::Metadata>& metadata) {
    if (metadata) tell({fleet::MetadataChanged{agent, metadata}});
  };
  co_await database_.write(call, std::move(job), std::move(publish));
  co_return removed;
}

Task<std::optional<std::string>> GitStore::synced(Call call, std::string agent, std::string commit) {
  const auto at = format_naive(now());
  auto job = [&](db::Session& session) {
    return session
               .query("UPDATE agent_git_config SET last_sync_at = :a, last_commit_sha = :b WHERE agent_name = :c", at,
                      commit, agent)
               .run() > 0;
  };
  const bool stored = co_await database_.write(call, std::move(job));
  co_return stored ? std::optional(at) : std::nullopt;
}

}  // namespace trinity::git
