#include "executions/store.h"

#include <algorithm>
#include <cmath>

#include "base/clock.h"
#include "executions/transcript.h"

namespace trinity::executions {

namespace {

using Text = std::string;
using MaybeText = std::optional<std::string>;
using MaybeInt = std::optional<std::int64_t>;

/// The columns of a record, in the order that `record_from` reads them. The last one is the transcript or nothing.
constexpr const char* columns =
    "id, schedule_id, agent_name, status, started_at, completed_at, duration_ms, message, response, error, "
    "triggered_by, context_used, context_max, cost, tool_calls";

auto rows_of(db::Query query) {
  return query.all<Text, Text, Text, Text, Text, MaybeText, MaybeInt, Text, MaybeText, MaybeText, Text, MaybeInt,
                   MaybeInt, std::optional<double>, MaybeText, MaybeText>();
}

std::vector<Execution> records_of(db::Query query) {
  std::vector<Execution> made;
  auto rows = rows_of(std::move(query));
  made.reserve(rows.size());
  for (auto& [id, schedule, agent, status, started, completed, duration, message, response, error, by, used, max, cost,
              tools, log] : rows) {
    made.push_back({std::move(id), std::move(schedule), std::move(agent), std::move(status), std::move(started),
                    std::move(completed), duration, std::move(message), std::move(response), std::move(error),
                    std::move(by), used, max, cost, std::move(tools), std::move(log)});
  }
  return made;
}

/// Rounded up, at least 1: a run that has ended took some time. The clock may have been set back meanwhile.
std::int64_t duration_ms(const std::string& started_at, Time ended) {
  const auto started = parse_time(started_at);
  if (!started) return 1;
  const auto took = std::chrono::ceil<std::chrono::milliseconds>(ended - *started).count();
  return std::max<std::int64_t>(1, took);
}

/// SQLite's text binding carries any bytes; the cast makes the column hold them as what they are.
void put_transcript(db::Session& session, const std::string& id, const Packed& packed, const std::string& ended_at,
                    const std::string& wish) {
  session
      .query(
          "INSERT INTO trinity_transcripts (execution_id, encoding, size, bytes, ended_at, wish) VALUES (:a, :b, :c, "
          "CAST(:d AS BLOB), :e, :f)",
          id, packed.encoding, packed.size, packed.bytes, ended_at, wish)
      .run();
}

std::optional<Packed> transcript_of(db::Session& session, const std::string& id) {
  auto row = session.query("SELECT encoding, size, bytes FROM trinity_transcripts WHERE execution_id = :a", id)
                 .one<std::string, std::int64_t, std::string>();
  if (!row) return std::nullopt;
  return Packed{std::move(std::get<0>(*row)), std::get<1>(*row), std::move(std::get<2>(*row))};
}

void insert_record(db::Session& session, const Execution& record) {
  session
      .query(
          "INSERT INTO schedule_executions (id, schedule_id, agent_name, status, started_at, message, triggered_by) "
          "VALUES (:a, :b, :c, 'running', :d, :e, :f)",
          record.id, record.schedule_id, record.agent_name, record.started_at, record.message, record.triggered_by)
      .run();
}

std::optional<Execution> record_of(db::Session& session, const std::string& id) {
  auto found =
      records_of(session.query(std::string("SELECT ") + columns + ", NULL FROM schedule_executions WHERE id = :a", id));
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

std::optional<Execution> found_record(db::Session& session, const std::string& agent, const std::string& id,
                                      bool with_log) {
  auto found = records_of(session.query(std::string("SELECT ") + columns + (with_log ? ", execution_log" : ", NULL") +
                                            " FROM schedule_executions WHERE id = :a AND agent_name = :b",
                                        id, agent));
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

/// A pattern that matches texts with these words in them.
std::string containing(std::string_view words) {
  std::string pattern = "%";
  for (const char c : words) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + '%';
}

/// The statement of a list and its values, in order.
struct Listing {
  std::string sql;
  std::vector<db::Param> values;
  /// The name under which the value is bound.
  std::string bound(db::Param value) {
    values.push_back(std::move(value));
    return std::string(":") + static_cast<char>('a' + values.size() - 1);
  }
};

Listing listing_of(const std::string& agent, const ExecutionStore::Window& window) {
  Listing made;
  const auto name = made.bound(agent);
  made.sql = std::string("SELECT ") + columns + ", NULL FROM schedule_executions WHERE agent_name = " + name;
  if (window.before) {
    const auto id = made.bound(*window.before);
    const auto from = " FROM schedule_executions WHERE id = " + id + " AND agent_name = " + name + ")";
    made.sql += " AND (started_at < (SELECT started_at" + from + " OR (started_at = (SELECT started_at" + from +
                " AND id < " + id + "))";
  }
  if (window.status) made.sql += " AND status = " + made.bound(*window.status);
  if (window.triggered_by) made.sql += " AND triggered_by = " + made.bound(*window.triggered_by);
  if (window.from) made.sql += " AND started_at >= " + made.bound(format_naive(*window.from));
  if (window.to) made.sql += " AND started_at <= " + made.bound(format_naive(*window.to));
  if (window.words) {
    const auto like = " LIKE lower(" + made.bound(containing(*window.words)) + ") ESCAPE '\\'";
    made.sql += " AND (lower(message)" + like + " OR lower(response)" + like + " OR lower(error)" + like + ")";
  }
  made.sql += " ORDER BY started_at DESC, id DESC LIMIT " + made.bound(window.limit);
  return made;
}

}  // namespace

Task<> ExecutionStore::begin(Call call, Start start) {
  auto job = [&](db::Session& session) {
    if (start.record) insert_record(session, *start.record);
    if (start.turn) QueueRows::put(session, *start.turn);
    if (start.key) KeyRows::put(session, *start.key, now());
  };
  co_await database_.write(call, std::move(job));
}

Task<> ExecutionStore::begin(Call call, Execution record) {
  Start start;
  start.record = std::move(record);
  co_await begin(call, std::move(start));
}

Task<> ExecutionStore::update_turn(Call call, std::string entry, std::optional<std::string> started_at,
                                   std::string turn) {
  auto job = [&](db::Session& session) { QueueRows::update(session, entry, started_at, turn); };
  co_await database_.write(call, std::move(job));
}

Task<std::optional<Execution>> ExecutionStore::end(Call call, std::string id, Ending ending, std::string entry) {
  std::optional<Packed> packed;
  if (ending.execution_log) {
    auto work = [&] { return pack(*ending.execution_log); };
    packed = co_await pool_.run(std::move(work));
  }
  auto job = [&](db::Session& session) -> std::optional<Execution> {
    if (!entry.empty()) QueueRows::remove(session, entry);
    const auto row =
        session.query("SELECT started_at FROM schedule_executions WHERE id = :a AND status = 'running'", id)
            .one<std::string>();
    if (!row) return std::nullopt;
    const auto at = now();
    session
        .query(
            "UPDATE schedule_executions SET status = :a, completed_at = :b, duration_ms = :c, response = :d, error = "
            ":e, context_used = :f, context_max = :g, cost = :h, tool_calls = :i WHERE id = :j",
            ending.success ? "success" : "failed", format_naive(at), duration_ms(std::get<0>(*row), at),
            ending.response, ending.error, ending.context_used, ending.context_max, ending.cost, ending.tool_calls, id)
        .run();
    if (packed) put_transcript(session, id, *packed, format_naive(at), ending.wish);
    return record_of(session, id);
  };
  co_return co_await database_.write(call, std::move(job));
}

Task<> ExecutionStore::end_turn(Call call, std::string entry) {
  auto job = [&](db::Session& session) { QueueRows::remove(session, entry); };
  co_await database_.write(call, std::move(job));
}

Task<> ExecutionStore::add_figures(Call call, std::string id, Ending ending) {
  std::optional<Packed> packed;
  if (ending.execution_log) {
    auto work = [&] { return pack(*ending.execution_log); };
    packed = co_await pool_.run(std::move(work));
  }
  auto job = [&](db::Session& session) {
    const auto filled =
        session
            .query(
                "UPDATE schedule_executions SET cost = coalesce(cost, :a), context_used = coalesce(context_used, :b), "
                "context_max = coalesce(context_max, :c), tool_calls = coalesce(tool_calls, :d) WHERE id = :e AND "
                "status = 'failed'",
                ending.cost, ending.context_used, ending.context_max, ending.tool_calls, id)
            .run();
    // Nobody waits for what a stopped run would have asked.
    if (filled > 0 && packed && !transcript_of(session, id))
      put_transcript(session, id, *packed, format_naive(now()), {});
  };
  co_await database_.write(call, std::move(job));
}

Task<std::vector<Execution>> ExecutionStore::of_agent(Call call, std::string agent, Window window) {
  auto job = [&](db::Session& session) {
    auto listing = listing_of(agent, window);
    return records_of(session.query_with(std::move(listing.sql), std::move(listing.values)));
  };
  co_return co_await database_.read(call, std::move(job));
}

Task<std::vector<Execution>> ExecutionStore::of_agent(Call call, std::string agent, std::int64_t limit) {
  Window window;
  window.limit = limit;
  co_return co_await of_agent(call, std::move(agent), std::move(window));
}

Task<> ExecutionStore::unpack_log(Execution* record, std::optional<Packed> packed) {
  if (!packed) co_return;
  auto work = [&] { return unpack(*packed); };
  record->execution_log = co_await pool_.run(std::move(work));
}

Task<std::optional<Execution>> ExecutionStore::find(Call call, std::string agent, std::string id, bool with_log) {
  std::optional<Packed> packed;
  auto job = [&](db::Session& session) {
    auto found = found_record(session, agent, id, with_log);
    if (found && with_log) packed = transcript_of(session, id);
    return found;
  };
  auto found = co_await database_.read(call, std::move(job));
  if (found) co_await unpack_log(&*found, std::move(packed));
  co_return found;
}

Task<std::optional<ExecutionStore::Placed>> ExecutionStore::find_placed(Call call, std::string agent, std::string id) {
  std::optional<Packed> packed;
  auto job = [&](db::Session& session) -> std::optional<Placed> {
    auto found = found_record(session, agent, id, true);
    if (!found) return std::nullopt;
    packed = transcript_of(session, id);
    auto row = session.query(neighbours_statement(), agent, found->started_at, id).one<MaybeText, MaybeText>();
    Placed placed{std::move(*found)};
    if (row) placed.beside = {std::move(std::get<0>(*row)), std::move(std::get<1>(*row))};
    return placed;
  };
  auto found = co_await database_.read(call, std::move(job));
  if (found) co_await unpack_log(&found->record, std::move(packed));
  co_return found;
}

std::string ExecutionStore::neighbours_statement() {
  const std::string from = "(SELECT id FROM schedule_executions WHERE agent_name = :a AND ";
  return "SELECT " + from + "started_at >= :b AND (started_at > :b OR id > :c) ORDER BY started_at, id LIMIT 1), " +
         from + "started_at <= :b AND (started_at < :b OR id < :c) ORDER BY started_at DESC, id DESC LIMIT 1)";
}

Task<std::vector<ExecutionStore::Open>> ExecutionStore::running(Call call, std::int64_t after, std::int64_t limit) {
  auto job = [&](db::Session& session) {
    std::vector<Open> open;
    auto query = session.query(
        "SELECT rowid, id, agent_name FROM schedule_executions WHERE status = 'running' AND rowid > :a "
        "ORDER BY rowid LIMIT :b",
        after, limit);
    for (auto& [place, id, agent] : query.all<std::int64_t, std::string, std::string>())
      open.push_back({place, std::move(id), std::move(agent)});
    return open;
  };
  co_return co_await database_.read(call, std::move(job));
}

std::vector<QueuedTurn> ExecutionStore::queued_turns(Call call, std::int64_t most) {
  auto job = [most](db::Session& session) { return QueueRows::all(session, most); };
  return database_.read_now(call, std::move(job));
}

Task<std::optional<ExecutionStore::Owner>> ExecutionStore::owner_of(Call call, std::string agent,
                                                                    std::optional<std::string> email) {
  auto job = [&](db::Session& session) {
    return session
        .query(
            "SELECT o.owner_id, EXISTS (SELECT 1 FROM agent_sharing s WHERE s.agent_name = o.agent_name AND "
            "s.shared_with_email = lower(:b)) FROM agent_ownership o WHERE o.agent_name = :a",
            agent, email)
        .one<std::int64_t, bool>();
  };
  const auto row = co_await database_.read(call, std::move(job));
  if (!row) co_return std::nullopt;
  co_return Owner{std::get<0>(*row), std::get<1>(*row)};
}

Task<std::int64_t> ExecutionStore::prune_transcripts(Call call, Time older_than, std::int64_t most) {
  auto job = [&](db::Session& session) {
    const auto limit = format_naive(older_than);
    const auto packed = session
                            .query(
                                "DELETE FROM trinity_transcripts WHERE execution_id IN (SELECT execution_id FROM "
                                "trinity_transcripts WHERE ended_at < :a ORDER BY ended_at LIMIT :b)",
                                limit, most)
                            .run();
    const auto in_rows = session
                             .query(
                                 "UPDATE schedule_executions SET execution_log = NULL WHERE id IN (SELECT id FROM "
                                 "schedule_executions WHERE execution_log IS NOT NULL AND completed_at < :a LIMIT :b)",
                                 limit, most)
                             .run();
    return packed + in_rows;
  };
  co_return co_await database_.write(call, std::move(job));
}

Task<std::int64_t> ExecutionStore::prune_keys(Call call, std::int64_t most) {
  auto job = [most](db::Session& session) { return KeyRows::prune(session, now(), most); };
  co_return co_await database_.write(call, std::move(job));
}

}  // namespace trinity::executions
