// Runs that there are now, the way to end one, and the answers of those that have ended.
#include "agentd/routes.h"
#include "json/decode.h"

namespace trinity::agentd {

namespace {

using boost::json::object;
using http::Access;
using http::Method;
using http::Request;
using http::Response;

constexpr std::int64_t kLongestWait = 60;

class ExecutionHandlers {
 public:
  explicit ExecutionHandlers(const AgentParts& parts) : executions_(parts.executions), results_(parts.results) {}

  Task<Response> running(Request) { co_return Response::json(executions_.running()); }

  Task<Response> status(Request request) {
    auto status = executions_.status(request.params.get("execution_id"));
    if (!status) throw NotFound("Execution not found");
    co_return Response::json(std::move(*status));
  }

  Task<Response> terminate(Request request) {
    using Outcome = Executions::Termination::Outcome;
    const auto id = request.params.get("execution_id");
    const auto done = co_await executions_.terminate(id);
    if (!done) throw NotFound("Execution not found");
    if (done->outcome == Outcome::failed) throw Failed("Termination failed");
    co_return Response::json(
        object{{"status", done->outcome == Outcome::already_finished ? "already_finished" : "terminated"},
               {"execution_id", id},
               {"returncode", json::encode(done->returncode)},
               {"signal", done->signal.empty() ? boost::json::value(nullptr) : boost::json::value(done->signal)}});
  }

  /// What the request that began the run was answered, or would have been.
  Task<Response> result(Request request) {
    json::Faults faults;
    const auto wait = json::query_int(request.query.find("wait"), "wait", faults).value_or(0);
    if (faults.empty() && (wait < 0 || wait > kLongestWait)) {
      faults.add("less_than_equal", {"query", "wait"}, "Input should be 0 to 60 seconds", wait);
    }
    faults.check();
    const auto id = request.params.get("execution_id");
    auto found = co_await results_.find(id, std::chrono::seconds(wait));
    if (!found) throw NotFound("Execution not found");
    if (found->running) co_return Response::json(object{{"execution_id", id}, {"status", "running"}}, 202);
    co_return Response::json_text(std::move(found->body), found->status);
  }

 private:
  Executions& executions_;
  Results& results_;
};

}  // namespace

std::vector<http::Route> execution_routes(const AgentParts& parts) {
  const Members<ExecutionHandlers> call(parts);
  return {
      {Method::get, "/api/executions/running", Access::secret, call(&ExecutionHandlers::running)},
      {Method::get, "/api/executions/{execution_id}/status", Access::secret, call(&ExecutionHandlers::status)},
      {Method::get, "/api/executions/{execution_id}/result", Access::secret, call(&ExecutionHandlers::result)},
      {Method::post, "/api/executions/{execution_id}/terminate", Access::secret, call(&ExecutionHandlers::terminate)},
  };
}

}  // namespace trinity::agentd
