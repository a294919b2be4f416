#pragma once
#include <boost/json/array.hpp>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "agents/lookup.h"
#include "agents/name_locks.h"
#include "base/blocking.h"
#include "credentials/checks.h"
#include "credentials/delivery.h"
#include "credentials/imports.h"
#include "credentials/secret_box.h"
#include "credentials/secret_store.h"
#include "json/encode.h"
#include "live/hub_link.h"

namespace trinity::credentials {

/// The credentials of people: each sees, changes and deletes their own, administrators too. Secrets go in and never
/// come out. What changes is told to the agents' pages; running agents get it by a push only. Any I/O thread.
class CredentialService {
 public:
  /// All must outlive it.
  struct Parts {
    SecretStore& store;
    const SecretBox& box;
    const fleet::Fleet& fleet;
    Delivery& delivery;
    live::HubLink& live;
    BlockingPool& pool;
  };
  explicit CredentialService(Parts parts) : parts_(parts), lookup_(parts.fleet) {}

  /// Newest first, with the agents that each is assigned to. No agent's key sees it.
  Task<json::array> list(Call call, CallerPtr caller);
  Task<json::object> get(Call call, CallerPtr caller, std::string id);
  Task<json::object> create(Call call, CallerPtr caller, CredentialCreate wanted);
  Task<json::object> update(Call call, CallerPtr caller, std::string id, CredentialUpdate wanted);
  Task<> remove(Call call, CallerPtr caller, std::string id);

  /// KEY=VALUE lines. Throws BadRequest when there is none.
  Task<json::object> import_bulk(Call call, CallerPtr caller, std::string text);
  /// What that would do; nothing is stored.
  Task<json::object> preview_bulk(Call call, CallerPtr caller, std::string text);

  // ---- for the credentials of agents

  struct Imported {
    std::string name;
    std::string original;  ///< the key
    Resolution::Outcome outcome = Resolution::Outcome::created;
    std::string id;
    std::vector<std::string> others;  ///< ids of the person's other credentials that stand for the key
  };
  /// With conflict resolution, in order; the secrets of pairs are stored for this person.
  Task<std::vector<Imported>> import_resolved(Call call, CallerPtr caller, std::vector<Pair> pairs);
  /// Throws NotFound when it is not there, or not the caller's.
  Task<Stored> own(Call call, CallerPtr caller, std::string id);
  /// Everything of the caller, open.
  Task<std::vector<Opened>> opened(Call call, CallerPtr caller);

 private:
  /// Of one person at a time: what an import sees stays as it is until it has ended.
  Task<agents::NameLocks::Held> turn_of(const Caller* caller);
  Task<std::vector<Owned>> owned(Call call, CallerPtr caller, const std::vector<Pair>* pairs,
                                 std::vector<Stored>* stored);
  Task<Stored> store_new(Call call, CallerPtr caller, Credential meta, json::object secret);
  Task<std::vector<std::string>> agents_of(Call call, std::string id);
  Task<json::object> shown_with_agents(Call call, Credential meta);
  void tell(const std::vector<std::string>& agents);

  Parts parts_;
  agents::AgentLookup lookup_;
  agents::NameLocks turns_;
};

/// An agent's key is not its owner: it neither sees nor changes what its owner keeps. Throws Forbidden.
void require_person(const Caller& caller);

/// As the contract's Credential.
[[nodiscard]] json::object shown(const Credential& meta);

}  // namespace trinity::credentials
