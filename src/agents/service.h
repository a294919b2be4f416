#pragma once
#include <atomic>
#include <boost/json/object.hpp>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "agentlink/link.h"
#include "agents/agent_key.h"
#include "agents/list_cache.h"
#include "agents/lookup.h"
#include "agents/name_locks.h"
#include "agents/ports.h"
#include "agents/spec.h"
#include "agents/store.h"
#include "agents/types.h"
#include "agents/wanted.h"
#include "base/blocking.h"
#include "base/operation.h"
#include "engine/engine.h"
#include "fleet/fleet.h"
#include "settings/store.h"
#include "templates/service.h"

namespace trinity::agents {

struct AgentServiceOptions {
  Placement placement;
  std::string default_image = "trinity-agent-base:latest";
  /// Images that agents may be made from: a repository name allows all of its tags.
  std::vector<std::string> images{"trinity-agent-base"};
  /// What an agent is made from: template id, branch that was asked for (empty: none).
  std::function<Task<templates::Chosen>(Call, std::shared_ptr<const Caller>, std::string, std::string)> choose;
  std::string github_base = "https://github.com";  ///< without slash at the end
  /// The server's own variables that concern agents (ANTHROPIC_API_KEY, GOOGLE_API_KEY, GITHUB_PAT, OTEL_*...), as far
  /// as they are set.
  std::map<std::string, std::string> environment;
  std::chrono::seconds stop_grace{10};
  /// An engine that was asked to make a container, and whose answer nobody heard, has made it or given up by then.
  std::chrono::milliseconds late_container_within{15'000};
  std::uint16_t ssh_port_first = 2222;
  std::uint16_t ssh_port_last = 2499;
};

/// The rules of agents: who may do what, in which order, and how it is undone when a step fails. No HTTP, no SQL. Any
/// I/O thread. Actions on one agent are done one after the other; reads never wait for the engine, logs apart.
class AgentService {
 public:
  AgentService(AgentServiceOptions options, fleet::Fleet& fleet, engine::Engine& engine, AgentStore& store,
               const settings::SettingsStore& settings, BlockingPool& pool, AgentKey key,
               OperationSink* operations = nullptr);

  using View = AgentView;

  // ---- for whoever looks after what an agent needs to work; set before the first request

  /// An agent was started by this service; what is told of it becomes `credentials_result` of the answer. Whatever it
  /// does holds up no other action on the agent, and it must not throw.
  using StartedHook = std::function<Task<boost::json::object>(Call, fleet::AgentPtr)>;
  void on_started(StartedHook hook) { started_ = std::move(hook); }
  /// An agent was created; its creator's answer waits for it. What it throws is logged.
  using CreatedHook = std::function<Task<>(Call, CallerPtr, fleet::AgentPtr)>;
  void on_created(CreatedHook hook) { created_ = std::move(hook); }
  /// What only the platform may set in this agent's environment.
  [[nodiscard]] std::set<std::string> platform_variables(const fleet::Agent& agent) const;

  /// The snapshot of this thread.
  Task<fleet::SnapshotPtr> snapshot() { return lookup_.snapshot(); }
  /// The list as this caller sees it, from the cache.
  [[nodiscard]] std::shared_ptr<ListView> list(const fleet::Snapshot& snapshot, const Caller& caller) {
    return lists_.view(snapshot, caller);
  }
  /// Gives the list a packed form when that is worth it: at once, or a little later with the help of the pool.
  void pack_list(const std::shared_ptr<ListView>& view, const asio::any_io_executor& executor);
  [[nodiscard]] BlockingPool& pool() noexcept { return pool_; }
  /// Family A of the contract (row first). Throws NotFound, Forbidden.
  Task<View> get(CallerPtr caller, std::string name);
  Task<std::vector<Share>> shares(Call call, fleet::AgentPtr agent);

  /// All or nothing. The agent runs when this returns.
  Task<fleet::AgentPtr> create(Call call, CallerPtr caller, CreateRequest request);
  /// Replaces the container first when it is no longer what the settings want (see replacement.cpp), one that runs too.
  /// The answer is that of the hook below.
  Task<boost::json::object> start(Call call, CallerPtr caller, std::string name);
  Task<> stop(Call call, CallerPtr caller, std::string name);
  Task<> remove(Call call, CallerPtr caller, std::string name);

  /// Works off what interrupted actions left, at once and then again and again, on this executor.
  void start_cleanup(const asio::any_io_executor& executor);
  /// One round. `all`: also what is to be tried again only later.
  Task<> clean_up(Call call, bool all);

  Task<std::string> logs(Call call, CallerPtr caller, std::string name, int tail);
  /// Throws BadRequest when it does not run.
  Task<View> running(CallerPtr caller, std::string name);
  /// Where the agent's daemon is, and what proves that this server asks.
  [[nodiscard]] agentlink::Target target_of(const fleet::Agent& agent) const;

 private:
  struct Made;
  /// A long action of this person begins. Nobody is told of what an agent does with its key.
  [[nodiscard]] Operation operation(const Caller& caller, std::string kind, std::string name, std::string step) const;
  [[nodiscard]] OperationSink* sink_for(const Caller& caller) const noexcept;
  /// Runs the step and tells how it ended.
  static Task<> reported(Progress* progress, Task<> step);
  Task<> start_now(Call call, CallerPtr caller, std::string name, Progress* progress);
  Task<> stop_now(Call call, CallerPtr caller, std::string name);
  Task<> remove_now(Call call, CallerPtr caller, std::string name, Progress* progress);
  Task<> create_now(Call call, CallerPtr caller, const CreateRequest* request, Plan* plan, Progress* progress,
                    fleet::AgentPtr* into);
  Task<> read_and_create(Call call, CallerPtr caller, const CreateRequest* request, Plan* plan, Progress* progress,
                         fleet::AgentPtr* into);
  Task<> make_plan(Call call, CallerPtr caller, const CreateRequest* request, Plan* into);
  /// The same for deletion: never a system agent.
  Task<View> deletable(CallerPtr caller, std::string name);

  // ---- a container that takes another one's place
  struct Replacement;
  Task<> replace(Call call, fleet::AgentPtr agent, Wanted wanted);
  Task<std::string> image_of(Call call, const engine::Description* old);
  Task<> make_replacement(Call call, Replacement* one);
  Task<> copy_own_files(Call call, const Replacement* one);
  Task<> bring_up(Call call, Replacement* one);
  Task<> hand_over(Call call, const Leftover* left, const engine::ContainerDetail* fresh);
  Task<> finish_replacement(Call call, const Replacement* one);
  Task<> settle_replacement(Call call, Leftover* left, bool* found);

  [[nodiscard]] static std::string free_name(const CreateRequest& request, const fleet::Snapshot& snapshot);
  Plan plan_of(const CallerPtr& caller, const CreateRequest& request, const templates::Chosen& chosen) const;
  void apply_template(Plan& plan, const templates::Chosen& chosen, const CreateRequest& request) const;
  void apply_repository(Plan& plan, const templates::ChosenRepository& from, const CreateRequest& request) const;
  void apply_resources(Plan& plan, const CreateRequest& request) const;
  void check_limits(Plan& plan) const;
  void add_platform_env(Plan& plan) const;

  Task<> build(Call call, Plan* plan, Made* made);
  /// The agent's container with its files, not started.
  Task<> make_container(Call call, const Plan* plan, Made* made);
  /// Starts it; on another port when the one that was chosen turns out to be taken by somebody else.
  Task<> start_on_free_port(Call call, Plan* plan, Made* made);
  Task<> register_it(Call call, const Plan* plan, Made* made);
  Task<> forget(Call call, std::string name);

  static Task<> pack_on_pool(BlockingPool* pool, std::shared_ptr<ListView> view);
  static Task<> clean_up_regularly(AgentService* service);
  Task<> attempt(Call call, Task<> step, std::string what, std::string* why);
  Task<std::optional<engine::ContainerDetail>> container_of(Call call, const Leftover* left);
  Task<> remove_own_volume(Call call, std::string name, std::string agent);
  /// Why the engine refused a container's name, in words for the person.
  Task<std::string> owner_of_name(Call call, std::string container);
  Task<> remove_container_of(Call call, const Leftover* left, bool* found);
  /// The fleet may show what is left of it; also waits for what the fleet was told of its rows.
  Task<> no_longer_creating(std::string name);
  Task<std::string> take_away(Call call, const Leftover* left, bool* found);
  /// True while an engine that was asked for the container, and is well again, may still bring it.
  bool is_expected(const Leftover& left);
  /// No question to the engine stands open but whether it brings that container.
  bool is_only_expected(const Leftover& left);
  void expect_no_more(const Leftover& left);
  enum class Doing { starting, stopping, deleting };
  /// What an interrupted action left of this agent, before the next one begins. Throws Conflict when that stands in its
  /// way. With the name's lock held.
  Task<> settle_before(Call call, std::string name, Doing doing);
  Task<bool> is_whole(Call call, const Leftover* left);
  /// With the name's lock held. False: something is left, and noted for later.
  Task<bool> settle(Call call, Leftover left);
  Task<bool> settle_name(Call call, std::string name);

  Task<> ensure_network(Call call);
  Task<> ensure_image(Call call, std::string image);
  Task<bool> needs_volume(Call call, std::string name);
  Task<fleet::AgentPtr> confirm(Call call, std::string container, std::string name, std::vector<fleet::Action> with);
  Task<> begin_removal(Call call, std::string name, std::string container_id, std::string container_name,
                       Progress* progress);

  AgentServiceOptions options_;
  fleet::Fleet& fleet_;
  AgentLookup lookup_;
  engine::Engine& engine_;
  AgentStore& store_;
  const settings::SettingsStore& settings_;
  BlockingPool& pool_;
  AgentKey key_;
  OperationSink* operations_;
  StartedHook started_;
  CreatedHook created_;
  PortBook ports_{options_.ssh_port_first, options_.ssh_port_last};
  NameLocks locks_;
  ListCache lists_;
  std::atomic<bool> cleanup_pending_ = true;  ///< the list may hold something
  std::mutex looks_mutex_;
  std::map<std::string, SteadyTime> looks_;  ///< by a container's key nonce: when it was looked for in vain first
};

}  // namespace trinity::agents
