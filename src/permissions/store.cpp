#include "permissions/store.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/clock.h"

namespace trinity::permissions {

namespace {

using agents::MetadataRows;

bool is_there(db::Session& session, const PermissionStore::Source& source) {
  return !source.owned || session.query("SELECT 1 FROM agent_ownership WHERE agent_name = :a", source.agent)
                              .one<std::int64_t>()
                              .has_value();
}

/// As many rows in a statement as it has values to bind.
void insert(db::Session& session, const PermissionStore::Source& source, const std::vector<std::string>& targets) {
  constexpr std::size_t in_one = 23;
  const auto at = format_naive(now());
  for (std::size_t begin = 0; begin < targets.size(); begin += in_one) {
    const auto end = std::min(begin + in_one, targets.size());
    std::vector<db::Param> values{source.agent, at, source.by};
    std::string sql = "INSERT INTO agent_permissions (source_agent, created_at, created_by, target_agent) VALUES ";
    for (std::size_t i = begin; i < end; ++i) {
      sql += fmt::format("{}(:a, :b, :c, :{})", i == begin ? "" : ", ", static_cast<char>('a' + values.size()));
      values.emplace_back(targets[i]);
    }
    session.query_with(std::move(sql), std::move(values)).run();
  }
}

std::vector<std::string> without(const std::vector<std::string>& all, const std::vector<std::string>& those) {
  std::vector<std::string> left;
  std::set_difference(all.begin(), all.end(), those.begin(), those.end(), std::back_inserter(left));
  return left;
}

}  // namespace

Task<PermissionStore::Replaced> PermissionStore::replace(Call call, Source source, std::vector<std::string> targets,
                                                         agents::Tell tell) {
  auto job = [&](db::Session& session) {
    Replaced done;
    done.found = is_there(session, source);
    if (!done.found) return done;
    const auto before = MetadataRows::targets_of(session, source.agent);
    session.query("DELETE FROM agent_permissions WHERE source_agent = :a", source.agent).run();
    insert(session, source, targets);
    done.added = without(targets, before);
    done.removed = without(before, targets);
    return done;
  };
  auto publish = [&](const Replaced& done) {
    if (done.found) tell({fleet::PermissionsChanged{source.agent, std::move(targets)}});
  };
  co_return co_await database_.write(call, std::move(job), std::move(publish));
}

Task<PermissionStore::Added> PermissionStore::add(Call call, Source source, std::string target, agents::Tell tell) {
  std::vector<std::string> targets;
  auto job = [&](db::Session& session) {
    if (!is_there(session, source)) return Added::no_source;
    targets = MetadataRows::targets_of(session, source.agent);
    const auto at = std::lower_bound(targets.begin(), targets.end(), target);
    if (at != targets.end() && *at == target) return Added::present;
    if (targets.size() >= most_targets) return Added::full;
    insert(session, source, {target});
    targets.insert(at, target);
    return Added::made;
  };
  auto publish = [&](Added added) {
    if (added == Added::made) tell({fleet::PermissionsChanged{source.agent, std::move(targets)}});
  };
  co_return co_await database_.write(call, std::move(job), std::move(publish));
}

Task<bool> PermissionStore::remove(Call call, std::string source, std::string target, agents::Tell tell) {
  std::vector<std::string> targets;
  auto job = [&](db::Session& session) {
    const auto removed =
        session.query("DELETE FROM agent_permissions WHERE source_agent = :a AND target_agent = :b", source, target)
            .run();
    if (removed > 0) targets = MetadataRows::targets_of(session, source);
    return removed > 0;
  };
  auto publish = [&](bool removed) {
    if (removed) tell({fleet::PermissionsChanged{source, std::move(targets)}});
  };
  co_return co_await database_.write(call, std::move(job), std::move(publish));
}

}  // namespace trinity::permissions
