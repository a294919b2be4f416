#include "support/fake_engine.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/clock.h"
#include "fleet/types.h"

namespace trinity::test {

using engine::EngineError;
using engine::Fault;

namespace {

constexpr std::chrono::milliseconds step{1};

Task<> pause(std::chrono::milliseconds length) {
  const auto here = co_await asio::this_coro::executor;
  asio::steady_timer timer(here, length);
  boost::system::error_code ignored;
  co_await timer.async_wait(asio::redirect_error(use_awaitable, ignored));
}

bool matches(const engine::Labels& labels, const std::vector<std::string>& wanted) {
  for (const auto& one : wanted) {
    const auto equals = one.find('=');
    const auto it = labels.find(one.substr(0, equals));
    if (it == labels.end()) return false;
    if (equals != std::string::npos && it->second != one.substr(equals + 1)) return false;
  }
  return true;
}

std::int64_t nano(Time at) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(at.time_since_epoch()).count();
}

std::string padded_id(std::uint64_t number) {
  auto text = std::to_string(number);
  return std::string(64 - text.size(), 'a') + text;
}

}  // namespace

struct FakeEngine::Stream {
  std::mutex mutex;
  std::deque<engine::Event> waiting;
  std::vector<std::string> labels;
  bool broken = false;
  bool cancelled = false;
};

namespace {

class FakeStream : public engine::EventStream {
 public:
  explicit FakeStream(std::shared_ptr<FakeEngine::Stream> stream) : stream_(std::move(stream)) {}
  Task<std::optional<engine::Event>> next(std::chrono::milliseconds limit) override {
    const auto until = steady_now() + limit;
    while (true) {
      {
        const std::lock_guard lock(stream_->mutex);
        if (stream_->broken || stream_->cancelled) throw EngineError(Fault::unreachable, "the event stream ended");
        if (!stream_->waiting.empty()) {
          auto event = std::move(stream_->waiting.front());
          stream_->waiting.pop_front();
          co_return event;
        }
      }
      if (steady_now() >= until) co_return std::nullopt;
      co_await pause(step);
    }
  }
  void cancel() noexcept override {
    const std::lock_guard lock(stream_->mutex);
    stream_->cancelled = true;
  }

 private:
  std::shared_ptr<FakeEngine::Stream> stream_;
};

}  // namespace

FakeEngine::FakeEngine() {
  networks_[network_name] = {"net1", network_name, {}, "172.28.0.1"};
}
FakeEngine::~FakeEngine() = default;

// ---- scripting

void FakeEngine::trouble(const std::string& call, Trouble trouble) {
  const std::lock_guard lock(mutex_);
  troubles_.emplace(call, std::move(trouble));
}
void FakeEngine::heal(const std::string& call) {
  const std::lock_guard lock(mutex_);
  troubles_.erase(call);
  ++healed_;
}
void FakeEngine::heal() {
  const std::lock_guard lock(mutex_);
  troubles_.clear();
  ++healed_;
}
void FakeEngine::limit(std::chrono::milliseconds length) {
  const std::lock_guard lock(mutex_);
  limit_ = length;
}
void FakeEngine::lose_events(bool lost) {
  const std::lock_guard lock(mutex_);
  lose_events_ = lost;
}
void FakeEngine::set_clock_ahead(std::chrono::milliseconds offset) {
  const std::lock_guard lock(mutex_);
  ahead_ = offset;
}
void FakeEngine::on_inspect(std::function<void(const std::string& id)> hook) {
  const std::lock_guard lock(mutex_);
  hook_ = std::move(hook);
}
void FakeEngine::down(bool is_down) {
  {
    const std::lock_guard lock(mutex_);
    down_ = is_down;
  }
  if (is_down) cut_streams();
}
void FakeEngine::cut_streams() {
  const std::lock_guard lock(mutex_);
  for (const auto& weak : streams_) {
    if (const auto stream = weak.lock()) {
      const std::lock_guard inner(stream->mutex);
      stream->broken = true;
    }
  }
  streams_.clear();
  cut_logs();
}

std::optional<Trouble> FakeEngine::next_trouble(const std::string& what, const std::string& container) {
  const auto* held = find(container);
  const auto range = troubles_.equal_range(what);
  for (auto it = range.first; it != range.second; ++it) {
    auto& trouble = it->second;
    const bool meant = trouble.container.empty() || trouble.container == container ||
                       (held && (held->detail.id == trouble.container || held->detail.name == trouble.container));
    if (!meant || trouble.times == 0) continue;
    if (trouble.times > 0) --trouble.times;
    return trouble;
  }
  return std::nullopt;
}

Task<std::optional<Fault>> FakeEngine::enter(Call call, std::string what, std::string container) {
  call.count_engine();
  std::optional<Trouble> trouble;
  std::chrono::milliseconds limit{};
  bool is_down = false;
  {
    const std::lock_guard lock(mutex_);
    ++calls_[what];
    is_down = down_;
    limit = limit_;
    trouble = next_trouble(what, container);
  }
  if (is_down) throw EngineError(Fault::unreachable, what + ": connection refused");
  if (!trouble) co_return std::nullopt;
  if (trouble->hang) {
    const auto until = steady_now() + limit;
    const auto before = healed();
    while (steady_now() < until && healed() == before) co_await pause(step);
    throw EngineError(Fault::timeout, what + ": no answer in time");
  }
  if (trouble->delay.count() > 0) co_await pause(trouble->delay);
  if (!trouble->fault) co_return std::nullopt;
  if (trouble->after) co_return trouble->fault;
  throw EngineError(*trouble->fault, what + ": the engine's own words");
}

// ---- the world

FakeEngine::Held* FakeEngine::find(const std::string& name_or_id) {
  return const_cast<Held*>(std::as_const(*this).find(name_or_id));
}
const FakeEngine::Held* FakeEngine::find(const std::string& name_or_id) const {
  if (const auto it = containers_.find(name_or_id); it != containers_.end()) return &it->second;
  for (const auto& [id, held] : containers_) {
    if (held.detail.name == name_or_id) return &held;
  }
  return nullptr;
}
FakeEngine::Held& FakeEngine::get(const std::string& name_or_id) {
  auto* held = find(name_or_id);
  if (!held) throw EngineError(Fault::not_found, "No such container: " + name_or_id);
  return *held;
}

void FakeEngine::deliver(const engine::Event& event) {
  history_.push_back(event);
  if (history_.size() > 256) history_.pop_front();
  if (lose_events_) return;
  std::erase_if(streams_, [](const auto& weak) { return weak.expired(); });
  for (const auto& weak : streams_) {
    if (const auto stream = weak.lock()) {
      const std::lock_guard inner(stream->mutex);
      if (matches(event.attributes, stream->labels)) stream->waiting.push_back(event);
    }
  }
}

void FakeEngine::send(const std::string& action, const Held& held, std::map<std::string, std::string> more) {
  engine::Event event;
  event.type = "container";
  event.action = action;
  event.id = held.detail.id;
  event.attributes = held.detail.labels;
  event.attributes["name"] = held.detail.name;
  event.attributes.merge(more);
  const auto stamp = nano(clock());
  // Two events never carry the same time; a clock that was set is another matter.
  last_nano_ = stamp <= last_nano_ && last_nano_ - stamp < 1'000'000 ? last_nano_ + 1 : stamp;
  event.time_nano = last_nano_;
  deliver(event);
}

void FakeEngine::push(engine::Event event) {
  const std::lock_guard lock(mutex_);
  deliver(event);
}

void FakeEngine::run(Held& held) {
  held.detail.state = "running";
  held.detail.pid = next_pid_++;
  held.detail.exit_code = 0;
  held.detail.oom_killed = false;
  held.detail.started_at = clock();
  held.detail.addresses = {{network_name, address}};
  held.asked = 0;
  send("start", held);
}

void FakeEngine::end(Held& held, std::int64_t exit_code, bool oom) {
  held.detail.state = "exited";
  held.detail.pid = 0;
  held.detail.exit_code = exit_code;
  held.detail.oom_killed = oom;
  held.detail.finished_at = clock();
  held.detail.addresses.clear();
  if (oom) send("oom", held);
  send("die", held, {{"exitCode", std::to_string(exit_code)}});
}

std::string FakeEngine::add(const std::string& agent, const std::string& state, engine::Labels more) {
  const std::lock_guard lock(mutex_);
  Held held;
  held.detail.id = padded_id(next_id_++);
  held.detail.name = "agent-" + agent;
  held.detail.image = "trinity-agent-base:latest";
  held.detail.state = "created";
  held.detail.created = clock();
  held.detail.labels = {{fleet::label::platform, "agent"},
                        {fleet::label::agent_name, agent},
                        {fleet::label::instance, instance},
                        {fleet::label::ssh_port, "2222"},
                        {fleet::label::full_capabilities, "true"}};
  more.merge(held.detail.labels);
  held.detail.labels = std::move(more);
  held.detail.model_key = engine::key_digest(model_key);
  held.image_id = image_id(held.detail.image);
  held.spec.image = held.detail.image;
  held.spec.labels = held.detail.labels;
  held.spec.network = network_name;
  if (!model_key.empty()) held.spec.env["ANTHROPIC_API_KEY"] = model_key;
  auto& kept = containers_[held.detail.id] = held;
  send("create", kept);
  if (state == "running") run(kept);
  if (state != "running") kept.detail.state = state;
  return kept.detail.id;
}

void FakeEngine::add(engine::ContainerDetail container) {
  const std::lock_guard lock(mutex_);
  auto& kept = containers_[container.id];
  kept.detail = std::move(container);
  kept.image_id = image_id(kept.detail.image);
  kept.spec.image = kept.detail.image;
  kept.spec.labels = kept.detail.labels;
  kept.spec.network = network_name;
  send("create", kept);
}

void FakeEngine::set_state(const std::string& container, const std::string& state) {
  const std::lock_guard lock(mutex_);
  auto& held = get(container);
  held.detail.state = state;
  send(state == "paused" ? "pause" : "update", held);
}
void FakeEngine::die(const std::string& container, std::int64_t exit_code, bool oom) {
  const std::lock_guard lock(mutex_);
  end(get(container), exit_code, oom);
}
void FakeEngine::restart(const std::string& container) {
  const std::lock_guard lock(mutex_);
  end(get(container), 1, false);
  run(get(container));
}
void FakeEngine::destroy(const std::string& container) {
  const std::lock_guard lock(mutex_);
  auto& held = get(container);
  if (held.detail.state == "running") end(held, 137, false);
  const auto gone = held;
  containers_.erase(gone.detail.id);
  send("destroy", gone);
}
void FakeEngine::add_image(const std::string& name) {
  const std::lock_guard lock(mutex_);
  images_.insert(name);
}
void FakeEngine::forget_image(const std::string& name) {
  const std::lock_guard lock(mutex_);
  images_.erase(name);
}
std::string FakeEngine::image_id(const std::string& name) const {
  if (name.starts_with("sha256:")) return name;
  const auto build = builds_.find(name);
  return "sha256:" + name + (build == builds_.end() ? "" : "-" + std::to_string(build->second));
}
void FakeEngine::rebuild_image(const std::string& name) {
  const std::lock_guard lock(mutex_);
  ++builds_[name];
}
void FakeEngine::take_port(std::uint16_t port) {
  const std::lock_guard lock(mutex_);
  taken_ports_.insert(port);
}
void FakeEngine::break_starts(bool broken) {
  const std::lock_guard lock(mutex_);
  starts_break_ = broken;
}
bool FakeEngine::port_free(const Held& held) const {
  for (const auto& port : held.spec.ports) {
    if (taken_ports_.contains(port.host)) return false;
    for (const auto& [id, other] : containers_) {
      if (id == held.detail.id || other.detail.state != "running") continue;
      for (const auto& theirs : other.spec.ports) {
        if (theirs.host == port.host) return false;
      }
    }
  }
  return true;
}
void FakeEngine::add_volume(const std::string& name, engine::Labels labels) {
  const std::lock_guard lock(mutex_);
  volumes_[name] = {name, std::move(labels)};
}

// ---- looking

std::optional<engine::ContainerDetail> FakeEngine::container(const std::string& name_or_id) const {
  const std::lock_guard lock(mutex_);
  const auto* held = find(name_or_id);
  return held ? std::optional(held->detail) : std::nullopt;
}
std::optional<engine::ContainerSpec> FakeEngine::spec(const std::string& name_or_id) const {
  const std::lock_guard lock(mutex_);
  const auto* held = find(name_or_id);
  return held ? std::optional(held->spec) : std::nullopt;
}
std::string FakeEngine::uploaded(const std::string& name_or_id) const {
  const std::lock_guard lock(mutex_);
  const auto* held = find(name_or_id);
  return held && !held->uploads.empty() ? held->uploads.back().second : std::string();
}
std::vector<std::pair<std::string, std::string>> FakeEngine::uploads(const std::string& name_or_id) const {
  const std::lock_guard lock(mutex_);
  const auto* held = find(name_or_id);
  return held ? held->uploads : std::vector<std::pair<std::string, std::string>>();
}
std::vector<std::string> FakeEngine::container_names() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [id, held] : containers_) names.push_back(held.detail.name);
  return names;
}
std::set<std::string> FakeEngine::volume_names() const {
  const std::lock_guard lock(mutex_);
  std::set<std::string> names;
  for (const auto& [name, volume] : volumes_) names.insert(name);
  return names;
}
int FakeEngine::calls(const std::string& call) const {
  const std::lock_guard lock(mutex_);
  const auto it = calls_.find(call);
  return it == calls_.end() ? 0 : it->second;
}
std::uint64_t FakeEngine::healed() const {
  const std::lock_guard lock(mutex_);
  return healed_;
}
int FakeEngine::open_streams() const {
  const std::lock_guard lock(mutex_);
  int open = 0;
  for (const auto& weak : streams_) open += weak.expired() ? 0 : 1;
  return open;
}
std::vector<std::int64_t> FakeEngine::checkpoints() const {
  const std::lock_guard lock(mutex_);
  return checkpoints_;
}
std::int64_t FakeEngine::last_event_nano() const {
  const std::lock_guard lock(mutex_);
  return last_nano_;
}

// ---- calls

namespace {

/// The answer is lost although the work was done.
void lose_answer(const std::optional<Fault>& fault) {
  if (fault) throw EngineError(*fault, "the answer was lost");
}

}  // namespace

Task<std::string> FakeEngine::negotiate(Call call) {
  co_await enter(call, "negotiate", "");
  co_return "1.43";
}

Task<std::vector<engine::Container>> FakeEngine::list(Call call, std::vector<std::string> labels) {
  std::vector<engine::Container> found;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, held] : containers_) {
      const auto& d = held.detail;
      if (matches(d.labels, labels)) found.push_back({d.id, d.name, d.image, d.state, d.labels, d.created});
    }
  }
  // What is listed is what was there when the question came: a slow list is an old one.
  co_await enter(call, "list", "");
  co_return found;
}

Task<std::optional<engine::ContainerDetail>> FakeEngine::inspect(Call call, std::string container) {
  co_await enter(call, "inspect", container);
  auto found = this->container(container);
  std::function<void(const std::string&)> hook;
  {
    const std::lock_guard lock(mutex_);
    hook = hook_;
  }
  if (hook) {
    hook(container);
    co_await pause(std::chrono::milliseconds(20));
  }
  co_return found;
}

Task<std::optional<engine::Description>> FakeEngine::describe(Call call, std::string container) {
  co_await enter(call, "describe", container);
  const std::lock_guard lock(mutex_);
  const auto* held = find(container);
  if (!held) co_return std::nullopt;
  co_return engine::Description{held->spec, held->image_id};
}

Task<std::string> FakeEngine::create(Call call, std::string name, engine::ContainerSpec spec) {
  const auto lost = co_await enter(call, "create", name);
  std::string id;
  {
    const std::lock_guard lock(mutex_);
    if (find(name)) throw EngineError(Fault::conflict, "the name is taken");
    if (!images_.contains(spec.image) && !spec.image.starts_with("sha256:"))
      throw EngineError(Fault::not_found, "No such image");
    id = padded_id(next_id_++);
    auto& held = containers_[id];
    held.detail.id = id;
    held.detail.name = name;
    held.detail.image = spec.image;
    held.image_id = image_id(spec.image);
    held.detail.state = "created";
    held.detail.created = clock();
    held.detail.labels = spec.labels;
    held.detail.memory_limit = spec.memory;
    if (const auto key = spec.env.find("ANTHROPIC_API_KEY"); key != spec.env.end())
      held.detail.model_key = engine::key_digest(key->second);
    for (const auto& volume : spec.volumes) held.detail.volumes.push_back(volume.volume);
    held.spec = std::move(spec);
    send("create", held);
  }
  lose_answer(lost);
  co_return id;
}

Task<> FakeEngine::start(Call call, std::string container) {
  const auto lost = co_await enter(call, "start", container);
  {
    const std::lock_guard lock(mutex_);
    auto& held = get(container);
    if (held.detail.state != "running") {
      if (!port_free(held)) throw EngineError(Fault::port_taken, "Bind failed: port is already allocated");
      run(held);
      if (starts_break_) end(held, 1, false);
    }
  }
  lose_answer(lost);
}

Task<> FakeEngine::stop(Call call, std::string container, std::chrono::seconds) {
  const auto lost = co_await enter(call, "stop", container);
  {
    const std::lock_guard lock(mutex_);
    auto& held = get(container);
    if (held.detail.state == "running") end(held, 143, false);
  }
  lose_answer(lost);
}

Task<> FakeEngine::kill(Call call, std::string container, std::string) {
  co_await enter(call, "kill", container);
  const std::lock_guard lock(mutex_);
  end(get(container), 137, false);
}

Task<> FakeEngine::rename(Call call, std::string container, std::string name) {
  const auto lost = co_await enter(call, "rename", container);
  {
    const std::lock_guard lock(mutex_);
    if (find(name)) throw EngineError(Fault::conflict, "the name is taken");
    auto& held = get(container);
    held.detail.name = name;
    send("rename", held);
  }
  lose_answer(lost);
}

Task<> FakeEngine::remove(Call call, std::string container, bool force) {
  const auto lost = co_await enter(call, "remove", container);
  {
    const std::lock_guard lock(mutex_);
    auto* held = find(container);
    if (held) {
      if (held->detail.state == "running" && !force) throw EngineError(Fault::conflict, "it runs");
      if (held->detail.state == "running") end(*held, 137, false);
      const auto gone = *held;
      containers_.erase(gone.detail.id);
      send("destroy", gone);
    }
  }
  lose_answer(lost);
}

Task<> FakeEngine::upload(Call call, std::string container, std::string path, std::string tar) {
  const auto lost = co_await enter(call, "upload", container);
  {
    const std::lock_guard lock(mutex_);
    get(container).uploads.emplace_back(path, std::move(tar));
  }
  lose_answer(lost);
}

Task<std::optional<std::string>> FakeEngine::download(Call call, std::string container, std::string path, std::size_t) {
  co_await enter(call, "download", container);
  const std::lock_guard lock(mutex_);
  const auto& held = get(container);
  if (held.uploads.empty()) co_return std::nullopt;
  co_return "tar of " + path + " of " + held.detail.id;
}

Task<std::vector<engine::LogPiece>> FakeEngine::logs(Call call, std::string container, engine::LogOptions options) {
  co_await enter(call, "logs", container);
  const std::lock_guard lock(mutex_);
  get(container);
  std::vector<engine::LogPiece> pieces;
  pieces.push_back({engine::LogPiece::Stream::out, "tail " + std::to_string(options.tail) + "\n"});
  co_return pieces;
}

Task<std::optional<engine::Statistics>> FakeEngine::statistics(Call call, std::string container) {
  co_await enter(call, "statistics", container);
  const std::lock_guard lock(mutex_);
  auto* held = find(container);
  if (!held) co_return std::nullopt;
  engine::Statistics figures;
  figures.cpu_nanoseconds = 1'000'000 * ++held->asked;
  figures.memory_bytes = 50'000'000;
  figures.memory_limit = 100'000'000;
  figures.pids = 3;
  figures.read_at = now();
  co_return figures;
}

Task<std::unique_ptr<engine::EventStream>> FakeEngine::events(Call call, std::int64_t since_nano,
                                                              std::vector<std::string> labels) {
  co_await enter(call, "events", "");
  auto stream = std::make_shared<Stream>();
  stream->labels = std::move(labels);
  const std::lock_guard lock(mutex_);
  checkpoints_.push_back(since_nano);
  for (const auto& event : history_) {
    if (event.time_nano >= since_nano && !lose_events_ && matches(event.attributes, stream->labels))
      stream->waiting.push_back(event);
  }
  streams_.push_back(stream);
  co_return std::make_unique<FakeStream>(std::move(stream));
}

Task<std::optional<engine::Image>> FakeEngine::image(Call call, std::string name) {
  co_await enter(call, "image", "");
  const std::lock_guard lock(mutex_);
  if (!images_.contains(name)) co_return std::nullopt;
  co_return engine::Image{image_id(name), {}};
}

Task<> FakeEngine::pull(Call call, std::string name, std::chrono::seconds) {
  co_await enter(call, "pull", "");
  const std::lock_guard lock(mutex_);
  images_.insert(name);
}

Task<std::optional<engine::Network>> FakeEngine::network(Call call, std::string name) {
  co_await enter(call, "network", "");
  const std::lock_guard lock(mutex_);
  const auto it = networks_.find(name);
  if (it == networks_.end()) co_return std::nullopt;
  co_return it->second;
}

Task<> FakeEngine::create_network(Call call, std::string name, std::string, engine::Labels labels) {
  co_await enter(call, "create_network", "");
  const std::lock_guard lock(mutex_);
  networks_[name] = {"net2", name, std::move(labels), "172.28.0.1"};
}

Task<> FakeEngine::remove_network(Call call, std::string name) {
  co_await enter(call, "remove_network", "");
  const std::lock_guard lock(mutex_);
  networks_.erase(name);
}

Task<std::optional<engine::Volume>> FakeEngine::volume(Call call, std::string name) {
  co_await enter(call, "volume", name);
  const std::lock_guard lock(mutex_);
  const auto it = volumes_.find(name);
  if (it == volumes_.end()) co_return std::nullopt;
  co_return it->second;
}

Task<> FakeEngine::create_volume(Call call, std::string name, engine::Labels labels) {
  const auto lost = co_await enter(call, "create_volume", name);
  {
    const std::lock_guard lock(mutex_);
    volumes_[name] = {name, std::move(labels)};
  }
  lose_answer(lost);
}

Task<> FakeEngine::remove_volume(Call call, std::string name) {
  const auto lost = co_await enter(call, "remove_volume", name);
  const std::lock_guard lock(mutex_);
  volumes_.erase(name);
  lose_answer(lost);
}

}  // namespace trinity::test
