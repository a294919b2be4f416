#include <boost/describe.hpp>

#include "activity/routes.h"
#include "json/decode.h"

namespace trinity::activity {

namespace {

using http::Request;
using http::Response;

constexpr std::size_t longest_model = 200;

struct ModelRequest {
  std::string model;
};
BOOST_DESCRIBE_STRUCT(ModelRequest, (), (model))

Task<Response> history(LiveChat* chat, Request request) {
  auto text = co_await chat->history(request.call, request.caller, request.params.get("agent_name"));
  co_return Response::json_text(std::move(text));
}

Task<Response> reset(LiveChat* chat, Request request) {
  auto text = co_await chat->reset(request.call, request.caller, request.params.get("agent_name"));
  co_return Response::json_text(std::move(text));
}

Task<Response> model(LiveChat* chat, Request request) {
  auto text = co_await chat->model(request.call, request.caller, request.params.get("agent_name"));
  co_return Response::json_text(std::move(text));
}

Task<Response> set_model(LiveChat* chat, Request request) {
  auto wanted = json::decode_body<ModelRequest>(request.body);
  json::Faults faults;
  if (wanted.model.size() > longest_model)
    faults.add("string_too_long", {"body", "model"}, "String should have at most 200 bytes", nullptr);
  faults.check();
  auto text =
      co_await chat->set_model(request.call, request.caller, request.params.get("agent_name"), std::move(wanted.model));
  co_return Response::json_text(std::move(text));
}

}  // namespace

std::vector<http::Route> routes(LiveChat& chat) {
  using http::Access;
  using http::Method;
  using Step = Task<Response> (*)(LiveChat*, Request);
  const auto to = [&chat](Step step) {
    return [step, &chat](Request request) { return step(&chat, std::move(request)); };
  };
  const std::string agent = "/api/agents/{agent_name}";
  return {
      {Method::get, agent + "/chat/history", Access::agent_reader, to(history)},
      {Method::del, agent + "/chat/history", Access::agent_reader, to(reset)},
      {Method::get, agent + "/model", Access::agent_reader, to(model)},
      {Method::put, agent + "/model", Access::agent_reader, to(set_model)},
  };
}

}  // namespace trinity::activity
