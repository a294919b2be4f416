#pragma once
#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/task.h"
#include "live/hub.h"

namespace trinity::live {

/// The way to the hub from other threads: posts to the hub's executor (the fleet's), in order per caller. Must outlive
/// every socket and the last run of that executor.
class HubLink : public OperationSink {
 public:
  HubLink(Hub& hub, asio::any_io_executor executor);
  ~HubLink() override;
  HubLink(const HubLink&) = delete;
  HubLink& operator=(const HubLink&) = delete;

  /// Starts the hub's clock. Any thread.
  void start(std::chrono::milliseconds every = std::chrono::milliseconds(1000));
  /// Any thread; the clock ends soon after.
  void stop();

  /// For Fleet::on_publication. The hub's thread only.
  void publish(const fleet::Publication& publication);

  // ---- any thread
  /// As of the clock's last tick; zero before the first.
  [[nodiscard]] Hub::Counts counts() const noexcept;
  /// A socket was too slow and lost `n` frames, for which it gets a new baseline.
  void dropped(std::size_t n) noexcept { dropped_.fetch_add(n, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_.load(std::memory_order_relaxed); }

  SocketId attach(std::shared_ptr<Subscriber> subscriber);
  void detach(SocketId id);
  void identify(SocketId id, Identity who);
  void subscribe(SocketId id, std::vector<Wanted> topics);
  void unsubscribe(SocketId id, std::vector<std::string> topics);
  void choose(SocketId id, Choose choice);
  void visibility(SocketId id, bool hidden);
  void resync(SocketId id, std::vector<std::string> topics);
  /// Feeds of this topic have something that is due now.
  void stir(Topic topic);
  /// For what the fleet does not know of: its services tell it.
  void config_changed(std::string agent, ConfigArea area, bool restart_required);
  /// See Hub.
  void runs_halt(std::string state);
  void agent_budget(std::string agent, std::string row, bool reached);
  void note(Operation operation) override;
  /// A classic broadcast about an agent: to sockets that never subscribed, of users who may read it or have the address
  /// `also_to` (see Hub::broadcast).
  void broadcast(std::string agent, std::string frame, std::string also_to = {});
  /// See Hub::broadcast_between().
  void broadcast_between(std::string one, std::string other, std::string frame);

 private:
  struct Clock;
  static Task<> run(std::shared_ptr<Clock> clock, Hub* hub, std::chrono::milliseconds every);

  Hub& hub_;
  asio::any_io_executor executor_;
  std::shared_ptr<Clock> clock_;
  std::atomic<SocketId> last_id_{0};
  std::atomic<std::uint64_t> dropped_{0};
};

}  // namespace trinity::live
