#pragma once
#include <boost/describe.hpp>
#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace trinity::agents {

// Bodies hold whatever JSON was sent: that a value is missing or of another kind is said behind the check of access.

struct AutonomyUpdate {
  std::optional<boost::json::value> enabled;
};
BOOST_DESCRIBE_STRUCT(AutonomyUpdate, (), (enabled))

struct AutonomyStatus {
  std::string agent_name;
  bool autonomy_enabled = false;
  std::int64_t total_schedules = 0;
  std::int64_t enabled_schedules = 0;
  std::string status;  ///< the engine's word
};
BOOST_DESCRIBE_STRUCT(AutonomyStatus, (), (agent_name, autonomy_enabled, total_schedules, enabled_schedules, status))

struct AutonomyUpdateResult {
  std::string status = "updated";
  std::string agent_name;
  bool autonomy_enabled = false;
  std::int64_t schedules_updated = 0;
  std::string message;
};
BOOST_DESCRIBE_STRUCT(AutonomyUpdateResult, (), (status, agent_name, autonomy_enabled, schedules_updated, message))

struct ApiKeyUpdate {
  std::optional<boost::json::value> use_platform_api_key;
};
BOOST_DESCRIBE_STRUCT(ApiKeyUpdate, (), (use_platform_api_key))

struct ApiKeySetting {
  std::string agent_name;
  bool use_platform_api_key = true;
  bool restart_required = false;  ///< the next start replaces the container for this
  std::string status;             ///< the engine's word
};
BOOST_DESCRIBE_STRUCT(ApiKeySetting, (), (agent_name, use_platform_api_key, restart_required, status))

struct ApiKeyUpdateResult {
  std::string status = "updated";
  std::string agent_name;
  bool use_platform_api_key = true;
  bool restart_required = true;  ///< the contract's word, whatever the container has
  std::string message = "Setting updated. Restart the agent to apply changes.";
};
BOOST_DESCRIBE_STRUCT(ApiKeyUpdateResult, (), (status, agent_name, use_platform_api_key, restart_required, message))

struct ResourcesUpdate {
  std::optional<boost::json::value> memory;
  std::optional<boost::json::value> cpu;
};
BOOST_DESCRIBE_STRUCT(ResourcesUpdate, (), (memory, cpu))

struct Resources {
  std::optional<std::string> memory;  ///< override
  std::optional<std::string> cpu;
  std::string current_memory;  ///< of the container
  std::string current_cpu;
  bool restart_needed = false;
};
BOOST_DESCRIBE_STRUCT(Resources, (), (memory, cpu, current_memory, current_cpu, restart_needed))

struct ResourcesUpdateResult {
  std::string message = "Resource limits updated";
  std::optional<std::string> memory;
  std::optional<std::string> cpu;
  bool restart_needed = false;
};
BOOST_DESCRIBE_STRUCT(ResourcesUpdateResult, (), (message, memory, cpu, restart_needed))

struct CapabilitiesUpdate {
  std::optional<boost::json::value> full_capabilities;
};
BOOST_DESCRIBE_STRUCT(CapabilitiesUpdate, (), (full_capabilities))

struct Capabilities {
  bool full_capabilities = false;          ///< the agent's own flag
  bool current_full_capabilities = false;  ///< of the container
  bool next_full_capabilities = false;     ///< what the next start makes of flag and system-wide setting
  bool restart_needed = false;
};
BOOST_DESCRIBE_STRUCT(Capabilities, (),
                      (full_capabilities, current_full_capabilities, next_full_capabilities, restart_needed))

struct CapabilitiesUpdateResult {
  std::string message = "Capabilities updated";
  bool full_capabilities = false;
  bool restart_needed = false;
};
BOOST_DESCRIBE_STRUCT(CapabilitiesUpdateResult, (), (message, full_capabilities, restart_needed))

struct TagsUpdate {
  std::optional<boost::json::value> tags;
};
BOOST_DESCRIBE_STRUCT(TagsUpdate, (), (tags))

struct Tags {
  std::string agent_name;
  std::vector<std::string> tags;  ///< sorted
};
BOOST_DESCRIBE_STRUCT(Tags, (), (agent_name, tags))

}  // namespace trinity::agents
