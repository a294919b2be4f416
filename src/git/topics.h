#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <string>

#include "agents/lookup.h"
#include "git/feed.h"
#include "git/service.h"

namespace trinity::git {

/// Makes the feeds of the topics `agent:{n}:git`. Must outlive the hub and the threads.
class Topics {
 public:
  /// From any thread: the topic has something new, see live::HubLink::stir().
  using Stir = std::function<void(const live::Topic&)>;

  /// Agents are asked on `asking`; `hub` is the hub's thread.
  Topics(GitService& service, const fleet::Fleet& fleet, asio::any_io_executor hub, asio::any_io_executor asking,
         Stir stir)
      : service_(service), lookup_(fleet), hub_(std::move(hub)), asking_(std::move(asking)), stir_(std::move(stir)) {}
  Topics(const Topics&) = delete;
  Topics& operator=(const Topics&) = delete;

  /// For live::Hub::serve(). The hub's thread only.
  [[nodiscard]] std::unique_ptr<live::Feed> feed(const live::Asked& asked);
  /// For GitService::on_change(). Any thread.
  void changed(const std::string& agent);

 private:
  struct State {
    std::string text;
    std::string digest;
  };
  static Task<> ask(Topics* topics, live::Topic topic, std::weak_ptr<Page> page);
  Task<State> state_of(std::string agent);

  GitService& service_;
  agents::AgentLookup lookup_;
  asio::any_io_executor hub_;
  asio::any_io_executor asking_;
  Stir stir_;
};

}  // namespace trinity::git
