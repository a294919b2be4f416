// The agent's conversation: what was said, what it cost, the model, the way to a new one.
#include "agentd/routes.h"
#include "json/decode.h"

namespace trinity::agentd {

namespace {

using boost::json::object;
using http::Access;
using http::Method;
using http::Request;
using http::Response;

struct ModelRequest {
  std::string model;
};
BOOST_DESCRIBE_STRUCT(ModelRequest, (), (model))

class SessionHandlers {
 public:
  explicit SessionHandlers(const AgentParts& parts) : turns_(parts.turns), activity_(parts.activity) {}

  Task<Response> history(Request) {
    boost::json::array messages;
    for (const auto& message : turns_.session().history()) messages.push_back(json::encode(message));
    co_return Response::json(std::move(messages));
  }

  Task<Response> reset(Request) {
    activity_.clear();
    co_await turns_.reset();
    const auto& totals = turns_.session().totals();
    object session{{"total_cost_usd", totals.total_cost_usd},
                   {"context_tokens", totals.context_tokens},
                   {"context_window", totals.context_window},
                   {"message_count", totals.message_count}};
    co_return Response::json(object{{"status", "cleared"}, {"session_reset", true}, {"session", std::move(session)}});
  }

  Task<Response> session(Request) { co_return Response::json(turns_.session().card()); }

  Task<Response> model(Request) {
    const auto& runtime = turns_.runtime();
    const auto& chosen = turns_.session().totals().model;
    co_return Response::json(object{{"model", chosen.value_or(std::string(runtime.default_model()))},
                                    {"runtime", runtime.name()},
                                    {"available_models", json::encode(runtime.suggested_models())},
                                    {"note", "Short names and full names of models are accepted."}});
  }

  Task<Response> set_model(Request request) {
    const auto asked = json::decode_body<ModelRequest>(request.body);
    if (const auto fault = turns_.choose_model(asked.model); !fault.empty()) throw BadRequest(fault);
    co_return Response::json(
        object{{"status", "success"}, {"model", asked.model}, {"note", "Used from the next message on."}});
  }

  Task<Response> activity(Request) { co_return Response::json(activity_.json()); }

  Task<Response> clear_activity(Request) {
    activity_.clear();
    co_return Response::json(object{{"status", "cleared"}, {"message", "The activity view is empty now."}});
  }

  Task<Response> tool_call(Request request) {
    const auto id = request.params.get("tool_id");
    auto detail = activity_.detail(id);
    if (!detail) throw NotFound("Tool call " + id + " not found");
    co_return Response::json(std::move(*detail));
  }

 private:
  Turns& turns_;
  Activity& activity_;
};

}  // namespace

std::vector<http::Route> session_routes(const AgentParts& parts) {
  const Members<SessionHandlers> call(parts);
  return {
      {Method::get, "/api/chat/history", Access::secret, call(&SessionHandlers::history)},
      {Method::del, "/api/chat/history", Access::secret, call(&SessionHandlers::reset)},
      {Method::get, "/api/chat/session", Access::secret, call(&SessionHandlers::session)},
      {Method::get, "/api/model", Access::secret, call(&SessionHandlers::model)},
      {Method::put, "/api/model", Access::secret, call(&SessionHandlers::set_model)},
      {Method::get, "/api/activity", Access::secret, call(&SessionHandlers::activity)},
      {Method::del, "/api/activity", Access::secret, call(&SessionHandlers::clear_activity)},
      {Method::get, "/api/activity/{tool_id}", Access::secret, call(&SessionHandlers::tool_call)},
  };
}

}  // namespace trinity::agentd
