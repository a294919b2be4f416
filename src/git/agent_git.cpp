#include "git/agent_git.h"

#include <boost/json.hpp>

#include "git/reading.h"

namespace trinity::git {

namespace {

/// Larger answers are read on the pool: parsing them takes longer than other requests should wait.
constexpr std::size_t read_here_below = 128 * 1024;
constexpr std::size_t largest_answer = 8 * 1024 * 1024;

std::string words_for(agentlink::Trouble trouble) {
  switch (trouble) {
    case agentlink::Trouble::timeout:
      return "the agent did not answer in time";
    case agentlink::Trouble::lost:
      return "the connection to the agent broke";
    case agentlink::Trouble::unreachable:
    case agentlink::Trouble::refused:
      break;
  }
  return "the agent cannot be reached";
}

}  // namespace

Task<Reply> AgentGit::ask(Call call, fleet::AgentPtr agent, Question question) {
  Reply reply;
  if (agent->address.empty()) {
    reply.detail = "the agent has no address on the agents' network";
    co_return reply;
  }
  agentlink::Question asked;
  asked.method = question.method;
  asked.path = std::move(question.path);
  asked.body = std::move(question.body);
  asked.limit = question.limit;
  asked.most_bytes = largest_answer;
  if (!question.token.empty()) asked.headers.add("X-Git-Token", question.token);
  if (!question.base.empty()) asked.headers.add("X-Git-Base", question.base);
  const auto answer = co_await link_.ask(call, agents_.target_of(*agent), std::move(asked));
  if (!answer) {
    reply.detail = words_for(answer.error());
    co_return reply;
  }
  reply.status = answer->status;
  reply.conflict_type = answer->headers.find("X-Conflict-Type").value_or("");
  if (!reply.good()) {
    reply.detail = detail_of(answer->body, answer->status, question.token);
    co_return reply;
  }
  auto read = [&text = answer->body]() -> std::optional<boost::json::object> {
    boost::system::error_code fault;
    auto parsed = boost::json::parse(text, fault);
    if (fault || !parsed.is_object()) return std::nullopt;
    return std::move(parsed.get_object());
  };
  std::optional<boost::json::object> body;
  if (answer->body.size() < read_here_below) {
    body = read();
  } else {
    body = co_await pool_.run(std::move(read));
  }
  if (body) {
    reply.body = std::move(*body);
  } else {
    reply.status = 0;
    reply.detail = "the agent's answer cannot be read";
  }
  co_return reply;
}

}  // namespace trinity::git
