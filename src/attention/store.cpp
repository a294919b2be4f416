#include "attention/store.h"

#include "executions/ends.h"
#include "executions/question.h"

namespace trinity::attention {

namespace {

/// A look into the index for each agent: its newest runs, of which the one that ended last. Tasks run side by side, so
/// the last to begin need not be that one. A chat that left no record has an activity. Wishes are read from an index of
/// their own, named because transcripts are large and lie before them in their rows.
constexpr const char* statement =
    "WITH RECURSIVE names(name) AS (SELECT MIN(agent_name) FROM schedule_executions UNION ALL "
    "SELECT (SELECT MIN(m.agent_name) FROM schedule_executions m WHERE m.agent_name > n.name) "
    "FROM names n WHERE n.name IS NOT NULL) "
    "SELECT e.agent_name, e.id, e.status, e.completed_at, substr(coalesce(e.error, ''), 1, 1000), "
    "substr(coalesce(e.response, ''), -2000), e.triggered_by, coalesce(t.wish, ''), "
    "EXISTS (SELECT 1 FROM schedule_executions r WHERE r.agent_name = e.agent_name AND r.started_at > e.completed_at) "
    "OR EXISTS (SELECT 1 FROM agent_activities a WHERE a.agent_name = e.agent_name AND a.created_at > e.completed_at "
    "AND a.activity_type <> 'tool_call' AND a.activity_type = 'chat_start') "
    "FROM names JOIN schedule_executions e ON e.id = (SELECT b.id FROM (SELECT id, completed_at FROM "
    "schedule_executions WHERE agent_name = names.name AND status <> 'running' AND completed_at IS NOT NULL "
    "ORDER BY started_at DESC LIMIT 8) b ORDER BY b.completed_at DESC LIMIT 1) "
    "LEFT JOIN trinity_transcripts t INDEXED BY trinity_transcripts_wishes ON t.execution_id = e.id AND t.wish <> ''";

/// Runs from before wishes were stored, and of older programs, have their answer only.
std::string wish_of(const std::string& stored, const std::string& answer, const std::string& triggered_by) {
  auto wish = stored;
  if (wish.empty()) {
    wish = executions::question_in(answer);
    if (!wish.empty()) wish.insert(0, executions::asks);
  }
  return triggered_by == "agent" && wish.starts_with("Asks") ? std::string() : wish;
}

AttentionStore::Newest read(db::Session& session) {
  auto rows = session.query(statement)
                  .all<std::string, std::string, std::string, std::string, std::string, std::string, std::string,
                       std::string, bool>();
  AttentionStore::Newest made;
  made.reserve(rows.size());
  for (auto& [agent, id, status, completed, error, answer, triggered_by, wish, answered] : rows) {
    const auto at = parse_time(completed);
    if (!at) continue;
    RunEnd end;
    end.record = std::move(id);
    end.at = *at;
    end.failed = status == "failed" && !executions::ended_by_person(error);
    end.error = std::move(error);
    if (status == "success") end.wish = wish_of(wish, answer, triggered_by);
    made.push_back({std::move(agent), std::move(end), answered});
  }
  return made;
}

}  // namespace

AttentionStore::Newest AttentionStore::load(Call call) {
  auto job = [](db::Session& session) { return read(session); };
  return database_.read_now(call, std::move(job));
}

Task<> AttentionStore::reload(Call call, std::function<void(const Newest&)> loaded) {
  auto job = [](db::Session& session) { return read(session); };
  auto publish = [&loaded](Newest& newest) { loaded(newest); };
  co_await database_.read_in_order(call, std::move(job), std::move(publish));
}

}  // namespace trinity::attention
