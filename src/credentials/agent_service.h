#pragma once
#include <expected>
#include <string>
#include <vector>

#include "credentials/delivery.h"
#include "credentials/service.h"

namespace trinity::credentials {

struct Assignment {
  std::string credential_id;
};
BOOST_DESCRIBE_STRUCT(Assignment, (), (credential_id))

struct BulkAssignment {
  std::vector<std::string> credential_ids;
};
BOOST_DESCRIBE_STRUCT(BulkAssignment, (), (credential_ids))

struct PastedText {
  std::string credentials_text;
};
BOOST_DESCRIBE_STRUCT(PastedText, (), (credentials_text))

/// What agents are given. Readers of an agent look and push; they assign their own credentials. An agent's key looks
/// and pushes only. Access is checked here, before anything else. Any I/O thread.
class AgentCredentials {
 public:
  /// All must outlive it.
  struct Parts {
    CredentialService& credentials;
    SecretStore& store;
    Delivery& delivery;
    TemplateSource& templates;
    agents::AgentService& agents;
    const fleet::Fleet& fleet;
    agentlink::AgentLink& link;
    live::HubLink& live;
    BlockingPool& pool;
  };
  explicit AgentCredentials(Parts parts) : parts_(parts), lookup_(parts.fleet) {}

  /// An answer with the agent's own status when it refuses.
  using Answer = std::expected<json::object, AgentFault>;

  /// Throws NotFound, Forbidden. Routes ask before they read a body.
  Task<fleet::AgentPtr> reader(CallerPtr caller, std::string name);

  Task<json::object> requirements(Call call, CallerPtr caller, std::string name);
  Task<Answer> status(Call call, CallerPtr caller, std::string name);
  Task<Answer> reload(Call call, CallerPtr caller, std::string name);
  Task<Answer> apply(Call call, CallerPtr caller, std::string name);
  Task<Answer> hot_reload(Call call, CallerPtr caller, std::string name, std::string text);

  Task<json::object> assignments(Call call, CallerPtr caller, std::string name);
  Task<json::object> assign(Call call, CallerPtr caller, std::string name, std::string id);
  Task<json::object> assign_bulk(Call call, CallerPtr caller, std::string name, std::vector<std::string> ids);
  Task<json::object> unassign(Call call, CallerPtr caller, std::string name, std::string id);
  /// The assignment of old deployments: one credential for one MCP server.
  Task<json::object> tie(Call call, CallerPtr caller, std::string name, std::string server, std::string id);

  /// For AgentService::on_created: of the creator's own credentials the new agent gets those that its template requires
  /// by name, and nothing that an agent of the same name had.
  Task<> on_created(Call call, CallerPtr creator, fleet::AgentPtr agent);

 private:
  Task<fleet::AgentPtr> running(CallerPtr caller, std::string name);
  Task<std::expected<Pushed, AgentFault>> pushed(Call call, CallerPtr caller, std::string name);
  Task<> assign_all(Call call, std::string agent, std::vector<std::string> ids);
  void changed(const std::string& agent);

  Parts parts_;
  agents::AgentLookup lookup_;
};

}  // namespace trinity::credentials
