#pragma once
#include <functional>
#include <string>
#include <vector>

#include "agents/lookup.h"
#include "agents/store.h"
#include "agents/types.h"
#include "auth/users.h"
#include "live/hub_link.h"
#include "sharing/store.h"

namespace trinity::sharing {

/// What the operator decides about invitations: an address on the sign-in list may sign in by an e-mailed code.
struct SharingOptions {
  std::function<bool()> mail_sign_in;  ///< whether such sign-in is offered now; without it nobody is invited
  bool users_invite = false;           ///< a plain user's share invites too; else an administrator's alone
};

/// Who an agent is shared with. Only persons manage that: no agent's key does, whoever owns it. Every effect is seen by
/// reads that begin after the answer; who gains or loses the agent learns of it on the live topic `agents`. No HTTP,
/// no SQL. Any I/O thread.
class SharingService {
 public:
  /// All must outlive it.
  SharingService(SharingOptions options, fleet::Fleet& fleet, SharingStore& store, agents::AgentStore& agents,
                 const auth::UserDirectory& users, live::HubLink& live)
      : options_(std::move(options)),
        fleet_(fleet),
        lookup_(fleet),
        store_(store),
        agents_(agents),
        users_(users),
        live_(live) {}

  /// Throws, in this order, Unprocessable, NotFound, Forbidden, BadRequest (the caller's own address, the owner's, too
  /// many), Conflict (shared already).
  Task<agents::Share> share(Call call, agents::CallerPtr caller, std::string name, std::string email);
  Task<> unshare(Call call, agents::CallerPtr caller, std::string name, std::string email);
  /// Newest first.
  Task<std::vector<agents::Share>> shares(Call call, agents::CallerPtr caller, std::string name);

 private:
  /// Family A of the contract, for persons.
  Task<agents::AgentView> manageable(agents::CallerPtr caller, std::string name) const;
  void refuse_owner(const Caller& caller, const fleet::Agent& agent, const std::string& email) const;
  [[nodiscard]] bool invites(const Caller& caller) const;
  [[nodiscard]] agents::Tell teller();

  SharingOptions options_;
  fleet::Fleet& fleet_;
  agents::AgentLookup lookup_;
  SharingStore& store_;
  agents::AgentStore& agents_;
  const auth::UserDirectory& users_;
  live::HubLink& live_;
};

}  // namespace trinity::sharing
