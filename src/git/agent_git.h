#pragma once
#include <boost/json/object.hpp>
#include <chrono>
#include <functional>
#include <string>

#include "agentlink/link.h"
#include "agents/service.h"
#include "base/blocking.h"
#include "fleet/types.h"

namespace trinity::git {

/// What an agent's daemon said to one question.
struct Reply {
  unsigned status = 0;          ///< 0: it was not reached, or gave no whole answer
  boost::json::object body{};   ///< of a 200
  std::string detail{};         ///< of anything else, for people
  std::string conflict_type{};  ///< header X-Conflict-Type
  [[nodiscard]] bool good() const noexcept { return status == 200; }
};

/// Asks agents' daemons about their repositories. The token goes along in a header, question by question. Any I/O
/// thread.
class AgentGit {
 public:
  /// All must outlive it.
  AgentGit(const agents::AgentService& agents, agentlink::AgentLink& link, BlockingPool& pool)
      : agents_(agents), link_(link), pool_(pool) {}

  struct Question {
    http::Method method = http::Method::get;
    std::string path;
    std::string body{};
    std::chrono::milliseconds limit{30'000};
    std::string token{};  ///< empty: none
    std::string base{};   ///< where the repository is, and what the token is for; empty: what the agent was made with
  };
  Task<Reply> ask(Call call, fleet::AgentPtr agent, Question question);

 private:
  const agents::AgentService& agents_;
  agentlink::AgentLink& link_;
  BlockingPool& pool_;
};

}  // namespace trinity::git
