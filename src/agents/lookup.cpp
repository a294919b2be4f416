#include "agents/lookup.h"

#include <boost/asio/this_coro.hpp>

#include "base/errors.h"

namespace trinity::agents {

namespace {

/// What a missing agent means to the caller. Before the engine has told its containers, nobody knows what is missing.
[[noreturn]] void refuse_unknown(const fleet::Snapshot& snapshot, const Caller& caller, const std::string& name,
                                 fleet::Rule rule, const std::string& refusal) {
  const auto expected = snapshot.expected.find(name);
  if (expected == snapshot.expected.end()) {
    if (caller.is_admin()) throw NotFound(not_found);
    throw Forbidden(refusal);
  }
  fleet::Agent agent;
  agent.name = name;
  agent.metadata = expected->second;
  if (!fleet::allowed(agent, caller, rule)) throw Forbidden(refusal);
  throw Unavailable(
      "The container engine has not answered since the server started. The agent's state is not known yet.");
}

}  // namespace

bool is_system(const fleet::Agent& agent) noexcept {
  return agent.name == system_agent || agent.is_system || (agent.metadata && agent.metadata->is_system);
}

Task<fleet::SnapshotPtr> AgentLookup::snapshot() const {
  const auto here = co_await asio::this_coro::executor;
  co_return fleet_.snapshot(here);
}

Task<AgentView> AgentLookup::row_first(CallerPtr caller, std::string name, fleet::Rule rule) const {
  const auto* refusal = rule == fleet::Rule::read ? "Access denied to agent" : "Owner access required";
  auto current = co_await snapshot();
  const auto* entry = current->find(name);
  if (!entry && current->expected.contains(name)) refuse_unknown(*current, *caller, name, rule, refusal);
  if (!entry || !entry->agent->metadata) throw NotFound(not_found);
  if (!fleet::allowed(*entry->agent, *caller, rule)) throw Forbidden(refusal);
  co_return AgentView{current, entry->agent, entry->figures};
}

Task<AgentView> AgentLookup::container_first(CallerPtr caller, std::string name) const {
  const auto* refusal = "Access denied to agent";
  auto current = co_await snapshot();
  const auto* entry = current->find(name);
  if (!entry && current->expected.contains(name)) refuse_unknown(*current, *caller, name, fleet::Rule::read, refusal);
  if (!entry) throw NotFound(not_found);
  if (!fleet::can_read(*entry->agent, *caller)) throw Forbidden(refusal);
  co_return AgentView{current, entry->agent, entry->figures};
}

Task<AgentView> AgentLookup::rule_first(CallerPtr caller, std::string name, fleet::Rule rule,
                                        std::string refusal) const {
  auto current = co_await snapshot();
  const auto* entry = current->find(name);
  if (!entry) refuse_unknown(*current, *caller, name, rule, refusal);
  if (!fleet::allowed(*entry->agent, *caller, rule)) throw Forbidden(refusal);
  co_return AgentView{current, entry->agent, entry->figures};
}

}  // namespace trinity::agents
