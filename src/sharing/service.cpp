#include "sharing/service.h"

#include "audit/log.h"
#include "base/errors.h"
#include "base/mail_address.h"
#include "json/decode.h"

namespace trinity::sharing {

namespace {

constexpr const char* owner_only = "Owner access required";

void check_address(const std::string& email) {
  json::Faults faults;
  if (!is_mail_address(email)) {
    faults.add("value_error", {"body", "email"}, "value is not a valid email address: name@host is wanted",
               json::value(email));
  }
  faults.check();
}

bool same_address(const std::optional<std::string>& one, const std::string& other) {
  return one && lower_case(*one) == lower_case(other);
}

std::string event(std::string_view name, json::object data) {
  return json::write(json::object{{"event", name}, {"data", std::move(data)}});
}

}  // namespace

agents::Tell SharingService::teller() {
  return [this](std::vector<fleet::Action> actions) { fleet_.tell(std::move(actions)); };
}

Task<agents::AgentView> SharingService::manageable(agents::CallerPtr caller, std::string name) const {
  auto view = co_await lookup_.row_first(caller, std::move(name), fleet::Rule::manage);
  if (!caller->is_person()) throw Forbidden(owner_only);
  co_return view;
}

/// The owner has the agent anyway.
void SharingService::refuse_owner(const Caller& caller, const fleet::Agent& agent, const std::string& email) const {
  if (same_address(caller.email, email)) throw BadRequest("Cannot share an agent with yourself");
  const auto owner = users_.by_id(agent.metadata->owner_id);
  if (owner && same_address(owner->email, email)) throw BadRequest("Cannot share an agent with its owner");
}

bool SharingService::invites(const Caller& caller) const {
  return (caller.is_admin() || options_.users_invite) && options_.mail_sign_in();
}

Task<agents::Share> SharingService::share(Call call, agents::CallerPtr caller, std::string name, std::string email) {
  check_address(email);
  const auto view = co_await manageable(caller, name);
  refuse_owner(*caller, *view.agent, email);
  NewShare wanted{name, email, caller->user_id, invites(*caller)};
  const auto added = co_await store_.add(call, std::move(wanted), teller());
  switch (added.outcome) {
    case SharingStore::Added::Outcome::present:
      throw Conflict("Agent is already shared with " + email);
    case SharingStore::Added::Outcome::full:
      throw BadRequest("An agent can be shared with at most " + std::to_string(SharingStore::most_shares) + " people");
    case SharingStore::Added::Outcome::no_agent:
      throw NotFound(agents::not_found);
    case SharingStore::Added::Outcome::made:
      break;
  }
  const auto target = lower_case(email);
  audit::note(call, *caller, "share", name, {{"target", target}});
  if (added.invited) audit::note(call, *caller, "whitelist_add", "", {{"target", target}, {"source", "agent_sharing"}});
  co_await fleet_.applied(std::vector<fleet::Action>());
  live_.broadcast(name, event("agent_shared", {{"name", name}, {"shared_with", email}}));
  co_return agents::Share{added.id,        name, target, caller->user_id, caller->email.value_or(caller->username),
                          added.created_at};
}

Task<> SharingService::unshare(Call call, agents::CallerPtr caller, std::string name, std::string email) {
  const auto view = co_await manageable(caller, name);
  const bool removed = co_await store_.remove(call, name, email, teller());
  if (!removed) throw NotFound("No sharing found for " + email);
  const auto target = lower_case(email);
  audit::note(call, *caller, "unshare", name, {{"target", target}});
  co_await fleet_.applied(std::vector<fleet::Action>());
  live_.broadcast(name, event("agent_unshared", {{"name", name}, {"removed_user", email}}), target);
}

Task<std::vector<agents::Share>> SharingService::shares(Call call, agents::CallerPtr caller, std::string name) {
  const auto view = co_await manageable(caller, name);
  if (view.agent->metadata->shared_with.empty()) co_return std::vector<agents::Share>{};
  co_return co_await agents_.shares(call, name);
}

}  // namespace trinity::sharing
