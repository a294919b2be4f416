#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <limits>
#include <set>

#include "base/log.h"
#include "base/scheduling.h"
#include "base/spawn.h"
#include "fleet/state.h"

namespace trinity::fleet {

namespace {

constexpr std::chrono::milliseconds first_retry{250};
constexpr std::chrono::milliseconds last_retry{5'000};
constexpr std::size_t statistics_parallel = 2;
/// How long the first list waits for the details of its containers.
constexpr std::chrono::milliseconds details_within{1'000};
/// Running containers that are asked for with each regular list although nothing speaks of a change.
constexpr std::size_t verified_per_list = 50;
/// Between two parts of a round that has too many containers for one.
constexpr std::chrono::milliseconds catch_up{50};
constexpr std::size_t all_of_them = std::numeric_limits<std::size_t>::max();
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

/// What the engine's figures say of what holds a container up.
metering::Strain strain_of(const engine::Statistics& told, SteadyTime at) {
  metering::Strain strain;
  strain.at = at;
  if (told.throttling) {
    strain.throttling = metering::Throttling{told.throttling->periods, told.throttling->throttled_periods,
                                             told.throttling->nanoseconds};
  }
  strain.disk_read = told.disk_read;
  strain.disk_written = told.disk_written;
  return strain;
}

}  // namespace

Task<bool> wait(asio::steady_timer* timer, std::chrono::milliseconds time) {
  boost::system::error_code fault;
  timer->expires_after(time);
  co_await timer->async_wait(asio::redirect_error(use_awaitable, fault));
  co_return !fault;
}

std::vector<std::string> Fleet::State::labels() const {
  std::vector<std::string> wanted{std::string(label::platform) + "=agent"};
  // The engine cannot be asked for containers without a label.
  if (!options.adopt) wanted.push_back(std::string(label::instance) + "=" + options.instance);
  return wanted;
}

bool Fleet::State::is_ours(const engine::Labels& labels) const {
  const auto instance = labels.find(label::instance);
  if (instance != labels.end()) return instance->second == options.instance;
  const auto platform = labels.find(label::platform);
  return options.adopt && labels.contains(label::agent_name) && platform != labels.end() && platform->second == "agent";
}

void Fleet::State::engine_answered() {
  if (!doubtful) model.confirmed(steady_now());
  if (!model.health().reachable) {
    model.engine(true, now());
    log::info("fleet", "the container engine answers");
  }
  publish_soon();
}

void Fleet::State::engine_failed(const engine::EngineError& error) {
  if (model.health().reachable || model.health().since == Time{})
    log::warn("fleet", "the container engine does not answer as it should: {}", error.what());
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
    MetadataSource::Loaded loaded = [self](std::map<std::string, Metadata> all) {
      asio::post(self->context, [self, all = std::move(all)]() mutable {
        self->model.metadata(std::move(all));
        self->publish_soon();
      });
    };
    try {
      co_await self->metadata_source.load(self->job.call(), std::move(loaded));
      co_await asio::post(self->context, use_awaitable);  // behind what was posted above
      co_return;
    } catch (const std::exception& e) {
      log::error("fleet", "metadata cannot be read: {}", e.what());
    }
    co_await wait(&timer, pause);
    pause = std::min(pause * 2, last_retry);
  }
}

/// Rows that another program has changed, until nobody asks any more.
Task<> Fleet::State::reload_metadata(std::shared_ptr<State> self) {
  if (self->loading) {
    self->load_again = true;
    co_return;
  }
  self->loading = true;
  do {
    self->load_again = false;
    co_await load_metadata(self);
  } while (self->load_again && !self->stopping);
  self->loading = false;
}

/// Follows the event stream over every end of it: open from the checkpoint, list, then read. The metadata comes first:
/// without it every agent would be an orphan for a moment.
Task<> Fleet::State::follow_events(std::shared_ptr<State> self) {
  co_await load_metadata(self);
  auto pause = first_retry;
  while (!self->stopping) {
    try {
      if (self->checkpoint == 0) self->checkpoint = epoch_ms(now()) * 1'000'000 - overlap_nano;
      co_await self->engine.negotiate(self->job.call());
      self->events = co_await self->engine.events(self->job.call(), self->checkpoint, self->labels());
      const auto opened = steady_now();
      // Opened before the list is taken: what happens in between is in one of the two.
      co_await reconcile(self);
      for (const auto& id : self->model.to_verify(opened, all_of_them)) self->refresh(self, id, Urgency::list);
      pause = first_retry;
      self->following = true;
      co_await read_events(self);
    } catch (const engine::EngineError& e) {
      // A stream that ends says little about the engine; opening the next one does.
      if (self->following) {
        log::debug("fleet", "the event stream ended: {}", e.what());
      } else {
        self->engine_failed(e);
      }
    }
    self->following = false;
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
  // Not the newest of all: when the engine's clock is set back, the stream goes on from there.
  checkpoint = event.time_nano;
  if (event.type != "container" || !is_ours(event.attributes)) return;
  if (!doubtful) model.confirmed(steady_now());
  // Podman's word for it is `remove`.
  if (event.action == "destroy" || event.action == "remove") {
    model.gone(event.id);
    forget_question(event.id);
    publish_soon();
    return;
  }
  if (event.action == "die") {
    const Time ended{std::chrono::duration_cast<Time::duration>(std::chrono::nanoseconds(event.time_nano))};
    model.died(event.id, 0, exit_code_of(event), steady_now(), ended);
    publish_soon();
  } else if (event.action == "oom") {
    model.oom(event.id);
  } else if (event.action == "stop") {
    model.stopped(event.id);
    publish_soon();
  }
  if (changes_state(event.action)) refresh(self, event.id, Urgency::event);
}

/// One list call; only what is new or looks different is inspected.
Task<> Fleet::State::reconcile(std::shared_ptr<State> self) {
  const auto before = self->model.version();
  auto containers = co_await self->engine.list(self->job.call(), self->labels());
  std::erase_if(containers, [&](const auto& container) { return !self->is_ours(container.labels); });
  const auto ids = self->model.to_inspect(containers);
  const std::set<std::string> wanted(ids.begin(), ids.end());
  self->first_list = !self->newest->loaded;
  for (const auto& container : containers) {
    if (wanted.contains(container.id)) self->refresh(self, container.id, Urgency::list, container);
  }
  // The first list comes with its details; those that take long follow, and their agents are shown as listed.
  if (self->first_list) {
    asio::steady_timer timer(self->context);
    const auto give_up = steady_now() + details_within;
    while (!self->refreshing.empty() && !self->stopping && steady_now() < give_up)
      co_await wait(&timer, std::chrono::milliseconds(5));
    for (const auto& id : ids) self->show_as_listed(id);
  }
  self->model.listed(containers, before);
  self->first_list = false;
  self->doubtful = false;
  self->engine_answered();
}

/// For an agent whose details are not to be had now.
void Fleet::State::show_as_listed(const std::string& id) {
  const auto it = refreshing.find(id);
  if (it == refreshing.end() || !it->second.told) return;
  model.seen_in_list(*it->second.told, steady_now());
  publish_soon();
}

/// The container has gone: an answer under way may not bring it back.
void Fleet::State::forget_question(const std::string& id) {
  const auto it = refreshing.find(id);
  if (it == refreshing.end()) return;
  it->second.told.reset();
  it->second.again = true;
}

Task<> Fleet::State::reconcile_regularly(std::shared_ptr<State> self) {
  while (!self->stopping) {
    // Cut short by the probe when the last list failed.
    co_await wait(&self->reconcile_timer, self->options.reconcile_every);
    if (self->stopping) break;
    if (!self->following) continue;
    try {
      co_await reconcile(self);
      const auto seen_before = steady_now() - self->options.reconcile_every;
      for (const auto& id : self->model.to_verify(seen_before, verified_per_list))
        self->refresh(self, id, Urgency::list);
    } catch (const engine::EngineError& e) {
      // A list may fail while all else works: one container can hold it up. The probe finds out about the rest.
      if (!self->doubtful) log::warn("fleet", "the containers cannot be listed: {}", e.what());
      self->doubtful = true;
      self->probe_timer.cancel();
    }
  }
}

/// A stopped engine keeps its connections open and says nothing; only a question with a limit finds out.
Task<> Fleet::State::probe_regularly(std::shared_ptr<State> self) {
  while (!self->stopping) {
    const bool due = co_await wait(&self->probe_timer, self->options.probe_every);
    if (self->stopping) break;
    const bool was_down = !self->model.health().reachable;
    try {
      co_await self->engine.negotiate(self->job.call());
    } catch (const engine::EngineError& e) {
      self->engine_failed(e);
      continue;
    }
    if (!self->following) {
      // It answers, but what it says is not in the model yet.
      self->retry_timer.cancel();
      continue;
    }
    if (was_down) self->doubtful = true;
    self->engine_answered();
    // Not when the list that failed has just asked for this probe.
    if (self->doubtful && due) self->reconcile_timer.cancel();
  }
}

std::vector<Sampler::Result> Fleet::State::take_samples(SteadyTime at) {
  const auto before = thread_time();
  const auto strain_before = sampler.strain_cost();
  auto results = sampler.sample(at, now());
  const auto all = thread_time() - before;
  const auto strain = sampler.strain_cost().time - strain_before.time;
  sampling_rounds.fetch_add(1, std::memory_order_relaxed);
  sampled_containers.fetch_add(results.size(), std::memory_order_relaxed);
  sampling_nanoseconds.fetch_add((all - strain).count(), std::memory_order_relaxed);
  read_pressures.fetch_add(sampler.strain_cost().readings - strain_before.readings, std::memory_order_relaxed);
  pressure_nanoseconds.fetch_add(strain.count(), std::memory_order_relaxed);
  return results;
}

Task<> Fleet::State::sample_regularly(std::shared_ptr<State> self) {
  const auto tick = std::min(self->options.sample_watched, self->options.sample_idle);
  bool due = true;
  while (due && !self->stopping) {
    const auto at = steady_now();
    if (auto figures = self->host.sample(at, now())) self->model.host(std::move(figures));
    auto results = self->take_samples(at);
    for (auto& result : results) self->model.figures(result.container_id, std::move(result.figures));
    for (auto& id : self->sampler.due_from_engine(at)) self->waiting_statistics.push_back(std::move(id));
    for (auto left = self->waiting_statistics.size(); left > 0 && self->statistics_calls < statistics_parallel;
         --left) {
      ++self->statistics_calls;
      spawn("fleet statistics", self->context.get_executor(), ask_statistics(self));
    }
    if (self->model.dirty()) self->publish_soon();
    due = co_await wait(&self->sample_timer, self->sampler.behind() ? std::min(tick, catch_up) : tick);
  }
}

/// For containers whose files this host does not show. Few at a time: each call costs the engine up to a second.
Task<> Fleet::State::ask_statistics(std::shared_ptr<State> self) {
  while (!self->waiting_statistics.empty() && !self->stopping) {
    const auto id = std::move(self->waiting_statistics.front());
    self->waiting_statistics.pop_front();
    std::optional<metering::Counters> counters;
    std::optional<metering::Strain> strain;
    try {
      const auto told = co_await self->engine.statistics(self->job.call(), id);
      if (told) {
        const auto at = steady_now();
        counters = metering::Counters{at,         told->cpu_nanoseconds, told->memory_bytes, told->memory_limit,
                                      told->pids, told->network_rx,      told->network_tx,   at};
        strain = strain_of(*told, at);
      }
    } catch (const engine::EngineError& e) {
      self->container_failed(e);
    }
    if (const auto result = self->sampler.told(id, counters, now(), strain)) {
      self->model.figures(result->container_id, result->figures);
      self->publish_soon();
    }
  }
  --self->statistics_calls;
}

void Fleet::State::refresh(const std::shared_ptr<State>& self, const std::string& id, Urgency urgency,
                           std::optional<engine::Container> told) {
  const auto [it, fresh] = refreshing.try_emplace(id);
  if (told) it->second.told = std::move(told);
  if (urgency == Urgency::event && it->second.asking) it->second.again = true;
  // The next list asks again for what is still different then.
  if (it->second.asking || (!fresh && urgency == Urgency::list)) return;
  (urgency == Urgency::event ? urgent_inspects : waiting_inspects).push_back(id);
  ask_next(self);
}

void Fleet::State::ask_next(const std::shared_ptr<State>& self) {
  while (inspects < options.inspect_parallel && !stopping) {
    auto& queue = urgent_inspects.empty() ? waiting_inspects : urgent_inspects;
    if (queue.empty()) return;
    const auto id = std::move(queue.front());
    queue.pop_front();
    const auto it = refreshing.find(id);
    // In the other queue too, and asked from there.
    if (it == refreshing.end() || it->second.asking) continue;
    it->second.asking = true;
    ++inspects;
    spawn("fleet inspect", context.get_executor(), inspect(self, id));
  }
}

/// Asks the engine for one container and applies the answer, unless the container changed while the question was under
/// way.
Task<> Fleet::State::inspect(std::shared_ptr<State> self, std::string id) {
  while (!self->stopping) {
    self->refreshing[id].again = false;
    const auto version = self->model.version_of(id);
    try {
      const auto detail = co_await self->engine.inspect(self->job.call(), id);
      // A container that was not known and had more events may be gone again.
      const bool doubtful = version == 0 && self->refreshing[id].again;
      if (doubtful || self->model.version_of(id) != version) {
        self->refreshing[id].again = true;
      } else {
        if (detail && self->is_ours(detail->labels)) {
          self->model.seen(*detail, "unknown", steady_now());
        } else {
          self->model.gone(id);
        }
        self->publish_soon();
      }
    } catch (const engine::EngineError& e) {
      self->container_failed(e);
      self->show_as_listed(id);
    }
    if (!self->refreshing[id].again) break;
  }
  self->refreshing.erase(id);
  --self->inspects;
  self->ask_next(self);
}

}  // namespace trinity::fleet
