#include "runstats/store.h"

namespace trinity::runstats {

namespace {

FigureStore::Loaded read(db::Session& session, Time since) {
  FigureStore::Loaded made;
  auto records =
      session
          .query("SELECT agent_name, id, status, started_at, cost FROM schedule_executions WHERE started_at >= :a",
                 format_naive(since))
          .all<std::string, std::string, std::string, std::string, std::optional<double>>();
  made.records.reserve(records.size());
  for (auto& [agent, id, status, started, cost] : records)
    made.records.push_back({std::move(agent), std::move(id), std::move(status), std::move(started), cost});
  // Two looks into the index for each agent, however many activities there are.
  auto newest = session
                    .query(
                        "WITH RECURSIVE names(name) AS (SELECT MIN(agent_name) FROM agent_activities UNION ALL "
                        "SELECT (SELECT MIN(m.agent_name) FROM agent_activities m WHERE m.agent_name > n.name) "
                        "FROM names n WHERE n.name IS NOT NULL) "
                        "SELECT a.agent_name, a.id, a.created_at, a.activity_state FROM names "
                        "JOIN agent_activities a ON a.id = (SELECT b.id FROM agent_activities b "
                        "WHERE b.agent_name = names.name ORDER BY b.created_at DESC, b.id DESC LIMIT 1)")
                    .all<std::string, std::string, std::string, std::string>();
  made.newest.reserve(newest.size());
  for (auto& [agent, id, created, state] : newest)
    made.newest.push_back({std::move(agent), std::move(id), std::move(created), state == "started"});
  return made;
}

std::string where_of(const std::optional<std::vector<std::string>>& agents) {
  if (!agents) return {};
  std::string list;
  for (std::size_t i = 0; i < agents->size(); ++i) {
    list += i == 0 ? ":" : ", :";
    list += static_cast<char>('b' + i);
  }
  return "AND agent_name IN (" + list + ") ";
}

}  // namespace

FigureStore::Loaded FigureStore::load(Call call, Time since) {
  auto job = [since](db::Session& session) { return read(session, since); };
  return database_.read_now(call, std::move(job));
}

Task<> FigureStore::reload(Call call, Time since, std::function<void(const Loaded&)> loaded) {
  auto job = [since](db::Session& session) { return read(session, since); };
  auto publish = [&loaded](Loaded& read) { loaded(read); };
  co_await database_.read_in_order(call, std::move(job), std::move(publish));
}

Task<std::vector<ExecutionStats>> FigureStore::since(Call call, Time since,
                                                     std::optional<std::vector<std::string>> agents) {
  auto job = [&](db::Session& session) {
    std::vector<db::Param> params{format_naive(since)};
    if (agents) params.insert(params.end(), agents->begin(), agents->end());
    auto rows = session
                    .query_with(
                        "SELECT agent_name, COUNT(*), SUM(CASE WHEN status = 'success' THEN 1 ELSE 0 END), "
                        "SUM(CASE WHEN status = 'failed' THEN 1 ELSE 0 END), "
                        "SUM(CASE WHEN status = 'running' THEN 1 ELSE 0 END), SUM(cost), MAX(started_at) "
                        "FROM schedule_executions WHERE started_at >= :a " +
                            where_of(agents) + "GROUP BY agent_name",
                        std::move(params))
                    .all<std::string, std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::optional<double>,
                         std::string>();
    std::vector<ExecutionStats> made;
    made.reserve(rows.size());
    for (auto& [name, all, success, failed, running, cost, last] : rows)
      made.push_back(stats_of(std::move(name), all, success, failed, running, billionths(cost), std::move(last)));
    return made;
  };
  co_return co_await database_.read(call, std::move(job));
}

}  // namespace trinity::runstats
