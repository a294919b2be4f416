#pragma once
#include <memory>
#include <string>

#include "agentlink/link.h"
#include "agents/lookup.h"
#include "agents/service.h"
#include "files/operation.h"
#include "files/types.h"

namespace trinity::files {

using agents::CallerPtr;

/// The files of agents that run, as their daemons give and take them. Whoever may read an agent may work with its
/// files, as with the agent itself; secrets are read by its owner and administrators only, and an agent's key writes to
/// that agent alone. Access is checked here, before a body is read. Bodies pass through in pieces. Any I/O thread.
class FileService {
 public:
  /// All must outlive it.
  FileService(agents::AgentService& agents, const fleet::Fleet& fleet, agentlink::AgentLink& link)
      : agents_(agents), lookup_(fleet), link_(link) {}

  Task<Answer> list(Call call, CallerPtr caller, std::string name, ListWish wish);
  /// `asked`: the fields Range, If-Range and If-None-Match count.
  Task<Answer> read(Call call, CallerPtr caller, std::string name, Reading kind, std::string path, http::Headers asked);
  /// The text of a file that is there; the body is JSON.
  Task<Answer> update(Call call, CallerPtr caller, std::string name, Writing writing);
  /// Any bytes.
  Task<Answer> upload(Call call, CallerPtr caller, std::string name, Writing writing);
  Task<Answer> remove(Call call, CallerPtr caller, std::string name, std::string path);
  Task<Answer> make_folder(Call call, CallerPtr caller, std::string name, std::string path);
  Task<Answer> move(Call call, CallerPtr caller, std::string name, std::string path, std::string new_path);

 private:
  /// Throws what keeps this caller from this operation on this agent; else the agent, which runs.
  Task<fleet::AgentPtr> present(const Operation* operation, CallerPtr caller, std::string name);
  /// Asks, and gives the agent's JSON or its refusal.
  Task<Answer> ask(Call call, const Operation* operation, const fleet::Agent* agent, agentlink::Question question);

  agents::AgentService& agents_;
  agents::AgentLookup lookup_;
  agentlink::AgentLink& link_;
};

}  // namespace trinity::files
