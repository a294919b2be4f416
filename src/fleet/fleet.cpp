#include "fleet/fleet.h"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/errors.h"
#include "base/log.h"
#include "base/spawn.h"
#include "fleet/state.h"

namespace trinity::fleet {

namespace {

constexpr std::chrono::seconds applied_within{5};
/// After a publication at least this many times its cost passes before the next one.
constexpr int publish_rest = 3;
constexpr std::chrono::milliseconds longest_rest{200};

}  // namespace

/// A caller of applied(): woken on its own thread once every reader holds the snapshot. Only the caller owns it: other
/// threads' queues may outlive the caller's timer when the program ends.
struct Fleet::State::Waiter {
  explicit Waiter(const asio::any_io_executor& executor) : timer(executor, applied_within) {}
  asio::steady_timer timer;
  bool done = false;  ///< only touched on the caller's thread
};

void Fleet::State::Waiting::wake() const {
  asio::post(executor, [weak = waiter] {
    const auto found = weak.lock();
    if (!found) return;
    found->done = true;
    found->timer.cancel();
  });
}

Fleet::State::State(FleetOptions opts, engine::Engine& eng, MetadataSource& source, asio::io_context& ctx,
                    IoThreads& io)
    : options(std::move(opts)),
      engine(eng),
      metadata_source(source),
      context(ctx),
      readers(io),
      model(options.network),
      sampler(options.host, {options.sample_watched, options.sample_idle}, options.most_readers),
      host(options.host, {options.sample_watched, options.sample_idle}),
      // Process descriptors name processes of this very namespace, wherever the host's files are read from.
      processes(ctx.get_executor(), "/proc",
                [this](const std::string& id, std::int64_t pid) {
                  model.died(id, pid, std::nullopt, steady_now());
                  publish_soon();
                }),
      newest(std::make_shared<const Snapshot>()),
      publish_timer(ctx),
      retry_timer(ctx),
      reconcile_timer(ctx),
      probe_timer(ctx),
      sample_timer(ctx) {
  for (std::size_t i = 0; i < readers.size(); ++i) slots.push_back(std::make_unique<Slot>(Slot{newest}));
}

/// At once, but in a fleet of thousands a snapshot costs milliseconds: then changes that come in a stream share one.
/// Never agents of an engine that is still said to be away.
void Fleet::State::publish_soon() {
  if (publish_planned || first_list) return;
  if (steady_now() >= publish_after || stopping) return publish_now();
  publish_planned = true;
  publish_timer.expires_at(publish_after);
  publish_timer.async_wait([this](const boost::system::error_code&) { publish(); });
}

void Fleet::State::publish_now() {
  if (publish_planned) {
    publish_timer.cancel();
    return;
  }
  publish_planned = true;
  asio::post(context, [this] { publish(); });
}

void Fleet::State::after_change(const std::vector<Change>& changes) {
  if (stopping) return;
  const auto at = steady_now();
  for (const auto& [kind, name, before, after, reason] : changes) {
    // One container may take the place of another under the same name.
    if (before && (!after || after->container_id != before->container_id || after->status != "running")) {
      processes.forget(before->container_id);
      sampler.forget(before->container_id);
    }
    if (!after || after->status != "running") continue;
    processes.follow(*after);
    sampler.follow(*after, at);
  }
}

void Fleet::State::publish() {
  publish_planned = false;
  const auto begun = steady_now();
  Publication publication;
  if (model.dirty()) {
    publication = model.take();
    newest = publication.snapshot;
    after_change(publication.changes);
    if (first_listener) first_listener(publication);
  } else if (waiters.empty()) {
    return;
  }
  auto woken = std::make_shared<std::vector<Waiting>>(std::exchange(waiters, {}));
  auto missing = std::make_shared<std::atomic<std::size_t>>(slots.size());
  for (std::size_t i = 0; i < slots.size(); ++i) {
    asio::post(readers[i], [slot = slots[i].get(), snapshot = newest, woken, missing] {
      slot->snapshot = snapshot;
      if (missing->fetch_sub(1) == 1) {
        for (const auto& one : *woken) one.wake();
      }
    });
  }
  if (publication.snapshot && listener) listener(publication);
  const auto ended = steady_now();
  publish_after = ended + std::min<SteadyTime::duration>((ended - begun) * publish_rest, longest_rest);
}

void Fleet::State::apply(const Action& action) {
  struct Visitor {
    State& state;
    void operator()(const MetadataChanged& a) const { state.model.metadata(a.name, a.metadata); }
    void operator()(const PermissionsChanged& a) const { state.model.permissions(a.source, a.targets); }
    void operator()(const ContainerSeen& a) const { state.model.seen(a.detail, a.reason, steady_now()); }
    void operator()(const ContainerReplaced& a) const {
      state.model.replaced(a.given_up, a.by, a.reason, steady_now());
    }
    void operator()(const ContainerGone& a) const {
      state.model.gone(a.container_id);
      state.forget_question(a.container_id);
    }
    void operator()(const Expected& a) const { state.model.expect(a.name, a.reason, steady_now()); }
    void operator()(const Creating& a) const { state.model.creating(a.name, a.active); }
  };
  std::visit(Visitor{*this}, action);
}

Fleet::Fleet(FleetOptions options, engine::Engine& engine, MetadataSource& metadata, asio::io_context& context,
             IoThreads& readers)
    : state_(std::make_shared<State>(std::move(options), engine, metadata, context, readers)) {}

Fleet::~Fleet() = default;

void Fleet::on_publication(std::function<void(const Publication&)> listener) {
  state_->listener = std::move(listener);
}

void Fleet::before_publication(std::function<void(const Publication&)> listener) {
  state_->first_listener = std::move(listener);
}

void Fleet::start() {
  spawn("fleet events", executor(), State::follow_events(state_));
  spawn("fleet reconcile", executor(), State::reconcile_regularly(state_));
  spawn("fleet probe", executor(), State::probe_regularly(state_));
  spawn("fleet sampler", executor(), State::sample_regularly(state_));
}

void Fleet::stop() {
  state_->stopping = true;
  if (state_->events) state_->events->cancel();
  state_->retry_timer.cancel();
  state_->reconcile_timer.cancel();
  state_->probe_timer.cancel();
  state_->sample_timer.cancel();
  state_->publish_timer.cancel();
  state_->processes.stop();
}

asio::any_io_executor Fleet::executor() const {
  return state_->context.get_executor();
}

SnapshotPtr Fleet::snapshot(const asio::any_io_executor& executor) const {
  const auto* here = &executor.context();
  for (std::size_t i = 0; i < state_->slots.size(); ++i) {
    if (here == &static_cast<asio::execution_context&>(state_->readers[i])) return state_->slots[i]->snapshot;
  }
  return state_->newest;
}

Task<> Fleet::applied(std::vector<Action> actions) {
  const auto here = co_await asio::this_coro::executor;
  auto waiter = std::make_shared<State::Waiter>(here);
  State::Waiting waiting{here, waiter};
  asio::post(state_->context, [state = state_, waiting = std::move(waiting), todo = std::move(actions)] {
    for (const auto& action : todo) state->apply(action);
    state->waiters.push_back(waiting);
    state->publish_now();
  });
  boost::system::error_code ignored;
  co_await waiter->timer.async_wait(asio::redirect_error(use_awaitable, ignored));
  if (!waiter->done) throw TimedOut("The server is busy. The action was done; its effect may show a little later.");
}

void Fleet::tell(std::vector<Action> actions) {
  asio::post(state_->context, [state = state_, todo = std::move(actions)] {
    for (const auto& action : todo) state->apply(action);
    state->publish_soon();
  });
}

void Fleet::reload() {
  asio::post(state_->context, [state = state_] {
    if (!state->stopping) spawn("fleet metadata", state->context.get_executor(), State::reload_metadata(state));
  });
}

Fleet::Sampling Fleet::sampling() const noexcept {
  return {state_->sampling_rounds.load(std::memory_order_relaxed),
          state_->sampled_containers.load(std::memory_order_relaxed),
          std::chrono::nanoseconds(state_->sampling_nanoseconds.load(std::memory_order_relaxed)),
          state_->read_pressures.load(std::memory_order_relaxed),
          std::chrono::nanoseconds(state_->pressure_nanoseconds.load(std::memory_order_relaxed))};
}

void Fleet::watch(const std::string& name, int delta) {
  state_->sampler.watch(name, delta);
}

void Fleet::watch_pressure(const std::string& name, int delta) {
  state_->sampler.watch_pressure(name, delta);
}

void Fleet::want_pressure(const std::string& name) {
  asio::post(state_->context, [state = state_, name] { state->sampler.want_pressure(name); });
}

void Fleet::watch_host(int delta) {
  state_->host.watch(delta);
}

}  // namespace trinity::fleet
