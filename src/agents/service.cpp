#include "agents/service.h"

#include <boost/asio/this_coro.hpp>

#include "base/errors.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/spawn.h"
#include "engine/framing.h"
#include "json/encode.h"

namespace trinity::agents {

namespace {

constexpr std::chrono::seconds lock_within{25};
constexpr int most_log_lines = 10'000;
/// A daemon may not listen yet in a container that is younger.
constexpr std::chrono::seconds young{20};

/// What an engine failure means to the person who asked for the action. The engine's own text goes to the log.
[[noreturn]] void refuse_action(const engine::EngineError& fault, const Call& call, const std::string& what,
                                const std::string& name) {
  log::warn({"agents", call.id()}, "{} of {} failed: {}", what, name, fault.what());
  if (fault.fault() == engine::Fault::timeout)
    throw Unavailable("The container engine did not finish in time. Look at the agent's state before you try again.");
  if (fault.engine_down())
    throw Unavailable("The container engine does not answer. Nothing was changed; try again when it is back.");
  if (fault.fault() == engine::Fault::not_found) throw NotFound(not_found);
  if (fault.fault() == engine::Fault::port_taken)
    throw Failed("Failed to " + what + " agent: its SSH port is in use by another program on this host.");
  throw Failed("Failed to " + what + " agent: the container engine refused it. The server's log has the reason.");
}

/// A call to an engine that is known not to answer would only take long.
void require_engine(const fleet::Snapshot& snapshot) {
  if (!snapshot.engine.reachable)
    throw Unavailable("The container engine does not answer. Nothing was changed; try again when it is back.");
}

}  // namespace

AgentService::AgentService(AgentServiceOptions options, fleet::Fleet& fleet, engine::Engine& engine, AgentStore& store,
                           const settings::SettingsStore& settings, BlockingPool& pool, AgentKey key,
                           OperationSink* operations)
    : options_(std::move(options)),
      fleet_(fleet),
      lookup_(fleet),
      engine_(engine),
      store_(store),
      settings_(settings),
      pool_(pool),
      key_(key),
      operations_(operations) {}

Operation AgentService::operation(const Caller& caller, std::string kind, std::string name, std::string step) const {
  return {random_uuid(), caller.user_id, std::move(kind), std::move(name), std::move(step)};
}

OperationSink* AgentService::sink_for(const Caller& caller) const noexcept {
  return caller.is_person() ? operations_ : nullptr;
}

Task<> AgentService::reported(Progress* progress, Task<> step) {
  std::exception_ptr fault;
  std::string why = "The server failed to do this. Its log has the reason.";
  try {
    co_await std::move(step);
  } catch (const Error& e) {
    why = e.what();
    fault = std::current_exception();
  } catch (...) {
    fault = std::current_exception();
  }
  if (fault) {
    progress->failed(std::move(why));
    std::rethrow_exception(fault);
  }
  progress->done();
}

void AgentService::pack_list(const std::shared_ptr<ListView>& view, const asio::any_io_executor& executor) {
  switch (view->advice()) {
    case ListView::Advice::leave:
      break;
    case ListView::Advice::now:
      view->pack();
      break;
    case ListView::Advice::later:
      spawn("list packing", executor, pack_on_pool(&pool_, view));
      break;
  }
}

Task<> AgentService::pack_on_pool(BlockingPool* pool, std::shared_ptr<ListView> view) {
  auto job = [view] { view->pack(); };
  co_await pool->run(std::move(job));
}

Task<AgentService::View> AgentService::get(CallerPtr caller, std::string name) {
  return lookup_.row_first(std::move(caller), std::move(name), fleet::Rule::read);
}

Task<std::vector<Share>> AgentService::shares(Call call, fleet::AgentPtr agent) {
  if (!agent->metadata || agent->metadata->shared_with.empty()) co_return std::vector<Share>{};
  co_return co_await store_.shares(call, agent->name);
}

agentlink::Target AgentService::target_of(const fleet::Agent& agent) const {
  const bool starting = agent.started_at && now() - *agent.started_at < young;
  // An adopted agent was given no secret.
  auto secret = agent.key_nonce.empty() ? std::string() : key_.secret_for(agent.key_nonce);
  return {agent.address, std::move(secret), starting};
}

Task<AgentService::View> AgentService::running(CallerPtr caller, std::string name) {
  auto view = co_await lookup_.rule_first(caller, name, fleet::Rule::read, no_permission);
  if (view.agent->status != "running") throw BadRequest("Agent is not running");
  co_return view;
}

Task<std::string> AgentService::logs(Call call, CallerPtr caller, std::string name, int tail) {
  const auto view = co_await lookup_.rule_first(caller, name, fleet::Rule::read, no_permission);
  engine::LogOptions wanted;
  wanted.tail = tail < 0 ? most_log_lines : std::min(tail, most_log_lines);
  try {
    if (!view.snapshot->engine.reachable)
      throw engine::EngineError(engine::Fault::unreachable, "it did not answer before");
    const auto pieces = co_await engine_.logs(call, view.agent->container_id, wanted);
    co_return engine::log_text(pieces);
  } catch (const engine::EngineError& fault) {
    if (fault.fault() == engine::Fault::not_found) throw NotFound(not_found);
    if (fault.engine_down()) throw Unavailable("The container engine does not answer, so the logs cannot be read now.");
    log::warn({"agents", call.id()}, "logs of {} cannot be read: {}", name, fault.what());
    throw Failed("Failed to get logs: the container engine refused it");
  }
}

/// Reads the container's state from the engine and makes every reader see it.
Task<fleet::AgentPtr> AgentService::confirm(Call call, std::string container, std::string name,
                                            std::vector<fleet::Action> with) {
  const auto detail = co_await engine_.inspect(call, container);
  if (!detail) throw engine::EngineError(engine::Fault::not_found, "the container has gone");
  // Before the rest: a creation that ends then shows the agent as it is now, in one change.
  with.insert(with.begin(), fleet::ContainerSeen{*detail, "user"});
  co_await fleet_.applied(std::move(with));
  const auto current = co_await snapshot();
  const auto* entry = current->find(name);
  if (!entry) throw NotFound(not_found);
  co_return entry->agent;
}

Task<boost::json::object> AgentService::start(Call call, CallerPtr caller, std::string name) {
  // Asked before too: who may not act shall not wait for who does.
  co_await lookup_.rule_first(caller, name, fleet::Rule::read, no_permission);
  Progress progress(sink_for(*caller), operation(*caller, "start_agent", name, "Starting the container"));
  auto step = start_now(call, caller, name, &progress);
  co_await reported(&progress, std::move(step));
  const auto current = co_await snapshot();
  const auto* entry = current->find(name);
  if (!started_ || entry == nullptr) co_return json::encode(CredentialPush{}).as_object();
  auto told = co_await started_(call, entry->agent);
  co_return told;
}

std::set<std::string> AgentService::platform_variables(const fleet::Agent& agent) const {
  const auto values = settings_.values();
  std::set<std::string> names;
  if (!wanted_of(agent, *values, options_.environment).model_key.empty())
    names.insert({"ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL"});
  const auto google = options_.environment.find("GOOGLE_API_KEY");
  const bool has_google =
      values->filled("google_api_key") || (google != options_.environment.end() && !google->second.empty());
  if (has_google && (agent.runtime == "gemini-cli" || agent.runtime == "gemini")) names.insert("GEMINI_API_KEY");
  return names;
}

Task<> AgentService::start_now(Call call, CallerPtr caller, std::string name, Progress* progress) {
  const auto held = co_await locks_.lock(name, lock_within);
  auto view = co_await lookup_.rule_first(caller, name, fleet::Rule::read, no_permission);
  require_engine(*view.snapshot);
  co_await settle_before(call, name, Doing::starting);
  view = co_await lookup_.rule_first(caller, name, fleet::Rule::read, no_permission);
  const auto wanted = wanted_of(*view.agent, *settings_.values(), options_.environment);
  std::vector<fleet::Action> expected{fleet::Expected{name, "user"}};
  try {
    if (difference(*view.agent, wanted).any()) {
      progress->step("Replacing the container, as its settings have changed");
      co_await replace(call, view.agent, wanted);
      co_return;
    }
    co_await fleet_.applied(std::move(expected));
    co_await engine_.start(call, view.agent->container_id);
    co_await confirm(call, view.agent->container_id, name, std::vector<fleet::Action>());
  } catch (const engine::EngineError& fault) {
    refuse_action(fault, call, "start", name);
  }
}

Task<> AgentService::stop(Call call, CallerPtr caller, std::string name) {
  // Asked before too: who may not act shall not wait for who does.
  co_await lookup_.rule_first(caller, name, fleet::Rule::read, no_permission);
  Progress progress(sink_for(*caller), operation(*caller, "stop_agent", name, "Stopping the container"));
  auto step = stop_now(call, caller, name);
  co_await reported(&progress, std::move(step));
}

Task<> AgentService::stop_now(Call call, CallerPtr caller, std::string name) {
  const auto held = co_await locks_.lock(name, lock_within);
  auto view = co_await lookup_.rule_first(caller, name, fleet::Rule::read, no_permission);
  require_engine(*view.snapshot);
  co_await settle_before(call, name, Doing::stopping);
  view = co_await lookup_.rule_first(caller, name, fleet::Rule::read, no_permission);
  std::vector<fleet::Action> expected{fleet::Expected{name, "user"}};
  try {
    co_await fleet_.applied(std::move(expected));
    co_await engine_.stop(call, view.agent->container_id, options_.stop_grace);
    co_await confirm(call, view.agent->container_id, name, std::vector<fleet::Action>());
  } catch (const engine::EngineError& fault) {
    refuse_action(fault, call, "stop", name);
  }
}

/// Up to here the agent can stay; from the end of this on it goes, now or by the clean-up.
Task<> AgentService::begin_removal(Call call, std::string name, std::string container_id, std::string container_name,
                                   Progress* progress) {
  try {
    co_await engine_.stop(call, container_id, options_.stop_grace);
  } catch (const engine::EngineError& fault) {
    // Gone already, by somebody else's hand: what is left of the agent goes all the same.
    if (fault.fault() != engine::Fault::not_found) throw;
  }
  progress->step("Removing the container", 40);
  Leftover intent;
  intent.agent = name;
  intent.kind = Leftover::Kind::deleting;
  intent.mark = container_id;
  intent.container_name = std::move(container_name);
  intent.workspace = intent.data = intent.row = true;
  co_await store_.intend(call, std::move(intent));
  cleanup_pending_ = true;
  std::exception_ptr refused;
  bool lost = false;
  try {
    co_await engine_.remove(call, container_id, true);
  } catch (const engine::EngineError& fault) {
    lost = fault.engine_down();
    refused = std::current_exception();
  }
  if (!refused) co_return;
  if (lost) {
    cleanup_pending_ = true;
    throw Unavailable("The container engine stopped answering. The deletion goes on as soon as it is back.");
  }
  co_await store_.settled(call, name);
  std::rethrow_exception(refused);
}

Task<AgentService::View> AgentService::deletable(CallerPtr caller, std::string name) {
  const auto current = co_await snapshot();
  const auto* entry = current->find(name);
  const bool is_system = name == system_agent || (entry && entry->agent->metadata && entry->agent->metadata->is_system);
  if (is_system) throw Forbidden("System agents cannot be deleted. Use re-initialization to reset to clean state.");
  co_return co_await lookup_.rule_first(caller, name, fleet::Rule::manage,
                                        "You don't have permission to delete this agent");
}

Task<> AgentService::remove(Call call, CallerPtr caller, std::string name) {
  co_await deletable(caller, name);
  auto begun = operation(*caller, "delete_agent", name, "Stopping the container");
  begun.percent = 0;
  Progress progress(sink_for(*caller), std::move(begun));
  auto step = remove_now(call, caller, name, &progress);
  co_await reported(&progress, std::move(step));
}

Task<> AgentService::remove_now(Call call, CallerPtr caller, std::string name, Progress* progress) {
  const auto held = co_await locks_.lock(name, lock_within);
  auto view = co_await deletable(caller, name);
  require_engine(*view.snapshot);
  co_await settle_before(call, name, Doing::deleting);
  view = co_await deletable(caller, name);
  // The engine's objects first: while the container is left, the agent stays listed and the deletion can be tried
  // again.
  std::vector<fleet::Action> expected{fleet::Expected{name, "user"}};
  try {
    co_await fleet_.applied(std::move(expected));
    co_await begin_removal(call, name, view.agent->container_id, view.agent->container_name, progress);
  } catch (const engine::EngineError& fault) {
    refuse_action(fault, call, "delete", name);
  }
  std::vector<fleet::Action> gone{fleet::ContainerGone{view.agent->container_id}};
  co_await fleet_.applied(std::move(gone));
  progress->step("Removing the agent's data", 70);
  // What cannot be removed now (a volume in use) is noted and removed later; the agent has gone.
  co_await settle_name(call, name);
  log::info({"agents", call.id()}, "{} deleted by {}", name, caller->username);
}

}  // namespace trinity::agents
