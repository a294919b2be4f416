#pragma once
#include <boost/json.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fleet/model.h"
#include "unit/fleet/facts.h"

namespace trinity::fleet::test {

using trinity::test::container;
using trinity::test::listed;
using trinity::test::owned_by;
using trinity::test::steady;
using trinity::test::wall;

/// A number below `below` (which is at least 1): from a random generator, or from the bytes of a fuzzer.
using Pick = std::function<std::size_t(std::size_t below)>;

/// Without what depends on the order in which the facts came: why and when the state was entered.
inline std::string describe(const Agent& agent) {
  auto item = boost::json::parse(agent.fragment + '}').as_object();
  item.erase("reason");
  item.erase("changed_at");
  return boost::json::serialize(item) + agent.engine_state + " pid " + std::to_string(agent.pid) + " code " +
         (agent.exit_code ? std::to_string(*agent.exit_code) : "-") + " start " +
         (agent.started_at ? format_z(*agent.started_at) : "-");
}

/// What a snapshot shows: container id -> description.
inline std::map<std::string, std::string> shown_by(const Snapshot& snapshot) {
  std::map<std::string, std::string> shown;
  for (const auto& entry : snapshot.entries) shown[entry.agent->container_id] = describe(*entry.agent);
  return shown;
}

/// An engine's life in small: every state that a container ever had can be told late.
class World {
 public:
  explicit World(Pick choose) : choose_(std::move(choose)) {}

  void step() {
    const auto what = pick(10);
    if (what == 0 || containers_.empty()) return make();
    auto& one = std::next(containers_.begin(), pick(containers_.size()))->second;
    if (what <= 4 && one.exists) return what % 2 == 0 ? start(one) : end(one);
    if (what == 5 && one.exists) return destroy(one);
    if (what == 6) return metadata();
  }

  /// Tells the model some fact of now or then.
  void tell(Model& model) {
    if (containers_.empty()) return;
    auto& one = std::next(containers_.begin(), pick(containers_.size()))->second;
    switch (pick(9)) {
      case 0:
      case 1:
        if (!one.past.empty()) model.seen(one.past[pick(one.past.size())], "unknown", steady(clock_));
        break;
      case 2:
      case 3:
        if (!one.deaths.empty()) {
          const auto& death = one.deaths[pick(one.deaths.size())];
          const bool by_process = pick(2) == 0;
          if (by_process) model.died(one.now.id, death.pid, std::nullopt, steady(clock_));
          if (!by_process) model.died(one.now.id, 0, death.code, steady(clock_), death.at);
        }
        break;
      case 4:
        if (!one.exists) model.gone(one.now.id);
        break;
      case 5:
        old_list_ = list();
        old_version_ = model.version();
        break;
      case 6:
        model.listed(old_list_, old_version_);
        break;
      case 7:
        model.creating(name_of(one), pick(2) == 0);
        break;
      default:
        model.metadata(name_of(one), metadata_of(name_of(one)));
    }
  }

  void tell_truth(Model& model) {
    for (const auto& [id, one] : containers_) model.creating(name_of(one), false);
    model.metadata(metadata_);
    for (const auto& [id, one] : containers_) {
      if (one.exists) model.seen(one.now, "unknown", steady(clock_));
    }
    model.listed(list(), model.version());
  }

  [[nodiscard]] std::map<std::string, std::string> truth() const {
    std::map<std::string, std::string> made;
    for (const auto& [id, one] : containers_) {
      if (one.exists) made[id] = describe(make_agent(one.now, metadata_of(name_of(one)), trinity::test::network));
    }
    return made;
  }

 private:
  struct Death {
    std::int64_t pid, code;
    Time at;
  };
  struct One {
    engine::ContainerDetail now;
    std::vector<engine::ContainerDetail> past;
    std::vector<Death> deaths;
    bool exists = true;
  };

  std::size_t pick(std::size_t below) { return choose_(below); }
  static std::string name_of(const One& one) { return one.now.labels.at(label::agent_name); }
  std::optional<Metadata> metadata_of(const std::string& name) const {
    const auto it = metadata_.find(name);
    return it == metadata_.end() ? std::nullopt : std::optional(it->second);
  }
  std::vector<engine::Container> list() const {
    std::vector<engine::Container> made;
    for (const auto& [id, one] : containers_) {
      if (one.exists) made.push_back(listed(one.now));
    }
    return made;
  }
  void make() {
    if (containers_.size() > 6) return;
    const auto id = "c" + std::to_string(containers_.size());
    One one;
    one.now = container(id, "bot" + std::to_string(pick(3)), "created");
    one.past.push_back(one.now);
    containers_.emplace(id, std::move(one));
  }
  void start(One& one) {
    if (one.now.state == "running") return;
    ++clock_;
    auto next = container(one.now.id, name_of(one), "running", ++pid_);
    next.started_at = wall(clock_);
    one.now = next;
    one.past.push_back(next);
  }
  void end(One& one) {
    if (one.now.state != "running") return;
    ++clock_;
    one.deaths.push_back({one.now.pid, static_cast<std::int64_t>(pick(3)), wall(clock_)});
    auto next = container(one.now.id, name_of(one), "exited");
    next.exit_code = one.deaths.back().code;
    one.now = next;
    one.past.push_back(next);
  }
  void destroy(One& one) {
    if (one.now.state == "running") end(one);
    one.exists = false;
  }
  void metadata() {
    const auto name = "bot" + std::to_string(pick(3));
    if (pick(3) == 0) {
      metadata_.erase(name);
    } else {
      metadata_[name] = owned_by(static_cast<std::int64_t>(pick(4)));
    }
  }

  Pick choose_;
  std::map<std::string, One> containers_;
  std::map<std::string, Metadata> metadata_;
  std::vector<engine::Container> old_list_;
  std::uint64_t old_version_ = 0;
  std::int64_t clock_ = 0;
  std::int64_t pid_ = 100;
};

/// What a reader knows who only follows the changes.
class Follower {
 public:
  /// What contradicts itself in the publication; empty when nothing does.
  [[nodiscard]] std::string take(const Publication& publication) {
    for (const auto& change : publication.changes) {
      if (change.before) {
        const auto known = known_.find(change.before->container_id);
        if (known == known_.end()) return "a change of something that nobody was told of: " + change.name;
        if (known->second != describe(*change.before)) return "a change from what was not told: " + change.name;
        known_.erase(known);
      } else if (change.after && known_.contains(change.after->container_id)) {
        return "created twice: " + change.name;
      }
      if (change.after) known_[change.after->container_id] = describe(*change.after);
    }
    return known_ == shown_by(*publication.snapshot) ? "" : "the changes do not add up to the snapshot";
  }

 private:
  std::map<std::string, std::string> known_;
};

}  // namespace trinity::fleet::test
