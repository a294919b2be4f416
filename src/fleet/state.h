#pragma once
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/call.h"
#include "fleet/fleet.h"
#include "fleet/host_meter.h"
#include "fleet/model.h"
#include "fleet/process_watch.h"
#include "fleet/sampler.h"

namespace trinity::fleet {

/// Everything behind Fleet. Lives on the fleet's thread, the I/O threads' slots apart. Its coroutines hold it by shared
/// pointer.
struct Fleet::State {
  State(FleetOptions opts, engine::Engine& eng, MetadataSource& source, boost::asio::io_context& ctx, IoThreads& io);

  FleetOptions options;
  engine::Engine& engine;
  MetadataSource& metadata_source;
  boost::asio::io_context& context;
  IoThreads& readers;
  BackgroundCall job{"fleet"};

  Model model;
  Sampler sampler;
  HostMeter host;
  ProcessWatch processes;
  std::function<void(const Publication&)> listener;

  // ---- snapshots
  SnapshotPtr newest;
  struct Slot {
    SnapshotPtr snapshot;  ///< only touched on its own I/O thread
  };
  std::vector<std::unique_ptr<Slot>> slots;
  struct Waiter;
  std::vector<std::shared_ptr<Waiter>> waiters;
  bool publish_planned = false;

  // ---- cost of the sampler; written here, read by anybody
  std::atomic<std::uint64_t> sampling_rounds{0};
  std::atomic<std::uint64_t> sampled_containers{0};
  std::atomic<std::int64_t> sampling_nanoseconds{0};

  // ---- the engine
  bool stopping = false;
  std::int64_t checkpoint = 0;                       ///< engine's clock, nanoseconds, of the newest event
  std::unique_ptr<engine::EventStream> events;       ///< the open stream
  std::unordered_map<std::string, bool> refreshing;  ///< container id -> ask again when done
  std::size_t inspects = 0;                          ///< under way
  std::deque<std::string> waiting_inspects;
  std::size_t statistics_calls = 0;
  boost::asio::steady_timer retry_timer;
  boost::asio::steady_timer reconcile_timer;
  boost::asio::steady_timer probe_timer;
  boost::asio::steady_timer sample_timer;

  void publish_soon();
  void publish();
  void after_change();  ///< processes, sampler and readers follow the model

  void apply(const Action& action);
  void on_event(const engine::Event& event, const std::shared_ptr<State>& self);
  void engine_answered();
  void engine_failed(const engine::EngineError& error);
  void container_failed(const engine::EngineError& error);
  void refresh(const std::shared_ptr<State>& self, const std::string& id);

  [[nodiscard]] std::vector<std::string> labels() const;

  static Task<> load_metadata(std::shared_ptr<State> self);
  static Task<> follow_events(std::shared_ptr<State> self);
  static Task<> read_events(std::shared_ptr<State> self);
  static Task<> reconcile(std::shared_ptr<State> self);
  static Task<> reconcile_regularly(std::shared_ptr<State> self);
  static Task<> probe_regularly(std::shared_ptr<State> self);
  static Task<> sample_regularly(std::shared_ptr<State> self);
  static Task<> inspect(std::shared_ptr<State> self, std::string id);
  static Task<> ask_statistics(std::shared_ptr<State> self, std::string id);
};

/// Waits on `timer` until it expires; false when it was cancelled.
Task<bool> wait(boost::asio::steady_timer* timer, std::chrono::milliseconds time);

}  // namespace trinity::fleet
