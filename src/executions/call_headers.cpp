#include "executions/call_headers.h"

#include <algorithm>
#include <boost/algorithm/string/predicate.hpp>

#include "base/errors.h"
#include "json/decode.h"

namespace trinity::executions {

namespace {

constexpr std::size_t longest_label = 100;
constexpr std::size_t longest_key = 128;

std::string value_of(const http::Headers& headers, std::string_view name) {
  return std::string(headers.find(name).value_or(""));
}

bool is_key(std::string_view key) {
  return !key.empty() && key.size() <= longest_key &&
         std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

/// A list of preferences, each perhaps with parameters.
bool prefers(std::string_view list, std::string_view wanted) {
  while (!list.empty()) {
    auto one = list.substr(0, list.find(','));
    list.remove_prefix(std::min(one.size() + 1, list.size()));
    one = one.substr(0, one.find(';'));
    while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
    while (!one.empty() && one.back() == ' ') one.remove_suffix(1);
    if (boost::algorithm::iequals(one, wanted)) return true;
  }
  return false;
}

}  // namespace

CallHeaders call_headers(const http::Headers& headers) {
  CallHeaders made;
  made.source_agent = value_of(headers, "X-Source-Agent").substr(0, longest_label);
  made.via_mcp = !value_of(headers, "X-Via-MCP").empty();
  made.asynchronous = prefers(value_of(headers, "Prefer"), "respond-async");
  if (const auto key = headers.find("Idempotency-Key")) {
    json::Faults faults;
    if (!is_key(*key))
      faults.add("string_pattern_mismatch", {"header", "Idempotency-Key"}, "Use 1 to 128 visible ASCII characters",
                 json::value(*key));
    faults.check();
    made.key = std::string(*key);
  }
  return made;
}

std::string source_agent_of(const Caller& caller, const CallHeaders& headers) {
  const auto& named = headers.source_agent;
  if (caller.scope == Scope::agent_key) {
    if (!named.empty() && named != caller.agent_name) throw Forbidden("X-Source-Agent must be the key's own agent");
    return caller.agent_name;
  }
  if (caller.scope == Scope::system_key) return named.empty() ? caller.agent_name : named;
  return caller.is_admin() ? named : std::string();
}

}  // namespace trinity::executions
