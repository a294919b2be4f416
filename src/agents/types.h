#pragma once
#include <boost/describe.hpp>
#include <boost/json.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "templates/types.h"

namespace trinity::agents {

/// Body of POST /api/agents (the contract's AgentCreateRequest). null and missing mean the default everywhere but in
/// `name`.
struct CreateRequest {
  std::string name;
  std::optional<std::string> type;
  std::optional<std::string> base_image;
  std::optional<boost::json::object> resources;
  std::optional<std::vector<std::string>> tools;
  std::optional<std::vector<std::string>> mcp_servers;
  std::optional<std::string> custom_instructions;
  std::optional<std::int64_t> port;
  std::optional<std::string> template_;
  std::optional<std::string> source_branch;
  std::optional<bool> source_mode;
  std::optional<std::string> runtime;
  std::optional<std::string> runtime_model;
  std::optional<boost::json::value> tags;  ///< see agents/tags.h
};
BOOST_DESCRIBE_STRUCT(CreateRequest, (),
                      (name, type, base_image, resources, tools, mcp_servers, custom_instructions, port, template_,
                       source_branch, source_mode, runtime, runtime_model, tags))

struct Message {
  std::string message;
};
BOOST_DESCRIBE_STRUCT(Message, (), (message))

struct Logs {
  std::string logs;
};
BOOST_DESCRIBE_STRUCT(Logs, (), (logs))

struct CredentialPush {
  std::string status = "skipped";
  std::string reason = "no_credentials";
};
BOOST_DESCRIBE_STRUCT(CredentialPush, (), (status, reason))

struct StartResult {
  std::string message;
  std::string trinity_injection = "unknown";
  std::string credentials_injection;
  boost::json::object credentials_result;
};
BOOST_DESCRIBE_STRUCT(StartResult, (), (message, trinity_injection, credentials_injection, credentials_result))

/// A share of an agent (the contract's AgentShare).
struct Share {
  std::int64_t id = 0;
  std::string agent_name;
  std::string shared_with_email;
  std::int64_t shared_by_id = 0;
  std::string shared_by_email;
  std::string created_at;
};
BOOST_DESCRIBE_STRUCT(Share, (), (id, agent_name, shared_with_email, shared_by_id, shared_by_email, created_at))

/// The repository that an agent is made from.
struct PlanRepository {
  std::string name;     ///< owner/name of GitHub's; host/path of others
  std::string url;      ///< whole address; empty: GitHub's, known by its name
  std::string base{};   ///< where GitHub's are when not at https://github.com
  std::string token{};  ///< empty: it is public
  bool source_mode = true;
  std::string source_branch;
  bool source_named = false;  ///< somebody asked for that branch
  std::string working_branch;
  std::string instance_id;
  std::string folder{};  ///< on the engine's host; mounted read-only at mounted_at()

  [[nodiscard]] std::string mounted_at() const { return "/repository/" + folder.substr(folder.rfind('/') + 1); }
};

/// A validated creation: every default applied, every value checked.
struct Plan {
  std::string name;
  std::int64_t owner_id = 0;
  std::string owner;  ///< username
  std::string type = "business-assistant";
  std::string image;
  std::string cpu = "2";
  std::string memory = "4g";
  std::int64_t cpu_quota = 0;
  std::int64_t memory_bytes = 0;
  std::vector<std::string> tools{"filesystem", "web_search"};
  std::vector<std::string> mcp_servers;
  std::optional<std::string> custom_instructions;
  std::string template_id;
  std::string template_directory;  ///< on this host; empty: none
  std::optional<PlanRepository> repository;
  std::vector<templates::RequiredCredential> required_credentials;  ///< of the template
  std::string runtime = "claude-code";
  std::string runtime_model;
  std::uint16_t ssh_port = 0;
  std::string key_nonce;
  std::string api_key;                              ///< the agent's own key of this server
  std::map<std::string, std::string> platform_env;  ///< model keys and telemetry, as far as they are set
  bool full_capabilities = true;
  std::optional<std::vector<std::string>> tags;  ///< nothing: nobody said any
};

}  // namespace trinity::agents
