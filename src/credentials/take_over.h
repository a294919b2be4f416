#pragma once
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "credentials/redis_layout.h"
#include "credentials/secret_store.h"

namespace trinity::credentials {

/// The agent, and what of it: an id, or an MCP server.
using OfAgent = std::pair<std::string, std::string>;

struct Tie {
  std::string agent;
  std::string mcp_server;
  std::string id;
};

/// What the Redis server of a deployment holds.
struct OldData {
  std::vector<RedisRecord> credentials;
  std::set<OfAgent> assignments;
  std::vector<Tie> ties;
};

/// Reads it all and changes nothing. Throws RedisFault, or std::runtime_error when there is more than can be taken
/// over.
[[nodiscard]] OldData read_old_data(RedisConnection& connection, std::chrono::milliseconds limit);

/// What is in the new place already.
struct Held {
  std::set<std::string> ids;
  std::set<OfAgent> assignments;
  std::set<OfAgent> ties;  ///< agent and MCP server
};
/// Nothing when there is no file or it has no such tables yet. Changes nothing.
[[nodiscard]] Held held_in_database(const std::filesystem::path& file);
[[nodiscard]] Held held_in_redis(RedisConnection& connection, std::chrono::milliseconds limit);

/// The agents that a database knows; nothing when there is no file. Changes nothing.
[[nodiscard]] std::optional<std::set<std::string>> agents_in_database(const std::filesystem::path& file);

/// What a take-over adds. Nothing that is there already is changed.
struct TakeOverPlan {
  std::vector<RedisRecord> credentials;
  std::vector<Credential> unreadable;  ///< sealed under a key that is not here
  std::size_t there = 0;
  std::size_t plain = 0;  ///< of `credentials`
  std::vector<OfAgent> assignments;
  std::vector<Tie> ties;
  std::set<std::string> unknown_agents;  ///< left out: a later agent of that name must not inherit
};

/// `agents`: those that are there; without it all count. `vault`: tells what cannot be read; null: not looked at.
[[nodiscard]] TakeOverPlan plan_take_over(OldData old, const Held& held,
                                          const std::optional<std::set<std::string>>& agents,
                                          const vault::Vault* vault);

/// Seals and stores. A second run after one that was cut off does the rest.
Task<> carry_out(SecretStore* store, const vault::Vault* vault, Call call, TakeOverPlan plan);

}  // namespace trinity::credentials
