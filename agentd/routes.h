#pragma once
#include <stop_token>
#include <vector>

#include "agentd/activity.h"
#include "agentd/board/board.h"
#include "agentd/config.h"
#include "agentd/credentials/credentials.h"
#include "agentd/events/event_stream.h"
#include "agentd/events/transcript_stream.h"
#include "agentd/executions.h"
#include "agentd/git/repository.h"
#include "agentd/lane.h"
#include "agentd/results.h"
#include "agentd/start_up.h"
#include "agentd/turns.h"
#include "http/router.h"

namespace trinity::agentd {

/// What the handlers work with. All of it outlives the routes.
struct AgentParts {
  const Config& config;
  const StartUp& start_up;
  Turns& turns;
  Executions& executions;
  Results& results;
  Activity& activity;
  BlockingPool& pool;
  EventStream& events;
  TranscriptStream& transcripts;
  Board& board;
  BlockingPool& file_pool;  ///< for the file API: a long listing holds up nothing else
  std::stop_token stopping;
  Credentials& credentials;
  GitRepository& git;
  Lane& home;  ///< who is in it may change the home folder
};

/// The paths of the agent API. Every path but the two health checks needs the secret, the unknown ones too.
[[nodiscard]] std::vector<http::Route> agent_routes(const AgentParts& parts);

/// Its chapters.
[[nodiscard]] std::vector<http::Route> info_routes(const AgentParts& parts);
[[nodiscard]] std::vector<http::Route> chat_routes(const AgentParts& parts);
[[nodiscard]] std::vector<http::Route> session_routes(const AgentParts& parts);
[[nodiscard]] std::vector<http::Route> execution_routes(const AgentParts& parts);
[[nodiscard]] std::vector<http::Route> file_routes(const AgentParts& parts);
[[nodiscard]] std::vector<http::Route> credential_routes(const AgentParts& parts);
[[nodiscard]] std::vector<http::Route> git_routes(const AgentParts& parts);
[[nodiscard]] std::vector<http::Route> prompt_routes(const AgentParts& parts);

/// A handler that is a member of a class whose object lives as long as its routes.
template <class H>
class Members {
 public:
  explicit Members(const AgentParts& parts) : handlers_(std::make_shared<H>(parts)) {}
  [[nodiscard]] http::Handler operator()(Task<http::Response> (H::*member)(http::Request)) const {
    return [handlers = handlers_, member](http::Request request) { return ((*handlers).*member)(std::move(request)); };
  }

 private:
  std::shared_ptr<H> handlers_;
};

}  // namespace trinity::agentd
