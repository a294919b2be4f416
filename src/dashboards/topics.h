#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agentlink/followers.h"
#include "agents/lookup.h"
#include "agents/self_reports.h"
#include "dashboards/feed.h"

namespace trinity::dashboards {

/// Makes the feeds of the topics `agent:{n}:dashboard`: agents tell which of their files have changed, and are asked
/// for what stands in them. Must outlive the hub and the threads.
class Topics {
 public:
  /// Called on the hub's thread: the topic has something new, see live::Hub::stir().
  using Stir = std::function<void(const live::Topic&)>;

  /// Agents are asked on `asking`.
  Topics(agentlink::Followers& followers, agents::SelfReports& reports, const fleet::Fleet& fleet,
         asio::any_io_executor hub, asio::any_io_executor asking, Stir stir)
      : followers_(followers),
        reports_(reports),
        lookup_(fleet),
        hub_(std::move(hub)),
        asking_(std::move(asking)),
        stir_(std::move(stir)) {}
  Topics(const Topics&) = delete;
  Topics& operator=(const Topics&) = delete;

  /// For live::Hub::serve(). The hub's thread only.
  [[nodiscard]] std::unique_ptr<live::Feed> feed(const live::Asked& asked);

 private:
  static Task<> ask(Topics* topics, live::Topic topic, Part part, std::weak_ptr<Page> page);
  Task<std::string> told_by(std::string agent, Part part);

  agentlink::Followers& followers_;
  agents::SelfReports& reports_;
  agents::AgentLookup lookup_;
  asio::any_io_executor hub_;
  asio::any_io_executor asking_;
  Stir stir_;
};

}  // namespace trinity::dashboards
