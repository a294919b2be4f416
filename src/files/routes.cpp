#include "files/routes.h"

#include "base/errors.h"
#include "json/decode.h"

namespace trinity::files {

namespace {

struct FolderRequest {
  std::string path;
};
BOOST_DESCRIBE_STRUCT(FolderRequest, (), (path))

struct MoveRequest {
  std::string path;
  std::string new_path;
};
BOOST_DESCRIBE_STRUCT(MoveRequest, (), (path, new_path))

struct Sources {
  FileService& service;
  auth::PageCaller& callers;
};

constexpr std::int64_t deepest = 32;

void check_length(std::string_view path, const char* where, const char* field, json::Faults& faults) {
  if (path.size() <= longest_path) return;
  faults.add("string_too_long", {where, field}, "String should have at most " + std::to_string(longest_path) + " bytes",
             nullptr, {{"max_length", longest_path}});
}

std::string required_path(const http::Request& request, json::Faults& faults) {
  const auto path = request.query.find("path");
  if (!path) faults.add("missing", {"query", "path"}, "Field required", nullptr);
  check_length(path.value_or(""), "query", "path", faults);
  return std::string(path.value_or(""));
}

std::string only_path(const http::Request& request) {
  json::Faults faults;
  auto path = required_path(request, faults);
  faults.check();
  return path;
}

http::Response response_of(Answer answer) {
  auto made = answer.status >= 400  ? http::Response::json(json::object{{"detail", answer.detail}}, answer.status)
              : answer.body.empty() ? http::Response::empty(answer.status)
                                    : http::Response::json_text(std::move(answer.body), answer.status);
  for (const auto& [name, value] : answer.headers) made.headers.set(name, value);
  made.streamed = std::move(answer.content);
  return made;
}

Task<http::Response> list(Sources sources, http::Request request) {
  json::Faults faults;
  ListWish wish;
  wish.path = request.query.find("path").value_or("");
  check_length(wish.path, "query", "path", faults);
  wish.show_hidden = json::query_bool(request.query.find("show_hidden"), "show_hidden", faults).value_or(false);
  wish.depth = json::query_int(request.query.find("depth"), "depth", faults).value_or(0);
  if (wish.depth < 0 || wish.depth > deepest)
    faults.add("value_error", {"query", "depth"}, "Use 1 to 32; 0 means all", wish.depth);
  faults.check();
  auto answer =
      co_await sources.service.list(request.call, request.caller, request.params.get("agent_name"), std::move(wish));
  co_return response_of(std::move(answer));
}

Task<http::Response> read(Sources sources, http::Request request, Reading kind, std::shared_ptr<const Caller> caller) {
  auto path = only_path(request);
  auto answer = co_await sources.service.read(request.call, std::move(caller), request.params.get("agent_name"), kind,
                                              std::move(path), std::move(request.headers));
  co_return response_of(std::move(answer));
}

Task<http::Response> download(Sources sources, http::Request request) {
  auto caller = request.caller;
  co_return co_await read(sources, std::move(request), Reading::download, std::move(caller));
}

Task<http::Response> preview(Sources sources, http::Request request) {
  auto caller = co_await sources.callers.resolve(&request);
  co_return co_await read(sources, std::move(request), Reading::preview, std::move(caller));
}

Writing writing_of(http::Request& request) {
  json::Faults faults;
  Writing writing;
  writing.path = required_path(request, faults);
  writing.overwrite = json::query_bool(request.query.find("overwrite"), "overwrite", faults).value_or(false);
  faults.check();
  writing.if_match = request.headers.find("If-Match").value_or("");
  writing.body = std::move(request.streamed);
  return writing;
}

Task<http::Response> update(Sources sources, http::Request request) {
  auto writing = writing_of(request);
  auto answer = co_await sources.service.update(request.call, request.caller, request.params.get("agent_name"),
                                                std::move(writing));
  co_return response_of(std::move(answer));
}

Task<http::Response> upload(Sources sources, http::Request request) {
  auto writing = writing_of(request);
  auto answer = co_await sources.service.upload(request.call, request.caller, request.params.get("agent_name"),
                                                std::move(writing));
  co_return response_of(std::move(answer));
}

Task<http::Response> remove(Sources sources, http::Request request) {
  auto path = only_path(request);
  auto answer =
      co_await sources.service.remove(request.call, request.caller, request.params.get("agent_name"), std::move(path));
  co_return response_of(std::move(answer));
}

Task<http::Response> make_folder(Sources sources, http::Request request) {
  auto wanted = json::decode_body<FolderRequest>(request.body);
  json::Faults faults;
  check_length(wanted.path, "body", "path", faults);
  faults.check();
  auto answer = co_await sources.service.make_folder(request.call, request.caller, request.params.get("agent_name"),
                                                     std::move(wanted.path));
  co_return response_of(std::move(answer));
}

Task<http::Response> move(Sources sources, http::Request request) {
  auto wanted = json::decode_body<MoveRequest>(request.body);
  json::Faults faults;
  check_length(wanted.path, "body", "path", faults);
  check_length(wanted.new_path, "body", "new_path", faults);
  faults.check();
  auto answer = co_await sources.service.move(request.call, request.caller, request.params.get("agent_name"),
                                              std::move(wanted.path), std::move(wanted.new_path));
  co_return response_of(std::move(answer));
}

}  // namespace

std::vector<http::Route> routes(FileService& service, auth::PageCaller& callers) {
  using http::Access;
  using http::Method;
  using Step = Task<http::Response> (*)(Sources, http::Request);
  const auto to = [sources = Sources{service, callers}](Step step) {
    return [step, sources](http::Request request) { return step(sources, std::move(request)); };
  };
  const std::string files = "/api/agents/{agent_name}/files";
  std::vector<http::Route> table;
  table.push_back({Method::get, files, Access::agent_reader, to(list)});
  table.push_back({Method::put, files, Access::agent_reader, to(update), nullptr, largest_text_body, true});
  table.push_back({Method::del, files, Access::agent_reader, to(remove)});
  table.push_back({Method::get, files + "/download", Access::agent_reader, to(download)});
  table.push_back({Method::get, files + "/preview", Access::anyone, to(preview)});
  table.push_back({Method::put, files + "/content", Access::agent_reader, to(upload), nullptr, largest_file, true});
  table.push_back({Method::post, files + "/folder", Access::agent_reader, to(make_folder)});
  table.push_back({Method::post, files + "/move", Access::agent_reader, to(move)});
  return table;
}

}  // namespace trinity::files
