#pragma once
#include "credentials/secret_store.h"
#include "db/database.h"

namespace trinity::credentials {

/// In the database, beside everything else.
class SqliteStore : public SecretStore {
 public:
  /// `database` must outlive it.
  explicit SqliteStore(db::Database& database) : database_(database) {}

  Task<> put(Call call, Stored stored) override;
  Task<std::optional<Stored>> get(Call call, std::string id) override;
  Task<std::vector<Stored>> of_owner(Call call, std::string owner, std::string name) override;
  Task<std::vector<Stored>> of_agent(Call call, std::string agent) override;
  Task<std::map<std::string, std::vector<std::string>>> agents_of(Call call, std::vector<std::string> ids) override;
  Task<bool> remove(Call call, std::string id) override;
  Task<> assign(Call call, std::string agent, std::vector<std::string> ids) override;
  Task<bool> unassign(Call call, std::string agent, std::string id) override;
  Task<> forget_agent(Call call, std::string agent) override;
  Task<> tie(Call call, std::string agent, std::string mcp_server, std::string id) override;
  Task<std::map<std::string, std::string>> ties_of(Call call, std::string agent) override;
  Task<> put_state(Call call, std::string state, std::string value, std::chrono::seconds life) override;
  Task<std::optional<std::string>> take_state(Call call, std::string state) override;
  Task<vault::Resealed> each(Call call, vault::Reseal reseal) override;

  /// Whether a secret is sealed under that key.
  [[nodiscard]] static bool needs_key(db::Session& session, const std::string& key_id);

 private:
  db::Database& database_;
};

}  // namespace trinity::credentials
