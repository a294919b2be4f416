#include "files/service.h"

#include <array>
#include <charconv>

#include "audit/log.h"
#include "base/errors.h"
#include "base/text.h"
#include "http/body_source.h"
#include "http/client.h"
#include "http/text.h"
#include "json/encode.h"

namespace trinity::files {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t largest_tree = 12 * 1024 * 1024;
constexpr std::size_t largest_refusal = 64 * 1024;
/// How long an agent may pause in the middle of a file.
constexpr seconds next_piece_within{30};
constexpr std::size_t shown_path = 200;

/// Pages of an agent's making run nothing, load nothing, and are never shown as ours.
constexpr const char* sandbox = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/// A file on its way through. More than the largest file is not let through, whatever the agent sends.
class Passing final : public http::BodySource {
 public:
  explicit Passing(std::unique_ptr<http::ClientStream> stream) : stream_(std::move(stream)) {}
  Task<std::string> read() override {
    auto piece = co_await stream_->read(next_piece_within);
    passed_ += piece.size();
    if (passed_ > largest_file) throw std::runtime_error("the agent sends more than the largest file");
    co_return piece;
  }

 private:
  std::unique_ptr<http::ClientStream> stream_;
  std::uint64_t passed_ = 0;
};

/// The first of a body, for a refusal's text.
Task<std::string> first_of(http::ClientStream* stream) {
  std::string text;
  for (bool more = true; more && text.size() < largest_refusal;) {
    const auto piece = co_await stream->read(next_piece_within);
    text += piece;
    more = !piece.empty();
  }
  co_return text;
}

std::optional<std::uint64_t> length_of(const http::Headers& headers) {
  const auto field = headers.find("Content-Length");
  if (!field) return std::nullopt;
  std::uint64_t length = 0;
  const auto [end, fault] = std::from_chars(field->data(), field->data() + field->size(), length);
  if (fault != std::errc() || end != field->data() + field->size()) return std::nullopt;
  return length;
}

/// What clients may know of the agent's head.
http::Headers passed_on(const http::Headers& from, Reading kind) {
  http::Headers made;
  constexpr std::array fields{"Content-Range", "Accept-Ranges", "ETag", "Last-Modified"};
  for (const auto* name : fields) {
    if (const auto value = from.find(name)) made.add(name, std::string(*value));
  }
  const auto type = from.find("Content-Type").value_or("application/octet-stream");
  made.add("Content-Type", kind == Reading::download ? "text/plain; charset=utf-8" : std::string(type));
  const auto disposition = from.find("Content-Disposition").value_or("attachment");
  made.add("Content-Disposition",
           http::starts_with_name(disposition, "attachment") ? std::string(disposition) : "attachment");
  made.add("Content-Security-Policy", sandbox);
  made.add("X-Content-Type-Options", "nosniff");
  made.add("Cache-Control", "private, no-cache");
  return made;
}

agentlink::Question question_for(const Operation& operation, http::Method method, std::string path) {
  agentlink::Question question;
  question.method = method;
  question.path = std::move(path);
  question.limit = operation.limit;
  question.patient = true;
  return question;
}

std::string with_path(std::string_view operation, std::string_view path) {
  return std::string(operation) + "?path=" + http::percent_encode(path);
}

std::string shown(const std::string& path) {
  return preview(path, shown_path);
}

bool is_done(const Answer& answer) noexcept {
  return answer.status < 300;
}

}  // namespace

Task<fleet::AgentPtr> FileService::present(const Operation* operation, CallerPtr caller, std::string name) {
  const auto view = co_await lookup_.rule_first(caller, name, fleet::Rule::read, agents::no_permission);
  const bool others = caller->scope == Scope::agent_key && caller->agent_name != name;
  if (operation->writes && others) throw Forbidden(agents::no_permission);
  if (view.agent->status != "running") throw BadRequest("Agent must be running to " + std::string(operation->purpose));
  if (view.agent->address.empty()) refuse(*operation, agentlink::Trouble::unreachable);
  co_return view.agent;
}

Task<Answer> FileService::ask(Call call, const Operation* operation, const fleet::Agent* agent,
                              agentlink::Question question) {
  auto answer = co_await link_.ask(call, agents_.target_of(*agent), std::move(question));
  if (!answer) refuse(*operation, answer.error());
  if (answer->status >= 300 || answer->status < 200) co_return refusal_of(*operation, answer->status, answer->body);
  Answer made;
  made.status = answer->status;
  made.body = std::move(answer->body);
  if (const auto tag = answer->headers.find("ETag")) made.headers.add("ETag", std::string(*tag));
  co_return made;
}

Task<Answer> FileService::list(Call call, CallerPtr caller, std::string name, ListWish wish) {
  const auto agent = co_await present(&operations::listing, caller, name);
  auto target = std::string("/api/files?show_hidden=") + (wish.show_hidden ? "true" : "false");
  if (!wish.path.empty()) target += "&path=" + http::percent_encode(wish.path);
  if (wish.depth > 0) target += "&depth=" + std::to_string(wish.depth);
  auto question = question_for(operations::listing, http::Method::get, std::move(target));
  question.most_bytes = largest_tree;
  co_return co_await ask(call, &operations::listing, agent.get(), std::move(question));
}

Task<Answer> FileService::read(Call call, CallerPtr caller, std::string name, Reading kind, std::string path,
                               http::Headers asked) {
  const auto& operation = kind == Reading::download ? operations::download : operations::preview;
  const auto agent = co_await present(&operation, caller, name);
  // The daemon's own download replaces what is no text; clients get the bytes either way.
  auto question = question_for(operation, http::Method::get, with_path("/api/files/preview", path));
  for (const auto* field : {"Range", "If-Range", "If-None-Match"}) {
    if (const auto value = asked.find(field)) question.headers.add(field, std::string(*value));
  }
  auto opened = co_await link_.open(call, agents_.target_of(*agent), std::move(question));
  if (!opened) refuse(operation, opened.error());
  auto stream = std::move(*opened);
  const auto& head = stream->head();
  const bool good = head.status == 200 || head.status == 206 || head.status == 304;
  if (good && head.headers.find("X-Trinity-Secret") && !fleet::can_manage(*agent, *caller))
    throw Forbidden("Only the owner can read this file");
  const auto length = length_of(head.headers);
  if (good && length && *length > largest_file) throw BadGateway(std::string(operation.failed) + ": it is too large");
  if (!good) {
    const auto text = co_await first_of(stream.get());
    auto refusal = refusal_of(operation, head.status, text);
    if (const auto range = head.headers.find("Content-Range"))
      refusal.headers.add("Content-Range", std::string(*range));
    co_return refusal;
  }
  Answer made;
  made.status = head.status;
  made.headers = passed_on(head.headers, kind);
  if (head.status != 304) made.content = {std::make_shared<Passing>(std::move(stream)), length};
  co_return made;
}

Task<Answer> FileService::update(Call call, CallerPtr caller, std::string name, Writing writing) {
  const auto agent = co_await present(&operations::update, caller, name);
  auto question = question_for(operations::update, http::Method::put, with_path("/api/files", writing.path));
  question.headers.add("Content-Type", "application/json");
  if (!writing.if_match.empty()) question.headers.add("If-Match", writing.if_match);
  question.streamed = writing.body;
  auto answer = co_await ask(call, &operations::update, agent.get(), std::move(question));
  if (is_done(answer)) audit::note(call, *caller, "update_file", name, {{"path", shown(writing.path)}});
  co_return answer;
}

Task<Answer> FileService::upload(Call call, CallerPtr caller, std::string name, Writing writing) {
  const auto agent = co_await present(&operations::upload, caller, name);
  auto target = with_path("/api/files/content", writing.path);
  if (writing.overwrite) target += "&overwrite=true";
  auto question = question_for(operations::upload, http::Method::put, std::move(target));
  question.headers.add("Content-Type", "application/octet-stream");
  question.streamed = writing.body;
  auto answer = co_await ask(call, &operations::upload, agent.get(), std::move(question));
  if (is_done(answer)) audit::note(call, *caller, "upload_file", name, {{"path", shown(writing.path)}});
  co_return answer;
}

Task<Answer> FileService::remove(Call call, CallerPtr caller, std::string name, std::string path) {
  const auto agent = co_await present(&operations::removal, caller, name);
  auto question = question_for(operations::removal, http::Method::del, with_path("/api/files", path));
  auto answer = co_await ask(call, &operations::removal, agent.get(), std::move(question));
  if (is_done(answer)) audit::note(call, *caller, "delete_file", name, {{"path", shown(path)}});
  co_return answer;
}

Task<Answer> FileService::make_folder(Call call, CallerPtr caller, std::string name, std::string path) {
  const auto agent = co_await present(&operations::new_folder, caller, name);
  auto question = question_for(operations::new_folder, http::Method::post, "/api/files/folder");
  question.body = json::write(json::object{{"path", path}});
  auto answer = co_await ask(call, &operations::new_folder, agent.get(), std::move(question));
  if (is_done(answer)) audit::note(call, *caller, "create_folder", name, {{"path", shown(path)}});
  co_return answer;
}

Task<Answer> FileService::move(Call call, CallerPtr caller, std::string name, std::string path, std::string new_path) {
  const auto agent = co_await present(&operations::move, caller, name);
  auto question = question_for(operations::move, http::Method::post, "/api/files/move");
  question.body = json::write(json::object{{"path", path}, {"new_path", new_path}});
  auto answer = co_await ask(call, &operations::move, agent.get(), std::move(question));
  if (is_done(answer))
    audit::note(call, *caller, "move_file", name, {{"path", shown(path)}, {"new_path", shown(new_path)}});
  co_return answer;
}

}  // namespace trinity::files
