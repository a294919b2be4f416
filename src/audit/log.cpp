#include "audit/log.h"

#include <algorithm>
#include <array>
#include <vector>

namespace trinity::audit {

/// An agent's key acts in its owner's name, and the reader must see that.
std::string_view word_of(const Caller& caller) noexcept {
  if (caller.username.empty()) return "server";
  switch (caller.scope) {
    case Scope::session:
      return "session";
    case Scope::user_key:
      return "user_key";
    case Scope::agent_key:
      return "agent_key";
    case Scope::system_key:
      return "system_key";
  }
  return "unknown";
}

bool is_object_kind(std::string_view word) noexcept {
  constexpr std::array<std::string_view, 6> kinds{"credential", "setting", "key", "provider", "template", "repository"};
  return std::ranges::find(kinds, word) != kinds.end();
}

void note(const Call& call, const Caller& caller, std::string_view action, std::string_view agent,
          std::initializer_list<log::Field> detail, std::string_view result) {
  std::vector<log::Field> fields{{"action", std::string(action)}};
  if (!agent.empty()) fields.push_back({"agent", std::string(agent)});
  fields.insert(fields.end(), detail);
  fields.push_back({"user", caller.username});
  fields.push_back({"user_id", std::to_string(caller.user_id)});
  fields.push_back({"by", std::string(word_of(caller))});
  if (!caller.agent_name.empty()) fields.push_back({"by_agent", caller.agent_name});
  fields.push_back({"result", std::string(result)});
  log::write_always(log::Level::info, {"audit", call.id()}, "change", fields);
}

}  // namespace trinity::audit
