#pragma once
#include <vector>

#include "credentials/agent_service.h"
#include "credentials/service.h"
#include "http/router.h"

namespace trinity::credentials {

/// /api/credentials and below.
[[nodiscard]] std::vector<http::Route> routes(CredentialService& service);
/// /api/agents/{agent_name}/credentials and below.
[[nodiscard]] std::vector<http::Route> routes(AgentCredentials& service);

}  // namespace trinity::credentials
