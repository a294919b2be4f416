#include "agentd/agent.h"

#include <malloc.h>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <future>
#include <stop_token>

#include "agentd/activity.h"
#include "agentd/autorun.h"
#include "agentd/events/event_stream.h"
#include "agentd/events/file_watch.h"
#include "agentd/events/transcript_stream.h"
#include "agentd/executions.h"
#include "agentd/processes.h"
#include "agentd/results.h"
#include "agentd/routes.h"
#include "agentd/runner.h"
#include "agentd/secret.h"
#include "agentd/starting.h"
#include "base/io_threads.h"
#include "base/log.h"
#include "base/spawn.h"
#include "http/server.h"

namespace trinity::agentd {

namespace {

constexpr std::chrono::milliseconds kProcessesEndWithin{3'000};
constexpr std::chrono::milliseconds kRequestsEndWithin{2'000};
constexpr std::chrono::milliseconds kLookAgain{5};
constexpr std::size_t kShownCalls = 50;
constexpr std::chrono::milliseconds kAnswerIsOut{1'000};

http::ServerOptions server_options(const Config& config) {
  http::ServerOptions options;
  options.bind = config.bind;
  options.port = config.port;
  options.max_connections = 256;
  options.cors_origins.clear();  // no page of any origin may call an agent
  return options;
}

Task<std::shared_ptr<const Caller>> let_in(const Secret* secret, std::string authorization) {
  if (!secret->matches(authorization)) throw Unauthorized("Not authenticated");
  co_return nullptr;
}

http::Authenticator authenticator_for(const Secret& secret) {
  return [known = &secret](http::Access, std::string authorization, Call) {
    return let_in(known, std::move(authorization));
  };
}

}  // namespace

struct Agent::State {
  explicit State(Config given)
      : config(std::move(given)),
        secret(Secret::from_file(config.secret_file)),
        executor(threads[0].get_executor()),
        lane(executor),
        home(executor),
        processes(executor),
        executions(executor),
        results(executor, pool, config.home / ".trinity" / "results"),
        runner(config, processes, executions, activity, pool),
        turns(config, lane, runner, executions, processes, pool),
        autorun(executor, turns, lane),
        events(event_log, [this] { return snapshot(); }),
        transcripts(executions),
        board(config, pool),
        credentials(config, processes, pool, home),
        git(config, credentials, processes, pool, home, executor),
        starting(config, start_up, credentials, processes, pool, stop.get_token()),
        files(executor, pool, config.home, [this](boost::json::object changes) { tell_files(std::move(changes)); }),
        server(threads, router, authenticator_for(secret), {}, server_options(config)) {
    router.add(agent_routes({config, start_up, turns, executions, results, activity, pool, events, transcripts, board,
                             file_pool, stop.get_token(), credentials, git, home}));
    follow();
  }

  void follow();
  [[nodiscard]] boost::json::object snapshot() const;
  void tell_files(boost::json::object changes);
  Task<> give_back_memory();
  Task<> start(Lane::Hold hold, Lane::Hold alone);
  Task<> end_processes(std::shared_ptr<std::promise<void>> ended);

  Config config;
  Secret secret;
  IoThreads threads{1};
  BlockingPool pool{1, 100};
  BlockingPool file_pool{2, 64};
  asio::any_io_executor executor;
  std::stop_source stop;
  StartUp start_up;
  Lane lane;  ///< the conversation
  Lane home;  ///< changes of the home folder
  Processes processes;
  Executions executions;
  Results results;
  Activity activity;
  Runner runner;
  Turns turns;
  AutorunLoop autorun;
  EventLog event_log;
  EventStream events;
  TranscriptStream transcripts;
  Board board;
  Credentials credentials;
  GitRepository git;
  Starting starting;
  FileWatch files;
  http::Router router;
  http::Server server;
  bool running = false;
};

/// Everything that changes goes into the event log.
void Agent::State::follow() {
  start_up.on_change([this] { event_log.add("startup", start_up.card()); });
  // Whatever was done to the files of the CLI: a run finds the platform there.
  turns.before_each([this] { return credentials.keep_platform_entry(); });
  activity.on_change([this](const TimelineEntry* entry) {
    auto about = activity.json(false);
    about["entry"] = entry != nullptr ? boost::json::value(without_input(*entry)) : boost::json::value(nullptr);
    event_log.add("activity", std::move(about));
  });
  executions.on_change([this](const boost::json::object& run) {
    event_log.add("execution", {{"execution", run}});
    if (run.at("phase") == "ended") spawn("memory", executor, give_back_memory());
  });
  executions.on_life([this](const boost::json::object& life) { event_log.add("turn", life); });
  turns.on_session([this] { event_log.add("session", {{"session", turns.session().card()}}); });
  runner.on_notice([this](const std::string& execution, std::string_view level, const std::string& text) {
    event_log.add("log", {{"execution_id", execution}, {"level", level}, {"text", text}});
  });
}

/// What a run took in small pieces stays with the heap; when its answer is out, the system gets it back.
Task<> Agent::State::give_back_memory() {
  asio::steady_timer timer(executor, kAnswerIsOut);
  boost::system::error_code fault;
  co_await timer.async_wait(asio::redirect_error(use_awaitable, fault));
  ::malloc_trim(0);
}

boost::json::object Agent::State::snapshot() const {
  auto doing = activity.json(false);
  doing["timeline"] = activity.recent(kShownCalls);
  boost::json::array ended;
  for (const auto& run : executions.ended()) ended.push_back(run);
  return {{"agent_name", config.agent_name},
          {"runtime", turns.runtime().name()},
          {"runtime_available", turns.runtime_available()},
          {"startup", start_up.card()},
          {"session", turns.session().card()},
          {"activity", std::move(doing)},
          {"running", executions.running().at("executions")},
          {"ended", std::move(ended)}};
}

void Agent::State::tell_files(boost::json::object changes) {
  for (const auto& change : changes.at("changes").as_array()) {
    if (change.at("path") == ".mcp.json") spawn("mcp", executor, credentials.keep_platform_entry());
  }
  event_log.add("files", std::move(changes));
}

/// `hold` keeps early messages waiting until there is something to run.
Task<> Agent::State::start(Lane::Hold hold, Lane::Hold alone) {
  Behaviour behaviour;
  {
    const Lane::Hold until_ready(std::move(hold));
    co_await starting.prepare(std::move(alone));
    co_await git.settle();
    behaviour = co_await turns.reload();
    co_await turns.restore();
    co_await results.restore();
    for (const auto& fault : behaviour.faults) log::warn("template", "template.yaml: {}", fault);
    start_up.make_ready();
  }
  if (stop.stop_requested()) co_return;
  log::info("agentd", "ready, runtime {} {}", turns.runtime().name(),
            turns.runtime_available() ? "available" : "not available");
  spawn("file watch", executor, files.run());
  spawn("setup script", executor, starting.run_setup());
  if (behaviour.autorun) spawn("autorun", executor, autorun.run(*behaviour.autorun, config.autorun_after));
}

Task<> Agent::State::end_processes(std::shared_ptr<std::promise<void>> ended) {
  lane.close();
  home.close();
  git.close();
  autorun.stop();
  files.stop();
  processes.stop_all();
  asio::steady_timer timer(executor);
  boost::system::error_code fault;
  const auto until = steady_now() + kProcessesEndWithin;
  // What they left to do: a record to be closed, files to be written.
  while ((!processes.empty() || !executions.empty() || lane.busy() || home.busy() || git.busy()) &&
         steady_now() < until) {
    timer.expires_after(kLookAgain);
    co_await timer.async_wait(asio::redirect_error(use_awaitable, fault));
  }
  ended->set_value();
}

Agent::Agent(Config config) : state_(std::make_unique<State>(std::move(config))) {}

Agent::~Agent() {
  stop();
}

void Agent::start() {
  auto& state = *state_;
  for (const auto& fault : state.config.faults) log::warn("agentd", "{}", fault);
  auto hold = state.lane.try_enter();
  auto alone = state.home.try_enter();
  if (!state.config.template_name.empty() || state.config.repository.known()) {
    state.start_up.begin(StartUp::Step::workspace);
  }
  state.server.listen();
  state.threads.start();
  state.running = true;
  log::info("agentd", "listening on {}:{}", state.config.bind, state.server.port());
  spawn("start-up", state.executor, state.start(std::move(*hold), std::move(*alone)));
}

const std::vector<http::Route>& Agent::routes() const noexcept {
  return state_->router.routes();
}

std::uint16_t Agent::port() const noexcept {
  return state_->server.port();
}

void Agent::stop() {
  auto& state = *state_;
  if (!std::exchange(state.running, false)) return;
  state.stop.request_stop();
  const auto ended = std::make_shared<std::promise<void>>();
  auto future = ended->get_future();
  spawn("stop", state.executor, state.end_processes(ended));
  future.wait_for(kProcessesEndWithin + std::chrono::milliseconds(500));
  state.server.drain(kRequestsEndWithin);
  state.threads.stop();
  state.threads.join();
  state.pool.join();
  state.file_pool.join();
}

}  // namespace trinity::agentd
