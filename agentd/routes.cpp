#include "agentd/routes.h"

#include <fmt/format.h>

#include "json/encode.h"

namespace trinity::agentd {

namespace {

using boost::json::object;
using http::Access;
using http::Method;
using http::Request;
using http::Response;

class InfoHandlers {
 public:
  explicit InfoHandlers(const AgentParts& parts) : parts_(parts) {}

  Task<Response> root(Request) {
    object endpoints{{"chat", "POST /api/chat"},
                     {"history", "GET /api/chat/history"},
                     {"info", "GET /api/agent/info"},
                     {"health", "GET /health"}};
    co_return Response::json(object{{"service", "Trinity Agent API"},
                                    {"agent", parts_.config.agent_name},
                                    {"status", "running"},
                                    {"note", "Internal API of one agent, for its control plane only."},
                                    {"endpoints", std::move(endpoints)}});
  }

  Task<Response> health(Request) {
    const auto& turns = parts_.turns;
    co_return Response::json(object{{"status", "healthy"},
                                    {"agent_name", parts_.config.agent_name},
                                    {"runtime", turns.runtime().name()},
                                    {"runtime_available", turns.runtime_available()},
                                    {"claude_available", has_claude()},
                                    {"message_count", turns.session().totals().message_count},
                                    {"workspace", parts_.start_up.workspace()},
                                    {"workspace_error", json::encode(parts_.start_up.workspace_error())},
                                    {"setup", parts_.start_up.setup()},
                                    {"ready", parts_.start_up.ready()}});
  }

  Task<Response> info(Request) {
    const auto uptime = std::chrono::duration_cast<std::chrono::seconds>(steady_now() - parts_.start_up.since);
    co_return Response::json(
        object{{"name", parts_.config.agent_name},
               {"status", "running"},
               {"claude_version", has_claude() ? boost::json::value("available") : boost::json::value(nullptr)},
               {"mcp_servers", json::encode(parts_.start_up.mcp_servers)},
               {"uptime", fmt::format("PT{}S", uptime.count())}});
  }

  Task<Response> start_up(Request) { co_return Response::json(parts_.start_up.card()); }

  Task<Response> template_info(Request) {
    auto read = [&config = parts_.config] { return template_card(config, find_template(config)); };
    auto card = co_await parts_.pool.run(std::move(read));
    co_return Response::json(std::move(card));
  }

  Task<Response> metrics(Request) {
    auto card = co_await parts_.board.metrics();
    co_return Response::json(std::move(card));
  }

  Task<Response> dashboard(Request) {
    auto card = co_await parts_.board.dashboard();
    co_return Response::json(std::move(card));
  }

  Task<Response> nothing(Request) {
    throw NotFound("Not Found");
    co_return Response{};
  }

 private:
  [[nodiscard]] bool has_claude() const {
    return parts_.turns.runtime_available() && parts_.turns.runtime().name() == "claude-code";
  }

  AgentParts parts_;
};

}  // namespace

std::vector<http::Route> info_routes(const AgentParts& parts) {
  const Members<InfoHandlers> call(parts);
  return {
      {Method::get, "/", Access::secret, call(&InfoHandlers::root)},
      {Method::get, "/health", Access::anyone, call(&InfoHandlers::health)},
      {Method::get, "/api/health", Access::anyone, call(&InfoHandlers::health)},
      {Method::get, "/api/agent/info", Access::secret, call(&InfoHandlers::info)},
      {Method::get, "/api/agent/startup", Access::secret, call(&InfoHandlers::start_up)},
      {Method::get, "/api/template/info", Access::secret, call(&InfoHandlers::template_info)},
      {Method::get, "/api/metrics", Access::secret, call(&InfoHandlers::metrics)},
      {Method::get, "/api/dashboard", Access::secret, call(&InfoHandlers::dashboard)},
  };
}

std::vector<http::Route> agent_routes(const AgentParts& parts) {
  auto routes = info_routes(parts);
  for (auto* chapter : {&chat_routes, &session_routes, &execution_routes, &file_routes, &credential_routes, &git_routes,
                        &prompt_routes}) {
    auto more = chapter(parts);
    routes.insert(routes.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  }
  auto events = [stream = &parts.events](std::shared_ptr<http::WebSocket> socket, Request request) {
    return stream->serve(std::move(socket), std::move(request));
  };
  routes.push_back({Method::get, "/api/events", Access::secret, {}, std::move(events)});
  auto transcripts = [stream = &parts.transcripts](std::shared_ptr<http::WebSocket> socket, Request request) {
    return stream->serve(std::move(socket), std::move(request));
  };
  routes.push_back(
      {Method::get, "/api/executions/{execution_id}/transcript", Access::secret, {}, std::move(transcripts)});
  // Which paths exist is for those who know the secret.
  const Members<InfoHandlers> call(parts);
  for (const auto method : {Method::get, Method::post, Method::put, Method::patch, Method::del}) {
    routes.push_back({method, "/{path...}", Access::secret, call(&InfoHandlers::nothing)});
  }
  return routes;
}

}  // namespace trinity::agentd
