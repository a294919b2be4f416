#include "activity/live_chat.h"

#include <boost/json/parse.hpp>

#include "base/errors.h"
#include "json/write.h"

namespace trinity::activity {

namespace {

constexpr std::chrono::seconds ask_within{10};
constexpr std::size_t largest_answer = 64 * 1024 * 1024;

boost::json::value parsed(const std::string& text) {
  boost::system::error_code fault;
  auto value = boost::json::parse(text, fault);
  return fault ? boost::json::value(nullptr) : value;
}

/// A text as it is, anything else as JSON.
std::string detail_of(const std::string& body, const char* otherwise) {
  const auto value = parsed(body);
  const auto* object = value.if_object();
  const auto* detail = object != nullptr ? object->if_contains("detail") : nullptr;
  if (detail == nullptr || detail->is_null()) return otherwise;
  return detail->is_string() ? std::string(detail->get_string()) : json::write(*detail);
}

}  // namespace

Task<std::optional<agentlink::Answer>> LiveChat::ask(Call call, fleet::AgentPtr agent, Ask what, std::string body) {
  using http::Method;
  if (agent->address.empty()) co_return std::nullopt;
  agentlink::Question question;
  question.path = what == Ask::forget_tools                          ? "/api/activity"
                  : what == Ask::get_model || what == Ask::set_model ? "/api/model"
                                                                     : "/api/chat/history";
  question.method = what == Ask::set_model                                     ? Method::put
                    : what == Ask::forget_history || what == Ask::forget_tools ? Method::del
                                                                               : Method::get;
  question.body = std::move(body);
  question.limit = ask_within;
  question.most_bytes = largest_answer;
  auto answer = co_await link_.ask(call, agents_.target_of(*agent), std::move(question));
  if (!answer) co_return std::nullopt;
  co_return std::move(*answer);
}

Task<std::string> LiveChat::history(Call call, CallerPtr caller, std::string name) {
  const auto view = co_await lookup_.container_first(std::move(caller), std::move(name));
  if (view.agent->status != "running") throw Unavailable("Agent UI not enabled for this agent");
  auto answer = co_await ask(call, view.agent, Ask::get_history);
  if (!answer || answer->status != 200 || !parsed(answer->body).is_array())
    throw Unavailable("Failed to get chat history");
  co_return std::move(answer->body);
}

Task<std::string> LiveChat::reset(Call call, CallerPtr caller, std::string name) {
  const auto view = co_await lookup_.container_first(std::move(caller), std::move(name));
  if (view.agent->status != "running") throw Unavailable("Agent is not running");
  auto answer = co_await ask(call, view.agent, Ask::forget_history);
  if (answer && answer->status == 200 && parsed(answer->body).is_object()) co_return std::move(answer->body);
  // Agents of an older kind cannot forget what was said.
  if (answer && answer->status == 405) {
    answer = co_await ask(call, view.agent, Ask::forget_tools);
    if (answer && answer->status == 200) co_return R"({"status":"reset","message":"Tool activity cleared"})";
  }
  throw Unavailable("Failed to reset chat history");
}

Task<fleet::AgentPtr> LiveChat::running_for_model(CallerPtr caller, std::string name) {
  const auto view = co_await lookup_.container_first(std::move(caller), std::move(name));
  if (view.agent->status != "running") throw BadRequest("Agent is not running");
  co_return view.agent;
}

Task<std::string> LiveChat::model(Call call, CallerPtr caller, std::string name) {
  const auto agent = co_await running_for_model(std::move(caller), std::move(name));
  auto answer = co_await ask(call, agent, Ask::get_model);
  if (!answer || answer->status != 200 || !parsed(answer->body).is_object())
    throw Unavailable("Failed to get model info");
  co_return std::move(answer->body);
}

Task<std::string> LiveChat::set_model(Call call, CallerPtr caller, std::string name, std::string wanted) {
  const auto agent = co_await running_for_model(std::move(caller), std::move(name));
  auto body = json::write(boost::json::object{{"model", wanted}});
  auto answer = co_await ask(call, agent, Ask::set_model, std::move(body));
  if (answer && answer->status == 400) throw BadRequest(detail_of(answer->body, "The agent refused this model"));
  if (!answer || answer->status != 200 || !parsed(answer->body).is_object()) throw Unavailable("Failed to set model");
  co_return std::move(answer->body);
}

}  // namespace trinity::activity
