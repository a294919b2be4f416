#include "auth/api_keys.h"

#include <sodium.h>

#include <array>
#include <optional>

#include "base/clock.h"
#include "base/ids.h"

namespace trinity::auth {

namespace {

constexpr std::string_view key_begin = "trinity_mcp_";
constexpr std::size_t shown_characters = 20;

std::optional<Scope> scope_of(const std::string& word) {
  if (word == "user") return Scope::user_key;
  if (word == "agent") return Scope::agent_key;
  if (word == "system") return Scope::system_key;
  return std::nullopt;
}

}  // namespace

std::string new_key_text() {
  return std::string(key_begin) + random_base64url(32);
}

std::string key_digest(std::string_view key) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
  crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(key.data()), key.size());
  return hex(digest);
}

std::vector<ApiKey> KeyRows::all(db::Session& session) {
  using Text = std::optional<std::string>;
  using Number = std::optional<std::int64_t>;
  std::vector<ApiKey> keys;
  for (auto& [id, hash, user, scope, agent, active] :
       session.query("SELECT id, key_hash, user_id, scope, agent_name, is_active FROM mcp_api_keys")
           .all<Text, std::string, std::int64_t, Text, Text, Number>()) {
    const auto known = scope_of(scope.value_or("user"));
    if (!id || !known || (*known == Scope::agent_key && agent.value_or("").empty())) continue;
    keys.push_back({std::move(*id), std::move(hash), user, *known, agent.value_or(""), active.value_or(0) != 0});
  }
  return keys;
}

ApiKey KeyRows::insert_for_agent(db::Session& session, std::string_view key, std::string_view agent,
                                 std::int64_t user_id) {
  remove_of_agent(session, agent);
  ApiKey made{random_base64url(16), key_digest(key), user_id, Scope::agent_key, std::string(agent), true};
  session
      .query(
          "INSERT INTO mcp_api_keys (id, name, key_prefix, key_hash, created_at, usage_count, is_active, user_id, "
          "agent_name, scope) VALUES (:a, :b, :c, :d, :e, 0, 1, :f, :g, 'agent')",
          made.id, "agent-" + made.agent_name + "-key", key.substr(0, shown_characters), made.hash, format_naive(now()),
          user_id, agent)
      .run();
  return made;
}

void KeyRows::remove_of_agent(db::Session& session, std::string_view agent) {
  session.query("DELETE FROM mcp_api_keys WHERE agent_name = :a AND scope IN ('agent', 'system')", agent).run();
}

void KeyRows::add_uses(db::Session& session, std::string_view id, std::int64_t uses, std::string_view last_used) {
  session
      .query("UPDATE mcp_api_keys SET usage_count = coalesce(usage_count, 0) + :a, last_used_at = :b WHERE id = :c",
             uses, last_used, id)
      .run();
}

}  // namespace trinity::auth
