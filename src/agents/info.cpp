// What an agent says about itself; a short form from its labels when it cannot be asked.
#include <boost/json.hpp>

#include "agents/service.h"
#include "base/errors.h"

namespace trinity::agents {

namespace {

constexpr std::chrono::seconds ask_within{10};
constexpr std::chrono::seconds young{20};

boost::json::object short_form(const fleet::Agent& agent, const char* status, const char* message) {
  return {
      {"has_template", !agent.template_id.empty()},
      {"agent_name", agent.name},
      {"template_name", agent.template_id},
      {"type", agent.type},
      {"resources", boost::json::object{{"cpu", agent.cpu}, {"memory", agent.memory}}},
      {"status", status},
      {"message", message},
  };
}

}  // namespace

agentlink::Target AgentService::target_of(const fleet::Agent& agent) const {
  const bool starting = agent.started_at && now() - *agent.started_at < young;
  // An adopted agent was given no secret.
  auto secret = agent.key_nonce.empty() ? std::string() : key_.secret_for(agent.key_nonce);
  return {agent.address, std::move(secret), starting};
}

Task<boost::json::object> AgentService::info(Call call, CallerPtr caller, std::string name) {
  const auto view = co_await get(caller, name);
  const auto& agent = *view.agent;
  if (agent.status != "running")
    co_return short_form(agent, "stopped", "Agent is stopped. Start the agent to see full template info.");
  if (agent.address.empty()) co_return short_form(agent, "running", "The agent has no address on the agents' network.");
  const auto answer = co_await link_.get(call, target_of(agent), "/api/template/info", ask_within);
  if (!answer && answer.error() == agentlink::Trouble::timeout)
    throw TimedOut("Agent is starting up, please try again");
  if (!answer) co_return short_form(agent, "running", "The agent runs, but its daemon does not answer.");
  boost::system::error_code fault;
  auto parsed = boost::json::parse(*answer, fault);
  if (fault || !parsed.is_object()) co_return short_form(agent, "running", "The agent's answer cannot be read.");
  auto object = std::move(parsed.as_object());
  object["status"] = "running";
  co_return object;
}

}  // namespace trinity::agents
