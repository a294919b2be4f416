#pragma once
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
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
  std::function<void(const Publication&)> first_listener;  ///< before readers have the snapshot

  // ---- snapshots
  SnapshotPtr newest;
  struct Slot {
    SnapshotPtr snapshot;  ///< only touched on its own I/O thread
  };
  std::vector<std::unique_ptr<Slot>> slots;
  struct Waiter;
  struct Waiting {
    boost::asio::any_io_executor executor;
    std::weak_ptr<Waiter> waiter;
    void wake() const;
  };
  std::vector<Waiting> waiters;
  bool publish_planned = false;
  SteadyTime publish_after{};  ///< sooner only for somebody who waits
  boost::asio::steady_timer publish_timer;

  // ---- cost of the sampler; written here, read by anybody
  std::atomic<std::uint64_t> sampling_rounds{0};
  std::atomic<std::uint64_t> sampled_containers{0};
  std::atomic<std::int64_t> sampling_nanoseconds{0};  ///< without the next
  std::atomic<std::uint64_t> read_pressures{0};
  std::atomic<std::int64_t> pressure_nanoseconds{0};

  // ---- metadata
  bool loading = false;
  bool load_again = false;  ///< asked for while it was being read

  // ---- the engine
  bool stopping = false;
  std::int64_t checkpoint = 0;                  ///< engine's clock, nanoseconds, of the newest event
  std::unique_ptr<engine::EventStream> events;  ///< the open stream
  bool following = false;                       ///< the stream is open, and a list was taken behind its opening
  bool doubtful = false;                        ///< a list failed since: the model may be old, whatever else answers
  bool first_list = false;                      ///< under way: shown when it is whole, with the engine's state
  struct Question {
    bool asking = false;
    bool again = false;                       ///< something happened while it was asked
    std::optional<engine::Container> told{};  ///< what the list said, for when the engine does not tell more
  };
  std::unordered_map<std::string, Question> refreshing;  ///< by container id
  std::size_t inspects = 0;                              ///< under way
  std::deque<std::string> urgent_inspects;               ///< something has just happened to these
  std::deque<std::string> waiting_inspects;
  std::size_t statistics_calls = 0;
  std::deque<std::string> waiting_statistics;  ///< each container at most once
  boost::asio::steady_timer retry_timer;
  boost::asio::steady_timer reconcile_timer;
  boost::asio::steady_timer probe_timer;
  boost::asio::steady_timer sample_timer;

  void publish_soon();
  void publish_now();
  void publish();
  void after_change(const std::vector<Change>& changes);  ///< processes and sampler follow the model

  void apply(const Action& action);
  void on_event(const engine::Event& event, const std::shared_ptr<State>& self);
  void engine_answered();
  void engine_failed(const engine::EngineError& error);
  void container_failed(const engine::EngineError& error);
  enum class Urgency { event, list };
  void refresh(const std::shared_ptr<State>& self, const std::string& id, Urgency urgency,
               std::optional<engine::Container> told = std::nullopt);
  void ask_next(const std::shared_ptr<State>& self);
  void show_as_listed(const std::string& id);
  void forget_question(const std::string& id);

  /// What to ask the engine for; with `adopt` more than what is ours.
  [[nodiscard]] std::vector<std::string> labels() const;
  [[nodiscard]] bool is_ours(const engine::Labels& labels) const;

  static Task<> load_metadata(std::shared_ptr<State> self);
  static Task<> reload_metadata(std::shared_ptr<State> self);
  static Task<> follow_events(std::shared_ptr<State> self);
  static Task<> read_events(std::shared_ptr<State> self);
  static Task<> reconcile(std::shared_ptr<State> self);
  static Task<> reconcile_regularly(std::shared_ptr<State> self);
  static Task<> probe_regularly(std::shared_ptr<State> self);
  std::vector<Sampler::Result> take_samples(SteadyTime at);
  static Task<> sample_regularly(std::shared_ptr<State> self);
  static Task<> inspect(std::shared_ptr<State> self, std::string id);
  static Task<> ask_statistics(std::shared_ptr<State> self);
};

/// Waits on `timer` until it expires; false when it was cancelled.
Task<bool> wait(boost::asio::steady_timer* timer, std::chrono::milliseconds time);

}  // namespace trinity::fleet
