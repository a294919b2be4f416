#include "audit/store.h"

#include <fmt/format.h>

namespace trinity::audit {

namespace {

void add_all(db::Session& session, const std::vector<Entry>& entries) {
  for (const auto& entry : entries) {
    session
        .query(
            "INSERT INTO trinity_audit (id, at, request_id, user_name, user_id, by_what, by_agent, action, "
            "object_kind, object_id, agent_name, result, detail) VALUES (:a, :b, :c, :d, :e, :f, :g, :h, :i, :j, :k, "
            ":l, :m) ON CONFLICT(id) DO NOTHING",
            entry.id, entry.at, entry.request_id, entry.user, entry.user_id, entry.by, entry.by_agent, entry.action,
            entry.object_kind, entry.object_id, entry.agent, entry.result, entry.detail)
        .run();
  }
}

/// The conditions of a search and their values, :a, :b ...
struct Where {
  std::string sql;
  std::vector<db::Param> values;

  void add(std::string_view column, std::string_view compare, db::Param value) {
    const auto name = static_cast<char>('a' + values.size());
    sql += fmt::format("{} {} {} :{}", sql.empty() ? " WHERE" : " AND", column, compare, name);
    values.push_back(std::move(value));
  }
  void add_filled(std::string_view column, std::string text) {
    if (!text.empty()) add(column, "=", std::move(text));
  }
};

std::vector<Entry> read(db::Session& session, Search search) {
  Where where;
  if (search.before) where.add("id", "<", *search.before);
  where.add_filled("user_name", std::move(search.user));
  where.add_filled("agent_name", std::move(search.agent));
  where.add_filled("action", std::move(search.action));
  where.add_filled("object_kind", std::move(search.object_kind));
  where.add_filled("object_id", std::move(search.object_id));
  const auto limit = static_cast<char>('a' + where.values.size());
  where.values.emplace_back(search.limit);
  auto rows = session
                  .query_with(
                      "SELECT id, at, request_id, user_name, user_id, by_what, by_agent, action, object_kind, "
                      "object_id, agent_name, result, detail FROM trinity_audit" +
                          where.sql + fmt::format(" ORDER BY id DESC LIMIT :{}", limit),
                      std::move(where.values))
                  .all<std::int64_t, std::string, std::string, std::string, std::int64_t, std::string, std::string,
                       std::string, std::string, std::string, std::string, std::string, std::string>();
  std::vector<Entry> made;
  made.reserve(rows.size());
  for (auto& row : rows)
    made.push_back(std::apply([](auto&&... cell) { return Entry{std::move(cell)...}; }, std::move(row)));
  return made;
}

}  // namespace

std::int64_t AuditStore::newest(Call call) {
  auto job = [](db::Session& session) {
    const auto row = session.query("SELECT max(id) FROM trinity_audit").one<std::optional<std::int64_t>>();
    return row ? std::get<0>(*row).value_or(0) : 0;
  };
  return database_.read_now(call, std::move(job));
}

Task<> AuditStore::add(Call call, const std::vector<Entry>* entries) {
  auto job = [entries](db::Session& session) { add_all(session, *entries); };
  co_await database_.write(call, std::move(job));
}

void AuditStore::add_now(Call call, const std::vector<Entry>& entries) {
  auto job = [&entries](db::Session& session) { add_all(session, entries); };
  database_.write_now(call, std::move(job));
}

Task<std::vector<Entry>> AuditStore::find(Call call, Search search) {
  auto job = [&search](db::Session& session) { return read(session, search); };
  co_return co_await database_.read(call, std::move(job));
}

Task<std::int64_t> AuditStore::prune(Call call, Time older_than, std::int64_t most) {
  const auto limit = format_naive(older_than);
  auto job = [&limit, most](db::Session& session) {
    return session
        .query(
            "DELETE FROM trinity_audit WHERE id IN (SELECT id FROM trinity_audit WHERE at < :a ORDER BY at LIMIT :b)",
            limit, most)
        .run();
  };
  co_return co_await database_.write(call, std::move(job));
}

}  // namespace trinity::audit
