// Looking at an agent's credentials, and pushing them.
#include "credentials/agent_service.h"

#include <algorithm>

#include "audit/log.h"
#include "base/credential_rules.h"
#include "base/errors.h"
#include "json/encode.h"

namespace trinity::credentials {

namespace {

constexpr std::chrono::seconds status_within{10};
constexpr std::size_t most_pasted = 200;

std::string status_text(const fleet::Agent& agent) {
  return "Agent is not running (status: " + agent.status + "). Start the agent first.";
}

std::vector<Pair> read_pasted(const std::string& text) {
  auto pairs = parse_hot_reload(text);
  if (pairs.empty()) throw BadRequest("No valid credentials found in the provided text");
  if (pairs.size() > most_pasted) throw BadRequest("At most 200 credentials can be pasted at once");
  std::string faults;
  for (const auto& pair : pairs) {
    auto fault = variable_name_fault(pair.key);
    if (fault.empty() && pair.value.size() > longest_credential_value) fault = "The value is too long";
    if (fault.empty() && pair.value.find('\0') != std::string::npos) fault = "Zero bytes are not taken";
    if (!fault.empty()) faults += (faults.empty() ? "" : "; ") + ("'" + pair.key.substr(0, 80) + "': " + fault);
  }
  if (!faults.empty()) throw BadRequest("These cannot be variables: " + faults);
  return pairs;
}

json::object saved(const CredentialService::Imported& one) {
  using Outcome = Resolution::Outcome;
  const auto* status = one.outcome == Outcome::created  ? "created"
                       : one.outcome == Outcome::reused ? "reused"
                                                        : "renamed";
  return {{"name", one.name},
          {"status", status},
          {"original", one.outcome == Outcome::renamed ? json::value(one.original) : json::value(nullptr)}};
}

}  // namespace

Task<fleet::AgentPtr> AgentCredentials::reader(CallerPtr caller, std::string name) {
  const auto view = co_await lookup_.row_first(std::move(caller), std::move(name), fleet::Rule::read);
  co_return view.agent;
}

Task<fleet::AgentPtr> AgentCredentials::running(CallerPtr caller, std::string name) {
  auto agent = co_await reader(std::move(caller), std::move(name));
  if (agent->status != "running") throw BadRequest(status_text(*agent));
  co_return agent;
}

void AgentCredentials::changed(const std::string& agent) {
  parts_.live.config_changed(agent, live::ConfigArea::credentials, false);
}

Task<json::object> AgentCredentials::requirements(Call call, CallerPtr caller, std::string name) {
  const auto agent = co_await reader(caller, name);
  if (agent->template_id.empty()) {
    co_return json::object{{"agent_name", name},
                           {"template", nullptr},
                           {"required_credentials", json::array()},
                           {"message", "The agent was made without a template"}};
  }
  const auto required = co_await parts_.templates.required(call, caller, agent->template_id);
  std::vector<Opened> own;
  // What its owner has is no business of an agent.
  if (!required.empty() && caller->is_person()) own = co_await parts_.credentials.opened(call, caller);
  json::array list;
  std::size_t configured = 0;
  for (const auto& one : required) {
    const bool found = std::ranges::any_of(
        own, [&one](const Opened& credential) { return match(credential, one.name) != Match::none; });
    if (found) ++configured;
    list.push_back({{"name", one.name}, {"source", one.source}, {"configured", found}});
  }
  co_return json::object{
      {"agent_name", name},       {"template", agent->template_id}, {"required_credentials", std::move(list)},
      {"total", required.size()}, {"configured_count", configured}, {"missing_count", required.size() - configured}};
}

Task<AgentCredentials::Answer> AgentCredentials::status(Call call, CallerPtr caller, std::string name) {
  const auto agent = co_await reader(caller, name);
  if (agent->status != "running") {
    co_return json::object{{"agent_name", name},
                           {"status", "agent_not_running"},
                           {"message", "Start the agent to see its credential files"}};
  }
  if (agent->address.empty())
    co_return std::unexpected(AgentFault{503, "Failed to connect to agent: it has no address on the agents' network"});
  agentlink::Question question;
  question.path = "/api/credentials/status";
  question.limit = status_within;
  const auto answer = co_await parts_.link.ask(call, parts_.agents.target_of(*agent), std::move(question));
  auto read = read_answer(answer, "The agent cannot tell the status of its credentials: ");
  if (!read && read.error().status != 503) read.error().status = 502;
  co_return read;
}

Task<std::expected<Pushed, AgentFault>> AgentCredentials::pushed(Call call, CallerPtr caller, std::string name) {
  const auto agent = co_await running(caller, std::move(name));
  auto result = co_await parts_.delivery.push(call, caller, agent);
  co_return result;
}

Task<AgentCredentials::Answer> AgentCredentials::reload(Call call, CallerPtr caller, std::string name) {
  const auto done = co_await pushed(call, caller, name);
  if (!done) co_return std::unexpected(done.error());
  co_return json::object{{"message", "Credentials reloaded on agent " + name},
                         {"credential_count", done->variables},
                         {"updated_files", json::encode(done->updated_files)},
                         {"note", done->note}};
}

Task<AgentCredentials::Answer> AgentCredentials::apply(Call call, CallerPtr caller, std::string name) {
  const auto done = co_await pushed(call, caller, name);
  if (!done) co_return std::unexpected(done.error());
  co_return json::object{{"message", "Applied " + std::to_string(done->variables) + " credentials to agent " + name},
                         {"credential_count", done->variables},
                         {"file_count", done->file_paths.size()},
                         {"file_paths", json::encode(done->file_paths)},
                         {"updated_files", json::encode(done->updated_files)},
                         {"files_written", json::encode(done->files_written)},
                         {"note", done->note}};
}

Task<AgentCredentials::Answer> AgentCredentials::hot_reload(Call call, CallerPtr caller, std::string name,
                                                            std::string text) {
  co_await reader(caller, name);
  require_person(*caller);
  co_await running(caller, name);
  auto pairs = read_pasted(text);
  vault::wipe(text);
  json::array names;
  for (const auto& pair : pairs) names.emplace_back(pair.key);
  const auto imported = co_await parts_.credentials.import_resolved(call, caller, std::move(pairs));
  std::vector<std::string> ids;
  json::array list;
  for (const auto& one : imported) {
    ids.push_back(one.id);
    list.push_back(saved(one));
  }
  co_await assign_all(call, name, ids);
  // The key is the new one's alone now.
  for (const auto& one : imported) {
    for (const auto& other : one.others) co_await parts_.store.unassign(call, name, other);
  }
  audit::note(call, *caller, "credential_assign", name, {{"credentials", std::to_string(ids.size())}});
  changed(name);
  const auto done = co_await pushed(call, caller, name);
  if (!done) co_return std::unexpected(done.error());
  co_return json::object{{"message", "Hot-reloaded " + std::to_string(names.size()) + " credentials on agent " + name},
                         {"credential_count", names.size()},
                         {"credential_names", names},
                         {"updated_files", json::encode(done->updated_files)},
                         {"saved_to_redis", std::move(list)},
                         {"note", done->note}};
}

}  // namespace trinity::credentials
