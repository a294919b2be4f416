#include "sessions/archive.h"

#include "base/errors.h"
#include "json/decode.h"

namespace trinity::sessions {

namespace {

SessionStore::Which which_of(const Caller& caller, const std::string& agent, const Archive::Page& page, bool own) {
  SessionStore::Which which;
  which.agent = agent;
  which.limit = page.limit;
  which.before = page.before;
  if (own || !caller.is_admin()) which.user_id = caller.user_id;
  return which;
}

template <class T>
T taken(std::optional<T> found, const char* parameter, const Archive::Page& page) {
  if (found) return std::move(*found);
  json::Faults faults;
  faults.add("value_error", {"query", parameter}, "There is no such entry", json::value(page.before.value_or("")));
  faults.check();
  return {};
}

}  // namespace

Task<> Archive::check_reader(CallerPtr caller, std::string agent) {
  co_await lookup_.container_first(std::move(caller), std::move(agent));
}

Task<std::vector<ChatMessage>> Archive::messages(Call call, CallerPtr caller, std::string agent, Page page, bool own) {
  co_await check_reader(caller, agent);
  auto which = which_of(*caller, agent, page, own);
  auto found = co_await store_.messages(call, std::move(which));
  co_return taken(std::move(found), "before", page);
}

Task<std::vector<ChatSession>> Archive::sessions(Call call, CallerPtr caller, std::string agent, Page page,
                                                 std::optional<std::string> status) {
  co_await check_reader(caller, agent);
  auto which = which_of(*caller, agent, page, false);
  auto found = co_await store_.sessions(call, std::move(which), std::move(status));
  co_return taken(std::move(found), "before", page);
}

Task<SessionStore::Found> Archive::search(Call call, CallerPtr caller, std::string agent, Page page, std::string text) {
  co_await check_reader(caller, agent);
  auto which = which_of(*caller, agent, page, false);
  auto found = co_await store_.search(call, std::move(which), std::move(text));
  co_return taken(std::move(found), "cursor", page);
}

Task<ChatSession> Archive::session(Call call, CallerPtr caller, std::string agent, std::string id) {
  co_await check_reader(caller, agent);
  auto found = co_await store_.find(call, std::move(id));
  if (!found) throw NotFound("Chat session not found");
  if (found->agent_name != agent) throw Forbidden("Session does not belong to this agent");
  if (!caller->is_admin() && found->user_id != caller->user_id)
    throw Forbidden("You don't have access to this session");
  co_return std::move(*found);
}

Task<Archive::Conversation> Archive::conversation(Call call, CallerPtr caller, std::string agent, std::string id,
                                                  Page page) {
  auto found = co_await session(call, caller, agent, id);
  SessionStore::Which which;
  which.agent = agent;
  which.session_id = id;
  which.limit = page.limit;
  which.before = page.before;
  auto messages = co_await store_.messages(call, std::move(which));
  co_return Conversation{std::move(found), taken(std::move(messages), "before", page)};
}

Task<Archive::Conversation> Archive::whole(Call call, CallerPtr caller, std::string agent, std::string id) {
  auto found = co_await session(call, caller, agent, id);
  const auto size = co_await store_.size_of(call, id);
  if (size > largest_export)
    throw PayloadTooLarge("The conversation is larger than 64 MiB. Ask for its messages page by page.");
  auto messages = co_await store_.transcript(call, id);
  co_return Conversation{std::move(found), std::move(messages)};
}

Task<> Archive::close(Call call, CallerPtr caller, std::string agent, std::string id) {
  co_await session(call, caller, agent, id);
  co_await store_.close(call, id);
}

}  // namespace trinity::sessions
