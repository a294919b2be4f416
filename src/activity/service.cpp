#include "activity/service.h"

#include <boost/json/parse.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include "activity/words.h"
#include "base/errors.h"
#include "base/masking.h"

namespace trinity::activity {

namespace {

constexpr std::chrono::seconds ask_within{10};
constexpr std::size_t longest_id = 512;

/// Agents are not believed blindly: what goes on to a client is an object at least.
bool is_object(const std::string& text) {
  boost::system::error_code fault;
  return boost::json::parse(text, fault).is_object() && !fault;
}

std::string detail_of(const std::string& body, std::string otherwise) {
  boost::system::error_code fault;
  const auto value = boost::json::parse(body, fault);
  const auto* object = fault ? nullptr : value.if_object();
  const auto* detail = object != nullptr ? object->if_contains("detail") : nullptr;
  return detail != nullptr && detail->is_string() ? std::string(detail->get_string()) : std::move(otherwise);
}

}  // namespace

Task<fleet::AgentPtr> ActivityService::running(CallerPtr caller, std::string name) {
  const auto view = co_await lookup_.container_first(std::move(caller), std::move(name));
  if (view.agent->status != "running") throw BadRequest("Agent is not running");
  co_return view.agent;
}

agentlink::LivePtr ActivityService::known(const std::string& name) const {
  auto live = followers_.find(name);
  return live && live->connection == agentlink::Connection::up ? live : nullptr;
}

Task<std::optional<agentlink::Answer>> ActivityService::ask(Call call, fleet::AgentPtr agent, http::Method method,
                                                            std::string path) {
  if (agent->address.empty()) co_return std::nullopt;
  agentlink::Question question;
  question.method = method;
  question.path = std::move(path);
  question.limit = ask_within;
  auto answer = co_await link_.ask(call, agents_.target_of(*agent), std::move(question));
  if (!answer) co_return std::nullopt;
  co_return std::move(*answer);
}

Task<std::string> ActivityService::activity(Call call, CallerPtr caller, std::string name) {
  const auto view = co_await lookup_.container_first(caller, name);
  const auto live = known(name);
  if (view.agent->status != "running" || !live) co_return activity_text(nullptr);
  if (has_older(*live)) {
    auto answer = co_await ask(call, view.agent, http::Method::get, "/api/activity");
    if (answer && answer->status == 200 && is_object(answer->body)) co_return masked(answer->body);
  }
  co_return activity_text(live.get());
}

Task<> ActivityService::clear(Call call, CallerPtr caller, std::string name) {
  const auto view = co_await lookup_.container_first(caller, name);
  if (view.agent->status != "running") co_return;
  const auto answer = co_await ask(call, view.agent, http::Method::del, "/api/activity");
  if (!answer || answer->status != 200) throw Unavailable("Failed to clear activity");
}

Task<std::string> ActivityService::tool_call(Call call, CallerPtr caller, std::string name, std::string id) {
  const auto agent = co_await running(caller, name);
  const auto unknown = "Tool call " + id + " not found";
  if (id.empty() || id == "." || id == ".." || id.size() > longest_id) throw NotFound(unknown);
  auto path = "/api/activity/" + boost::urls::encode(id, boost::urls::unreserved_chars);
  auto answer = co_await ask(call, agent, http::Method::get, std::move(path));
  if (answer && answer->status == 404) throw NotFound(detail_of(answer->body, unknown));
  if (!answer || answer->status != 200 || !is_object(answer->body)) throw Unavailable("Failed to get activity detail");
  co_return std::move(answer->body);
}

Task<std::string> ActivityService::session(Call call, CallerPtr caller, std::string name) {
  const auto agent = co_await running(caller, name);
  if (const auto live = known(name); live && live->session) co_return live->session->text;
  auto answer = co_await ask(call, agent, http::Method::get, "/api/chat/session");
  if (!answer || answer->status != 200 || !is_object(answer->body)) throw Unavailable("Failed to get session info");
  co_return std::move(answer->body);
}

}  // namespace trinity::activity
