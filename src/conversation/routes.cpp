#include "conversation/routes.h"

#include "executions/routes.h"
#include "http/departure.h"
#include "json/decode.h"

namespace trinity::conversation {

namespace {

void check(const ChatRequest& request) {
  json::Faults faults;
  if (request.message.size() > executions::longest_message)
    faults.add("string_too_long", {"body", "message"}, "String should have at most 524288 bytes", nullptr,
               {{"max_length", executions::longest_message}});
  if (request.model && !executions::is_model(*request.model))
    faults.add("string_pattern_mismatch", {"body", "model"}, "Not the name of a model", json::value(*request.model));
  faults.check();
}

Task<http::Response> chat(ChatService* service, http::Request request) {
  auto wanted = json::decode_body<ChatRequest>(request.body);
  check(wanted);
  auto headers = executions::call_headers(request.headers);
  auto digest = headers.key ? executions::digest_of(request.body) : std::string();
  const auto presence = std::make_shared<Presence>();
  const http::Departure watch(request, [presence] { presence->leave(); });
  auto answer = co_await service->chat(request.call, request.caller, request.params.get("agent_name"),
                                       std::move(wanted), std::move(headers), std::move(digest), presence);
  co_return executions::response_of(std::move(answer));
}

}  // namespace

std::vector<http::Route> routes(ChatService& service) {
  auto turn = [&service](http::Request request) { return chat(&service, std::move(request)); };
  return {{http::Method::post, "/api/agents/{agent_name}/chat", http::Access::agent_reader, std::move(turn), nullptr,
           executions::most_run_body}};
}

}  // namespace trinity::conversation
