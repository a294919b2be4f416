#pragma once
#include <boost/json/object.hpp>
#include <chrono>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "support/host_trees.h"
#include "support/scripted_engine.h"

namespace trinity::test {

using Labels = std::map<std::string, std::string>;

/// A container that exists nowhere else.
struct PretendedContainer {
  std::string id;
  std::string name;
  std::string image;
  std::string state = "created";
  Labels labels;
  std::vector<std::string> env;
  std::vector<std::pair<std::string, std::string>> mounts;  ///< volume, path
  std::string network;
  std::string address;
  Time created{};
  std::optional<Time> started;
  std::optional<Time> finished;
  std::int64_t pid = 0;
  std::int64_t exit_code = 0;
  bool oom_killed = false;
  Usage usage;
  std::string log;
  std::size_t uploaded = 0;  ///< bytes of archives
  std::string listed;        ///< its part of the list; empty: to be made again
};

/// What a pretended engine holds: containers, volumes, networks, images, and the events of their changes. Every change
/// keeps the books that the Engine API shows. Its owner holds a lock over every call.
class EngineWorld {
 public:
  /// `trees`: where running containers show files; null: nowhere.
  explicit EngineWorld(std::unique_ptr<HostTrees> trees) : trees_(std::move(trees)) {}

  PretendedContainer& add(PretendedContainer made);
  [[nodiscard]] PretendedContainer* find(const std::string& name_or_id);
  void start(PretendedContainer& container);
  void end(PretendedContainer& container, std::int64_t exit_code, bool oom);
  void pause(PretendedContainer& container, bool paused);
  void remove(PretendedContainer& container);
  /// False when the name is taken.
  bool rename(PretendedContainer& container, const std::string& name);
  /// New figures in its files.
  void use(PretendedContainer& container, const Usage& usage);
  /// As after a restart of the engine: other processes, and nobody was told.
  void restart_all();

  /// All containers with these labels, as GET /containers/json shows them, newest first.
  [[nodiscard]] std::string list_text(const std::vector<std::string>& labels);
  [[nodiscard]] boost::json::object inspect(const PretendedContainer& container) const;
  [[nodiscard]] std::size_t size() const noexcept { return containers_.size(); }
  [[nodiscard]] std::size_t running() const noexcept;
  [[nodiscard]] const std::list<PretendedContainer>& containers() const noexcept { return containers_; }
  [[nodiscard]] std::list<PretendedContainer>& containers() noexcept { return containers_; }

  // ---- events
  /// A stream from `since` on; the engine keeps 256 events.
  std::shared_ptr<Feed> follow(std::int64_t since_nano, std::vector<std::string> labels);
  void lose_events(bool lost) { lose_events_ = lost; }
  /// Events wait until they are let go.
  void hold_events(bool held);
  void cut_streams();
  void forget_events() { history_.clear(); }
  [[nodiscard]] std::size_t streams();

  // ---- clock
  void set_clock_ahead(std::chrono::milliseconds ahead) { ahead_ = ahead; }
  [[nodiscard]] Time clock() const { return now() + ahead_; }

  std::map<std::string, Labels> volumes;
  struct Network {
    Labels labels;
    std::string subnet;
  };
  std::map<std::string, Network> networks;
  std::set<std::string> missing_images;  ///< all others are there

 private:
  struct Past {
    std::int64_t nano = 0;
    Labels labels;
    std::string line;
  };
  struct Stream {
    std::weak_ptr<Feed> feed;
    std::vector<std::string> labels;
  };
  void tell(const PretendedContainer& container, const std::string& action, const Labels& more = {});
  void deliver(const Past& event);
  void make_list_part(PretendedContainer& container) const;

  std::unique_ptr<HostTrees> trees_;
  std::list<PretendedContainer> containers_;  ///< oldest first
  std::unordered_map<std::string, PretendedContainer*> by_id_;
  std::unordered_map<std::string, PretendedContainer*> by_name_;
  std::deque<Past> history_;
  std::vector<Stream> streams_;
  std::vector<Past> held_;
  bool hold_ = false;
  bool lose_events_ = false;
  std::chrono::milliseconds ahead_{0};
  std::int64_t last_nano_ = 0;
  std::int64_t next_pid_ = 1'000'000'000;  ///< above what a kernel gives
  std::uint32_t next_address_ = 1;
};

/// "key=value" or "key", all of them.
[[nodiscard]] bool has_labels(const Labels& labels, const std::vector<std::string>& wanted);

}  // namespace trinity::test
