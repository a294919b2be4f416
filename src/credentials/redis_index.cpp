#include "base/log.h"
#include "credentials/redis_scripts.h"
#include "credentials/redis_store.h"

namespace trinity::credentials {

namespace {

constexpr const char* complete = "trinity:index";

void index_assignments(RedisConnection& connection, std::chrono::milliseconds limit) {
  const auto page = [&](const std::vector<std::string>& keys) {
    for (const auto& key : keys) {
      const auto agent = middle(key, "agent:", ":credentials");
      if (!agent) continue;
      connection.limit(limit);
      connection.run(eval(redis_scripts::index_agent, {*agent}));
    }
    return true;
  };
  each_key(connection, "agent:*:credentials", limit, page);
}

void index_ties(RedisConnection& connection, std::chrono::milliseconds limit) {
  const auto page = [&](const std::vector<std::string>& keys) {
    for (const auto& key : keys) {
      const auto tie = tie_key(key);
      if (!tie) continue;
      connection.limit(limit);
      connection.run({"SADD", "trinity:agent:" + tie->first + ":servers", tie->second});
    }
    return true;
  };
  each_key(connection, "agent:*:mcp:*:credential_id", limit, page);
}

}  // namespace

void build_index(RedisConnection& connection, std::chrono::milliseconds limit) {
  if (connection.run({"EXISTS", complete}).number == 1) return;
  index_assignments(connection, limit);
  index_ties(connection, limit);
  connection.limit(limit);
  connection.run({"SET", complete, "1"});
}

void rewrite_files(RedisConnection& connection) {
  const auto facts = connection.run({"INFO", "persistence"}).text;
  const bool log_file = facts.find("aof_enabled:1") != std::string::npos;
  try {
    connection.run({log_file ? "BGREWRITEAOF" : "BGSAVE"});
  } catch (const RedisFault& fault) {
    log::warn("credentials", "the files of Redis may still hold secrets in plain text: {}", fault.what());
  }
}

}  // namespace trinity::credentials
