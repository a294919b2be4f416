#include "agents/store.h"

#include <array>

#include "agents/tag_rows.h"
#include "base/clock.h"

namespace trinity::agents {

namespace {

/// What an agent has done. Messages before their conversations, transcripts before their records.
constexpr std::array history{
    "DELETE FROM chat_messages WHERE agent_name = :a",
    "DELETE FROM chat_sessions WHERE agent_name = :a",
    "DELETE FROM agent_activities WHERE agent_name = :a",
    "DELETE FROM trinity_queue WHERE agent_name = :a",
    "DELETE FROM trinity_idempotency WHERE agent_name = :a",
    "DELETE FROM trinity_transcripts WHERE execution_id IN (SELECT id FROM schedule_executions WHERE agent_name = :a)",
    "DELETE FROM schedule_executions WHERE agent_name = :a",
};

void permit_each_other(db::Session& session, const std::string& name, std::int64_t owner_id, const std::string& owner) {
  const auto at = format_naive(now());
  session
      .query(
          "INSERT INTO agent_permissions (source_agent, target_agent, created_at, created_by) "
          "SELECT :a, o.agent_name, :b, :c FROM agent_ownership o WHERE o.owner_id = :d AND o.agent_name <> :a "
          "AND NOT EXISTS (SELECT 1 FROM agent_permissions p WHERE p.source_agent = :a AND p.target_agent = "
          "o.agent_name)",
          name, at, owner, owner_id)
      .run();
  session
      .query(
          "INSERT INTO agent_permissions (source_agent, target_agent, created_at, created_by) "
          "SELECT o.agent_name, :a, :b, :c FROM agent_ownership o WHERE o.owner_id = :d AND o.agent_name <> :a "
          "AND NOT EXISTS (SELECT 1 FROM agent_permissions p WHERE p.source_agent = o.agent_name AND p.target_agent = "
          ":a)",
          name, at, owner, owner_id)
      .run();
}

}  // namespace

Task<> AgentStore::load(Call call, Loaded loaded) {
  auto job = [](db::Session& session) { return MetadataRows::all(session); };
  auto publish = [&loaded](std::map<std::string, fleet::Metadata>& all) { loaded(std::move(all)); };
  co_await database_.read_in_order(call, std::move(job), std::move(publish));
}

Task<AgentStore::Registered> AgentStore::register_agent(Call call, Registration wanted, Tell tell) {
  struct Outcome {
    Registered registered;
    auth::ApiKey key;
    std::vector<fleet::Action> actions;
  };
  const auto& name = wanted.name;
  auto job = [&](db::Session& session) {
    const auto row =
        session.query("SELECT owner_id FROM agent_ownership WHERE agent_name = :a", name).one<std::int64_t>();
    if (row && std::get<0>(*row) != wanted.owner_id) return Outcome{Registered::taken, {}, {}};
    if (!row) {
      // Runs of an agent of this name that is no more may have ended only after it was forgotten.
      for (const auto* sql : history) session.query(sql, name).run();
      session
          .query("INSERT INTO agent_ownership (agent_name, owner_id, created_at) VALUES (:a, :b, :c)", name,
                 wanted.owner_id, format_naive(now()))
          .run();
      TagRows::remove(session, name);
    }
    wanted.intent.row = !row;
    // An agent of this name that is no more may have had another one.
    if (wanted.repository) {
      GitRows::put(session, *wanted.repository);
    } else {
      GitRows::remove(session, name);
    }
    // Those of a row that is taken over stay, unless others are wanted.
    if (wanted.tags) TagRows::replace(session, name, *wanted.tags);
    LeftoverRows::put(session, wanted.intent);
    permit_each_other(session, name, wanted.owner_id, wanted.owner);
    auto key = auth::KeyRows::insert_for_agent(session, wanted.api_key, name, wanted.owner_id);
    // A row that was taken over brings its flags and shares along.
    std::vector<fleet::Action> actions{fleet::MetadataChanged{name, MetadataRows::of(session, name)},
                                       fleet::PermissionsChanged{name, MetadataRows::targets_of(session, name)}};
    return Outcome{row ? Registered::taken_over : Registered::created, std::move(key), std::move(actions)};
  };
  auto publish = [&](Outcome& outcome) {
    if (outcome.registered == Registered::taken) return;
    keys_.remove_of_agent(name);
    keys_.put(outcome.key);
    tell(std::move(outcome.actions));
  };
  const auto outcome = co_await database_.write(call, std::move(job), std::move(publish));
  co_return outcome.registered;
}

Task<> AgentStore::forget_key(Call call, std::string name) {
  auto job = [&](db::Session& session) { auth::KeyRows::remove_of_agent(session, name); };
  auto publish = [&] { keys_.remove_of_agent(name); };
  co_await database_.write(call, std::move(job), std::move(publish));
}

Task<> AgentStore::intend(Call call, Leftover intent) {
  auto job = [&](db::Session& session) { LeftoverRows::put(session, intent); };
  co_await database_.write(call, std::move(job));
}

Task<> AgentStore::settled(Call call, std::string name) {
  auto job = [&](db::Session& session) { LeftoverRows::remove(session, name); };
  co_await database_.write(call, std::move(job));
}

Task<> AgentStore::postpone(Call call, Leftover leftover, std::string why) {
  auto job = [&](db::Session& session) { LeftoverRows::postpone(session, leftover, why); };
  co_await database_.write(call, std::move(job));
}

Task<std::vector<Leftover>> AgentStore::leftovers_of(Call call, std::string name) {
  auto job = [&](db::Session& session) { return LeftoverRows::of(session, name); };
  co_return co_await database_.read(call, std::move(job));
}

Task<std::vector<Leftover>> AgentStore::leftovers_due(Call call, bool all) {
  auto job = [&](db::Session& session) { return LeftoverRows::due(session, all); };
  co_return co_await database_.read(call, std::move(job));
}

Task<bool> AgentStore::any_leftover(Call call) {
  auto job = [](db::Session& session) { return LeftoverRows::any(session); };
  co_return co_await database_.read(call, std::move(job));
}

Task<> AgentStore::forget_agent(Call call, std::string name, Tell tell) {
  auto job = [name](db::Session& session) {
    // Children first: links and sessions are found through their agent.
    static constexpr std::array statements{
        "DELETE FROM public_link_verifications WHERE link_id IN (SELECT id FROM agent_public_links WHERE agent_name = "
        ":a)",
        "DELETE FROM public_link_usage WHERE link_id IN (SELECT id FROM agent_public_links WHERE agent_name = :a)",
        "DELETE FROM agent_public_links WHERE agent_name = :a",
        "DELETE FROM agent_schedules WHERE agent_name = :a",
        "DELETE FROM agent_git_config WHERE agent_name = :a",
        "DELETE FROM agent_permissions WHERE source_agent = :a OR target_agent = :a",
        "DELETE FROM agent_shared_folder_config WHERE agent_name = :a",
        "DELETE FROM agent_sharing WHERE agent_name = :a",
        "DELETE FROM trinity_capability_choices WHERE agent_name = :a",
        "DELETE FROM trinity_agent_tags WHERE agent_name = :a",
        "DELETE FROM trinity_budgets WHERE agent_name = :a",
        "DELETE FROM trinity_spending WHERE agent_name = :a",
        "DELETE FROM trinity_credential_agents WHERE agent_name = :a",
        "DELETE FROM trinity_credential_ties WHERE agent_name = :a",
        "DELETE FROM trinity_credential_pushes WHERE agent_name = :a",
        "DELETE FROM agent_ownership WHERE agent_name = :a",
    };
    for (const auto* sql : history) session.query(sql, name).run();
    for (const auto* sql : statements) session.query(sql, name).run();
    auth::KeyRows::remove_of_agent(session, name);
  };
  auto publish = [&] {
    keys_.remove_of_agent(name);
    tell({fleet::PermissionsChanged{name, {}}, fleet::MetadataChanged{name, std::nullopt}});
    for (const auto& listener : forgotten_) listener(name);
  };
  co_await database_.write(call, std::move(job), std::move(publish));
}

Task<std::vector<Share>> AgentStore::shares(Call call, std::string name) {
  auto job = [name](db::Session& session) {
    const auto rows = session
                          .query(
                              "SELECT s.id, s.shared_with_email, s.shared_by_id, u.email, u.username, s.created_at "
                              "FROM agent_sharing s "
                              "LEFT JOIN users u ON u.id = s.shared_by_id WHERE s.agent_name = :a ORDER BY "
                              "s.created_at DESC, s.id DESC",
                              name)
                          .all<std::int64_t, std::string, std::int64_t, std::optional<std::string>,
                               std::optional<std::string>, std::string>();
    std::vector<Share> made;
    made.reserve(rows.size());
    for (const auto& [id, email, by, by_email, by_name, created] : rows) {
      made.push_back({id, name, email, by, by_email.value_or(by_name.value_or("unknown")), created});
    }
    return made;
  };
  co_return co_await database_.read(call, std::move(job));
}

}  // namespace trinity::agents
