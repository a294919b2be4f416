// What is assigned to an agent.
#include <algorithm>
#include <set>

#include "audit/log.h"
#include "base/errors.h"
#include "credentials/agent_service.h"
#include "json/encode.h"

namespace trinity::credentials {

namespace {

constexpr std::size_t most_ids = 500;
constexpr std::size_t longest_server = 100;
constexpr const char* not_assigned = "Credential assignment not found";

json::object summary(const Credential& meta) {
  return {{"id", meta.id},
          {"name", meta.name},
          {"service", meta.service},
          {"type", meta.type},
          {"file_path", meta.file_path.empty() ? json::value(nullptr) : json::value(meta.file_path)},
          {"export_as", meta.export_as.empty() ? json::value(nullptr) : json::value(meta.export_as)}};
}

json::object change(const char* message, const std::string& id, const std::string& agent) {
  return {{"message", message}, {"credential_id", id}, {"agent_name", agent}};
}

json::value last_push(const std::optional<PushRecord>& record) {
  if (!record) return nullptr;
  return json::object{{"at", record->at},
                      {"status", record->status},
                      {"error", record->error.empty() ? json::value(nullptr) : json::value(record->error)}};
}

}  // namespace

Task<json::object> AgentCredentials::assignments(Call call, CallerPtr caller, std::string name) {
  const auto agent = co_await reader(caller, name);
  require_person(*caller);
  const auto own = co_await parts_.store.of_owner(call, caller->username);
  const auto given = co_await parts_.store.of_agent(call, name);
  const auto ties = co_await parts_.store.ties_of(call, name);
  std::set<std::string_view> ids;
  for (const auto& one : given) ids.insert(one.meta.id);
  json::array assigned;
  json::array available;
  for (const auto& one : own) {
    auto item = summary(one.meta);
    if (ids.contains(one.meta.id)) {
      item["pending"] = parts_.delivery.lacks(*agent, one.meta);
      assigned.push_back(std::move(item));
    } else {
      available.push_back(std::move(item));
    }
  }
  const auto others = given.size() - assigned.size();
  const bool pending = parts_.delivery.is_pending(*agent, Delivery::marks_of(given, ties));
  co_return json::object{{"agent_name", name},
                         {"assigned", std::move(assigned)},
                         {"available", std::move(available)},
                         {"pending", pending},
                         {"others", others},
                         {"last_push", last_push(parts_.delivery.book().find(name))}};
}

Task<> AgentCredentials::assign_all(Call call, std::string agent, std::vector<std::string> ids) {
  const auto given = co_await parts_.store.of_agent(call, agent);
  std::set<std::string> all(ids.begin(), ids.end());
  for (const auto& one : given) all.insert(one.meta.id);
  if (all.size() > most_assigned)
    throw BadRequest("At most " + std::to_string(most_assigned) + " credentials can be assigned to an agent");
  co_await parts_.store.assign(call, std::move(agent), std::move(ids));
}

Task<json::object> AgentCredentials::assign(Call call, CallerPtr caller, std::string name, std::string id) {
  co_await reader(caller, name);
  const auto found = co_await parts_.credentials.own(call, caller, id);
  std::vector<std::string> ids{id};
  co_await assign_all(call, name, std::move(ids));
  audit::note(call, *caller, "credential_assign", name, {{"credential", id}, {"name", found.meta.name}});
  changed(name);
  co_return change("Credential assigned to agent", id, name);
}

Task<json::object> AgentCredentials::assign_bulk(Call call, CallerPtr caller, std::string name,
                                                 std::vector<std::string> ids) {
  co_await reader(caller, name);
  require_person(*caller);
  if (ids.size() > most_ids) throw BadRequest("At most 500 credentials can be assigned at once");
  const auto own = co_await parts_.store.of_owner(call, caller->username);
  std::vector<std::string> taken;
  std::vector<std::string> failed;
  for (auto& id : ids) {
    const bool found = std::ranges::any_of(own, [&id](const Stored& one) { return one.meta.id == id; });
    (found ? taken : failed).push_back(std::move(id));
  }
  if (!taken.empty()) {
    co_await assign_all(call, name, taken);
    audit::note(call, *caller, "credential_assign", name, {{"credentials", std::to_string(taken.size())}});
    changed(name);
  }
  co_return json::object{{"message", "Assigned " + std::to_string(taken.size()) + " credentials to agent"},
                         {"assigned_count", taken.size()},
                         {"assigned_ids", json::encode(taken)},
                         {"failed_ids", json::encode(failed)}};
}

Task<json::object> AgentCredentials::unassign(Call call, CallerPtr caller, std::string name, std::string id) {
  const auto agent = co_await reader(caller, name);
  require_person(*caller);
  if (!fleet::can_manage(*agent, *caller)) {
    // Others may take back their own; what belongs to somebody else is not there for them.
    const auto found = co_await parts_.store.get(call, id);
    if (!found || found->meta.owner != caller->username) throw NotFound(not_assigned);
  }
  const bool removed = co_await parts_.store.unassign(call, name, id);
  if (!removed) throw NotFound(not_assigned);
  audit::note(call, *caller, "credential_unassign", name, {{"credential", id}});
  changed(name);
  co_return change("Credential unassigned from agent", id, name);
}

Task<json::object> AgentCredentials::tie(Call call, CallerPtr caller, std::string name, std::string server,
                                         std::string id) {
  co_await reader(caller, name);
  if (server.empty() || server.size() > longest_server)
    throw BadRequest("The name of an MCP server has 1 to 100 bytes");
  co_await parts_.credentials.own(call, caller, id);
  const auto ties = co_await parts_.store.ties_of(call, name);
  if (ties.size() >= most_assigned && !ties.contains(server)) throw BadRequest("This agent has too many of them");
  co_await parts_.store.tie(call, name, server, id);
  audit::note(call, *caller, "credential_assign", name, {{"credential", id}, {"mcp_server", server}});
  changed(name);
  co_return json::object{{"message", "Credential assigned to " + name + " for " + server}};
}

Task<> AgentCredentials::on_created(Call call, CallerPtr creator, fleet::AgentPtr agent) {
  co_await parts_.store.forget_agent(call, agent->name);
  parts_.delivery.forget(agent->name);
  // An agent that makes another one does not hand over what its owner keeps.
  if (agent->template_id.empty() || !creator->is_person()) co_return;
  const auto required = co_await parts_.templates.required(call, creator, agent->template_id);
  if (required.empty()) co_return;
  const auto own = co_await parts_.credentials.opened(call, creator);
  std::set<std::string> ids;
  for (const auto& one : required) {
    const auto how = [&one](const Opened& credential) { return match(credential, one.name); };
    const auto best = std::ranges::max_element(own, {}, how);
    if (best != own.end() && how(*best) != Match::none && ids.size() < most_assigned) ids.insert(best->meta.id);
  }
  if (ids.empty()) co_return;
  std::vector<std::string> chosen(ids.begin(), ids.end());
  audit::note(call, *creator, "credential_assign", agent->name,
              {{"credentials", std::to_string(chosen.size())}, {"because", "the template requires them"}});
  co_await parts_.store.assign(call, agent->name, std::move(chosen));
  changed(agent->name);
  parts_.delivery.look_soon(agent->name);
}

}  // namespace trinity::credentials
