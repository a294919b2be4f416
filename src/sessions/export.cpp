#include "sessions/export.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "json/encode.h"

namespace trinity::sessions {

namespace {

/// 2026-01-14T10:07:36.361204 -> 2026-01-14 10:07:36 UTC
std::string for_people(std::string time) {
  time.resize(std::min<std::size_t>(time.size(), 19));
  std::ranges::replace(time, 'T', ' ');
  return time + " UTC";
}

/// `Bash (2), Read`; empty when no tool was used.
std::string tools_of(const std::optional<std::string>& tool_calls) {
  boost::system::error_code fault;
  const auto parsed = boost::json::parse(tool_calls.value_or("[]"), fault);
  const auto* entries = fault ? nullptr : parsed.if_array();
  if (entries == nullptr) return {};
  std::map<std::string, int> times;
  for (const auto& entry : *entries) {
    const auto* object = entry.if_object();
    const auto* type = object != nullptr ? object->if_contains("type") : nullptr;
    const auto* tool = object != nullptr ? object->if_contains("tool") : nullptr;
    if (type != nullptr && *type == "tool_use" && tool != nullptr && tool->is_string())
      ++times[std::string(tool->get_string())];
  }
  std::string line;
  for (const auto& [tool, count] : times) {
    if (!line.empty()) line += ", ";
    line += count > 1 ? fmt::format("{} ({})", tool, count) : tool;
  }
  return line;
}

std::string lower(std::string text) {
  for (auto& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return text;
}

}  // namespace

std::string markdown_of(const Archive::Conversation& conversation) {
  const auto& session = conversation.session;
  auto text = fmt::format("# Conversation with {}\n\n- Person: {}\n- Begun: {}\n- Last message: {}\n- Messages: {}\n",
                          session.agent_name, preview(session.user_email, 200), for_people(session.started_at),
                          for_people(session.last_message_at), conversation.messages.size());
  if (session.total_cost > 0) text += fmt::format("- Cost: {:.4f} USD\n", session.total_cost);
  for (const auto& message : conversation.messages) {
    const auto& who = message.role == "user" ? message.user_email : session.agent_name;
    text += fmt::format("\n---\n\n## {}, {}\n\n", preview(who, 200), for_people(message.timestamp));
    text += message.content;
    if (!message.content.ends_with('\n')) text += '\n';
    if (const auto tools = tools_of(message.tool_calls); !tools.empty()) text += fmt::format("\n*Tools: {}*\n", tools);
  }
  return text;
}

std::string json_of(const Archive::Conversation& conversation) {
  return json::write(
      json::object{{"session", json::encode(conversation.session)}, {"messages", json::encode(conversation.messages)}});
}

std::string file_name(const ChatSession& session, std::string_view ending) {
  auto name = fmt::format("{}-{}-{}", session.agent_name, session.started_at.substr(0, 10), session.id.substr(0, 8));
  for (auto& c : name) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    if (!plain) c = '_';
  }
  if (name.front() == '.' || name.front() == '-') name.front() = '_';
  return fmt::format("{}.{}", name, ending);
}

std::string excerpt_of(const std::string& text, const std::string& wanted) {
  constexpr std::size_t before = 80;
  constexpr std::size_t characters = 240;
  const auto at = lower(text).find(lower(wanted));
  auto begin = at == std::string::npos || at < before ? 0 : at - before;
  // Not in the middle of a character.
  while (begin < text.size() && (static_cast<unsigned char>(text[begin]) & 0xC0U) == 0x80U) ++begin;
  return (begin > 0 ? "..." : "") + preview(std::string_view(text).substr(begin), characters);
}

}  // namespace trinity::sessions
