#pragma once
#include "agents/service.h"
#include "http/message.h"

namespace trinity::agents {

/// How old the shown state may be, and whether the engine confirms it; not part of the body.
void add_freshness(http::Response& response, const fleet::Snapshot& snapshot);

/// `GET /api/agents`: the whole list from the cache, or the part that the query names.
Task<http::Response> list_agents(AgentService* service, http::Request request);

/// `GET /api/agents/stats`: the newest figures of every agent that the caller may see.
Task<http::Response> stats_of_all(AgentService* service, http::Request request);

}  // namespace trinity::agents
