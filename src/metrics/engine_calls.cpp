#include "metrics/engine_calls.h"

#include "base/clock.h"

namespace trinity::metrics {

namespace {

using namespace engine;

std::string_view word_of(Fault fault) noexcept {
  switch (fault) {
    case Fault::unreachable:
      return "unreachable";
    case Fault::timeout:
      return "timeout";
    case Fault::not_found:
      return "not_found";
    case Fault::conflict:
      return "conflict";
    case Fault::bad_request:
      return "bad_request";
    case Fault::port_taken:
      return "port_taken";
    case Fault::failed:
      break;
  }
  return "failed";
}

/// Counts one call when it dies, whichever way the call ends.
class Stopwatch {
 public:
  Stopwatch(EngineCalls* calls, std::string_view kind) : calls_(calls), kind_(kind) {}
  ~Stopwatch() { calls_->count(kind_, steady_now() - since_, fault_); }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

  void end_with(std::string_view fault) noexcept { fault_ = fault; }

 private:
  EngineCalls* calls_;
  std::string_view kind_;
  SteadyTime since_ = steady_now();
  std::string_view fault_ = "cancelled";
};

template <class T>
Task<T> timed(EngineCalls* calls, std::string_view kind, Task<T> work) {
  Stopwatch watch(calls, kind);
  try {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(work);
      watch.end_with({});
      co_return;
    } else {
      auto answer = co_await std::move(work);
      watch.end_with({});
      co_return answer;
    }
  } catch (const EngineError& error) {
    watch.end_with(word_of(error.fault()));
    throw;
  } catch (...) {
    watch.end_with("failed");
    throw;
  }
}

class Measured final : public Engine {
 public:
  Measured(std::unique_ptr<Engine> inner, EngineCalls& calls) : inner_(std::move(inner)), calls_(&calls) {}

  Task<std::string> negotiate(Call call) override { return timed(calls_, "negotiate", inner_->negotiate(call)); }
  Task<std::vector<Container>> list(Call call, std::vector<std::string> labels) override {
    return timed(calls_, "list", inner_->list(call, std::move(labels)));
  }
  Task<std::optional<ContainerDetail>> inspect(Call call, std::string container) override {
    return timed(calls_, "inspect", inner_->inspect(call, std::move(container)));
  }
  Task<std::optional<Description>> describe(Call call, std::string container) override {
    return timed(calls_, "describe", inner_->describe(call, std::move(container)));
  }
  Task<std::string> create(Call call, std::string name, ContainerSpec spec) override {
    return timed(calls_, "create", inner_->create(call, std::move(name), std::move(spec)));
  }
  Task<> start(Call call, std::string container) override {
    return timed(calls_, "start", inner_->start(call, std::move(container)));
  }
  Task<> stop(Call call, std::string container, std::chrono::seconds grace) override {
    return timed(calls_, "stop", inner_->stop(call, std::move(container), grace));
  }
  Task<> kill(Call call, std::string container, std::string signal) override {
    return timed(calls_, "kill", inner_->kill(call, std::move(container), std::move(signal)));
  }
  Task<> rename(Call call, std::string container, std::string name) override {
    return timed(calls_, "rename", inner_->rename(call, std::move(container), std::move(name)));
  }
  Task<> remove(Call call, std::string container, bool force) override {
    return timed(calls_, "remove", inner_->remove(call, std::move(container), force));
  }
  Task<> upload(Call call, std::string container, std::string path, std::string tar) override {
    return timed(calls_, "upload", inner_->upload(call, std::move(container), std::move(path), std::move(tar)));
  }
  Task<std::optional<std::string>> download(Call call, std::string container, std::string path,
                                            std::size_t most) override {
    return timed(calls_, "download", inner_->download(call, std::move(container), std::move(path), most));
  }
  Task<std::vector<LogPiece>> logs(Call call, std::string container, LogOptions options) override {
    return timed(calls_, "logs", inner_->logs(call, std::move(container), options));
  }
  Task<std::unique_ptr<LogStream>> follow_logs(Call call, std::string container, FollowOptions options) override {
    return timed(calls_, "follow_logs", inner_->follow_logs(call, std::move(container), options));
  }
  Task<std::optional<Statistics>> statistics(Call call, std::string container) override {
    return timed(calls_, "statistics", inner_->statistics(call, std::move(container)));
  }
  Task<std::unique_ptr<EventStream>> events(Call call, std::int64_t since_nano,
                                            std::vector<std::string> labels) override {
    return timed(calls_, "events", inner_->events(call, since_nano, std::move(labels)));
  }
  Task<std::optional<Image>> image(Call call, std::string name) override {
    return timed(calls_, "image", inner_->image(call, std::move(name)));
  }
  Task<> pull(Call call, std::string name, std::chrono::seconds limit) override {
    return timed(calls_, "pull", inner_->pull(call, std::move(name), limit));
  }
  Task<std::optional<Network>> network(Call call, std::string name) override {
    return timed(calls_, "network", inner_->network(call, std::move(name)));
  }
  Task<> create_network(Call call, std::string name, std::string subnet, Labels labels) override {
    return timed(calls_, "create_network",
                 inner_->create_network(call, std::move(name), std::move(subnet), std::move(labels)));
  }
  Task<> remove_network(Call call, std::string name) override {
    return timed(calls_, "remove_network", inner_->remove_network(call, std::move(name)));
  }
  Task<std::optional<Volume>> volume(Call call, std::string name) override {
    return timed(calls_, "volume", inner_->volume(call, std::move(name)));
  }
  Task<> create_volume(Call call, std::string name, Labels labels) override {
    return timed(calls_, "create_volume", inner_->create_volume(call, std::move(name), std::move(labels)));
  }
  Task<> remove_volume(Call call, std::string name) override {
    return timed(calls_, "remove_volume", inner_->remove_volume(call, std::move(name)));
  }

 private:
  std::unique_ptr<Engine> inner_;
  EngineCalls* calls_;
};

}  // namespace

void EngineCalls::count(std::string_view kind, std::chrono::nanoseconds took, std::string_view fault) {
  const std::lock_guard lock(mutex_);
  auto& line = lines_[kind];
  line.kind = kind;
  line.durations.add(took);
  if (!fault.empty()) ++line.failed[fault];
}

std::vector<EngineCalls::Line> EngineCalls::read() const {
  const std::lock_guard lock(mutex_);
  std::vector<Line> lines;
  lines.reserve(lines_.size());
  for (const auto& [kind, line] : lines_) lines.push_back(line);
  return lines;
}

std::unique_ptr<engine::Engine> measured(std::unique_ptr<engine::Engine> engine, EngineCalls& calls) {
  return std::make_unique<Measured>(std::move(engine), calls);
}

}  // namespace trinity::metrics
