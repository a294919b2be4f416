#include "sessions/routes.h"

#include "base/errors.h"
#include "json/decode.h"
#include "sessions/export.h"

namespace trinity::sessions {

namespace {

using http::Request;
using http::Response;

constexpr std::int64_t usual_messages = 100;
constexpr std::int64_t usual_found = 20;
constexpr std::int64_t most_found = 100;
constexpr std::int64_t most = 1'000;
constexpr std::size_t longest_text = 200;

struct Sources {
  Archive& archive;
  BlockingPool& pool;
};

struct Bounds {
  std::int64_t usual = usual_messages;
  std::int64_t most = sessions::most;
  const char* place = "before";  ///< the parameter that says where a page begins
};

Archive::Page page_of(const Request& request, Bounds bounds, json::Faults& faults) {
  Archive::Page page;
  page.limit = json::query_int(request.query.find("limit"), "limit", faults).value_or(bounds.usual);
  if (page.limit < 1 || page.limit > bounds.most)
    faults.add("value_error", {"query", "limit"}, "Use 1 to " + std::to_string(bounds.most), page.limit);
  if (const auto before = request.query.find(bounds.place); before && !before->empty()) page.before = *before;
  return page;
}

/// Pages of messages may hold megabytes.
Task<Response> written(BlockingPool* pool, json::object made, const char* member,
                       std::shared_ptr<const std::vector<ChatMessage>> messages) {
  auto job = [&] {
    made["message_count"] = messages->size();
    made[member] = json::encode(*messages);
    return json::write(made);
  };
  auto text = co_await pool->run(std::move(job));
  co_return Response::json_text(std::move(text));
}

Task<Response> messages(Sources sources, Request request) {
  auto agent = request.params.get("agent_name");
  co_await sources.archive.check_reader(request.caller, agent);
  json::Faults faults;
  auto page = page_of(request, {}, faults);
  const bool own = json::query_bool(request.query.find("user_filter"), "user_filter", faults).value_or(false);
  faults.check();
  auto found = co_await sources.archive.messages(request.call, request.caller, agent, std::move(page), own);
  json::object made{{"agent_name", agent}};
  auto shared = std::make_shared<const std::vector<ChatMessage>>(std::move(found));
  co_return co_await written(&sources.pool, std::move(made), "messages", std::move(shared));
}

Task<Response> list(Sources sources, Request request) {
  auto agent = request.params.get("agent_name");
  co_await sources.archive.check_reader(request.caller, agent);
  json::Faults faults;
  const Bounds bounds{most, most};
  auto page = page_of(request, bounds, faults);
  faults.check();
  std::optional<std::string> status;
  if (const auto wanted = request.query.find("status")) status = *wanted;
  const auto found =
      co_await sources.archive.sessions(request.call, request.caller, agent, std::move(page), std::move(status));
  co_return Response::json(
      json::object{{"agent_name", agent}, {"session_count", found.size()}, {"sessions", json::encode(found)}});
}

Task<Response> get(Sources sources, Request request) {
  auto agent = request.params.get("agent_name");
  auto id = request.params.get("session_id");
  // What is not there, or not theirs, is told before a bad limit.
  co_await sources.archive.session(request.call, request.caller, agent, id);
  json::Faults faults;
  auto page = page_of(request, {}, faults);
  faults.check();
  auto found = co_await sources.archive.conversation(request.call, request.caller, agent, id, std::move(page));
  json::object made{{"session", json::encode(found.session)}};
  auto shared = std::make_shared<const std::vector<ChatMessage>>(std::move(found.messages));
  co_return co_await written(&sources.pool, std::move(made), "messages", std::move(shared));
}

Task<Response> close(Sources sources, Request request) {
  auto id = request.params.get("session_id");
  co_await sources.archive.close(request.call, request.caller, request.params.get("agent_name"), id);
  co_return Response::json(json::object{{"status", "closed"}, {"session_id", id}});
}

Task<Response> hand_out(Sources sources, Request request) {
  auto agent = request.params.get("agent_name");
  auto id = request.params.get("session_id");
  co_await sources.archive.session(request.call, request.caller, agent, id);
  const std::string format(request.query.find("format").value_or("markdown"));
  json::Faults faults;
  if (format != "markdown" && format != "json")
    faults.add("value_error", {"query", "format"}, "Use markdown or json", json::value(format));
  faults.check();
  const auto found = co_await sources.archive.whole(request.call, request.caller, agent, id);
  const bool markdown = format == "markdown";
  auto job = [&] { return markdown ? markdown_of(found) : json_of(found); };
  Response response;
  response.body = co_await sources.pool.run(std::move(job));
  response.headers.set("Content-Type", markdown ? "text/markdown; charset=utf-8" : "application/json");
  response.headers.set("Content-Disposition",
                       "attachment; filename=\"" + file_name(found.session, markdown ? "md" : "json") + "\"");
  co_return response;
}

Task<Response> search(Sources sources, Request request) {
  auto agent = request.params.get("agent_name");
  co_await sources.archive.check_reader(request.caller, agent);
  json::Faults faults;
  const Bounds bounds{usual_found, most_found, "cursor"};
  auto page = page_of(request, bounds, faults);
  const auto given = request.query.find("q");
  if (!given) faults.add("missing", {"query", "q"}, "Field required", nullptr);
  const std::string text(given.value_or(""));
  if (given && (text.empty() || text.size() > longest_text))
    faults.add("value_error", {"query", "q"}, "Use 1 to 200 bytes", nullptr);
  faults.check();
  const auto found = co_await sources.archive.search(request.call, request.caller, agent, std::move(page), text);
  json::array results;
  for (const auto& message : found.messages) {
    results.push_back(json::object{{"id", message.id},
                                   {"session_id", message.session_id},
                                   {"user_id", message.user_id},
                                   {"user_email", message.user_email},
                                   {"role", message.role},
                                   {"timestamp", message.timestamp},
                                   {"excerpt", excerpt_of(message.content, text)}});
  }
  co_return Response::json(json::object{{"agent_name", agent},
                                        {"count", results.size()},
                                        {"results", std::move(results)},
                                        {"next", json::encode(found.next)}});
}

}  // namespace

std::vector<http::Route> routes(Archive& archive, BlockingPool& pool) {
  using http::Access;
  using http::Method;
  using Step = Task<Response> (*)(Sources, Request);
  const auto to = [sources = Sources{archive, pool}](Step step) {
    return [step, sources](Request request) { return step(sources, std::move(request)); };
  };
  const std::string chat = "/api/agents/{agent_name}/chat";
  return {
      {Method::get, chat + "/history/persistent", Access::agent_reader, to(messages)},
      {Method::get, chat + "/search", Access::agent_reader, to(search)},
      {Method::get, chat + "/sessions", Access::agent_reader, to(list)},
      {Method::get, chat + "/sessions/{session_id}", Access::agent_reader, to(get)},
      {Method::get, chat + "/sessions/{session_id}/export", Access::agent_reader, to(hand_out)},
      {Method::post, chat + "/sessions/{session_id}/close", Access::agent_reader, to(close)},
  };
}

}  // namespace trinity::sessions
