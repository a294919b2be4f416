#pragma once
#include <optional>
#include <string>

#include "base/caller.h"
#include "http/message.h"

namespace trinity::executions {

/// What the headers of a chat or task say beside its body.
struct CallHeaders {
  std::string source_agent;          ///< X-Source-Agent; empty: absent
  bool via_mcp = false;              ///< X-Via-MCP has any value
  bool asynchronous = false;         ///< Prefer: respond-async
  std::optional<std::string> key{};  ///< Idempotency-Key
};

/// Throws Unprocessable when the key is not 1 to 128 visible ASCII characters.
[[nodiscard]] CallHeaders call_headers(const http::Headers& headers);

/// Which agent speaks, for the caller: with an agent's key that agent, and a header that names another one throws
/// Forbidden; administrators and the system key name whom they like; nobody else speaks for an agent. Empty: a person.
[[nodiscard]] std::string source_agent_of(const Caller& caller, const CallHeaders& headers);

}  // namespace trinity::executions
