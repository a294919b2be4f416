// The platform's prompt in the agent's home folder.
#include "agentd/prompt/injection.h"
#include "agentd/routes.h"
#include "json/decode.h"

namespace trinity::agentd {

namespace {

using http::Access;
using http::Method;
using http::Request;
using http::Response;

/// The control plane waits 10 s.
constexpr std::chrono::seconds kWaitAtMost{8};
constexpr std::size_t kLargestRequest = 1024 * 1024;

struct InjectBody {
  static constexpr std::string_view defaulted[] = {"force"};
  bool force = false;
  std::optional<std::string> custom_prompt;
};
BOOST_DESCRIBE_STRUCT(InjectBody, (), (force, custom_prompt))

class PromptHandlers {
 public:
  explicit PromptHandlers(const AgentParts& parts) : config_(parts.config), pool_(parts.pool), home_(parts.home) {}

  Task<Response> status(Request) {
    auto look = [this] { return prompt_status(config_); };
    auto card = co_await pool_.run(std::move(look));
    co_return Response::json(std::move(card));
  }

  Task<Response> inject(Request request) {
    auto body = request.body.empty() ? InjectBody{} : json::decode_body<InjectBody>(request.body);
    InjectRequest asked{body.force, std::move(body.custom_prompt), false};
    const auto hold = co_await home_.enter(kWaitAtMost);
    if (!hold) throw Unavailable("The home folder is being worked on");
    auto job = [this, asked = std::move(asked)] { return inject_prompt(config_, asked); };
    auto done = co_await pool_.run(std::move(job));
    co_return Response::json(std::move(done));
  }

  Task<Response> reset(Request) {
    const auto hold = co_await home_.enter(kWaitAtMost);
    if (!hold) throw Unavailable("The home folder is being worked on");
    auto job = [this] { return reset_prompt(config_); };
    auto done = co_await pool_.run(std::move(job));
    co_return Response::json(std::move(done));
  }

 private:
  const Config& config_;
  BlockingPool& pool_;
  Lane& home_;
};

}  // namespace

std::vector<http::Route> prompt_routes(const AgentParts& parts) {
  const Members<PromptHandlers> call(parts);
  std::vector<http::Route> table{
      {Method::get, "/api/trinity/status", Access::secret, call(&PromptHandlers::status)},
      {Method::post, "/api/trinity/inject", Access::secret, call(&PromptHandlers::inject)},
      {Method::post, "/api/trinity/reset", Access::secret, call(&PromptHandlers::reset)},
  };
  for (auto& route : table) route.max_body = kLargestRequest;
  return table;
}

}  // namespace trinity::agentd
