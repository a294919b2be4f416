#include "agentd/routes.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "json/decode.h"
#include "json/write.h"

namespace trinity::agentd {

namespace {

using boost::json::object;
using http::Access;
using http::Method;
using http::Request;
using http::Response;

constexpr std::size_t kMostChatBody = 32 * 1024 * 1024;
constexpr std::int64_t kLongestTurn = 86'400;

struct ChatRequest {
  std::string message;
  bool stream = false;  ///< accepted for older clients, no effect
  std::optional<std::string> model;
  std::optional<std::string> execution_id;
  std::optional<std::int64_t> timeout_seconds;
  static constexpr std::string_view defaulted[] = {"stream"};
};
BOOST_DESCRIBE_STRUCT(ChatRequest, (), (message, stream, model, execution_id, timeout_seconds))

bool is_word(std::string_view text, std::string_view punctuation) {
  return !text.empty() && text.size() <= 128 && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           punctuation.find(c) != std::string_view::npos;
  });
}

void check(const ChatRequest& chat) {
  json::Faults faults;
  if (chat.execution_id && !is_word(*chat.execution_id, "._-")) {
    faults.add("string_pattern_mismatch", {"body", "execution_id"}, "Use 1 to 128 characters of A-Z a-z 0-9 . _ -",
               json::value(*chat.execution_id));
  }
  if (chat.model && (!is_word(*chat.model, "._:[]-") || chat.model->starts_with('-'))) {
    faults.add("string_pattern_mismatch", {"body", "model"}, "Not the name of a model", json::value(*chat.model));
  }
  if (chat.timeout_seconds && (*chat.timeout_seconds < 1 || *chat.timeout_seconds > kLongestTurn)) {
    faults.add("value_error", {"body", "timeout_seconds"}, "Use 1 to 86400 seconds", *chat.timeout_seconds);
  }
  faults.check();
}

TurnRequest turn_from(ChatRequest chat) {
  TurnRequest turn;
  turn.message = std::move(chat.message);
  turn.model = std::move(chat.model);
  turn.execution_id = chat.execution_id.value_or("");
  if (chat.timeout_seconds) turn.limit = std::chrono::seconds(*chat.timeout_seconds);
  return turn;
}

/// The transcript is text already and may be large: it is put in place, not parsed and written again.
Response answer_to(const TurnEnd& end) {
  const auto metadata = json::to_text(end.transcript->metadata());
  const auto log = end.transcript->log_json();
  if (end.failure) {
    const unsigned status = end.failure->kind == ErrorKind::timeout ? 504 : 500;
    return Response::json_text(fmt::format(R"({{"detail":{},"execution_log":{},"metadata":{}}})",
                                           json::write(boost::json::value(end.failure->detail)), log, metadata),
                               status);
  }
  return Response::json_text(
      fmt::format(R"({{"response":{},"execution_log":{},"execution_log_simplified":{},"metadata":{},"session":{},)"
                  R"("timestamp":"{}"}})",
                  json::write(boost::json::value(end.answer)), log, json::to_text(end.transcript->tools()), metadata,
                  json::to_text(end.session), format_z(end.time)));
}

/// The handlers and what they need. Lives as long as the routes.
class Handlers {
 public:
  Handlers(const Config& config, const StartUp& start_up, Turns& turns, BlockingPool& pool)
      : config_(config), start_up_(start_up), turns_(turns), pool_(pool) {}

  Task<Response> root(Request) {
    object endpoints{{"chat", "POST /api/chat"}, {"info", "GET /api/agent/info"}, {"health", "GET /health"}};
    co_return Response::json(object{{"service", "Trinity Agent API"},
                                    {"agent", config_.agent_name},
                                    {"status", "running"},
                                    {"note", "Internal API of one agent, for its control plane only."},
                                    {"endpoints", std::move(endpoints)}});
  }

  Task<Response> health(Request) {
    co_return Response::json(object{{"status", "healthy"},
                                    {"agent_name", config_.agent_name},
                                    {"runtime", turns_.runtime_name()},
                                    {"runtime_available", turns_.runtime_available()},
                                    {"claude_available", false},
                                    {"message_count", turns_.session().message_count},
                                    {"workspace", start_up_.workspace},
                                    {"workspace_error", json::encode(start_up_.workspace_error)},
                                    {"setup", start_up_.setup}});
  }

  Task<Response> info(Request) {
    const auto uptime = std::chrono::duration_cast<std::chrono::seconds>(steady_now() - start_up_.since);
    co_return Response::json(object{{"name", config_.agent_name},
                                    {"status", "running"},
                                    {"claude_version", nullptr},
                                    {"mcp_servers", json::encode(start_up_.mcp_servers)},
                                    {"uptime", fmt::format("PT{}S", uptime.count())}});
  }

  Task<Response> template_info(Request) {
    auto read = [this] { return template_card(config_, find_template(config_)); };
    auto card = co_await pool_.run(std::move(read));
    co_return Response::json(std::move(card));
  }

  Task<Response> chat(Request request) {
    auto chat = json::decode_body<ChatRequest>(request.body);
    check(chat);
    std::string().swap(request.body);
    auto turn = turn_from(std::move(chat));
    const auto end = co_await turns_.chat(std::move(turn));
    co_return answer_to(end);
  }

  Task<Response> nothing(Request) {
    throw NotFound("Not Found");
    co_return Response{};
  }

 private:
  const Config& config_;
  const StartUp& start_up_;
  Turns& turns_;
  BlockingPool& pool_;
};

}  // namespace

std::vector<http::Route> agent_routes(const Config& config, const StartUp& start_up, Turns& turns, BlockingPool& pool) {
  const auto handlers = std::make_shared<Handlers>(config, start_up, turns, pool);
  const auto call = [&handlers](Task<Response> (Handlers::*member)(Request)) -> http::Handler {
    return [handlers, member](Request request) { return ((*handlers).*member)(std::move(request)); };
  };
  std::vector<http::Route> routes{
      {Method::get, "/", Access::secret, call(&Handlers::root)},
      {Method::get, "/health", Access::anyone, call(&Handlers::health)},
      {Method::get, "/api/health", Access::anyone, call(&Handlers::health)},
      {Method::get, "/api/agent/info", Access::secret, call(&Handlers::info)},
      {Method::get, "/api/template/info", Access::secret, call(&Handlers::template_info)},
      {Method::post, "/api/chat", Access::secret, call(&Handlers::chat), {}, kMostChatBody},
  };
  // Which paths exist is for those who know the secret.
  for (const auto method : {Method::get, Method::post, Method::put, Method::patch, Method::del}) {
    routes.push_back({method, "/{path...}", Access::secret, call(&Handlers::nothing)});
  }
  return routes;
}

}  // namespace trinity::agentd
