// The agent's repository.
#include "agentd/git/repository.h"
#include "agentd/routes.h"
#include "base/log.h"
#include "json/decode.h"

namespace trinity::agentd {

namespace {

using boost::json::object;
using boost::json::value;
using http::Access;
using http::Method;
using http::Request;
using http::Response;

constexpr std::int64_t kUsualCommits = 10;
constexpr std::int64_t kMostCommits = 200;
constexpr std::size_t kLargestRequest = 1024 * 1024;
constexpr std::size_t kLongestMessage = 64 * 1024;
constexpr std::size_t kMostPaths = 1'000;
constexpr const char* kNotEnabled = "Git sync not enabled for this agent";

struct SyncBody {
  std::optional<std::string> message;
  std::optional<std::vector<std::string>> paths;
  std::optional<std::string> strategy;
};
BOOST_DESCRIBE_STRUCT(SyncBody, (), (message, paths, strategy))

struct PullBody {
  std::optional<std::string> strategy;
};
BOOST_DESCRIBE_STRUCT(PullBody, (), (strategy))

/// The word's place in the list; the first one when none is given.
std::size_t place_of(const std::optional<std::string>& word, std::initializer_list<std::string_view> words,
                     json::Faults& faults) {
  if (!word) return 0;
  const auto found = std::find(words.begin(), words.end(), *word);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  faults.add("enum", {"body", "strategy"}, "This strategy is not known", value(*word));
  return 0;
}

struct InitializeBody {
  std::string repository;
  std::optional<std::string> branch;
  std::string working_branch;
};
BOOST_DESCRIBE_STRUCT(InitializeBody, (), (repository, branch, working_branch))

/// The oldest look at the remote that will do.
constexpr std::int64_t kRemoteAge = 60;
constexpr std::int64_t kOldestRemoteAge = 86'400;
constexpr const char* kTokenHeader = "X-Git-Token";
constexpr const char* kBaseHeader = "X-Git-Base";
constexpr std::size_t kLongestHeader = 1'000;

/// An address of a host, without slash at its end; it goes into the name of a variable of git's configuration.
bool is_base(std::string_view text) {
  return (text.starts_with("https://") || text.starts_with("http://") || text.starts_with("file:///")) &&
         text.size() <= kLongestHeader && !text.ends_with('/') &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > ' ' && c != 0x7f && c != '@'; });
}

Response answer(const GitConflict& conflict) {
  auto response = Response::json(object{{"detail", conflict.detail()}}, 409);
  response.headers.add("X-Conflict-Type", conflict.type);
  return response;
}

class GitHandlers {
 public:
  explicit GitHandlers(const AgentParts& parts) : git_(parts.git) {}

  Task<Response> status(Request request) {
    json::Faults faults;
    const auto asked = json::query_int(request.query.find("remote_age"), "remote_age", faults);
    faults.check();
    hand_token(request);
    const std::chrono::seconds age(std::clamp<std::int64_t>(asked.value_or(kRemoteAge), 0, kOldestRemoteAge));
    std::optional<object> card;
    try {
      card = co_await git_.status(age);
    } catch (const BadRequest& none) {
      log::debug("git", "{}", none.what());
    } catch (const Failed& e) {
      throw Failed(std::string("Git status error: ") + e.what());
    }
    if (card) co_return Response::json(std::move(*card));
    co_return Response::json(object{{"git_enabled", false}, {"message", kNotEnabled}});
  }

  Task<Response> log(Request request) {
    json::Faults faults;
    const auto asked = json::query_int(request.query.find("limit"), "limit", faults);
    faults.check();
    auto list = co_await git_.log(std::clamp<std::int64_t>(asked.value_or(kUsualCommits), 1, kMostCommits));
    co_return Response::json(std::move(list));
  }

  Task<Response> sync(Request request) {
    auto body = json::decode_body<SyncBody>(request.body);
    json::Faults faults;
    SyncRequest asked;
    asked.strategy = static_cast<SyncStrategy>(place_of(body.strategy, {"normal", "pull_first", "force_push"}, faults));
    asked.message = std::move(body.message).value_or("");
    if (asked.message.size() > kLongestMessage || asked.message.find('\0') != std::string::npos) {
      faults.add("value_error", {"body", "message"}, "At most 64 KiB without zero bytes", nullptr);
    }
    asked.paths = std::move(body.paths).value_or(std::vector<std::string>());
    if (asked.paths.size() > kMostPaths) faults.add("too_long", {"body", "paths"}, "At most 1000 paths", nullptr);
    for (std::size_t i = 0; i < std::min(asked.paths.size(), kMostPaths); ++i) {
      const auto fault = git_path_fault(asked.paths[i]);
      if (!fault.empty()) faults.add("value_error", {"body", "paths", i}, fault, value(asked.paths[i]));
    }
    faults.check();
    hand_token(request);
    try {
      auto done = co_await git_.sync(std::move(asked));
      done["strategy"] = body.strategy.value_or("normal");
      co_return Response::json(std::move(done));
    } catch (const GitConflict& conflict) {
      co_return answer(conflict);
    }
  }

  Task<Response> pull(Request request) {
    auto body = request.body.empty() ? PullBody{} : json::decode_body<PullBody>(request.body);
    json::Faults faults;
    const auto strategy =
        static_cast<PullStrategy>(place_of(body.strategy, {"clean", "stash_reapply", "force_reset"}, faults));
    faults.check();
    hand_token(request);
    try {
      auto done = co_await git_.pull(strategy);
      co_return Response::json(std::move(done));
    } catch (const GitConflict& conflict) {
      co_return answer(conflict);
    }
  }

  Task<Response> diff(Request) {
    auto listed = co_await git_.diff();
    co_return Response::json(std::move(listed));
  }

  Task<Response> initialize(Request request) {
    auto body = json::decode_body<InitializeBody>(request.body);
    json::Faults faults;
    InitializeRequest asked{std::move(body.repository), std::move(body.branch).value_or("main"),
                            std::move(body.working_branch)};
    if (!is_repository_name(asked.repository)) {
      faults.add("value_error", {"body", "repository"}, "Input should be owner/name", value(asked.repository));
    }
    if (!is_branch_name(asked.branch)) {
      faults.add("value_error", {"body", "branch"}, "Not the name of a branch", value(asked.branch));
    }
    if (!is_branch_name(asked.working_branch)) {
      faults.add("value_error", {"body", "working_branch"}, "Not the name of a branch", value(asked.working_branch));
    }
    faults.check();
    hand_token(request);
    auto done = co_await git_.initialize(std::move(asked));
    co_return Response::json(std::move(done));
  }

 private:
  /// What cannot be one is none.
  void hand_token(const Request& request) {
    const auto token = request.headers.find(kTokenHeader).value_or("");
    const auto base = request.headers.find(kBaseHeader).value_or("");
    git_.hand(token.size() > kLongestHeader ? std::string() : std::string(token),
              is_base(base) ? std::string(base) : std::string());
  }

  GitRepository& git_;
};

}  // namespace

std::vector<http::Route> git_routes(const AgentParts& parts) {
  const Members<GitHandlers> call(parts);
  std::vector<http::Route> table{
      {Method::get, "/api/git/status", Access::secret, call(&GitHandlers::status)},
      {Method::get, "/api/git/diff", Access::secret, call(&GitHandlers::diff)},
      {Method::post, "/api/git/initialize", Access::secret, call(&GitHandlers::initialize)},
      {Method::get, "/api/git/log", Access::secret, call(&GitHandlers::log)},
      {Method::post, "/api/git/sync", Access::secret, call(&GitHandlers::sync)},
      {Method::post, "/api/git/pull", Access::secret, call(&GitHandlers::pull)},
  };
  for (auto& route : table) route.max_body = kLargestRequest;
  return table;
}

}  // namespace trinity::agentd
