// Takes away what an action began and did not end (see Leftover), now or after the next start.
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "agents/service.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/spawn.h"

namespace trinity::agents {

namespace {

constexpr std::chrono::milliseconds busy_within{200};  // whoever holds the name is at work on it
constexpr std::chrono::seconds look_every{1};
constexpr const char* may_come = "the engine may still bring its container; looking again";

const char* word_of(Leftover::Kind kind) {
  if (kind == Leftover::Kind::deleting) return "the deletion";
  return kind == Leftover::Kind::replacing ? "the replacement" : "the creation";
}

std::string text_of(const std::exception_ptr& fault) {
  try {
    std::rethrow_exception(fault);
  } catch (const std::exception& e) {
    return e.what();
  }
}

}  // namespace

/// The container that the leftover speaks of, if it is there: another one of its name is somebody else's.
Task<std::optional<engine::ContainerDetail>> AgentService::container_of(Call call, const Leftover* left) {
  if (left->kind == Leftover::Kind::deleting) co_return co_await engine_.inspect(call, left->mark);
  auto found = co_await engine_.inspect(call, container_name(options_.placement, left->agent));
  if (!found) co_return std::nullopt;
  const auto nonce = found->labels.find(fleet::label::key_nonce);
  if (nonce == found->labels.end() || nonce->second != left->mark) co_return std::nullopt;
  co_return found;
}

Task<> AgentService::remove_own_volume(Call call, std::string name, std::string agent) {
  const auto found = co_await engine_.volume(call, name);
  if (!found) co_return;
  const auto instance = found->labels.find(fleet::label::instance);
  if (instance != found->labels.end() && instance->second != options_.placement.instance) co_return;
  const auto owner = found->labels.find(fleet::label::agent_name);
  if (owner != found->labels.end() && owner->second != agent) co_return;
  co_await engine_.remove_volume(call, name);
}

/// One step. The others go on whatever comes of it; the first reason is kept.
Task<> AgentService::attempt(Call call, Task<> step, std::string what, std::string* why) {
  try {
    co_await std::move(step);
  } catch (const std::exception& fault) {
    log::error({"agents", call.id()}, "{} could not be removed now: {}", what, fault.what());
    if (why->empty()) *why = what + ": " + fault.what();
  }
}

Task<> AgentService::remove_container_of(Call call, const Leftover* left, bool* found) {
  auto id = left->container;
  if (id.empty()) {
    const auto container = co_await container_of(call, left);
    if (!container) co_return;
    id = container->id;
  }
  *found = true;
  co_await engine_.remove(call, id, true);
  std::vector<fleet::Action> gone{fleet::ContainerGone{id}};
  co_await fleet_.applied(std::move(gone));
}

Task<> AgentService::forget(Call call, std::string name) {
  Tell tell = [this](std::vector<fleet::Action> actions) { fleet_.tell(std::move(actions)); };
  co_await store_.forget_agent(call, name, std::move(tell));
}

Task<> AgentService::no_longer_creating(std::string name) {
  std::vector<fleet::Action> over{fleet::Creating{name, false}};
  co_await fleet_.applied(std::move(over));
}

/// The reason why something is left; empty when nothing is.
Task<std::string> AgentService::take_away(Call call, const Leftover* left, bool* found) {
  std::string why;
  co_await attempt(call, remove_container_of(call, left, found), "container of " + left->agent, &why);
  const bool deleting = left->kind == Leftover::Kind::deleting;
  // An agent whose deletion did not get as far stays listed with its owner.
  if (deleting && !why.empty()) co_return why;
  if (left->row) {
    co_await attempt(call, forget(call, left->agent), "the row of " + left->agent, &why);
  } else {
    co_await attempt(call, store_.forget_key(call, left->agent), "the key of " + left->agent, &why);
  }
  co_await attempt(call, no_longer_creating(left->agent), "the trace of " + left->agent, &why);
  const auto base =
      left->container_name.empty() ? container_name(options_.placement, left->agent) : left->container_name;
  std::vector<std::string> volumes;
  if (left->workspace) volumes.push_back(workspace_volume(base));
  if (left->data) volumes.push_back(data_volume(base));
  if (deleting) volumes.push_back(shared_volume(base));
  for (const auto& volume : volumes) co_await attempt(call, remove_own_volume(call, volume, left->agent), volume, &why);
  co_return why;
}

/// A creation that the process did not see end, while all was made: the agent is whole.
Task<bool> AgentService::is_whole(Call call, const Leftover* left) {
  if (left->kind != Leftover::Kind::creating) co_return false;
  const auto found = co_await container_of(call, left);
  // It starts last, after its files are in.
  co_return found && found->started_at.has_value();
}

bool AgentService::is_expected(const Leftover& left) {
  const std::lock_guard lock(looks_mutex_);
  const auto first = looks_.try_emplace(left.mark, steady_now()).first->second;
  return steady_now() - first < options_.late_container_within;
}

void AgentService::expect_no_more(const Leftover& left) {
  const std::lock_guard lock(looks_mutex_);
  looks_.erase(left.mark);
}

bool AgentService::is_only_expected(const Leftover& left) {
  const std::lock_guard lock(looks_mutex_);
  return looks_.contains(left.mark);
}

Task<> AgentService::settle_before(Call call, std::string name, Doing doing) {
  if (!cleanup_pending_) co_return;
  const auto left = co_await store_.leftovers_of(call, name);
  for (const auto& one : left) {
    // Its data would be taken away under it.
    if (one.kind == Leftover::Kind::deleting && doing == Doing::starting)
      throw Conflict("Agent '" + name + "' is being deleted.");
    if (one.kind != Leftover::Kind::replacing) continue;
    const bool settled = co_await settle(call, one);
    // A late container only stands in the way of a deletion, which would forget it.
    if (settled || (doing != Doing::deleting && is_only_expected(one))) continue;
    throw Conflict("The container of agent '" + name + "' is still being replaced. Try again in a minute.");
  }
}

Task<bool> AgentService::settle(Call call, Leftover left) {
  std::string why;
  bool found = false;
  bool whole = false;
  const bool replacing = left.kind == Leftover::Kind::replacing;
  std::exception_ptr fault;
  try {
    if (replacing) {
      co_await settle_replacement(call, &left, &found);
    } else {
      whole = co_await is_whole(call, &left);
    }
  } catch (...) {
    fault = std::current_exception();
  }
  if (fault) {
    why = text_of(fault);
  } else if (replacing) {
    if (!found && left.unheard && is_expected(left)) why = may_come;
    if (!why.empty()) left.attempts = 0;
  } else if (!whole) {
    if (left.kind == Leftover::Kind::creating) left.kind = Leftover::Kind::undoing;
    why = co_await take_away(call, &left, &found);
    const bool unheard = left.unheard && left.kind == Leftover::Kind::undoing;
    if (why.empty() && !found && unheard && is_expected(left)) {
      why = may_come;
      left.attempts = 0;  // so the next look comes in a second, however many tries it took to reach the engine
    }
  }
  if (!why.empty()) {
    cleanup_pending_ = true;
    co_await store_.postpone(call, left, why);
    co_return false;
  }
  co_await store_.settled(call, left.agent);
  expect_no_more(left);
  log::info({"agents", call.id()}, "{} of {} is {}", word_of(left.kind), left.agent,
            whole ? "found complete" : "cleaned up");
  co_return true;
}

Task<bool> AgentService::settle_name(Call call, std::string name) {
  const auto left = co_await store_.leftovers_of(call, name);
  for (const auto& one : left) {
    const bool settled = co_await settle(call, one);
    if (!settled) co_return false;
  }
  co_return true;
}

Task<> AgentService::clean_up(Call call, bool all) {
  // First: an action that fails from here on asks for another round.
  cleanup_pending_ = false;
  const auto due = co_await store_.leftovers_due(call, all);
  for (const auto& one : due) {
    try {
      const auto held = co_await locks_.lock(one.agent, busy_within);
      // Read again: the action that wrote it may have ended meanwhile.
      co_await settle_name(call, one.agent);
    } catch (const std::exception& fault) {
      log::debug({"agents", call.id()}, "clean-up of {} waits: {}", one.agent, fault.what());
    }
  }
  const bool any = co_await store_.any_leftover(call);
  if (any) cleanup_pending_ = true;
}

void AgentService::start_cleanup(const asio::any_io_executor& executor) {
  spawn("agents' clean-up", executor, clean_up_regularly(this));
}

Task<> AgentService::clean_up_regularly(AgentService* service) {
  BackgroundCall job("clean-up");
  const auto here = co_await asio::this_coro::executor;
  asio::steady_timer timer(here);
  for (;;) {
    if (service->cleanup_pending_) {
      try {
        co_await service->clean_up(job.call(), false);
      } catch (const std::exception& fault) {
        service->cleanup_pending_ = true;
        log::warn({"agents", job.call().id()}, "the clean-up list cannot be read now: {}", fault.what());
      }
    }
    timer.expires_after(look_every);
    co_await timer.async_wait(use_awaitable);
  }
}

}  // namespace trinity::agents
