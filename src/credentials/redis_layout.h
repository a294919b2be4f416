#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "credentials/redis_connection.h"
#include "credentials/types.h"

namespace trinity::credentials {

/// A credential as Redis has it: the secret may be plain, or missing (empty).
struct RedisRecord {
  Credential meta;
  std::string secret;
};

/// EVAL of a script without declared keys.
[[nodiscard]] RedisConnection::Command eval(const char* script, std::vector<std::string> arguments);

/// Fields and values of the metadata hash.
[[nodiscard]] std::vector<std::string> fields_of(const Credential& credential);

/// The credentials of these ids that are there, in this order. `limit` counts anew for each hundred.
[[nodiscard]] std::vector<RedisRecord> read_records(RedisConnection& connection, const std::vector<std::string>& ids,
                                                    std::chrono::milliseconds limit);

/// Calls `page` with the keys that fit, some hundreds at a time, each key once or more often; false ends early.
void each_key(RedisConnection& connection, const std::string& pattern, std::chrono::milliseconds limit,
              const std::function<bool(const std::vector<std::string>&)>& page);

/// What stands in a key between these two; nothing when it has not that form or nothing stands there.
[[nodiscard]] std::optional<std::string> middle(std::string_view key, std::string_view beginning, std::string_view end);

/// Agent and MCP server of `agent:<agent>:mcp:<server>:credential_id`.
[[nodiscard]] std::optional<std::pair<std::string, std::string>> tie_key(std::string_view key);

}  // namespace trinity::credentials
