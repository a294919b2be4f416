#include "agents/settings_store.h"

#include "agents/tag_rows.h"

namespace trinity::agents {

Task<bool> AgentSettingsStore::change(Call call, std::string name, std::function<void(db::Session&)> update,
                                      Tell tell) {
  auto job = [&](db::Session& session) {
    update(session);
    return MetadataRows::of(session, name);
  };
  auto publish = [&](std::optional<fleet::Metadata>& now) {
    if (now) tell({fleet::MetadataChanged{name, now}});
  };
  const auto now = co_await database_.write(call, std::move(job), std::move(publish));
  co_return now.has_value();
}

Task<bool> AgentSettingsStore::set_resources(Call call, const std::string& name,
                                             const std::optional<std::string>& memory,
                                             const std::optional<std::string>& cpu, Tell tell) {
  std::function<void(db::Session&)> update = [name, memory, cpu](db::Session& session) {
    session
        .query("UPDATE agent_ownership SET memory_limit = :a, cpu_limit = :b WHERE agent_name = :c", memory, cpu, name)
        .run();
  };
  return change(call, name, std::move(update), std::move(tell));
}

Task<bool> AgentSettingsStore::set_platform_key(Call call, const std::string& name, bool use, Tell tell) {
  std::function<void(db::Session&)> update = [name, use](db::Session& session) {
    session.query("UPDATE agent_ownership SET use_platform_api_key = :a WHERE agent_name = :b", std::int64_t{use}, name)
        .run();
  };
  return change(call, name, std::move(update), std::move(tell));
}

Task<bool> AgentSettingsStore::set_capabilities(Call call, const std::string& name, bool full, fleet::ChosenBy by,
                                                Tell tell) {
  const std::string who = by == fleet::ChosenBy::administrator ? "administrator" : "owner";
  std::function<void(db::Session&)> update = [name, full, who](db::Session& session) {
    session.query("DELETE FROM trinity_capability_choices WHERE agent_name = :a", name).run();
    session
        .query(
            "INSERT INTO trinity_capability_choices (agent_name, chosen_by) SELECT agent_name, :a FROM agent_ownership "
            "WHERE agent_name = :b",
            who, name)
        .run();
    session.query("UPDATE agent_ownership SET full_capabilities = :a WHERE agent_name = :b", std::int64_t{full}, name)
        .run();
  };
  return change(call, name, std::move(update), std::move(tell));
}

Task<bool> AgentSettingsStore::set_autonomy(Call call, const std::string& name, bool enabled, Tell tell) {
  std::function<void(db::Session&)> update = [name, enabled](db::Session& session) {
    session.query("UPDATE agent_ownership SET autonomy_enabled = :a WHERE agent_name = :b", std::int64_t{enabled}, name)
        .run();
    // Of one that is armed already the next run stays.
    session
        .query(enabled ? "UPDATE agent_schedules SET enabled = 1 WHERE agent_name = :a AND enabled = 0"
                       : "UPDATE agent_schedules SET enabled = 0, next_run_at = NULL WHERE agent_name = :a",
               name)
        .run();
  };
  return change(call, name, std::move(update), std::move(tell));
}

Task<bool> AgentSettingsStore::set_tags(Call call, const std::string& name, const std::vector<std::string>& tags,
                                        Tell tell) {
  std::function<void(db::Session&)> update = [name, tags](db::Session& session) {
    TagRows::replace(session, name, tags);
  };
  return change(call, name, std::move(update), std::move(tell));
}

Task<AgentSettingsStore::Schedules> AgentSettingsStore::schedules(Call call, std::string name) {
  auto job = [&](db::Session& session) {
    const auto row =
        session
            .query("SELECT COUNT(*), COALESCE(SUM(enabled <> 0), 0) FROM agent_schedules WHERE agent_name = :a", name)
            .one<std::int64_t, std::int64_t>();
    return row ? Schedules{std::get<0>(*row), std::get<1>(*row)} : Schedules{};
  };
  co_return co_await database_.read(call, std::move(job));
}

Task<std::map<std::string, fleet::Metadata>> AgentSettingsStore::all(Call call) {
  auto job = [](db::Session& session) { return MetadataRows::all(session); };
  co_return co_await database_.read(call, std::move(job));
}

}  // namespace trinity::agents
