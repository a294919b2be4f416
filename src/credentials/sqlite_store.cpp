#include "credentials/sqlite_store.h"

#include <algorithm>
#include <span>

#include "base/clock.h"
#include "base/errors.h"
#include "vault/sealed_text.h"

namespace trinity::credentials {

namespace {

constexpr std::size_t page_size = 100;
constexpr std::int64_t most_states = 10'000;
constexpr std::size_t ids_per_statement = 26;  // values have one letter each

constexpr const char* columns =
    "SELECT c.id, c.name, c.service, c.type, c.description, c.file_path, c.owner, c.created_at, c.updated_at, "
    "c.export_as, c.sealed FROM trinity_credentials c ";

std::vector<Stored> rows(db::Query query) {
  using T = std::string;
  std::vector<Stored> found;
  for (auto& [id, name, service, type, description, file_path, owner, created_at, updated_at, export_as, sealed] :
       query.all<T, T, T, T, T, T, T, T, T, T, T>()) {
    found.push_back(
        {{std::move(id), std::move(name), std::move(service), std::move(type), std::move(description),
          std::move(file_path), std::move(owner), std::move(created_at), std::move(updated_at), std::move(export_as)},
         std::move(sealed)});
  }
  return found;
}

void write(db::Session& session, const Stored& stored) {
  const auto& c = stored.meta;
  session
      .query(
          "INSERT INTO trinity_credentials (id, owner, name, service, type, description, file_path, export_as, sealed, "
          "created_at, updated_at) VALUES (:a, :b, :c, :d, :e, :f, :g, :h, :i, :j, :k) ON CONFLICT(id) DO UPDATE SET "
          "owner = excluded.owner, name = excluded.name, service = excluded.service, type = excluded.type, description "
          "= excluded.description, file_path = excluded.file_path, export_as = excluded.export_as, sealed = "
          "excluded.sealed, created_at = excluded.created_at, updated_at = excluded.updated_at",
          c.id, c.owner, c.name, c.service, c.type, c.description, c.file_path, c.export_as, stored.sealed,
          c.created_at, c.updated_at)
      .run();
}

/// ":a, :b, :c"
std::string names_of(std::size_t count) {
  std::string names;
  for (std::size_t i = 0; i < count; ++i) {
    names += i == 0 ? ":" : ", :";
    names += static_cast<char>('a' + i);
  }
  return names;
}

std::int64_t seconds_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(now().time_since_epoch()).count();
}

/// One page behind `after`; changed rows are written where nobody has written meanwhile.
std::size_t reseal_page(db::Session& session, const vault::Reseal& reseal, std::string& after, vault::Resealed& done) {
  const auto page = session
                        .query("SELECT id, owner, sealed FROM trinity_credentials WHERE id > :a ORDER BY id LIMIT :b",
                               after, page_size)
                        .all<std::string, std::string, std::string>();
  for (const auto& [id, owner, sealed] : page) {
    ++done.seen;
    after = id;
    const auto next = reseal(secret_label(id, owner), sealed);
    if (!next) continue;
    session.query("UPDATE trinity_credentials SET sealed = :a WHERE id = :b", *next, id).run();
    ++done.changed;
  }
  return page.size();
}

}  // namespace

Task<> SqliteStore::put(Call call, Stored stored) {
  auto job = [&stored](db::Session& session) { write(session, stored); };
  co_await database_.write(call, std::move(job));
}

Task<std::optional<Stored>> SqliteStore::get(Call call, std::string id) {
  auto job = [&id](db::Session& session) -> std::optional<Stored> {
    auto found = rows(session.query(std::string(columns) + "WHERE c.id = :a", id));
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
  };
  co_return co_await database_.read(call, std::move(job));
}

Task<std::vector<Stored>> SqliteStore::of_owner(Call call, std::string owner, std::string name) {
  auto job = [&owner, &name](db::Session& session) {
    constexpr const char* newest_first = "ORDER BY c.created_at DESC, c.id DESC";
    if (name.empty()) return rows(session.query(std::string(columns) + "WHERE c.owner = :a " + newest_first, owner));
    return rows(
        session.query(std::string(columns) + "WHERE c.owner = :a AND c.name = :b " + newest_first, owner, name));
  };
  co_return co_await database_.read(call, std::move(job));
}

Task<std::vector<Stored>> SqliteStore::of_agent(Call call, std::string agent) {
  auto job = [&agent](db::Session& session) {
    return rows(session.query(std::string(columns) +
                                  "JOIN trinity_credential_agents a ON a.credential_id = c.id WHERE a.agent_name = :a "
                                  "ORDER BY c.name, c.created_at, c.id",
                              agent));
  };
  co_return co_await database_.read(call, std::move(job));
}

Task<std::map<std::string, std::vector<std::string>>> SqliteStore::agents_of(Call call, std::vector<std::string> ids) {
  auto job = [&ids](db::Session& session) {
    std::map<std::string, std::vector<std::string>> found;
    for (std::size_t from = 0; from < ids.size(); from += ids_per_statement) {
      const auto part = std::span(ids).subspan(from, std::min(ids_per_statement, ids.size() - from));
      auto sql = "SELECT credential_id, agent_name FROM trinity_credential_agents WHERE credential_id IN (" +
                 names_of(part.size()) + ") ORDER BY agent_name";
      auto query = session.query_with(std::move(sql), {part.begin(), part.end()});
      for (auto& [id, agent] : query.all<std::string, std::string>()) found[id].push_back(std::move(agent));
    }
    return found;
  };
  co_return co_await database_.read(call, std::move(job));
}

Task<bool> SqliteStore::remove(Call call, std::string id) {
  auto job = [&id](db::Session& session) {
    session.query("DELETE FROM trinity_credential_agents WHERE credential_id = :a", id).run();
    session.query("DELETE FROM trinity_credential_ties WHERE credential_id = :a", id).run();
    return session.query("DELETE FROM trinity_credentials WHERE id = :a", id).run() > 0;
  };
  co_return co_await database_.write(call, std::move(job));
}

Task<> SqliteStore::assign(Call call, std::string agent, std::vector<std::string> ids) {
  auto job = [&agent, &ids](db::Session& session) {
    for (const auto& id : ids) {
      session
          .query(
              "INSERT INTO trinity_credential_agents (agent_name, credential_id) SELECT :a, id FROM "
              "trinity_credentials WHERE id = :b ON CONFLICT(agent_name, credential_id) DO NOTHING",
              agent, id)
          .run();
    }
  };
  co_await database_.write(call, std::move(job));
}

Task<bool> SqliteStore::unassign(Call call, std::string agent, std::string id) {
  auto job = [&agent, &id](db::Session& session) {
    return session
               .query("DELETE FROM trinity_credential_agents WHERE agent_name = :a AND credential_id = :b", agent, id)
               .run() > 0;
  };
  co_return co_await database_.write(call, std::move(job));
}

Task<> SqliteStore::forget_agent(Call call, std::string agent) {
  auto job = [&agent](db::Session& session) {
    session.query("DELETE FROM trinity_credential_agents WHERE agent_name = :a", agent).run();
    session.query("DELETE FROM trinity_credential_ties WHERE agent_name = :a", agent).run();
  };
  co_await database_.write(call, std::move(job));
}

Task<> SqliteStore::tie(Call call, std::string agent, std::string mcp_server, std::string id) {
  auto job = [&agent, &mcp_server, &id](db::Session& session) {
    session
        .query(
            "INSERT INTO trinity_credential_ties (agent_name, mcp_server, credential_id) VALUES (:a, :b, :c) "
            "ON CONFLICT(agent_name, mcp_server) DO UPDATE SET credential_id = excluded.credential_id",
            agent, mcp_server, id)
        .run();
  };
  co_await database_.write(call, std::move(job));
}

Task<std::map<std::string, std::string>> SqliteStore::ties_of(Call call, std::string agent) {
  auto job = [&agent](db::Session& session) {
    std::map<std::string, std::string> ties;
    for (auto& [server, id] : session
                                  .query("SELECT t.mcp_server, t.credential_id FROM trinity_credential_ties t JOIN "
                                         "trinity_credentials c ON c.id = t.credential_id WHERE t.agent_name = :a",
                                         agent)
                                  .all<std::string, std::string>())
      ties.emplace(std::move(server), std::move(id));
    return ties;
  };
  co_return co_await database_.read(call, std::move(job));
}

Task<> SqliteStore::put_state(Call call, std::string state, std::string value, std::chrono::seconds life) {
  auto job = [&state, &value, life](db::Session& session) {
    session.query("DELETE FROM trinity_oauth_states WHERE expires_at <= :a", seconds_now()).run();
    const auto count = session.query("SELECT count(*) FROM trinity_oauth_states").one<std::int64_t>();
    if (count && std::get<0>(*count) >= most_states)
      throw Unavailable("Too many sign-ins are under way. Try again in some minutes.");
    session
        .query(
            "INSERT INTO trinity_oauth_states (state, value, expires_at) VALUES (:a, :b, :c) "
            "ON CONFLICT(state) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at",
            state, value, seconds_now() + life.count())
        .run();
  };
  co_await database_.write(call, std::move(job));
}

Task<std::optional<std::string>> SqliteStore::take_state(Call call, std::string state) {
  auto job = [&state](db::Session& session) -> std::optional<std::string> {
    auto row =
        session
            .query("SELECT value FROM trinity_oauth_states WHERE state = :a AND expires_at > :b", state, seconds_now())
            .one<std::string>();
    session.query("DELETE FROM trinity_oauth_states WHERE state = :a", state).run();
    if (!row) return std::nullopt;
    return std::move(std::get<0>(*row));
  };
  co_return co_await database_.write(call, std::move(job));
}

Task<vault::Resealed> SqliteStore::each(Call call, vault::Reseal reseal) {
  vault::Resealed done;
  std::string after;
  for (bool more = true; more;) {
    auto job = [&](db::Session& session) { return reseal_page(session, reseal, after, done); };
    const auto count = co_await database_.write(call, std::move(job));
    more = count == page_size;
  }
  co_return done;
}

bool SqliteStore::needs_key(db::Session& session, const std::string& key_id) {
  return session
      .query("SELECT 1 FROM trinity_credentials WHERE sealed LIKE :a LIMIT 1", vault::sealed_beginning(key_id) + "%")
      .one<int>()
      .has_value();
}

}  // namespace trinity::credentials
