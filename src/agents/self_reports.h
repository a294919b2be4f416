#pragma once
#include <boost/json/object.hpp>
#include <chrono>
#include <expected>
#include <string>
#include <vector>

#include "agentlink/link.h"
#include "agents/lookup.h"
#include "agents/service.h"
#include "base/blocking.h"
#include "http/router.h"

namespace trinity::agents {

/// What an agent says about itself: its template, its metrics, its dashboard. Asked from its daemon; what cannot be had
/// is told in the answer, so that a page has something to show. Access is checked here. Any I/O thread.
class SelfReports {
 public:
  /// All must outlive it.
  SelfReports(const AgentService& agents, const fleet::Fleet& fleet, agentlink::AgentLink& link, BlockingPool& pool,
              std::chrono::milliseconds limit = std::chrono::seconds(10))
      : agents_(agents), lookup_(fleet), link_(link), pool_(pool), limit_(limit) {}

  /// Template metadata. Throws NotFound, Forbidden (in this order), TimedOut.
  Task<boost::json::object> info(Call call, CallerPtr caller, std::string name);
  /// Throws Forbidden, NotFound (in this order); the same below.
  Task<boost::json::object> metrics(Call call, CallerPtr caller, std::string name);
  Task<boost::json::object> dashboard(Call call, CallerPtr caller, std::string name);

  /// The same without a caller, for what is sent to those who were let in before.
  Task<boost::json::object> metrics_of(Call call, fleet::AgentPtr agent);
  Task<boost::json::object> dashboard_of(Call call, fleet::AgentPtr agent);

 private:
  /// Why there is no answer that can be used.
  struct Trouble {
    enum class Kind { timeout, silent, status, unreadable };
    Kind kind = Kind::silent;
    std::string text;
    unsigned status = 0;
  };
  using Told = std::expected<boost::json::object, Trouble>;
  Task<Told> ask(Call call, fleet::AgentPtr agent, std::string path);

  const AgentService& agents_;
  AgentLookup lookup_;
  agentlink::AgentLink& link_;
  BlockingPool& pool_;
  std::chrono::milliseconds limit_;
};

[[nodiscard]] std::vector<http::Route> routes(SelfReports& reports);

}  // namespace trinity::agents
