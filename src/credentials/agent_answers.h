#pragma once
#include <boost/json/object.hpp>
#include <expected>
#include <optional>
#include <string>

#include "agentlink/link.h"

namespace trinity::credentials {

/// An agent that did not do what it was asked: what the person is told.
struct AgentFault {
  unsigned status = 503;
  std::string detail{};
};

/// The object of a 200 answer, or what to tell instead: no connection is a 503, an answer that no agent gives is a 502,
/// and a refusal goes on with the agent's own status and `refusal` before its reason. Texts of an agent may repeat what
/// it was sent: `sent` is taken out of them.
[[nodiscard]] std::expected<boost::json::object, AgentFault> read_answer(
    const std::expected<agentlink::Answer, agentlink::Trouble>& answer, const std::string& refusal,
    const std::string& sent = {});

/// Why it refused; "Unknown error" when it does not say.
[[nodiscard]] std::string reason_of(const std::string& body);

}  // namespace trinity::credentials
