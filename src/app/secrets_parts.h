#pragma once
#include <vector>

#include "agents/service.h"
#include "agents/store.h"
#include "app/template_needs.h"
#include "credentials/agent_service.h"
#include "credentials/routes.h"
#include "http/router.h"

namespace trinity::app {

/// Who keeps people's credentials and brings them to agents.
struct SecretsParts {
  /// All must outlive it. `background`: of one I/O thread.
  struct From {
    trinity::templates::TemplateService& templates;
    db::Database& database;
    const vault::Vault& vault;
    credentials::SecretStore& store;
    fleet::Fleet& fleet;
    agents::AgentService& agents;
    agents::AgentStore& agent_store;
    agentlink::AgentLink& link;
    live::HubLink& live;
    BlockingPool& pool;
    asio::any_io_executor background;
  };
  explicit SecretsParts(const From& from);
  SecretsParts(const SecretsParts&) = delete;
  SecretsParts& operator=(const SecretsParts&) = delete;

  /// At the start, after the migrations; blocks.
  void load(Call call) { book.load(call); }
  /// For each publication of the fleet, on its thread.
  void follow(const fleet::Publication& publication) { delivery.follow(publication); }
  void add_routes(http::Router& router);

  credentials::SecretBox box;
  credentials::PushBook book;
  TemplateNeeds templates;
  credentials::Delivery delivery;
  trinity::credentials::CredentialService credentials;
  trinity::credentials::AgentCredentials agent_credentials;
};

}  // namespace trinity::app
