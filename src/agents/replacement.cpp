// A container that no longer is what the settings want is replaced at the agent's start (section 7.3 of the contract).
// The agent is never lost: the new container is made beside the old one under another name, the old one is stopped and
// hands its port over, and goes only when the new one runs. What a failure or the end of the process interrupts is
// taken back, or brought to its end, by the clean-up: see Leftover.
#include "agents/lookup.h"
#include "agents/replacement_spec.h"
#include "agents/service.h"
#include "base/errors.h"
#include "base/log.h"

namespace trinity::agents {

namespace {

/// Of one directory that the server put into the old container. The agent may have added to it.
constexpr std::size_t most_files = 64 * 1024 * 1024;

bool is_up(const std::string& state) {
  return state == "running" || state == "paused" || state == "restarting";
}

bool belongs_to(const engine::ContainerDetail& container, const std::string& agent) {
  const auto owner = container.labels.find(fleet::label::agent_name);
  return owner != container.labels.end() && owner->second == agent;
}

std::string reasons(const Difference& found) {
  std::string text;
  const auto add = [&text](bool is, const char* what) {
    if (is) text += (text.empty() ? "" : ", ") + std::string(what);
  };
  add(found.limits, "limits");
  add(found.capabilities, "capability mode");
  add(found.model_key, "model key");
  return text;
}

}  // namespace

/// One replacement on its way.
struct AgentService::Replacement {
  fleet::AgentPtr agent;
  engine::Description old;
  engine::ContainerSpec spec;
  Leftover left;
  std::string fresh;  ///< the new container's id
  std::optional<engine::ContainerDetail> detail;
};

/// The name, if it still means the image that the old container is made of; else that image's id. So an image that was
/// built anew does not come in by the way.
Task<std::string> AgentService::image_of(Call call, const engine::Description* old) {
  const auto named = co_await engine_.image(call, old->spec.image);
  if (named && named->id == old->image_id) co_return old->spec.image;
  co_return old->image_id.empty() ? old->spec.image : old->image_id;
}

Task<> AgentService::make_replacement(Call call, Replacement* one) {
  const auto name = replacement_name(one->left.mark);
  bool taken = false;
  try {
    one->fresh = co_await engine_.create(call, name, one->spec);
  } catch (const engine::EngineError& fault) {
    if (fault.fault() != engine::Fault::conflict) throw;
    taken = true;
  }
  if (!taken) co_return;
  // One of an earlier try that came late.
  const auto late = co_await engine_.inspect(call, name);
  if (late && !belongs_to(*late, one->left.agent)) throw Failed("The container name " + name + " is taken.");
  if (late) co_await engine_.remove(call, late->id, true);
  one->fresh = co_await engine_.create(call, name, one->spec);
}

Task<> AgentService::copy_own_files(Call call, const Replacement* one) {
  for (const auto& files : files_to_copy(one->spec)) {
    auto packed = co_await engine_.download(call, one->left.mark, files.path, most_files);
    if (packed) co_await engine_.upload(call, one->fresh, files.parent, std::move(*packed));
  }
}

/// Ends with the new container running and the old one stopped.
Task<> AgentService::bring_up(Call call, Replacement* one) {
  co_await make_replacement(call, one);
  co_await copy_own_files(call, one);
  if (one->left.was_running) {
    std::vector<fleet::Action> expected{fleet::Expected{one->left.agent, "resources"}};
    co_await fleet_.applied(std::move(expected));
    co_await engine_.stop(call, one->left.mark, options_.stop_grace);
  }
  co_await engine_.start(call, one->fresh);
  one->detail = co_await engine_.inspect(call, one->fresh);
  if (!one->detail || one->detail->state != "running")
    throw engine::EngineError(engine::Fault::failed, "the new container did not stay up");
}

/// From here on there is no way back: the new container is the agent's. Every step may be done again.
Task<> AgentService::hand_over(Call call, const Leftover* left, const engine::ContainerDetail* fresh) {
  std::vector<fleet::Action> taken{fleet::ContainerReplaced{left->mark, *fresh, "user"}};
  co_await fleet_.applied(std::move(taken));
  co_await engine_.remove(call, left->mark, true);
  if (fresh->name != left->container_name) co_await engine_.rename(call, fresh->id, left->container_name);
  const auto named = co_await engine_.inspect(call, fresh->id);
  std::vector<fleet::Action> gone{fleet::ContainerGone{left->mark}};
  if (named) gone.insert(gone.begin(), fleet::ContainerSeen{*named, "user"});
  co_await fleet_.applied(std::move(gone));
}

Task<> AgentService::finish_replacement(Call call, const Replacement* one) {
  try {
    co_await hand_over(call, &one->left, &*one->detail);
    co_await store_.settled(call, one->left.agent);
    co_return;
  } catch (const TimedOut&) {
    // The fleet is busy: what the caller reads next may be old, and must be told so.
    cleanup_pending_ = true;
    throw;
  } catch (const std::exception& e) {
    cleanup_pending_ = true;
    log::warn({"agents", call.id()}, "{} runs in its new container; the old one goes later: {}", one->left.agent,
              e.what());
  }
}

Task<> AgentService::replace(Call call, fleet::AgentPtr agent, Wanted wanted) {
  auto old = co_await engine_.describe(call, agent->container_id);
  if (!old) throw engine::EngineError(engine::Fault::not_found, "the container has gone");
  Replacement one;
  one.agent = agent;
  one.old = std::move(*old);
  const auto image = co_await image_of(call, &one.old);
  one.spec = replacement_spec(one.old, wanted, image, is_system(*agent));
  one.left.agent = agent->name;
  one.left.kind = Leftover::Kind::replacing;
  one.left.mark = agent->container_id;
  one.left.container_name = agent->container_name;
  one.left.was_running = is_up(agent->engine_state);
  log::info({"agents", call.id()}, "{} gets a new container: {}", agent->name, reasons(difference(*agent, wanted)));
  co_await store_.intend(call, one.left);
  std::exception_ptr fault;
  try {
    co_await bring_up(call, &one);
  } catch (...) {
    fault = std::current_exception();
  }
  if (!fault) {
    co_await finish_replacement(call, &one);
    co_return;
  }
  try {
    one.left.take_back = true;
    one.left.unheard = is_unheard(fault);
    co_await settle(call, one.left);
  } catch (const std::exception& e) {
    cleanup_pending_ = true;
    log::error({"agents", call.id()}, "the new container of {} will be removed later: {}", agent->name, e.what());
  }
  std::rethrow_exception(fault);
}

/// What becomes of a replacement that was interrupted. `found`: no container can come any more.
Task<> AgentService::settle_replacement(Call call, Leftover* left, bool* found) {
  auto fresh = co_await engine_.inspect(call, replacement_name(left->mark));
  if (fresh && !belongs_to(*fresh, left->agent)) fresh.reset();
  const auto old = co_await engine_.inspect(call, left->mark);
  *found = fresh.has_value() || !old;
  // Without the old one, the new one is the agent, whatever it does.
  if (fresh && (!old || (fresh->state == "running" && !left->take_back))) {
    co_await hand_over(call, left, &*fresh);
    co_return;
  }
  if (!fresh && !old) {
    // Its last step was done: the fleet may know the container by the name before.
    const auto named = co_await engine_.inspect(call, left->container_name);
    std::vector<fleet::Action> seen{fleet::ContainerGone{left->mark}};
    if (named && belongs_to(*named, left->agent)) seen.insert(seen.begin(), fleet::ContainerSeen{*named, "user"});
    co_await fleet_.applied(std::move(seen));
    co_return;
  }
  if (fresh) {
    co_await engine_.remove(call, fresh->id, true);
    std::vector<fleet::Action> gone{fleet::ContainerGone{fresh->id}};
    co_await fleet_.applied(std::move(gone));
  }
  if (old && left->was_running) {
    if (!is_up(old->state)) co_await engine_.start(call, left->mark);
    const auto up = co_await engine_.inspect(call, left->mark);
    std::vector<fleet::Action> seen;
    if (up) seen.emplace_back(fleet::ContainerSeen{*up, "resources"});
    co_await fleet_.applied(std::move(seen));
    left->was_running = false;  // from here on its state is the people's affair
  }
}

}  // namespace trinity::agents
