// All or nothing: each step notes what it made, and a failure takes exactly that away again.
#include <charconv>

#include "agents/service.h"
#include "base/errors.h"
#include "base/log.h"

namespace trinity::agents {

namespace {

constexpr std::chrono::seconds lock_within{25};
constexpr std::chrono::seconds pull_within{600};
constexpr const char* no_engine = "Docker not available - cannot create agents in demo mode";
/// Two servers on one engine choose the same port now and then; more often something else is wrong.
constexpr int most_ports = 10;
constexpr const char* failed_text = "Failed to create agent. Please try again.";

std::set<std::uint16_t> ports_in_labels(const fleet::Snapshot& snapshot) {
  std::set<std::uint16_t> taken;
  for (const auto& entry : snapshot.entries) {
    if (entry.agent->port > 0 && entry.agent->port <= 65535)
      taken.insert(static_cast<std::uint16_t>(entry.agent->port));
  }
  return taken;
}

/// What went wrong, in words for the person; the engine's own text stays in the log.
std::exception_ptr explained(std::exception_ptr fault, const Call& call, const std::string& name) {
  try {
    std::rethrow_exception(fault);
  } catch (const engine::EngineError& e) {
    log::error({"agents", call.id()}, "creation of {} failed: {}", name, e.what());
    if (e.engine_down())
      return std::make_exception_ptr(Unavailable("The container engine does not answer. The agent was not created."));
    return std::make_exception_ptr(Failed(failed_text));
  } catch (const Error&) {
    return fault;
  } catch (const std::exception& e) {
    log::error({"agents", call.id()}, "creation of {} failed: {}", name, e.what());
    return std::make_exception_ptr(Failed(failed_text));
  }
}

/// What is kept of the repository it is made from.
std::optional<GitRecord> record_of(const Plan& plan) {
  if (!plan.repository) return std::nullopt;
  const auto& from = *plan.repository;
  GitRecord made;
  made.agent = plan.name;
  made.repository = from.name;
  made.working_branch = from.working_branch;
  made.instance_id = from.instance_id;
  made.source_branch = from.source_branch;
  made.source_mode = from.source_mode;
  return made;
}

}  // namespace

/// What a creation has to make, and has made so far.
struct AgentService::Made {
  Progress* progress = nullptr;
  bool workspace = false;  ///< the volume is not there yet
  bool data = false;
  bool registered = false;  ///< from here on there is something to undo
  std::string container_id;
  PortBook::Reservation port{};
  std::set<std::uint16_t> taken{};  ///< ports
  bool any_port = true;             ///< nobody asked for this one
};

Task<> AgentService::ensure_network(Call call) {
  const auto& placement = options_.placement;
  // Asked twice at the same time, the engine makes two networks of one name. No agent's name has a space.
  const auto held = co_await locks_.lock("network " + placement.network, lock_within);
  const auto found = co_await engine_.network(call, placement.network);
  if (found) {
    const auto owner = found->labels.find(fleet::label::instance);
    if (owner == found->labels.end() || owner->second == placement.instance) co_return;
    throw Failed("The network " + placement.network +
                 " belongs to another installation on this engine. Start the server with another network.");
  }
  const engine::Labels labels{{fleet::label::instance, placement.instance}};
  std::optional<engine::EngineError> refused;
  try {
    co_await engine_.create_network(call, placement.network, placement.subnet, labels);
  } catch (const engine::EngineError& fault) {
    if (fault.engine_down()) throw;
    refused = fault;
  }
  if (!refused) co_return;
  // Made by a creation beside this one, or the wished subnet overlaps with another network of the host.
  const auto made = co_await engine_.network(call, placement.network);
  if (made) co_return;
  if (placement.subnet.empty()) throw *refused;
  log::warn({"agents", call.id()}, "network {} cannot have the subnet {}; the engine chooses one: {}",
            placement.network, placement.subnet, refused->what());
  co_await engine_.create_network(call, placement.network, "", labels);
}

Task<> AgentService::ensure_image(Call call, std::string image) {
  const auto here = co_await engine_.image(call, image);
  if (here) co_return;
  std::string reason;
  try {
    co_await engine_.pull(call, image, pull_within);
    co_return;
  } catch (const engine::EngineError& fault) {
    if (fault.fault() == engine::Fault::unreachable) throw;
    reason = fault.what();
  }
  log::error({"agents", call.id()}, "image {} cannot be pulled: {}", image, reason);
  throw Failed("The image '" + image +
               "' is not on this machine and could not be pulled. Build it, or choose another base_image.");
}

Task<std::string> AgentService::owner_of_name(Call call, std::string container) {
  const auto text = "Agent already exists: the container " + container;
  const auto found = co_await engine_.inspect(call, container);
  if (!found) co_return text + " is on this engine already";
  const auto instance = found->labels.find(fleet::label::instance);
  if (instance != found->labels.end() && instance->second != options_.placement.instance)
    co_return text + " belongs to another installation on this engine";
  const auto platform = found->labels.find(fleet::label::platform);
  if (instance == found->labels.end() && platform != found->labels.end() && platform->second == "agent")
    co_return text + " belongs to an earlier deployment. The server's setting 'adopt' takes such agents over.";
  co_return text + " is on this engine already";
}

/// False: it is there already, and its data stays whatever becomes of the creation.
Task<bool> AgentService::needs_volume(Call call, std::string name) {
  const auto found = co_await engine_.volume(call, name);
  if (!found) co_return true;
  const auto it = found->labels.find(fleet::label::instance);
  if (it != found->labels.end() && it->second != options_.placement.instance) {
    throw BadRequest("Agent already exists: the volume " + name + " belongs to another installation on this engine");
  }
  co_return false;
}

/// The rows, and the fleet's knowledge of them.
Task<> AgentService::register_it(Call call, const Plan* plan, Made* made) {
  AgentStore::Registration wanted{plan->name, plan->owner_id, plan->owner, plan->api_key, {}};
  wanted.repository = record_of(*plan);
  wanted.tags = plan->tags;
  wanted.intent.agent = plan->name;
  wanted.intent.mark = plan->key_nonce;
  wanted.intent.workspace = made->workspace;
  wanted.intent.data = made->data;
  Tell tell = [this, plan](std::vector<fleet::Action> actions) {
    actions.insert(actions.begin(), fleet::Creating{plan->name, true});
    fleet_.tell(std::move(actions));
  };
  const auto registered = co_await store_.register_agent(call, std::move(wanted), std::move(tell));
  if (registered == AgentStore::Registered::taken) throw BadRequest("Agent already exists");
  made->registered = true;
  co_await fleet_.applied(std::vector<fleet::Action>());
}

Task<> AgentService::make_container(Call call, const Plan* plan, Made* made) {
  const auto& placement = options_.placement;
  const auto container = container_name(placement, plan->name);
  auto pack = [plan, secret = key_.secret_for(plan->key_nonce)] { return container_files(*plan, secret); };
  auto files = co_await pool_.run(std::move(pack));

  made->progress->step("Making the container", 50);
  bool name_taken = false;
  try {
    made->container_id = co_await engine_.create(call, container, container_spec(*plan, placement, now()));
  } catch (const engine::EngineError& fault) {
    if (fault.fault() != engine::Fault::conflict) throw;
    name_taken = true;
  }
  if (name_taken) {
    const auto why = co_await owner_of_name(call, container);
    throw BadRequest(why);
  }
  co_await engine_.upload(call, made->container_id, "/", std::move(files));
}

/// What binds a port on this host is seen before; what another server on the engine has chosen a moment ago, or what
/// listens where the engine is, only now.
Task<> AgentService::start_on_free_port(Call call, Plan* plan, Made* made) {
  for (int tries = 1;; ++tries) {
    co_await make_container(call, plan, made);
    made->progress->step("Starting the container", 80);
    bool port_taken = false;
    try {
      co_await engine_.start(call, made->container_id);
    } catch (const engine::EngineError& fault) {
      if (fault.fault() != engine::Fault::port_taken) throw;
      port_taken = true;
    }
    if (!port_taken) co_return;
    if (!made->any_port) throw BadRequest("port " + std::to_string(plan->ssh_port) + " is in use");
    if (tries == most_ports) throw Failed("No free SSH port on this host");
    log::info({"agents", call.id()}, "port {} is in use; another one for {}", plan->ssh_port, plan->name);
    co_await engine_.remove(call, made->container_id, true);
    made->container_id.clear();
    made->taken.insert(plan->ssh_port);
    made->port = ports_.allocate(made->taken);
    plan->ssh_port = made->port.port();
  }
}

Task<> AgentService::build(Call call, Plan* plan, Made* made) {
  const auto& placement = options_.placement;
  const auto container = container_name(placement, plan->name);
  made->progress->step("Looking for the image", 10);
  co_await ensure_image(call, plan->image);
  made->progress->step("Preparing network and volumes", 30);
  co_await ensure_network(call);

  const auto workspace = workspace_volume(container);
  const auto data = data_volume(container);
  made->workspace = co_await needs_volume(call, workspace);
  made->data = co_await needs_volume(call, data);
  co_await register_it(call, plan, made);
  if (made->workspace)
    co_await engine_.create_volume(call, workspace, volume_labels(placement, plan->name, "agent-workspace"));
  if (made->data) co_await engine_.create_volume(call, data, volume_labels(placement, plan->name, "agent-data"));

  co_await start_on_free_port(call, plan, made);
}

Task<> AgentService::make_plan(Call call, CallerPtr caller, const CreateRequest* request, Plan* into) {
  templates::Chosen chosen;
  if (request->template_ && !request->template_->empty())
    chosen = co_await options_.choose(call, caller, *request->template_, request->source_branch.value_or(""));
  auto job = [&] { return plan_of(caller, *request, chosen); };
  *into = co_await pool_.run(std::move(job));
}

Task<fleet::AgentPtr> AgentService::create(Call call, CallerPtr caller, CreateRequest request) {
  const auto current = co_await snapshot();
  Plan plan;
  plan.name = free_name(request, *current);
  // A repository may take its time: the person sees that it is being read.
  const bool reads = request.template_ && templates::is_repository(*request.template_);
  if (!reads) co_await make_plan(call, caller, &request, &plan);

  auto begun = operation(*caller, "create_agent", plan.name, reads ? "Reading the repository" : "Checking the name");
  begun.percent = 0;
  Progress progress(sink_for(*caller), std::move(begun));
  fleet::AgentPtr agent;
  auto step = reads ? read_and_create(call, caller, &request, &plan, &progress, &agent)
                    : create_now(call, caller, &request, &plan, &progress, &agent);
  co_await reported(&progress, std::move(step));
  if (created_) {
    try {
      co_await created_(call, caller, agent);
    } catch (const std::exception& e) {
      log::warn({"agents", call.id()}, "{} was created, but not given what it needs: {}", plan.name, e.what());
    }
  }
  co_return agent;
}

Task<> AgentService::read_and_create(Call call, CallerPtr caller, const CreateRequest* request, Plan* plan,
                                     Progress* progress, fleet::AgentPtr* into) {
  co_await make_plan(call, caller, request, plan);
  progress->step("Checking the name", 5);
  co_await create_now(call, caller, request, plan, progress, into);
}

Task<> AgentService::create_now(Call call, CallerPtr caller, const CreateRequest* request, Plan* the_plan,
                                Progress* progress, fleet::AgentPtr* into) {
  auto& plan = *the_plan;
  const auto held = co_await locks_.lock(plan.name, lock_within);
  const bool clean = co_await settle_name(call, plan.name);
  if (!clean) throw Conflict("An agent named '" + plan.name + "' is still being removed. Try again in a minute.");
  // Nothing is waited for from here to the claim of the port: a creation that ends beside this one gives its claim back
  // only when this thread's snapshot shows its port.
  const auto current = co_await snapshot();
  if (current->find(plan.name)) throw BadRequest("Agent already exists");
  if (!current->engine.reachable) throw Unavailable(no_engine);
  Made made;
  made.progress = progress;
  made.taken = ports_in_labels(*current);
  made.any_port = !request->port;
  made.port = request->port ? ports_.claim(*request->port, made.taken) : ports_.allocate(made.taken);
  plan.ssh_port = made.port.port();

  std::vector<fleet::Action> shown{fleet::Creating{plan.name, false}};
  std::exception_ptr fault;
  try {
    co_await build(call, &plan, &made);
    *into = co_await confirm(call, made.container_id, plan.name, std::move(shown));
  } catch (...) {
    fault = std::current_exception();
  }
  if (!fault) {
    try {
      co_await store_.settled(call, plan.name);
    } catch (const Error& e) {
      // The agent runs; the clean-up will find it complete.
      cleanup_pending_ = true;
      log::warn({"agents", call.id()}, "the end of the creation of {} was not noted: {}", plan.name, e.what());
    }
    log::info({"agents", call.id()}, "{} created by {}", plan.name, caller->username);
    co_return;
  }
  if (made.registered) {
    progress->step("Taking back what was made", 90);
    try {
      auto left = co_await store_.leftovers_of(call, plan.name);
      for (auto& one : left) {
        one.kind = Leftover::Kind::undoing;
        one.container = made.container_id;
        one.unheard = is_unheard(fault);
        co_await settle(call, one);
      }
    } catch (const std::exception& e) {
      cleanup_pending_ = true;
      log::error({"agents", call.id()}, "what {} left will be removed later: {}", plan.name, e.what());
    }
  }
  std::rethrow_exception(explained(fault, call, plan.name));
}

}  // namespace trinity::agents
