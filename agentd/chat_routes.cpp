// Messages to the agent: a turn of its conversation, or a task beside it.
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/this_coro.hpp>

#include "agentd/routes.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/spawn.h"
#include "http/departure.h"
#include "json/decode.h"
#include "json/write.h"

namespace trinity::agentd {

namespace {

using http::Access;
using http::Method;
using http::Request;
using http::Response;

constexpr std::size_t kMostBody = 32 * 1024 * 1024;
constexpr std::int64_t kLongestTurn = 86'400;
constexpr std::int64_t kMostTurns = 10'000;
constexpr std::size_t kMostTools = 200;
constexpr std::size_t kLongestTool = 500;
constexpr std::size_t kRoomForTools = 2 * 1024 * 1024;  ///< address space, no memory until it is used
constexpr std::size_t kRoomForMetadata = 4096;
constexpr std::size_t kLongestSystemPrompt = 100'000;  ///< it goes to the program as one argument

struct ChatRequest {
  std::string message;
  bool stream = false;  ///< accepted for older clients, no effect
  std::optional<std::string> model;
  std::optional<std::string> execution_id;
  std::optional<std::int64_t> timeout_seconds;
  static constexpr std::string_view defaulted[] = {"stream"};
};
BOOST_DESCRIBE_STRUCT(ChatRequest, (), (message, stream, model, execution_id, timeout_seconds))

struct TaskRequest {
  std::string message;
  std::optional<std::string> model;
  std::optional<std::vector<std::string>> allowed_tools;
  std::optional<std::string> system_prompt;
  std::optional<std::int64_t> timeout_seconds;
  std::optional<std::int64_t> max_turns;
  std::optional<std::string> execution_id;
};
BOOST_DESCRIBE_STRUCT(TaskRequest, (),
                      (message, model, allowed_tools, system_prompt, timeout_seconds, max_turns, execution_id))

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 128 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  });
}

/// What chat and task have in common.
template <class R>
void check_common(const R& asked, std::int64_t least_seconds, json::Faults& faults) {
  if (asked.execution_id && !is_id(*asked.execution_id)) {
    faults.add("string_pattern_mismatch", {"body", "execution_id"}, "Use 1 to 128 characters of A-Z a-z 0-9 . _ -",
               json::value(*asked.execution_id));
  }
  if (asked.model && !is_model_name(*asked.model)) {
    faults.add("string_pattern_mismatch", {"body", "model"},
               "Use 1 to 128 characters of A-Z a-z 0-9 . _ : [ ] -, the first one no -", json::value(*asked.model));
  }
  if (asked.timeout_seconds && (*asked.timeout_seconds < least_seconds || *asked.timeout_seconds > kLongestTurn)) {
    faults.add("less_than_equal", {"body", "timeout_seconds"},
               fmt::format("Input should be {} to 86400 seconds", least_seconds), json::value(*asked.timeout_seconds));
  }
}

void check(const TaskRequest& task, json::Faults& faults) {
  if (task.max_turns && (*task.max_turns < 1 || *task.max_turns > kMostTurns)) {
    faults.add("less_than_equal", {"body", "max_turns"}, "Input should be 1 to 10000", json::value(*task.max_turns));
  }
  if (task.system_prompt && task.system_prompt->size() > kLongestSystemPrompt) {
    faults.add("string_too_long", {"body", "system_prompt"}, "String should have at most 100000 bytes", nullptr);
  }
  if (task.system_prompt && task.system_prompt->find('\0') != std::string::npos) {
    faults.add("string_pattern_mismatch", {"body", "system_prompt"}, "Input should have no zero character", nullptr);
  }
  if (!task.allowed_tools) return;
  if (task.allowed_tools->size() > kMostTools) {
    faults.add("too_long", {"body", "allowed_tools"}, "List should have at most 200 items", nullptr);
    return;
  }
  for (std::size_t i = 0; i < task.allowed_tools->size(); ++i) {
    const auto& tool = (*task.allowed_tools)[i];
    if (!tool.empty() && tool.size() <= kLongestTool && !tool.starts_with('-') &&
        tool.find_first_of(std::string_view(",\0\n", 3)) == std::string::npos) {
      continue;
    }
    faults.add("string_pattern_mismatch", {"body", "allowed_tools", i},
               "Use a name of 1 to 500 characters without comma or line end, the first one no -", json::value(tool));
  }
}

TurnRequest turn_from(ChatRequest chat) {
  TurnRequest turn;
  turn.message = std::move(chat.message);
  turn.model = std::move(chat.model);
  turn.execution_id = chat.execution_id.value_or("");
  if (chat.timeout_seconds) turn.limit = std::chrono::seconds(*chat.timeout_seconds);
  return turn;
}

/// `names_a_limit`: the field is there. Without it 900 s count, with null or 0 in it 300 s.
TurnRequest turn_from(TaskRequest task, bool names_a_limit) {
  TurnRequest turn;
  turn.origin = "task";
  turn.message = std::move(task.message);
  turn.model = std::move(task.model);
  turn.execution_id = task.execution_id.value_or("");
  turn.allowed_tools = std::move(task.allowed_tools).value_or(std::vector<std::string>());
  turn.system_prompt = task.system_prompt.value_or("");
  turn.max_turns = task.max_turns;
  const auto seconds = task.timeout_seconds.value_or(0);
  if (names_a_limit) turn.limit = std::chrono::seconds(seconds > 0 ? seconds : 300);
  return turn;
}

Response failure_answer(const TurnEnd& end) {
  const unsigned status = end.failure->kind == ErrorKind::timeout ? 504 : 500;
  const auto metadata = json::to_text(end.record->metadata());
  const auto detail = json::write(boost::json::value(end.failure->detail));
  std::string text;
  text.reserve(end.transcript->size() + detail.size() + metadata.size() + 100);
  text += R"({"detail":)" + detail + R"(,"execution_log":)";
  end.transcript->move_into(text);
  text += R"(,"metadata":)" + metadata + "}";
  return Response::json_text(std::move(text), status);
}

/// The answer's beginning. The transcript is text already and may be large: it is moved into place, not parsed and
/// written again, and there is room for `more` bytes behind it, because a text that grows is in memory twice.
std::string answer_with(const TurnEnd& end, std::size_t more) {
  const auto answer = json::write(boost::json::value(end.answer));
  std::string text;
  text.reserve(end.transcript->size() + answer.size() + more + 100);
  text += R"({"response":)" + answer + R"(,"execution_log":)";
  end.transcript->move_into(text);
  return text;
}

/// One after the other: all of them together as JSON values would take many times their size.
void append_tools(const std::vector<ToolEntry>& tools, std::string& text) {
  text += '[';
  for (std::size_t i = 0; i < tools.size(); ++i) {
    if (i > 0) text += ',';
    json::append(text, json::encode(tools[i]));
  }
  text += ']';
}

/// Nobody waits for the answer any more, and nobody can ask for it later.
Task<> give_up(Executions* executions, std::string id) {
  const auto done = co_await executions->terminate(id);
  if (done) log::info({"turn", id}, "ended, because its caller has gone");
}

class ChatHandlers {
 public:
  explicit ChatHandlers(const AgentParts& parts)
      : turns_(parts.turns), executions_(parts.executions), results_(parts.results) {}

  Task<Response> chat(Request request) {
    auto chat = json::decode_body<ChatRequest>(request.body);
    json::Faults faults;
    check_common(chat, 1, faults);
    faults.check();
    std::string().swap(request.body);
    auto turn = turn_from(std::move(chat));
    co_return co_await carried_out(&request, std::move(turn), &ChatHandlers::run_chat);
  }

  Task<Response> task(Request request) {
    auto task = json::decode_body<TaskRequest>(request.body);
    json::Faults faults;
    check_common(task, 0, faults);
    check(task, faults);
    faults.check();
    const bool names_a_limit = json::parse_body(request.body).get_object().contains("timeout_seconds");
    std::string().swap(request.body);
    auto turn = turn_from(std::move(task), names_a_limit);
    co_return co_await carried_out(&request, std::move(turn), &ChatHandlers::run_task);
  }

 private:
  using Run = Task<Response> (ChatHandlers::*)(TurnRequest);

  /// A caller who names the run can ask for its answer later, so the run goes on when the connection ends; without a
  /// name it ends with its caller.
  Task<Response> carried_out(const Request* request, TurnRequest turn, Run run) {
    if (!turn.execution_id.empty()) co_return co_await kept(request->call, std::move(turn), run);
    turn.execution_id = random_uuid();
    const auto executor = co_await asio::this_coro::executor;
    const http::Departure watch(*request, [executions = &executions_, id = turn.execution_id, executor] {
      spawn("caller has gone", executor, give_up(executions, id));
    });
    co_return co_await (this->*run)(std::move(turn));
  }

  Task<Response> kept(Call call, TurnRequest turn, Run run) {
    auto pending = results_.begin(turn.execution_id);
    std::exception_ptr fault;
    Response response;
    try {
      response = co_await (this->*run)(std::move(turn));
    } catch (...) {
      fault = std::current_exception();
    }
    if (fault) response = http::answer_for(std::move(fault), call);
    response.shared = std::make_shared<const std::string>(std::move(response.body));
    response.body.clear();
    // What was refused for want of room has not run.
    if (response.status == 503) co_return response;
    const auto executor = co_await asio::this_coro::executor;
    spawn("answer of a run", executor, results_.keep(std::move(pending), response.status, response.shared));
    co_return response;
  }

  Task<Response> run_chat(TurnRequest turn) {
    const auto end = co_await turns_.chat(std::move(turn));
    if (end.failure) co_return failure_answer(end);
    auto text = answer_with(end, kRoomForTools);
    text += R"(,"execution_log_simplified":)";
    append_tools(end.record->tools(), text);
    text += fmt::format(R"(,"metadata":{},"session":{},"timestamp":"{}"}})", json::to_text(end.record->metadata()),
                        json::to_text(end.session), format_z(end.time));
    co_return Response::json_text(std::move(text));
  }

  Task<Response> run_task(TurnRequest turn) {
    const auto end = co_await turns_.task(std::move(turn));
    if (end.failure) co_return failure_answer(end);
    const auto& metadata = end.record->metadata();
    const auto session = metadata.session_id.value_or(metadata.execution_id.value_or(""));
    auto text = answer_with(end, kRoomForMetadata);
    text += fmt::format(R"(,"metadata":{},"session_id":{},"timestamp":"{}"}})", json::to_text(metadata),
                        json::write(boost::json::value(session)), format_z(end.time));
    co_return Response::json_text(std::move(text));
  }

  Turns& turns_;
  Executions& executions_;
  Results& results_;
};

}  // namespace

std::vector<http::Route> chat_routes(const AgentParts& parts) {
  const Members<ChatHandlers> call(parts);
  return {
      {Method::post, "/api/chat", Access::secret, call(&ChatHandlers::chat), {}, kMostBody},
      {Method::post, "/api/task", Access::secret, call(&ChatHandlers::task), {}, kMostBody},
  };
}

}  // namespace trinity::agentd
