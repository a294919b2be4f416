#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>

#include "base/log.h"
#include "base/spawn.h"
#include "fleet/state.h"

namespace trinity::fleet {

namespace {

constexpr std::chrono::milliseconds first_retry{250};
constexpr std::chrono::milliseconds last_retry{5'000};
constexpr std::size_t statistics_parallel = 2;
/// Events may be stamped a little earlier than they are sent.
constexpr std::int64_t overlap_nano = 1'000'000'000;

bool changes_state(const std::string& action) {
  static constexpr std::string_view kinds[] = {"create", "start", "restart", "stop",   "die",   "kill",
                                               "oom",    "pause", "unpause", "rename", "update"};
  return std::find(std::begin(kinds), std::end(kinds), action) != std::end(kinds);
}

std::optional<std::int64_t> exit_code_of(const engine::Event& event) {
  const auto it = event.attributes.find("exitCode");
  if (it == event.attributes.end() || it->second.empty() || it->second.size() > 4) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : it->second) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

}  // namespace

Task<bool> wait(asio::steady_timer* timer, std::chrono::milliseconds time) {
  boost::system::error_code fault;
  timer->expires_after(time);
  co_await timer->async_wait(asio::redirect_error(use_awaitable, fault));
  co_return !fault;
}

std::vector<std::string> Fleet::State::labels() const {
  return {std::string(label::platform) + "=agent", std::string(label::instance) + "=" + options.instance};
}

void Fleet::State::engine_answered() {
  model.confirmed(steady_now());
  if (!model.health().reachable) {
    model.engine(true, now());
    log::info("fleet", "the container engine answers");
  }
  publish_soon();
}

void Fleet::State::engine_failed(const engine::EngineError& error) {
  if (!error.engine_down()) {
    log::warn("fleet", "the container engine refused a call: {}", error.what());
    return;
  }
  if (model.health().reachable || model.health().since == Time{})
    log::warn("fleet", "the container engine does not answer: {}", error.what());
  model.engine(false, now());
  publish_soon();
}

/// A question about one container failed. That one may be stuck while the engine is well: only a refused connection
/// says something about the engine, the probe finds out the rest.
void Fleet::State::container_failed(const engine::EngineError& error) {
  if (error.fault() == engine::Fault::unreachable) {
    engine_failed(error);
  } else {
    log::warn("fleet", "the container engine did not tell about a container: {}", error.what());
  }
}

Task<> Fleet::State::load_metadata(std::shared_ptr<State> self) {
  auto pause = first_retry;
  asio::steady_timer timer(self->context);
  while (!self->stopping) {
    try {
      auto all = co_await self->metadata_source.load(self->job.call());
      self->model.metadata(std::move(all));
      self->publish_soon();
      co_return;
    } catch (const std::exception& e) {
      log::error("fleet", "metadata cannot be read: {}", e.what());
    }
    co_await wait(&timer, pause);
    pause = std::min(pause * 2, last_retry);
  }
}

/// Follows the event stream over every end of it: open from the checkpoint, list, then read. The metadata comes first:
/// without it every agent would be an orphan for a moment.
Task<> Fleet::State::follow_events(std::shared_ptr<State> self) {
  co_await load_metadata(self);
  auto pause = first_retry;
  while (!self->stopping) {
    bool following = false;
    try {
      if (self->checkpoint == 0) self->checkpoint = epoch_ms(now()) * 1'000'000 - overlap_nano;
      co_await self->engine.negotiate(self->job.call());
      self->events = co_await self->engine.events(self->job.call(), self->checkpoint, self->labels());
      // Opened before the list is taken: what happens in between is in one of the two.
      co_await reconcile(self);
      self->engine_answered();
      pause = first_retry;
      following = true;
      co_await read_events(self);
    } catch (const engine::EngineError& e) {
      // A stream that ends says little about the engine; opening the next one does.
      if (following) {
        log::debug("fleet", "the event stream ended: {}", e.what());
      } else {
        self->engine_failed(e);
      }
    }
    self->events.reset();
    if (self->stopping) break;
    co_await wait(&self->retry_timer, pause);
    pause = std::min(pause * 2, last_retry);
  }
}

Task<> Fleet::State::read_events(std::shared_ptr<State> self) {
  while (!self->stopping && self->events) {
    const auto event = co_await self->events->next(std::chrono::seconds(30));
    if (event) self->on_event(*event, self);
  }
}

void Fleet::State::on_event(const engine::Event& event, const std::shared_ptr<State>& self) {
  checkpoint = std::max(checkpoint, event.time_nano);
  if (event.type != "container") return;
  model.confirmed(steady_now());
  if (event.action == "destroy") {
    model.gone(event.id);
    // An inspect under way may still bring it back.
    if (const auto it = refreshing.find(event.id); it != refreshing.end()) it->second = true;
    publish_soon();
    return;
  }
  if (event.action == "die") {
    const Time ended{std::chrono::duration_cast<Time::duration>(std::chrono::nanoseconds(event.time_nano))};
    model.died(event.id, 0, exit_code_of(event), steady_now(), ended);
    publish_soon();
  } else if (event.action == "oom") {
    model.oom(event.id);
  }
  if (changes_state(event.action)) refresh(self, event.id);
}

/// One list call; only what is new or looks different is inspected.
Task<> Fleet::State::reconcile(std::shared_ptr<State> self) {
  const auto before = self->model.version();
  const auto containers = co_await self->engine.list(self->job.call(), self->labels());
  const auto ids = self->model.to_inspect(containers);
  // The first list is complete only with its details; a stuck container may hold up its own, for the time of one call
  // at most.
  const bool first = !self->newest->loaded;
  for (const auto& id : ids) self->refresh(self, id);
  if (first) {
    asio::steady_timer timer(self->context);
    const auto give_up = steady_now() + std::chrono::seconds(10);
    while (!self->refreshing.empty() && !self->stopping && steady_now() < give_up)
      co_await wait(&timer, std::chrono::milliseconds(5));
  }
  self->model.listed(containers, before);
  self->engine_answered();
}

Task<> Fleet::State::reconcile_regularly(std::shared_ptr<State> self) {
  while (!self->stopping) {
    const bool due = co_await wait(&self->reconcile_timer, self->options.reconcile_every);
    if (!due) break;
    try {
      co_await reconcile(self);
    } catch (const engine::EngineError& e) {
      self->engine_failed(e);
    }
  }
}

/// A stopped engine keeps its connections open and says nothing; only a question with a limit finds out.
Task<> Fleet::State::probe_regularly(std::shared_ptr<State> self) {
  while (!self->stopping) {
    const bool due = co_await wait(&self->probe_timer, self->options.probe_every);
    if (!due) break;
    const bool was_down = !self->model.health().reachable;
    try {
      co_await self->engine.negotiate(self->job.call());
      self->engine_answered();
      if (was_down) self->retry_timer.cancel();
      if (was_down && self->events) co_await reconcile(self);
    } catch (const engine::EngineError& e) {
      self->engine_failed(e);
    }
  }
}

Task<> Fleet::State::sample_regularly(std::shared_ptr<State> self) {
  const auto tick = std::min(self->options.sample_watched, self->options.sample_idle);
  bool due = true;
  while (due && !self->stopping) {
    const auto at = steady_now();
    if (auto figures = self->host.sample(at, now())) self->model.host(std::move(figures));
    auto results = self->sampler.sample(at, now());
    self->sampling_rounds.fetch_add(1, std::memory_order_relaxed);
    self->sampled_containers.fetch_add(results.size(), std::memory_order_relaxed);
    self->sampling_nanoseconds.fetch_add((steady_now() - at) / std::chrono::nanoseconds(1), std::memory_order_relaxed);
    for (auto& result : results) self->model.figures(result.container_id, std::move(result.figures));
    for (auto& id : self->sampler.due_from_engine(at))
      spawn("fleet statistics", self->context.get_executor(), ask_statistics(self, id));
    if (self->model.dirty()) self->publish_soon();
    due = co_await wait(&self->sample_timer, tick);
  }
}

/// For containers whose files this host does not show. Few at a time: each call costs the engine up to a second.
Task<> Fleet::State::ask_statistics(std::shared_ptr<State> self, std::string id) {
  asio::steady_timer timer(self->context);
  while (self->statistics_calls >= statistics_parallel && !self->stopping)
    co_await wait(&timer, std::chrono::milliseconds(50));
  ++self->statistics_calls;
  std::optional<metering::Counters> counters;
  try {
    const auto told = co_await self->engine.statistics(self->job.call(), id);
    if (told) {
      counters = metering::Counters{steady_now(), told->cpu_nanoseconds, told->memory_bytes, told->memory_limit,
                                    told->pids,   told->network_rx,      told->network_tx};
    }
  } catch (const engine::EngineError& e) {
    self->container_failed(e);
  }
  --self->statistics_calls;
  if (const auto result = self->sampler.told(id, counters, now())) {
    self->model.figures(result->container_id, result->figures);
    self->publish_soon();
  }
}

void Fleet::State::refresh(const std::shared_ptr<State>& self, const std::string& id) {
  const auto [it, fresh] = refreshing.try_emplace(id, false);
  if (!fresh) {
    it->second = true;
    return;
  }
  if (inspects >= options.inspect_parallel) {
    waiting_inspects.push_back(id);
    return;
  }
  ++inspects;
  spawn("fleet inspect", context.get_executor(), inspect(self, id));
}

/// Asks the engine for one container and applies the answer, unless the container changed while the question was under
/// way.
Task<> Fleet::State::inspect(std::shared_ptr<State> self, std::string id) {
  while (!self->stopping) {
    self->refreshing[id] = false;
    const auto version = self->model.version_of(id);
    try {
      const auto detail = co_await self->engine.inspect(self->job.call(), id);
      // A container that was not known and had more events may be gone again.
      const bool doubtful = version == 0 && self->refreshing[id];
      if (doubtful || self->model.version_of(id) != version) {
        self->refreshing[id] = true;
      } else {
        if (detail) {
          self->model.seen(*detail, "unknown", steady_now());
        } else {
          self->model.gone(id);
        }
        self->publish_soon();
      }
    } catch (const engine::EngineError& e) {
      self->container_failed(e);
    }
    if (!self->refreshing[id]) break;
  }
  self->refreshing.erase(id);
  --self->inspects;
  if (!self->waiting_inspects.empty() && !self->stopping) {
    const auto next = self->waiting_inspects.front();
    self->waiting_inspects.pop_front();
    self->refreshing.erase(next);
    self->refresh(self, next);
  }
}

}  // namespace trinity::fleet
