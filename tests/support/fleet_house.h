#pragma once
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "base/io_threads.h"
#include "fleet/fleet.h"
#include "support/fake_engine.h"

namespace trinity::test {

/// Waits until `condition` holds; false when it did not within the bound.
template <class F>
bool eventually(F condition, std::chrono::milliseconds within = std::chrono::seconds(10)) {
  const auto until = steady_now() + within;
  while (!condition()) {
    if (steady_now() >= until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

/// Runs a coroutine on a context that another thread runs, and waits for its result.
template <class T>
T run_on(boost::asio::io_context& context, Task<T> work) {
  auto result = asio::co_spawn(context, std::move(work), asio::use_future);
  if (result.wait_for(std::chrono::seconds(30)) != std::future_status::ready)
    throw std::runtime_error("the coroutine did not end within 30 s");
  return result.get();
}

/// Metadata as a table in memory.
class FakeMetadata : public fleet::MetadataSource {
 public:
  Task<> load(Call, Loaded loaded) override {
    const std::lock_guard lock(mutex_);
    ++loads_;
    if (failures_ > 0) {
      --failures_;
      throw std::runtime_error("the database is away");
    }
    loaded(table_);
    co_return;
  }
  void set(const std::string& name, fleet::Metadata metadata) {
    const std::lock_guard lock(mutex_);
    table_[name] = std::move(metadata);
  }
  void fail(int times) {
    const std::lock_guard lock(mutex_);
    failures_ = times;
  }
  [[nodiscard]] int loads() const {
    const std::lock_guard lock(mutex_);
    return loads_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, fleet::Metadata> table_;
  int failures_ = 0;
  int loads_ = 0;
};

/// A fleet with its thread, I/O threads and a fake engine. Nothing of this host is looked at.
class FleetHouse {
 public:
  static fleet::FleetOptions quick_options() {
    fleet::FleetOptions options;
    options.instance = "0123456789abcdef";
    options.reconcile_every = std::chrono::seconds(60);
    options.probe_every = std::chrono::milliseconds(50);
    options.sample_watched = std::chrono::milliseconds(20);
    options.sample_idle = std::chrono::seconds(60);
    options.host = {"/nonexistent/proc", "/nonexistent/cgroup"};
    return options;
  }

  /// `source`: where metadata comes from; null: the house's own table.
  explicit FleetHouse(std::shared_ptr<FakeEngine> fake, fleet::FleetOptions options = quick_options(),
                      fleet::MetadataSource* source = nullptr, std::size_t threads = 3)
      : engine_(std::move(fake)),
        engine(*engine_),
        io(threads),
        fleet(std::move(options), engine, source ? *source : metadata, context_, io) {
    fleet.on_publication([this](const fleet::Publication& publication) {
      if (listener) listener(publication);
      const std::lock_guard lock(mutex_);
      newest_ = publication.snapshot;
      changes_.insert(changes_.end(), publication.changes.begin(), publication.changes.end());
      if (publication.sampled) ++sampled_;
    });
  }
  ~FleetHouse() { stop(); }
  FleetHouse(const FleetHouse&) = delete;
  FleetHouse& operator=(const FleetHouse&) = delete;

  void start() {
    guard_.emplace(context_.get_executor());
    io.start();
    fleet.start();
    thread_ = std::thread([this] {
      context_.run();
      ended_.set_value();
    });
  }
  /// True when everything of the fleet ended by itself in time.
  bool stop(std::chrono::milliseconds within = std::chrono::seconds(10)) {
    if (!thread_.joinable()) return true;
    asio::post(context_, [this] { fleet.stop(); });
    guard_.reset();
    const bool by_itself = ended_.get_future().wait_for(within) == std::future_status::ready;
    context_.stop();
    thread_.join();
    io.stop();
    io.join();
    return by_itself;
  }

  /// What the I/O thread `i` holds now.
  fleet::SnapshotPtr held_by(std::size_t i) {
    std::promise<fleet::SnapshotPtr> held;
    asio::post(io[i], [&] { held.set_value(fleet.snapshot(io[i].get_executor())); });
    return held.get_future().get();
  }
  fleet::SnapshotPtr newest() {
    const std::lock_guard lock(mutex_);
    return newest_;
  }
  bool loaded() {
    const auto now = newest();
    return now && now->loaded;
  }
  bool start_and_load() {
    start();
    return eventually([&] { return loaded(); });
  }
  /// The status of an agent, empty when it is not there.
  std::string status(const std::string& name) {
    const auto now = newest();
    const auto* entry = now ? now->find(name) : nullptr;
    return entry ? entry->agent->status : std::string();
  }
  bool becomes(const std::string& name, const std::string& wanted) {
    return eventually([&] { return status(name) == wanted; });
  }
  std::vector<fleet::Change> changes() {
    const std::lock_guard lock(mutex_);
    return changes_;
  }
  void forget_changes() {
    const std::lock_guard lock(mutex_);
    changes_.clear();
  }
  int sampled() {
    const std::lock_guard lock(mutex_);
    return sampled_;
  }
  /// Runs on the fleet's thread and waits for it.
  template <class F>
  void on_fleet(F work) {
    std::promise<void> done;
    asio::post(context_, [&] {
      work();
      done.set_value();
    });
    done.get_future().get();
  }

 private:
  std::shared_ptr<FakeEngine> engine_;

 public:
  /// Hears every publication too, on the fleet's thread. Set before the start.
  std::function<void(const fleet::Publication&)> listener;
  FakeEngine& engine;
  FakeMetadata metadata;
  IoThreads io;

 private:
  boost::asio::io_context context_{1};

 public:
  fleet::Fleet fleet;

 private:
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> guard_;
  std::thread thread_;
  std::promise<void> ended_;
  std::mutex mutex_;
  fleet::SnapshotPtr newest_;
  std::vector<fleet::Change> changes_;
  int sampled_ = 0;
};

}  // namespace trinity::test
