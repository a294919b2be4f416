#pragma once
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "fleet/types.h"

namespace trinity::fleet {

/// The state behind the snapshots, without I/O: what is told to it goes in, publications come out. One thread. Every
/// method may be called in any order and any number of times with the same facts; only differences make changes.
class Model {
 public:
  explicit Model(std::string network) : network_(std::move(network)) {}

  // ---- facts about containers
  void seen(const engine::ContainerDetail& container, const Reason& reason, SteadyTime at);
  /// See ContainerReplaced.
  void replaced(const std::string& given_up, const engine::ContainerDetail& by, const Reason& reason, SteadyTime at);
  /// What the list says of a container that the engine does not tell more about. Never overrules what is known in the
  /// same state; stays in to_inspect().
  void seen_in_list(const engine::Container& container, SteadyTime at);
  /// The container's init has ended; known before the engine says so. `pid` 0: the engine said it, and `ended` is its
  /// time of the end: one from before the known start belongs to an earlier run and changes nothing.
  void died(const std::string& id, std::int64_t pid, std::optional<std::int64_t> exit_code, SteadyTime at,
            std::optional<Time> ended = std::nullopt);
  /// The engine was asked to stop it and says so, after the end: an end that looked like one by itself was somebody's.
  void stopped(const std::string& id);
  void oom(const std::string& id);
  void gone(const std::string& id);
  /// All containers of the engine's list; those not in it are gone, unless they changed after `since_version`.
  void listed(const std::vector<engine::Container>& containers, std::uint64_t since_version);

  // ---- facts about metadata, intentions and the engine
  /// Everything there is. Agents whose metadata is the same are left alone.
  void metadata(std::map<std::string, Metadata> all);
  void metadata(const std::string& name, std::optional<Metadata> one);
  /// `source` may reach exactly these, sorted.
  void permissions(const std::string& source, const std::vector<std::string>& targets);
  /// The next status change is due to `reason`; used once, so that a crash after a user's start is a crash.
  void expect(const std::string& name, const Reason& reason, SteadyTime at);
  void creating(const std::string& name, bool active);
  void engine(bool reachable, Time at);
  void confirmed(SteadyTime at) {
    health_.confirmed_at = at;
    dirty_ = true;
  }
  void figures(const std::string& id, FiguresPtr figures);
  void host(HostFiguresPtr figures);

  // ---- answers
  /// Grows with every applied fact about a container.
  [[nodiscard]] std::uint64_t version() const noexcept { return version_; }
  /// The version at which this container changed last; 0 when it is not known.
  [[nodiscard]] std::uint64_t version_of(const std::string& id) const;
  /// Ids in the list that the model does not know, knows in another state, or knows from a list only.
  [[nodiscard]] std::vector<std::string> to_inspect(const std::vector<engine::Container>& containers) const;
  /// Running containers that were not inspected since `before`, the longest unseen first, at most `most`: one that
  /// ended and started again while nobody listened looks the same in the list.
  [[nodiscard]] std::vector<std::string> to_verify(SteadyTime before, std::size_t most) const;
  [[nodiscard]] AgentPtr agent_by_id(const std::string& id) const;
  [[nodiscard]] bool dirty() const noexcept { return dirty_; }
  [[nodiscard]] const EngineHealth& health() const noexcept { return health_; }

  /// The next snapshot and what changed since the last one.
  [[nodiscard]] Publication take();

 private:
  struct Record {
    std::string name;  ///< the agent's
    engine::ContainerDetail container;
    AgentPtr agent;
    FiguresPtr figures;
    std::uint64_t version = 0;
    SteadyTime inspected{};     ///< when the engine last told all about it
    bool partial = false;       ///< known from the list only
    bool adopted = false;       ///< carries no instance label
    std::int64_t dead_pid = 0;  ///< an inspect that still shows this process running is out of date
    bool oom = false;
    bool exit_unknown = false;  ///< ended, the engine has not told the code yet
    Reason reason;              ///< of the last status change
    std::size_t place = 0;      ///< in entries_, unless moved_
  };
  struct Expectation {
    Reason reason;
    SteadyTime until;
  };

  Record& record_of(const std::string& id, const engine::Labels& labels, const std::string& name);
  void call(Record& record, const std::string& name);
  void rebuild(Record& record, const Reason& reason);
  void show(const Record& record, const AgentPtr& before);
  void place_all();
  /// The first or the last container of our own with this name came or went: an adopted one is hidden or shown.
  void rebuild_adopted(const std::string& name);
  /// A container that is to take another one's place is shown when there is no other.
  void rebuild_replacements(const std::string& name);
  [[nodiscard]] bool has_other(const Record& record) const;
  /// True when the status changed.
  bool note(const AgentPtr& before, const AgentPtr& after, const Reason& reason);
  [[nodiscard]] std::optional<Metadata> metadata_of(const std::string& name) const;
  [[nodiscard]] bool shown(const Record& record) const;
  void rebuild_named(const std::set<std::string>& names, const Reason& reason);
  [[nodiscard]] Reason reason_for(const std::string& name, const Reason& given, const Record& record,
                                  SteadyTime at) const;

  std::string network_;
  std::unordered_map<std::string, Record> records_;         ///< by container id
  std::unordered_multimap<std::string, Record*> named_;     ///< the same by the agents' names
  std::unordered_map<std::string, std::size_t> own_names_;  ///< agents by name, how many containers of our own
  std::size_t adopted_ = 0;                                 ///< records without an instance label
  std::set<std::string> replacements_;                      ///< ids of containers with such a name
  std::set<std::string> given_up_;                          ///< ids of containers whose place another one has taken
  std::map<std::string, Metadata> metadata_;
  std::set<std::string> creating_;
  std::unordered_map<std::string, Expectation> expected_;
  EngineHealth health_;
  HostFiguresPtr host_;
  std::vector<Change> changes_;
  std::vector<Snapshot::Entry> entries_;  ///< of the next snapshot, unless moved_
  std::shared_ptr<const NameIndex> index_;
  bool moved_ = false;  ///< agents came or went: the entries have to be placed anew
  std::uint64_t agents_epoch_ = 0;
  std::uint64_t version_ = 0;
  std::uint64_t epoch_ = 0;
  bool loaded_ = false;
  bool sampled_ = false;
  bool dirty_ = true;
};

}  // namespace trinity::fleet
