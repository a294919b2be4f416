#include "agents/store.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/clock.h"

namespace trinity::agents {

namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// One row per agent and share; the agent's columns repeat.
std::map<std::string, fleet::Metadata> read_metadata(db::Session& session) {
  using Text = std::optional<std::string>;
  using Number = std::optional<std::int64_t>;
  const auto rows = session
                        .query(
                            "SELECT o.agent_name, o.owner_id, u.username, o.is_system, o.autonomy_enabled, "
                            "o.memory_limit, o.cpu_limit, "
                            "g.github_repo, s.shared_with_email "
                            "FROM agent_ownership o "
                            "LEFT JOIN users u ON u.id = o.owner_id "
                            "LEFT JOIN agent_git_config g ON g.agent_name = o.agent_name "
                            "LEFT JOIN agent_sharing s ON s.agent_name = o.agent_name "
                            "ORDER BY o.agent_name")
                        .all<std::string, std::int64_t, Text, Number, Number, Text, Text, Text, Text>();
  std::map<std::string, fleet::Metadata> all;
  for (const auto& [name, owner_id, owner, is_system, autonomy, memory, cpu, repository, shared_with] : rows) {
    auto& metadata = all[name];
    metadata.owner_id = owner_id;
    metadata.owner = owner;
    metadata.is_system = is_system.value_or(0) != 0;
    metadata.autonomy_enabled = autonomy.value_or(0) != 0;
    metadata.memory_limit = memory;
    metadata.cpu_limit = cpu;
    metadata.github_repo = repository;
    if (shared_with) metadata.shared_with.push_back(lower(*shared_with));
  }
  for (auto& [name, metadata] : all) std::sort(metadata.shared_with.begin(), metadata.shared_with.end());
  for (auto& [source, target] :
       session.query("SELECT source_agent, target_agent FROM agent_permissions").all<std::string, std::string>()) {
    const auto found = all.find(target);
    if (found != all.end()) found->second.permitted_by.push_back(std::move(source));
  }
  for (auto& [name, metadata] : all) std::sort(metadata.permitted_by.begin(), metadata.permitted_by.end());
  return all;
}

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

Task<std::map<std::string, fleet::Metadata>> AgentStore::load(Call call) {
  auto job = [](db::Session& session) { return read_metadata(session); };
  co_return co_await database_.read(call, std::move(job));
}

Task<AgentStore::Registered> AgentStore::register_agent(Call call, std::string name, std::int64_t owner_id,
                                                        std::string owner, std::string api_key, Leftover intent) {
  struct Outcome {
    Registered registered;
    auth::ApiKey key;
  };
  auto job = [&](db::Session& session) {
    const auto row =
        session.query("SELECT owner_id FROM agent_ownership WHERE agent_name = :a", name).one<std::int64_t>();
    if (row && std::get<0>(*row) != owner_id) return Outcome{Registered::taken, {}};
    if (!row) {
      session
          .query("INSERT INTO agent_ownership (agent_name, owner_id, created_at) VALUES (:a, :b, :c)", name, owner_id,
                 format_naive(now()))
          .run();
    }
    intent.row = !row;
    LeftoverRows::put(session, intent);
    permit_each_other(session, name, owner_id, owner);
    auto key = auth::KeyRows::insert_for_agent(session, api_key, name, owner_id);
    return Outcome{row ? Registered::taken_over : Registered::created, std::move(key)};
  };
  auto publish = [&](const Outcome& outcome) {
    if (outcome.registered == Registered::taken) return;
    keys_.remove_of_agent(name);
    keys_.put(outcome.key);
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

Task<> AgentStore::forget_agent(Call call, std::string name) {
  auto job = [name](db::Session& session) {
    // Children first: links and sessions are found through their agent.
    static constexpr std::array statements{
        "DELETE FROM public_link_verifications WHERE link_id IN (SELECT id FROM agent_public_links WHERE agent_name = "
        ":a)",
        "DELETE FROM public_link_usage WHERE link_id IN (SELECT id FROM agent_public_links WHERE agent_name = :a)",
        "DELETE FROM agent_public_links WHERE agent_name = :a",
        "DELETE FROM chat_messages WHERE agent_name = :a",
        "DELETE FROM chat_sessions WHERE agent_name = :a",
        "DELETE FROM agent_activities WHERE agent_name = :a",
        "DELETE FROM schedule_executions WHERE agent_name = :a",
        "DELETE FROM agent_schedules WHERE agent_name = :a",
        "DELETE FROM agent_git_config WHERE agent_name = :a",
        "DELETE FROM agent_permissions WHERE source_agent = :a OR target_agent = :a",
        "DELETE FROM agent_shared_folder_config WHERE agent_name = :a",
        "DELETE FROM agent_sharing WHERE agent_name = :a",
        "DELETE FROM agent_ownership WHERE agent_name = :a",
    };
    for (const auto* sql : statements) session.query(sql, name).run();
    auth::KeyRows::remove_of_agent(session, name);
  };
  auto publish = [&] { keys_.remove_of_agent(name); };
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
