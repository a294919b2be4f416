#pragma once
#include <boost/describe.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace trinity::permissions {

/// Body of PUT /api/agents/{agent_name}/permissions (the contract's SetPermissionsRequest).
struct SetPermissionsRequest {
  std::vector<std::string> permitted_agents;
  static constexpr std::string_view defaulted[] = {"permitted_agents"};
};
BOOST_DESCRIBE_STRUCT(SetPermissionsRequest, (), (permitted_agents))

struct SetPermissionsResult {
  std::string status = "updated";
  std::string source_agent;
  std::int64_t permitted_count = 0;  ///< what was stored: without repetitions and the agent itself
};
BOOST_DESCRIBE_STRUCT(SetPermissionsResult, (), (status, source_agent, permitted_count))

struct PermissionChange {
  std::string status;  ///< added, already_exists, removed, not_found
  std::string source_agent;
  std::string target_agent;
};
BOOST_DESCRIBE_STRUCT(PermissionChange, (), (status, source_agent, target_agent))

struct PermissionAgent {
  std::string name;
  std::string status;
  std::string type;
  bool permitted = false;
};
BOOST_DESCRIBE_STRUCT(PermissionAgent, (), (name, status, type, permitted))

/// What an agent may reach, of what its viewer may read, in the order of the list.
struct AgentPermissions {
  std::string source_agent;
  std::vector<PermissionAgent> permitted_agents;
  std::vector<PermissionAgent> available_agents;
  std::vector<PermissionAgent> callers;  ///< those that may reach it, by name
};
BOOST_DESCRIBE_STRUCT(AgentPermissions, (), (source_agent, permitted_agents, available_agents, callers))

}  // namespace trinity::permissions
