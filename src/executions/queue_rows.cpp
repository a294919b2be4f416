#include "executions/queue_rows.h"

namespace trinity::executions {

void QueueRows::put(db::Session& session, const QueuedTurn& turn) {
  const auto& entry = turn.entry;
  session
      .query(
          "INSERT INTO trinity_queue (id, place, agent_name, source, source_agent, source_user_id, source_user_email, "
          "message, queued_at, started_at, status, execution_id, run, unattended, turn) VALUES "
          "(:a, :b, :c, :d, :e, :f, :g, :h, :i, :j, :k, :l, :m, :n, :o)",
          entry.id, turn.order, entry.agent_name, entry.source, entry.source_agent, entry.source_user_id,
          entry.source_user_email, entry.message, entry.queued_at, entry.started_at, entry.status, entry.execution_id,
          turn.run, turn.unattended, turn.turn)
      .run();
}

void QueueRows::update(db::Session& session, const std::string& entry, const std::optional<std::string>& started_at,
                       const std::string& turn) {
  session
      .query("UPDATE trinity_queue SET status = :a, started_at = :b, turn = :c WHERE id = :d",
             started_at ? "running" : "queued", started_at, turn, entry)
      .run();
}

void QueueRows::remove(db::Session& session, const std::string& entry) {
  session.query("DELETE FROM trinity_queue WHERE id = :a", entry).run();
}

std::vector<QueuedTurn> QueueRows::all(db::Session& session, std::int64_t most) {
  using Text = std::string;
  using Maybe = std::optional<std::string>;
  std::vector<QueuedTurn> turns;
  auto query = session.query(
      "SELECT id, place, agent_name, source, source_agent, source_user_id, source_user_email, message, queued_at, "
      "started_at, status, execution_id, run, unattended, turn FROM trinity_queue "
      "ORDER BY CASE status WHEN 'running' THEN 0 ELSE 1 END, place LIMIT :a",
      most);
  for (auto& [id, order, agent, source, source_agent, user, email, message, queued, started, status, record, run,
              unattended, turn] : query.all<Text, std::int64_t, Text, Text, Maybe, Maybe, Maybe, Text, Text, Maybe,
                                            Text, Maybe, Text, bool, Text>()) {
    QueuedTurn made;
    made.entry = {std::move(id),      std::move(agent),  std::move(source),  std::move(source_agent),
                  std::move(user),    std::move(email),  std::move(message), std::move(queued),
                  std::move(started), std::move(status), std::move(record)};
    made.order = order;
    made.run = std::move(run);
    made.unattended = unattended;
    made.turn = std::move(turn);
    turns.push_back(std::move(made));
  }
  return turns;
}

}  // namespace trinity::executions
