#include "credentials/agent_answers.h"

#include <boost/json.hpp>

#include "base/text.h"
#include "json/write.h"

namespace trinity::credentials {

namespace {

constexpr const char* no_reason = "Unknown error";
constexpr std::size_t longest_reason = 500;
/// Shorter values are words of any text.
constexpr std::size_t shortest_secret = 5;

std::string words_of(agentlink::Trouble trouble) {
  switch (trouble) {
    case agentlink::Trouble::unreachable:
      return "no connection could be made";
    case agentlink::Trouble::lost:
      return "the connection ended before the answer";
    case agentlink::Trouble::timeout:
      return "no answer in time";
    case agentlink::Trouble::refused:
      break;
  }
  return "it refused the connection";
}

std::optional<boost::json::object> object_in(const std::string& body) {
  boost::system::error_code fault;
  auto parsed = boost::json::parse(body, fault);
  if (fault || !parsed.is_object()) return std::nullopt;
  return std::move(parsed.get_object());
}

/// Places and messages of field faults; what was given stays out.
std::string faults_text(const boost::json::array& faults) {
  std::string text;
  for (const auto& one : faults) {
    const auto* fault = one.if_object();
    const auto* message = fault == nullptr ? nullptr : fault->if_contains("msg");
    if (message == nullptr || !message->is_string()) continue;
    if (!text.empty()) text += "; ";
    const auto* place = fault->if_contains("loc");
    if (place != nullptr && place->is_array() && !place->get_array().empty() && place->get_array().back().is_string())
      text.append(place->get_array().back().get_string()).append(": ");
    text.append(message->get_string());
  }
  return text.empty() ? no_reason : text;
}

void take_out(std::string& text, std::string_view secret) {
  if (secret.size() < shortest_secret) return;
  for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + 3))
    text.replace(at, secret.size(), "***");
}

/// `sent` is the body of the push.
std::string without_secrets(std::string text, const std::string& sent) {
  const auto body = sent.empty() ? std::nullopt : object_in(sent);
  if (!body) return text;
  for (const auto* part : {"credentials", "files"}) {
    const auto* values = body->if_contains(part);
    if (values == nullptr || !values->is_object()) continue;
    for (const auto& member : values->get_object()) {
      if (member.value().is_string()) take_out(text, member.value().get_string());
    }
  }
  return text;
}

/// Answers of somebody who is not the agent, or does not know the server: no business of the person's sign-in.
bool is_odd(unsigned status) {
  return status < 400 || status == 401 || status == 403 || status == 407;
}

}  // namespace

std::string reason_of(const std::string& body) {
  const auto object = object_in(body);
  const auto* detail = object ? object->if_contains("detail") : nullptr;
  if (detail == nullptr) return no_reason;
  if (detail->is_string()) return preview(detail->get_string(), longest_reason);
  if (detail->is_array()) return preview(faults_text(detail->get_array()), longest_reason);
  return no_reason;
}

std::expected<boost::json::object, AgentFault> read_answer(
    const std::expected<agentlink::Answer, agentlink::Trouble>& answer, const std::string& refusal,
    const std::string& sent) {
  if (!answer) return std::unexpected(AgentFault{503, "Failed to connect to agent: " + words_of(answer.error())});
  if (answer->status == 200) {
    auto object = object_in(answer->body);
    if (object) return std::move(*object);
    return std::unexpected(AgentFault{502, "The agent's answer is not JSON"});
  }
  if (is_odd(answer->status))
    return std::unexpected(AgentFault{502, "The agent answered with status " + std::to_string(answer->status)});
  return std::unexpected(AgentFault{answer->status, refusal + without_secrets(reason_of(answer->body), sent)});
}

}  // namespace trinity::credentials
