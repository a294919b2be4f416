#pragma once
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/engine.h"

namespace trinity::test {

/// How a call of the fake engine goes wrong.
struct Trouble {
  std::optional<engine::Fault> fault{};  ///< thrown
  bool hang = false;                     ///< no answer until the engine's limit or heal(), then Fault::timeout
  bool after = false;                    ///< the fault is thrown after the work was done: the answer is lost
  std::string container{};               ///< only for this container id or name; empty: for all
  std::chrono::milliseconds delay{0};    ///< before the answer
  int times = -1;                        ///< how often; below zero: always
};

/// A container engine in memory. Calls run on the caller's executor; everything may be used from any thread. A change
/// made by the test or by a call sends the events that a real engine sends, unless `lose_events` is set.
class FakeEngine : public engine::Engine {
 public:
  FakeEngine();
  ~FakeEngine() override;

  // ---- what the test does
  /// A call (by the name of the method: "inspect", "create_volume") goes wrong from now on.
  void trouble(const std::string& call, Trouble trouble);
  void heal(const std::string& call);
  void heal();
  /// Nothing listens any more: calls fail, streams break. The containers stay.
  void down(bool is_down);
  /// Streams break, the engine is well.
  void cut_streams();
  void cut_log_streams();
  void lose_events(bool lost);
  /// The engine's clock from now on: events, starts and ends are stamped by it.
  void set_clock_ahead(std::chrono::milliseconds offset);
  /// How long a call that hangs takes before it fails.
  void limit(std::chrono::milliseconds length);
  /// Runs in every `inspect` after the answer was made and before it is handed over, without locks.
  void on_inspect(std::function<void(const std::string& id)> hook);

  /// An agent's container as it stands after creation by the server; its id.
  std::string add(const std::string& agent, const std::string& state = "running", engine::Labels more = {});
  void add(engine::ContainerDetail container);
  void set_state(const std::string& container, const std::string& state);
  /// The container's init ends by itself.
  void die(const std::string& container, std::int64_t exit_code, bool oom = false);
  /// Ends and starts again at once, as by a restart policy.
  void restart(const std::string& container);
  void destroy(const std::string& container);
  /// The container writes; the text gets the engine's time in front and a line break behind it.
  void write(const std::string& container, const std::string& text,
             engine::LogPiece::Stream stream = engine::LogPiece::Stream::out);
  void write(const std::string& container, const std::string& text, std::int64_t at_nano);
  /// Log entries from before `nano` are gone, as after a rotation.
  void rotate_log(const std::string& container, std::int64_t nano);
  void add_image(const std::string& name);
  void forget_image(const std::string& name);
  /// The name means another image from now on.
  void rebuild_image(const std::string& name);
  /// Somebody else listens on this port of the host.
  void take_port(std::uint16_t port);
  /// Starting this container answers well, but its init ends at once.
  void break_starts(bool broken);
  void add_volume(const std::string& name, engine::Labels labels);
  /// An event without a change behind it.
  void push(engine::Event event);

  // ---- what the test looks at
  [[nodiscard]] std::optional<engine::ContainerDetail> container(const std::string& name_or_id) const;
  [[nodiscard]] std::optional<engine::ContainerSpec> spec(const std::string& name_or_id) const;
  [[nodiscard]] std::string uploaded(const std::string& name_or_id) const;
  /// Every archive, by where it was unpacked.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> uploads(const std::string& name_or_id) const;
  [[nodiscard]] std::vector<std::string> container_names() const;
  [[nodiscard]] std::set<std::string> volume_names() const;
  [[nodiscard]] int calls(const std::string& call) const;
  [[nodiscard]] int open_streams() const;
  /// `since` of each call of events().
  [[nodiscard]] std::vector<std::int64_t> checkpoints() const;
  [[nodiscard]] std::int64_t last_event_nano() const;
  /// What was asked for in each call of follow_logs().
  [[nodiscard]] std::vector<engine::FollowOptions> follows() const;
  [[nodiscard]] int open_logs() const;

  std::string instance = "0123456789abcdef";
  std::string network_name = "trinity-agent-network";
  /// Of every container that runs.
  std::string address = "172.28.0.9";
  std::string model_key;  ///< in the environment of containers that add() makes

  // ---- engine::Engine
  Task<std::string> negotiate(Call call) override;
  Task<std::vector<engine::Container>> list(Call call, std::vector<std::string> labels) override;
  Task<std::optional<engine::ContainerDetail>> inspect(Call call, std::string container) override;
  Task<std::optional<engine::Description>> describe(Call call, std::string container) override;
  Task<std::string> create(Call call, std::string name, engine::ContainerSpec spec) override;
  Task<> start(Call call, std::string container) override;
  Task<> stop(Call call, std::string container, std::chrono::seconds grace) override;
  Task<> kill(Call call, std::string container, std::string signal) override;
  Task<> rename(Call call, std::string container, std::string name) override;
  Task<> remove(Call call, std::string container, bool force) override;
  Task<> upload(Call call, std::string container, std::string path, std::string tar) override;
  /// "tar of PATH of ID" for containers that something was uploaded to.
  Task<std::optional<std::string>> download(Call call, std::string container, std::string path,
                                            std::size_t most) override;
  Task<std::vector<engine::LogPiece>> logs(Call call, std::string container, engine::LogOptions options) override;
  Task<std::unique_ptr<engine::LogStream>> follow_logs(Call call, std::string container,
                                                       engine::FollowOptions options) override;
  Task<std::optional<engine::Statistics>> statistics(Call call, std::string container) override;
  Task<std::unique_ptr<engine::EventStream>> events(Call call, std::int64_t since_nano,
                                                    std::vector<std::string> labels) override;
  Task<std::optional<engine::Image>> image(Call call, std::string name) override;
  Task<> pull(Call call, std::string name, std::chrono::seconds limit) override;
  Task<std::optional<engine::Network>> network(Call call, std::string name) override;
  Task<> create_network(Call call, std::string name, std::string subnet, engine::Labels labels) override;
  Task<> remove_network(Call call, std::string name) override;
  Task<std::optional<engine::Volume>> volume(Call call, std::string name) override;
  Task<> create_volume(Call call, std::string name, engine::Labels labels) override;
  Task<> remove_volume(Call call, std::string name) override;

  struct Stream;
  struct LogReader;
  struct LogEntry {
    std::int64_t at_nano = 0;
    engine::LogPiece piece;
  };

 private:
  struct Held {
    engine::ContainerDetail detail;
    engine::ContainerSpec spec;
    std::vector<std::pair<std::string, std::string>> uploads{};
    std::string image_id{};
    std::uint64_t asked = 0;
    std::vector<LogEntry> log{};
  };
  /// Counts, then goes wrong as the test wants it. Answers whether the fault comes after the work.
  Task<std::optional<engine::Fault>> enter(Call call, std::string what, std::string container);
  [[nodiscard]] std::optional<Trouble> next_trouble(const std::string& what, const std::string& container);
  Held* find(const std::string& name_or_id);
  const Held* find(const std::string& name_or_id) const;
  Held& get(const std::string& name_or_id);
  [[nodiscard]] Time clock() const { return now() + ahead_; }
  void run(Held& held);
  void end(Held& held, std::int64_t exit_code, bool oom);
  void send(const std::string& action, const Held& held, std::map<std::string, std::string> more = {});
  void deliver(const engine::Event& event);
  [[nodiscard]] std::uint64_t healed() const;
  friend class FakeLogStream;
  void cut_logs();
  /// What stands in the log and this reader has not got yet.
  engine::LogPortion read_log(LogReader& reader);

  mutable std::mutex mutex_;
  std::map<std::string, Held> containers_;  ///< by id
  std::map<std::string, engine::Volume> volumes_;
  std::map<std::string, engine::Network> networks_;
  std::set<std::string> images_{"trinity-agent-base:latest"};
  std::map<std::string, int> builds_;  ///< of an image, after the first
  std::set<std::uint16_t> taken_ports_;
  bool starts_break_ = false;
  [[nodiscard]] std::string image_id(const std::string& name) const;
  [[nodiscard]] bool port_free(const Held& held) const;
  std::multimap<std::string, Trouble> troubles_;
  std::map<std::string, int> calls_;
  std::vector<std::int64_t> checkpoints_;
  std::deque<engine::Event> history_;
  std::vector<std::weak_ptr<Stream>> streams_;
  std::vector<std::weak_ptr<LogReader>> readers_;
  std::vector<engine::FollowOptions> follows_;
  std::int64_t last_log_nano_ = 0;
  std::function<void(const std::string&)> hook_;
  std::chrono::milliseconds limit_{150};
  bool down_ = false;
  bool lose_events_ = false;
  std::int64_t next_pid_ = 4'100'000'000;  ///< no process of this host
  std::uint64_t next_id_ = 1;
  std::uint64_t healed_ = 0;
  std::int64_t last_nano_ = 0;
  std::chrono::milliseconds ahead_{0};
};

}  // namespace trinity::test
