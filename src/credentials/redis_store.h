#pragma once
#include <atomic>
#include <set>

#include "credentials/redis_layout.h"
#include "credentials/redis_pool.h"
#include "credentials/secret_store.h"
#include "vault/holding.h"

namespace trinity::credentials {

/// In a Redis server, in the layout of deployments in the field (see redis_scripts.h), secrets sealed. A secret that
/// is found plain is sealed and stored so. Every new connection is only used once the marks of the keys there fit.
class RedisStore : public SecretStore, public vault::MarkBook {
 public:
  /// Connects when it is first asked something. `vault` must outlive it.
  RedisStore(RedisAddress address, const vault::Vault& vault, RedisPool::Options options = {});

  /// At start: false when the server cannot be reached now. Throws vault::WrongKey. Blocks up to the limit.
  bool check();
  /// Waits for what is under way, at the end of the program.
  void join() { pool_.join(); }

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

  Task<std::vector<vault::Mark>> marks(Call call) override;
  Task<> put_mark(Call call, vault::Mark mark) override;
  Task<> drop_mark(Call call, std::string key_id) override;

 private:
  struct Page {
    std::string cursor = "0";
    std::set<std::string> seen;
    vault::Resealed done;
    bool sealed_plain = false;
  };

  Task<> run(RedisConnection::Command command);
  Task<RedisReply> ask(RedisConnection::Command command);
  Task<std::vector<Stored>> read(RedisConnection::Command which, std::string owner);
  /// Sealed, whatever it was; what was plain is stored sealed.
  Stored stored_of(RedisConnection& connection, RedisRecord record) const;
  void prepare(RedisConnection& connection) const;
  void reseal_page(RedisConnection& connection, const vault::Reseal& reseal, Page& page) const;

  const vault::Vault& vault_;
  std::chrono::milliseconds limit_;
  RedisPool pool_;
};

/// Asks the server to write its files anew, so that they do not keep what was plain before. What it refuses is logged.
void rewrite_files(RedisConnection& connection);

/// Lets the index keys be complete: assignments and ties that an older program has made. Does nothing when they are.
void build_index(RedisConnection& connection, std::chrono::milliseconds limit);

}  // namespace trinity::credentials
