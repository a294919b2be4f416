#include "app/secrets_parts.h"

namespace trinity::app {

SecretsParts::SecretsParts(const From& from)
    : box(from.vault),
      book(from.database),
      templates(from.templates, from.pool),
      delivery({from.agents, from.fleet, from.link, from.store, box, book, templates, from.live, from.pool,
                from.background}),
      credentials({from.store, box, from.fleet, delivery, from.live, from.pool}),
      agent_credentials(
          {credentials, from.store, delivery, templates, from.agents, from.fleet, from.link, from.live, from.pool}) {
  from.agents.on_started(
      [this](Call call, fleet::AgentPtr agent) { return delivery.at_start(call, std::move(agent)); });
  from.agents.on_created([this](Call call, agents::CallerPtr creator, fleet::AgentPtr agent) {
    return agent_credentials.on_created(call, std::move(creator), std::move(agent));
  });
  from.agent_store.on_forgotten([this](const std::string& agent) { delivery.forget(agent); });
}

void SecretsParts::add_routes(http::Router& router) {
  router.add(trinity::credentials::routes(credentials));
  router.add(trinity::credentials::routes(agent_credentials));
}

}  // namespace trinity::app
