#pragma once
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/ring.h"
#include "fleet/types.h"

namespace trinity::fleet {

/// Of each agent; at least 5 s apart, so five minutes.
inline constexpr std::size_t history_points = 60;

/// Keeps a reader, the last counters and the history of every running container, and says which are due. No timers and
/// no engine calls: the fleet drives it. Fleet's thread only.
class Sampler {
 public:
  struct Pace {
    std::chrono::milliseconds watched{2'000};
    std::chrono::milliseconds idle{10'000};
    /// Between two readings of what holds an agent up that nobody watches; each comes with a sample.
    std::chrono::milliseconds strain{30'000};
  };
  /// At most `most_readers` containers are read from files; each keeps descriptors open.
  Sampler(metering::HostPaths host, Pace pace, std::size_t most_readers = 100'000)
      : host_(std::move(host)), pace_(pace), most_readers_(most_readers) {}

  /// A running agent; a restarted one (another process) begins anew.
  void follow(const Agent& agent, SteadyTime at);
  /// Its container does not run any more.
  void forget(const std::string& container_id);
  void watch(const std::string& name, int delta);
  /// What holds this agent up is read with every sample while the count is above zero.
  void watch_pressure(const std::string& name, int delta);
  /// It is read with the next sample.
  void want_pressure(const std::string& name);

  struct Result {
    std::string container_id;
    FiguresPtr figures;
  };
  /// Reads what is due, but at most 500 containers (about 10 ms): events must not wait behind thousands.
  [[nodiscard]] std::vector<Result> sample(SteadyTime at, Time wall);
  /// The last round left some for the next one.
  [[nodiscard]] bool behind() const noexcept { return behind_; }
  /// Containers that are due but whose files this host does not show: to be asked from the engine.
  [[nodiscard]] std::vector<std::string> due_from_engine(SteadyTime at);
  /// What the engine answered for one of them; nothing when it did not.
  [[nodiscard]] std::optional<Result> told(const std::string& container_id,
                                           const std::optional<metering::Counters>& counters, Time wall,
                                           const std::optional<metering::Strain>& strain = std::nullopt);

  [[nodiscard]] std::size_t size() const noexcept { return tracks_.size(); }
  /// Readings of what holds agents up since the start, and what they have cost; within sample().
  struct StrainCost {
    std::uint64_t readings = 0;
    std::chrono::nanoseconds time{0};  ///< of the processor
  };
  [[nodiscard]] const StrainCost& strain_cost() const noexcept { return strain_cost_; }

 private:
  struct Track {
    std::string name;
    std::int64_t pid = 0;
    std::unique_ptr<metering::Reader> reader;
    bool asked = false;  ///< an engine call for it is under way
    std::optional<metering::Counters> last;
    SteadyTime since{};
    SteadyTime next{};
    std::optional<NetworkRates> network;
    std::optional<metering::Strain> strain;
    PressurePtr pressure;
    SteadyTime strain_next{};
    Ring<HistoryPoint> history{history_points};
  };

  void close(Track& track);
  [[nodiscard]] std::chrono::milliseconds pace_for(const Track& track, SteadyTime at) const;
  void read_strain(Track& track, SteadyTime at, Time wall);
  void take_strain(Track& track, const metering::Strain& strain, Time wall);
  [[nodiscard]] Result record(const std::string& id, Track& track, const metering::Counters& counters, Time wall);

  metering::HostPaths host_;
  Pace pace_;
  std::size_t most_readers_;
  bool behind_ = false;
  std::size_t open_ = 0;                                    ///< readers
  std::unordered_map<std::string, Track> tracks_;           ///< by container id
  std::unordered_multimap<std::string, Track*> by_name_{};  ///< the same by the agents' names
  std::unordered_map<std::string, int> watched_;            ///< by agent name
  std::unordered_map<std::string, int> pressure_watched_;   ///< by agent name
  StrainCost strain_cost_;
};

}  // namespace trinity::fleet
