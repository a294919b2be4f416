#pragma once
#include <boost/asio/any_io_executor.hpp>

#include "agentlink/followers.h"
#include "app/config.h"
#include "git/routes.h"
#include "git/topics.h"
#include "http/router.h"
#include "live/hub.h"
#include "live/hub_link.h"

namespace trinity::app {

/// Everything about agents' repositories.
struct GitParts {
  struct Uses {
    db::Database& database;
    fleet::Fleet& fleet;
    agents::AgentService& agents;
    agents::AgentStore& agent_store;
    agentlink::AgentLink& agent_link;
    agentlink::Followers& followers;
    settings::SettingsStore& settings;
    outbound::Client& outbound;
    BlockingPool& pool;
    live::Hub& hub;
    live::HubLink& link;
    asio::any_io_executor asking;
  };
  /// Before the first publication and the first socket.
  GitParts(const Config& config, const Uses& uses);
  GitParts(const GitParts&) = delete;
  GitParts& operator=(const GitParts&) = delete;

  void add_routes(http::Router& router) { router.add(git::routes(service)); }

  outbound::GitHub github;
  git::GitStore store;
  git::GitService service;
  git::Topics topics;
};

}  // namespace trinity::app
