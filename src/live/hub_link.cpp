#include "live/hub_link.h"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/spawn.h"

namespace trinity::live {

/// Touched on the hub's thread only, the counts apart.
struct HubLink::Clock {
  explicit Clock(const asio::any_io_executor& executor) : timer(executor) {}
  asio::steady_timer timer;
  bool stopped = false;
  /// The hub's counts for other threads.
  std::atomic<std::size_t> sockets{0};
  std::atomic<std::size_t> channels{0};
  std::atomic<std::size_t> subscriptions{0};
  std::atomic<std::size_t> unsent_bytes{0};

  void note(const Hub::Counts& counts) noexcept {
    sockets.store(counts.sockets, std::memory_order_relaxed);
    channels.store(counts.channels, std::memory_order_relaxed);
    subscriptions.store(counts.subscriptions, std::memory_order_relaxed);
    unsent_bytes.store(counts.unsent_bytes, std::memory_order_relaxed);
  }
};

HubLink::HubLink(Hub& hub, asio::any_io_executor executor)
    : hub_(hub), executor_(std::move(executor)), clock_(std::make_shared<Clock>(executor_)) {}

HubLink::~HubLink() = default;

void HubLink::start(std::chrono::milliseconds every) {
  spawn("live.clock", executor_, run(clock_, &hub_, every));
}

void HubLink::stop() {
  asio::post(executor_, [clock = clock_] {
    clock->stopped = true;
    clock->timer.cancel();
  });
}

Task<> HubLink::run(std::shared_ptr<Clock> clock, Hub* hub, std::chrono::milliseconds every) {
  auto next = steady_now();
  while (!clock->stopped) {
    // From one due moment to the next, so that the pace does not drift; a late clock does not catch up.
    next = std::max(next + every, steady_now());
    clock->timer.expires_at(next);
    boost::system::error_code ended;
    co_await clock->timer.async_wait(asio::redirect_error(use_awaitable, ended));
    if (clock->stopped) co_return;
    hub->tick(Moment::current());
    clock->note(hub->counts());
  }
}

Hub::Counts HubLink::counts() const noexcept {
  return {clock_->sockets.load(std::memory_order_relaxed), clock_->channels.load(std::memory_order_relaxed),
          clock_->subscriptions.load(std::memory_order_relaxed), clock_->unsent_bytes.load(std::memory_order_relaxed)};
}

void HubLink::publish(const fleet::Publication& publication) {
  hub_.publish(publication, Moment::current());
}

SocketId HubLink::attach(std::shared_ptr<Subscriber> subscriber) {
  const auto id = ++last_id_;
  asio::post(executor_, [hub = &hub_, id, s = std::move(subscriber)]() mutable { hub->attach(id, std::move(s)); });
  return id;
}

void HubLink::detach(SocketId id) {
  asio::post(executor_, [hub = &hub_, id] { hub->detach(id, Moment::current()); });
}

void HubLink::identify(SocketId id, Identity who) {
  asio::post(executor_, [hub = &hub_, id, w = std::move(who)] { hub->identify(id, w, Moment::current()); });
}

void HubLink::subscribe(SocketId id, std::vector<Wanted> topics) {
  asio::post(executor_, [hub = &hub_, id, t = std::move(topics)] { hub->subscribe(id, t, Moment::current()); });
}

void HubLink::unsubscribe(SocketId id, std::vector<std::string> topics) {
  asio::post(executor_, [hub = &hub_, id, t = std::move(topics)] { hub->unsubscribe(id, t, Moment::current()); });
}

void HubLink::choose(SocketId id, Choose choice) {
  asio::post(executor_, [hub = &hub_, id, c = std::move(choice)] { hub->choose(id, c, Moment::current()); });
}

void HubLink::visibility(SocketId id, bool hidden) {
  asio::post(executor_, [hub = &hub_, id, hidden] { hub->visibility(id, hidden, Moment::current()); });
}

void HubLink::stir(Topic topic) {
  asio::post(executor_, [hub = &hub_, t = std::move(topic)] { hub->stir(t, Moment::current()); });
}

void HubLink::resync(SocketId id, std::vector<std::string> topics) {
  asio::post(executor_, [hub = &hub_, id, t = std::move(topics)] {
    for (const auto& topic : t) hub->resync(id, topic, Moment::current());
  });
}

void HubLink::config_changed(std::string agent, ConfigArea area, bool restart_required) {
  asio::post(executor_, [hub = &hub_, a = std::move(agent), area, restart_required] {
    hub->tell({Topic::Kind::agent, a}, live::config_changed(a, area, restart_required), Moment::current());
  });
}

void HubLink::runs_halt(std::string state) {
  asio::post(executor_, [hub = &hub_, s = std::move(state)] { hub->runs_halt(s, Moment::current()); });
}

void HubLink::agent_budget(std::string agent, std::string row, bool reached) {
  asio::post(executor_, [hub = &hub_, a = std::move(agent), r = std::move(row), reached] {
    hub->agent_budget(a, r, reached, Moment::current());
  });
}

void HubLink::note(Operation operation) {
  asio::post(executor_, [hub = &hub_, o = std::move(operation)] { hub->note(o, Moment::current()); });
}

void HubLink::broadcast(std::string agent, std::string frame, std::string also_to) {
  auto shared = std::make_shared<const std::string>(std::move(frame));
  asio::post(executor_, [hub = &hub_, a = std::move(agent), f = std::move(shared), to = std::move(also_to)] {
    hub->broadcast(a, f, to);
  });
}

void HubLink::broadcast_between(std::string one, std::string other, std::string frame) {
  auto shared = std::make_shared<const std::string>(std::move(frame));
  asio::post(executor_, [hub = &hub_, a = std::move(one), b = std::move(other), f = std::move(shared)] {
    hub->broadcast_between(a, b, f);
  });
}

}  // namespace trinity::live
