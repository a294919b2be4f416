#include "credentials/take_over.h"

#include <map>
#include <stdexcept>

#include "vault/sealed_text.h"

namespace trinity::credentials {

namespace {

constexpr std::size_t most_credentials = 100'000;
constexpr std::string_view metadata_end = ":metadata";
constexpr std::string_view id_beginning = "credentials:";

std::vector<std::string> ids_in(RedisConnection& connection, std::chrono::milliseconds limit) {
  std::set<std::string> ids;
  const auto page = [&ids](const std::vector<std::string>& keys) {
    for (const auto& key : keys) {
      if (auto id = middle(key, id_beginning, metadata_end)) ids.insert(std::move(*id));
    }
    if (ids.size() > most_credentials) throw std::runtime_error("there are more than 100000 credentials");
    return true;
  };
  each_key(connection, "credentials:*:metadata", limit, page);
  return {ids.begin(), ids.end()};
}

std::set<OfAgent> assignments_in(RedisConnection& connection, std::chrono::milliseconds limit) {
  std::set<OfAgent> found;
  const auto page = [&](const std::vector<std::string>& keys) {
    for (const auto& key : keys) {
      const auto agent = middle(key, "agent:", ":credentials");
      if (!agent) continue;
      connection.limit(limit);
      for (auto& item : connection.run({"SMEMBERS", key}).items) found.emplace(*agent, std::move(item.text));
    }
    return true;
  };
  each_key(connection, "agent:*:credentials", limit, page);
  return found;
}

std::vector<Tie> ties_in(RedisConnection& connection, std::chrono::milliseconds limit) {
  std::map<OfAgent, std::string> found;
  const auto page = [&](const std::vector<std::string>& keys) {
    for (const auto& key : keys) {
      const auto tie = tie_key(key);
      if (!tie) continue;
      connection.limit(limit);
      found[*tie] = connection.run({"GET", key}).text;
    }
    return true;
  };
  each_key(connection, "agent:*:mcp:*:credential_id", limit, page);
  std::vector<Tie> ties;
  ties.reserve(found.size());
  for (auto& [where, id] : found) ties.push_back({where.first, where.second, std::move(id)});
  return ties;
}

bool readable(const RedisRecord& record, const vault::Vault* vault) {
  if (vault == nullptr || !vault::Vault::is_sealed(record.secret)) return true;
  try {
    (void)vault->open(secret_label(record.meta.id, record.meta.owner), record.secret);
    return true;
  } catch (const vault::Damaged&) {
    return false;
  }
}

}  // namespace

OldData read_old_data(RedisConnection& connection, std::chrono::milliseconds limit) {
  OldData old;
  old.credentials = read_records(connection, ids_in(connection, limit), limit);
  std::erase_if(old.credentials, [](const RedisRecord& record) { return record.meta.owner.empty(); });
  old.assignments = assignments_in(connection, limit);
  old.ties = ties_in(connection, limit);
  return old;
}

Held held_in_redis(RedisConnection& connection, std::chrono::milliseconds limit) {
  Held held;
  const auto ids = ids_in(connection, limit);
  held.ids = {ids.begin(), ids.end()};
  held.assignments = assignments_in(connection, limit);
  for (auto& tie : ties_in(connection, limit)) held.ties.emplace(std::move(tie.agent), std::move(tie.mcp_server));
  return held;
}

TakeOverPlan plan_take_over(OldData old, const Held& held, const std::optional<std::set<std::string>>& agents,
                            const vault::Vault* vault) {
  TakeOverPlan plan;
  auto known = held.ids;
  for (auto& record : old.credentials) {
    if (held.ids.contains(record.meta.id)) {
      ++plan.there;
    } else if (!readable(record, vault)) {
      plan.unreadable.push_back(std::move(record.meta));
    } else {
      known.insert(record.meta.id);
      if (!record.secret.empty() && !vault::Vault::is_sealed(record.secret)) ++plan.plain;
      plan.credentials.push_back(std::move(record));
    }
  }
  const auto is_there = [&](const std::string& agent) {
    if (!agents || agents->contains(agent)) return true;
    plan.unknown_agents.insert(agent);
    return false;
  };
  for (const auto& one : old.assignments) {
    if (known.contains(one.second) && is_there(one.first) && !held.assignments.contains(one))
      plan.assignments.push_back(one);
  }
  for (auto& tie : old.ties) {
    if (known.contains(tie.id) && is_there(tie.agent) && !held.ties.contains({tie.agent, tie.mcp_server}))
      plan.ties.push_back(std::move(tie));
  }
  return plan;
}

Task<> carry_out(SecretStore* store, const vault::Vault* vault, Call call, TakeOverPlan plan) {
  for (auto& record : plan.credentials) {
    const auto label = secret_label(record.meta.id, record.meta.owner);
    Stored stored{record.meta, {}};
    if (vault::Vault::is_sealed(record.secret)) {
      stored.sealed = record.secret;
    } else {
      stored.sealed = vault->seal(label, record.secret.empty() ? std::string_view("{}") : record.secret);
      vault::wipe(record.secret);
    }
    co_await store->put(call, std::move(stored));
  }
  std::map<std::string, std::vector<std::string>> by_agent;
  for (auto& [agent, id] : plan.assignments) by_agent[agent].push_back(std::move(id));
  for (auto& [agent, ids] : by_agent) co_await store->assign(call, agent, std::move(ids));
  for (auto& tie : plan.ties) co_await store->tie(call, tie.agent, tie.mcp_server, tie.id);
}

}  // namespace trinity::credentials
