#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "base/call.h"
#include "base/io_threads.h"
#include "base/task.h"
#include "engine/engine.h"
#include "fleet/types.h"

namespace trinity::fleet {

/// Where metadata comes from; implemented by agents/store. Two statements for all agents.
class MetadataSource {
 public:
  using Loaded = std::function<void(std::map<std::string, Metadata>)>;

  virtual ~MetadataSource() = default;
  /// Reads everything and hands it to `loaded`, from any thread, in turn with what Fleet::tell() is called with about
  /// single changes: an older state never comes behind a newer one.
  virtual Task<> load(Call call, Loaded loaded) = 0;
};

struct FleetOptions {
  std::string instance;  ///< value of the label trinity.instance
  /// Containers with the contract's labels and no instance label are ours too. One whose agent's name a container of
  /// this instance has is not shown.
  bool adopt = false;
  std::string container_prefix = "agent-";
  std::string network = "trinity-agent-network";
  std::chrono::milliseconds reconcile_every{30'000};
  std::chrono::milliseconds probe_every{5'000};  ///< a hung engine is noticed by this and the call's limit
  std::chrono::milliseconds sample_watched{2'000};
  std::chrono::milliseconds sample_idle{10'000};
  std::size_t inspect_parallel = 8;
  /// Containers whose files are kept open, about 7 descriptors each; the figures of more come from the engine.
  std::size_t most_readers = 100'000;
  metering::HostPaths host;
};

/// What a service has done or learnt; given to Fleet::applied so that every later read sees it. Changes of rows are
/// told first, in the order of their commits: see Fleet::tell.
struct MetadataChanged {
  std::string name;
  std::optional<Metadata> metadata;  ///< nothing: the row is gone
};
struct ContainerSeen {
  engine::ContainerDetail detail;
  Reason reason = "user";
};
/// This container has taken the place of another one, which is given up: readers see one agent that has changed, and
/// nothing of the other any more, whatever is still told of it.
struct ContainerReplaced {
  std::string given_up;  ///< id
  engine::ContainerDetail by;
  Reason reason = "user";
};
struct ContainerGone {
  std::string container_id;
};
/// The next status change of this agent, within 30 s, is due to `reason` (a user's stop, say), whoever reports it
/// first.
struct Expected {
  std::string name;
  Reason reason;
};
/// While active, the container of this name is not shown: its creation is not finished.
struct Creating {
  std::string name;
  bool active = true;
};
/// The agents that `source` may reach now: these, sorted, and no others (Metadata::permitted_by).
struct PermissionsChanged {
  std::string source;
  std::vector<std::string> targets;
};
using Action = std::variant<MetadataChanged, PermissionsChanged, ContainerSeen, ContainerReplaced, ContainerGone,
                            Expected, Creating>;

/// The model of everything that runs. One thread of its own, the only writer: engine events, lists, metadata and
/// samples flow in, immutable snapshots flow out to every I/O thread. No reader ever waits for it.
class Fleet {
 public:
  Fleet(FleetOptions options, engine::Engine& engine, MetadataSource& metadata, boost::asio::io_context& context,
        IoThreads& readers);
  ~Fleet();
  Fleet(const Fleet&) = delete;
  Fleet& operator=(const Fleet&) = delete;

  /// Called on the fleet's thread with every publication, in order. Set before start().
  void on_publication(std::function<void(const Publication&)> listener);
  /// The same, before any reader has the snapshot: what is reckoned from it is there when whoever waits for a change
  /// goes on. Short work only; readers wait for its end.
  void before_publication(std::function<void(const Publication&)> listener);
  /// Begins to follow the engine. The context is run by the fleet's thread (app/ owns both).
  void start();
  /// Ends streams and timers. From the fleet's thread.
  void stop();

  /// The newest snapshot that this I/O thread holds. `executor` is the one of the caller's coroutine; on the fleet's
  /// own thread the newest of all. Never null.
  [[nodiscard]] SnapshotPtr snapshot(const asio::any_io_executor& executor) const;

  /// Applies what a service has done; returns when every I/O thread holds a snapshot that contains it, so that any read
  /// which begins after the answer sees it. From any I/O thread. Bounded: throws TimedOut after 5 s.
  Task<> applied(std::vector<Action> actions);
  /// Rows of the database have changed. Called in the publish step of Database::write, so that the fleet learns of
  /// changes in the order of their commits, whoever makes them. Does not wait: applied() with nothing behind it does.
  /// Any thread.
  void tell(std::vector<Action> actions);
  /// Reads all metadata anew, soon: another program has changed the rows. Any number of calls while one reading is
  /// under way make one more. Any thread.
  void reload();

  /// Figures of this agent are shown to somebody: sampled faster while the count is above zero. Fleet's thread only.
  void watch(const std::string& name, int delta);

  /// What holds this agent up (Figures::pressure) is shown to somebody: read with every sample while the count is above
  /// zero. Says nothing about how often there are samples: watch(). Fleet's thread only.
  void watch_pressure(const std::string& name, int delta);
  /// The next sample of this agent reads what holds it up. Any thread.
  void want_pressure(const std::string& name);

  /// Figures of the machine are shown to somebody: sampled faster while the count is above zero. Fleet's thread only.
  void watch_host(int delta);

  /// What reading the containers' figures has cost since the start. Any thread.
  struct Sampling {
    std::uint64_t rounds = 0;
    std::uint64_t containers = 0;      ///< read, over all rounds
    std::chrono::nanoseconds time{0};  ///< of the processor, without the next
    std::uint64_t pressures = 0;       ///< readings of what holds agents up
    std::chrono::nanoseconds pressure_time{0};
  };
  [[nodiscard]] Sampling sampling() const noexcept;

  /// The fleet's own executor: the live hub lives there too.
  [[nodiscard]] asio::any_io_executor executor() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace trinity::fleet
