#pragma once
#include <array>
#include <boost/json/object.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/caller.h"
#include "base/clock.h"
#include "engine/types.h"
#include "metering/host.h"
#include "metering/metering.h"

namespace trinity::fleet {

/// Who decided about an agent's capability mode. Nobody: the system-wide setting alone counts.
enum class ChosenBy { nobody, owner, administrator };

/// What the database knows of an agent. One row of the batch query.
struct Metadata {
  std::int64_t owner_id = 0;
  std::optional<std::string> owner;  ///< username; nothing when the owner's row is missing
  bool is_system = false;
  bool autonomy_enabled = false;
  std::optional<std::string> github_repo;
  std::optional<std::string> memory_limit;  ///< override
  std::optional<std::string> cpu_limit;     ///< override
  std::vector<std::string> shared_with;     ///< e-mail addresses, lower case, sorted
  std::vector<std::string> permitted_by{};  ///< agents that may reach this one, sorted
  std::vector<std::string> tags{};          ///< sorted
  bool use_platform_api_key = true;
  bool full_capabilities = false;
  ChosenBy capabilities_by = ChosenBy::nobody;

  bool operator==(const Metadata&) const = default;
};

/// Labels that containers carry. The contract's names; `instance` and `key_nonce` are ours.
namespace label {
inline constexpr const char* platform = "trinity.platform";
inline constexpr const char* agent_name = "trinity.agent-name";
inline constexpr const char* agent_type = "trinity.agent-type";
inline constexpr const char* ssh_port = "trinity.ssh-port";
inline constexpr const char* cpu = "trinity.cpu";
inline constexpr const char* memory = "trinity.memory";
inline constexpr const char* created = "trinity.created";
inline constexpr const char* template_id = "trinity.template";
inline constexpr const char* runtime = "trinity.agent-runtime";
inline constexpr const char* full_capabilities = "trinity.full-capabilities";
inline constexpr const char* image_version = "trinity.base-image-version";
inline constexpr const char* is_system = "trinity.is-system";
inline constexpr const char* instance = "trinity.instance";
/// Random; the agent's secret is derived from it and the instance's key, so that no secret is stored anywhere.
inline constexpr const char* key_nonce = "trinity.key-nonce";
}  // namespace label

/// Names of containers that are about to take the place of another one. Such a one is not shown while there is another
/// container of its agent. No platform container's name may hold "agent-".
inline constexpr const char* replacement_prefix = "trinity-replacement-";

/// One agent as all readers see it: its container, joined with its metadata. Immutable.
struct Agent {
  std::string name;
  std::string container_id;
  std::string container_name;
  std::string type;
  std::string engine_state;                ///< the engine's word
  std::string status;                      ///< running, stopped (exited, dead, created), else the engine's word
  std::int64_t port = 0;                   ///< SSH port on the host; 0 unknown
  std::string created;                     ///< ISO-8601 without zone
  Time created_at{};                       ///< the engine's time; lists are newest first by it
  std::string cpu;                         ///< cores, as in the label
  std::string memory;                      ///< as in the label
  bool full_capabilities = false;          ///< as in the label; false when missing
  bool is_system = false;                  ///< as in the label
  std::optional<std::uint64_t> model_key;  ///< engine::key_digest(); nothing while the engine has not told it
  std::string template_id;
  std::string runtime;
  std::optional<std::string> base_image_version;
  std::string key_nonce;
  std::optional<Time> started_at;
  std::optional<std::int64_t> exit_code;  ///< of the last end; nothing while the engine has not told it
  std::optional<Time> changed_at;         ///< when it came into this state; nothing while the engine has not told it
  std::optional<std::string> reason;      ///< why (see Reason); nothing when nobody saw it happen
  bool oom_killed = false;
  std::int64_t pid = 0;
  std::string address;  ///< IP address on the agents' network; empty when not running
  std::uint64_t memory_limit = 0;
  std::optional<Metadata> metadata;  ///< nothing: an orphan, for administrators only

  /// The list item without its closing brace and without is_owner and is_shared, which depend on the viewer. Serialised
  /// once per change.
  std::string fragment;
  std::uint64_t fragment_digest = 0;  ///< tells versions of the fragment apart
};
using AgentPtr = std::shared_ptr<const Agent>;

struct HistoryPoint {
  std::int64_t at_ms = 0;
  double cpu_percent = 0;
  double memory_percent = 0;
};

/// What holds one running agent up. Immutable. What is not known is nothing, never 0.
struct Pressure {
  Time at{};                                 ///< of the newer reading
  std::optional<double> cpu_limit;           ///< cores; nothing: no limit
  std::optional<double> throttled_percent;   ///< of the scheduler's periods between the last two readings
  std::optional<double> throttled_ms_per_s;  ///< over all processors, so it may exceed 1000
  std::optional<std::uint64_t> high_events;  ///< since the container started, as the next three
  std::optional<std::uint64_t> max_events;
  std::optional<std::uint64_t> oom_events;
  std::optional<std::uint64_t> oom_kills;
  metering::Stall cpu;
  metering::Stall memory;
  metering::Stall io;
  std::optional<double> read_bytes_per_s;
  std::optional<double> write_bytes_per_s;
};
using PressurePtr = std::shared_ptr<const Pressure>;

/// Bytes per second over all interfaces but loopback, between two readings.
struct NetworkRates {
  double received = 0;
  double sent = 0;
};

/// The newest figures of one running agent and its history (oldest first, at most 60 points). Immutable.
struct Figures {
  metering::Sample sample;
  std::vector<HistoryPoint> history;
  /// Null: none yet. As new as `sample` while somebody watches it, else read every 30 s; see Fleet::watch_pressure().
  PressurePtr pressure{};
  std::optional<NetworkRates> network{};  ///< nothing before the second reading
};
using FiguresPtr = std::shared_ptr<const Figures>;

struct HostPoint {
  std::int64_t at_ms = 0;
  std::optional<double> cpu_percent;
  std::optional<double> memory_percent;
  std::optional<double> disk_percent;
};

/// The newest figures of the machine and their history (oldest first, at most 60 points). Immutable.
struct HostFigures {
  metering::HostSample sample;
  std::vector<HostPoint> history;
};
using HostFiguresPtr = std::shared_ptr<const HostFigures>;

struct EngineHealth {
  bool reachable = false;
  Time since{};               ///< when it became so
  SteadyTime confirmed_at{};  ///< when the engine last confirmed what the snapshot says
};

/// Agents' places in a snapshot.
using NameIndex = std::unordered_map<std::string, std::size_t>;

/// Everything at one moment. Immutable; shared by all readers.
struct Snapshot {
  struct Entry {
    AgentPtr agent;
    FiguresPtr figures;  ///< null: no sample (not running, or none yet)
  };
  std::uint64_t epoch = 0;
  std::uint64_t agents_epoch = 0;  ///< of the last change of an agent; figures and the engine's health count not
  std::vector<Entry> entries;      ///< newest container first
  std::shared_ptr<const NameIndex> by_name;  ///< shared by snapshots of the same agents; null where there are none
  EngineHealth engine;
  HostFiguresPtr host;  ///< null before the first sample
  bool loaded = false;  ///< false until the first list of the engine was taken
  /// Only until then: agents of the database, whose containers the engine has yet to tell about.
  std::map<std::string, Metadata> expected;

  [[nodiscard]] const Entry* find(const std::string& name) const noexcept {
    const auto place = place_of(name);
    return place ? &entries[*place] : nullptr;
  }
  /// Where the agent of this name stands; of two, the newer one.
  [[nodiscard]] std::optional<std::size_t> place_of(const std::string& name) const noexcept {
    if (!by_name) return std::nullopt;
    const auto it = by_name->find(name);
    return it == by_name->end() ? std::nullopt : std::optional(it->second);
  }
};
using SnapshotPtr = std::shared_ptr<const Snapshot>;

[[nodiscard]] std::shared_ptr<const NameIndex> index_of(const std::vector<Snapshot::Entry>& entries);

/// Why an agent's status changed: user, resources, exit, oom, emergency_stop, system, unknown.
using Reason = std::string;

/// What is different between two snapshots, in the order it happened.
struct Change {
  enum class Kind { created, updated, deleted, status, engine };
  /// status: the status differs, or it was started again. An exit code that is known only a moment after the end is an
  /// `updated`.
  Kind kind = Kind::updated;
  std::string name;
  AgentPtr before;  ///< null for created and engine
  AgentPtr after;   ///< null for deleted and engine
  Reason reason;    ///< of a status change, and of the exit code that follows it
};

/// What the fleet hands to the live hub, on the fleet's thread.
struct Publication {
  SnapshotPtr snapshot;
  std::vector<Change> changes;
  bool sampled = false;  ///< figures are new
};

// ---- access, one rule for REST and live topics
// --------------------------------------------------------------------------------

[[nodiscard]] bool is_owner(const Agent& agent, const Caller& caller) noexcept;
/// Reached through a share: false for administrators and the owner.
[[nodiscard]] bool is_shared(const Agent& agent, const Caller& caller) noexcept;
/// Administrator, owner, or shared with the caller's e-mail address. With an agent's key: that agent itself, and what
/// it is permitted to reach within its owner's reach. With the system key: every agent.
[[nodiscard]] bool can_read(const Agent& agent, const Caller& caller) noexcept;
/// Names all that the answers above depend on: callers of one class see the same. A user whose role or address changes
/// is in another one.
[[nodiscard]] std::string viewer_class(const Caller& caller);
/// Administrator or owner; never with an agent's key.
[[nodiscard]] bool can_manage(const Agent& agent, const Caller& caller) noexcept;
enum class Rule { read, manage };
[[nodiscard]] bool allowed(const Agent& agent, const Caller& caller, Rule rule) noexcept;

// ---- JSON
// ----------------------------------------------------------------------------------------------------------------------

/// The agent's list item for this viewer, appended to `out` (the contract's AgentListItem).
void append_item(std::string& out, const Agent& agent, const Caller& caller);
/// Array of the items that the viewer may see.
[[nodiscard]] std::string list_text(const Snapshot& snapshot, const Caller& caller);
/// Tells versions of that array apart without making it: a strong ETag.
[[nodiscard]] std::uint64_t list_digest(const Snapshot& snapshot, const Caller& caller);
/// The contract's HostTelemetry; what the machine does not tell is null.
[[nodiscard]] boost::json::object host_object(const metering::HostSample& sample);
/// The contract's AgentStats. `now` gives the uptime.
[[nodiscard]] boost::json::object stats_object(const Agent& agent, const Figures* figures, Time now);

}  // namespace trinity::fleet
