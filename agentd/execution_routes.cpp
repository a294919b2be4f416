// Runs that there are now, and the way to end one.
#include "agentd/routes.h"
#include "json/encode.h"

namespace trinity::agentd {

namespace {

using boost::json::object;
using http::Access;
using http::Method;
using http::Request;
using http::Response;

class ExecutionHandlers {
 public:
  explicit ExecutionHandlers(AgentParts parts) : executions_(parts.executions) {}

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

 private:
  Executions& executions_;
};

}  // namespace

std::vector<http::Route> execution_routes(AgentParts parts) {
  const Members<ExecutionHandlers> call(parts);
  return {
      {Method::get, "/api/executions/running", Access::secret, call(&ExecutionHandlers::running)},
      {Method::get, "/api/executions/{execution_id}/status", Access::secret, call(&ExecutionHandlers::status)},
      {Method::post, "/api/executions/{execution_id}/terminate", Access::secret, call(&ExecutionHandlers::terminate)},
  };
}

}  // namespace trinity::agentd
