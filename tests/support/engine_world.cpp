#include "support/engine_world.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "base/ids.h"

namespace trinity::test {

namespace json = boost::json;

namespace {

constexpr std::size_t kept_events = 256;
constexpr const char* never = "0001-01-01T00:00:00Z";

std::int64_t nano(Time at) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(at.time_since_epoch()).count();
}

std::string text_of(const std::optional<Time>& at) {
  return at ? format_z(*at) : never;
}

json::object object_of(const Labels& labels) {
  json::object made;
  for (const auto& [key, value] : labels) made.emplace(key, value);
  return made;
}

json::object networks_of(const PretendedContainer& container) {
  if (container.network.empty()) return {};
  return {{container.network, json::object{{"IPAddress", container.address}, {"Gateway", "127.99.0.1"}}}};
}

json::array mounts_of(const PretendedContainer& container) {
  json::array made;
  for (const auto& [volume, path] : container.mounts) {
    made.push_back(json::object{{"Type", "volume"}, {"Name", volume}, {"Destination", path}, {"RW", true}});
  }
  return made;
}

}  // namespace

bool has_labels(const Labels& labels, const std::vector<std::string>& wanted) {
  return std::ranges::all_of(wanted, [&](const std::string& one) {
    const auto equals = one.find('=');
    const auto it = labels.find(one.substr(0, equals));
    return it != labels.end() && (equals == std::string::npos || it->second == one.substr(equals + 1));
  });
}

PretendedContainer& EngineWorld::add(PretendedContainer made) {
  made.id = random_hex(32);
  made.created = clock();
  auto& kept = containers_.emplace_back(std::move(made));
  by_id_[kept.id] = &kept;
  by_name_[kept.name] = &kept;
  tell(kept, "create");
  return kept;
}

PretendedContainer* EngineWorld::find(const std::string& name_or_id) {
  if (const auto it = by_id_.find(name_or_id); it != by_id_.end()) return it->second;
  const auto it = by_name_.find(name_or_id);
  return it == by_name_.end() ? nullptr : it->second;
}

void EngineWorld::start(PretendedContainer& container) {
  if (container.state == "running") return;
  container.state = "running";
  container.pid = next_pid_++;
  container.exit_code = 0;
  container.oom_killed = false;
  container.started = clock();
  // Of the loopback, where nothing listens: whoever calls is refused at once.
  const auto number = next_address_++ % 60'000;
  container.address = "127.99." + std::to_string(number / 250) + "." + std::to_string(number % 250 + 2);
  container.usage.cpu_nanoseconds = 0;
  container.listed.clear();
  if (trees_) trees_->add(container.id, container.pid, container.usage);
  tell(container, "start");
}

void EngineWorld::end(PretendedContainer& container, std::int64_t exit_code, bool oom) {
  if (container.state != "running" && container.state != "paused") return;
  if (trees_) trees_->remove(container.id, container.pid);
  container.state = "exited";
  container.pid = 0;
  container.exit_code = exit_code;
  container.oom_killed = oom;
  container.finished = clock();
  container.address.clear();
  container.listed.clear();
  if (oom) tell(container, "oom");
  tell(container, "die", {{"exitCode", std::to_string(exit_code)}});
}

void EngineWorld::pause(PretendedContainer& container, bool paused) {
  container.state = paused ? "paused" : "running";
  container.listed.clear();
  tell(container, paused ? "pause" : "unpause");
}

void EngineWorld::remove(PretendedContainer& container) {
  end(container, 137, false);
  tell(container, "destroy");
  by_id_.erase(container.id);
  by_name_.erase(container.name);
  containers_.remove_if([&](const auto& one) { return &one == &container; });
}

bool EngineWorld::rename(PretendedContainer& container, const std::string& name) {
  if (by_name_.contains(name)) return false;
  by_name_.erase(container.name);
  container.name = name;
  container.listed.clear();
  by_name_[name] = &container;
  tell(container, "rename");
  return true;
}

void EngineWorld::use(PretendedContainer& container, const Usage& usage) {
  container.usage = usage;
  if (trees_ && container.pid != 0) trees_->update(container.id, container.pid, usage);
}

void EngineWorld::restart_all() {
  const bool lost = std::exchange(lose_events_, true);
  for (auto& container : containers_) {
    if (container.state != "running") continue;
    end(container, 137, false);
    start(container);
  }
  lose_events_ = lost;
  forget_events();
}

std::size_t EngineWorld::running() const noexcept {
  return static_cast<std::size_t>(
      std::ranges::count_if(containers_, [](const auto& container) { return container.state == "running"; }));
}

void EngineWorld::make_list_part(PretendedContainer& container) const {
  container.listed = json::serialize(json::object{
      {"Id", container.id},
      {"Names", json::array{"/" + container.name}},
      {"Image", container.image},
      {"ImageID", "sha256:" + std::string(64, '0')},
      {"Command", "/usr/local/bin/agentd"},
      {"Created", nano(container.created) / 1'000'000'000},
      {"Ports", json::array{}},
      {"Labels", object_of(container.labels)},
      {"State", container.state},
      {"Status", container.state == "running" ? "Up" : "Exited"},
      {"HostConfig", json::object{{"NetworkMode", container.network}}},
      {"NetworkSettings", json::object{{"Networks", networks_of(container)}}},
      {"Mounts", mounts_of(container)},
  });
}

std::string EngineWorld::list_text(const std::vector<std::string>& labels) {
  std::string text = "[";
  for (auto it = containers_.rbegin(); it != containers_.rend(); ++it) {
    if (!has_labels(it->labels, labels)) continue;
    if (it->listed.empty()) make_list_part(*it);
    if (text.size() > 1) text += ',';
    text += it->listed;
  }
  return text + "]";
}

json::object EngineWorld::inspect(const PretendedContainer& container) const {
  const bool running = container.state == "running" || container.state == "paused";
  json::array env;
  for (const auto& one : container.env) env.push_back(json::string(one));
  return {
      {"Id", container.id},
      {"Name", "/" + container.name},
      {"Created", format_z(container.created)},
      {"Image", "sha256:" + std::string(64, '0')},
      {"State", json::object{{"Status", container.state},
                             {"Running", running},
                             {"Paused", container.state == "paused"},
                             {"OOMKilled", container.oom_killed},
                             {"Pid", container.pid},
                             {"ExitCode", container.exit_code},
                             {"StartedAt", text_of(container.started)},
                             {"FinishedAt", text_of(container.finished)}}},
      {"Config", json::object{{"Image", container.image}, {"Labels", object_of(container.labels)}, {"Env", env}}},
      {"HostConfig", json::object{{"Memory", container.usage.memory_limit},
                                  {"NetworkMode", container.network},
                                  {"RestartPolicy", json::object{{"Name", "unless-stopped"}}}}},
      {"NetworkSettings", json::object{{"Networks", networks_of(container)}}},
      {"Mounts", mounts_of(container)},
  };
}

// ---- events

void EngineWorld::tell(const PretendedContainer& container, const std::string& action, const Labels& more) {
  if (lose_events_) return;
  const auto stamp = nano(clock());
  const bool same_moment = stamp <= last_nano_ && last_nano_ - stamp < 1'000'000;
  last_nano_ = same_moment ? last_nano_ + 1 : stamp;
  Labels attributes = container.labels;
  attributes["name"] = container.name;
  attributes["image"] = container.image;
  for (const auto& [key, value] : more) attributes[key] = value;
  const json::object event{
      {"status", action},        {"id", container.id},
      {"from", container.image}, {"Type", "container"},
      {"Action", action},        {"Actor", json::object{{"ID", container.id}, {"Attributes", object_of(attributes)}}},
      {"scope", "local"},        {"time", last_nano_ / 1'000'000'000},
      {"timeNano", last_nano_},
  };
  history_.push_back({last_nano_, container.labels, json::serialize(event) + "\n"});
  if (history_.size() > kept_events) history_.pop_front();
  if (hold_) {
    held_.push_back(history_.back());
  } else {
    deliver(history_.back());
  }
}

void EngineWorld::deliver(const Past& event) {
  std::erase_if(streams_, [](const auto& stream) { return stream.feed.expired(); });
  for (const auto& stream : streams_) {
    const auto feed = stream.feed.lock();
    if (feed && has_labels(event.labels, stream.labels)) feed->push(event.line);
  }
}

std::shared_ptr<Feed> EngineWorld::follow(std::int64_t since_nano, std::vector<std::string> labels) {
  auto feed = std::make_shared<Feed>();
  for (const auto& event : history_) {
    if (event.nano >= since_nano && has_labels(event.labels, labels)) feed->push(event.line);
  }
  streams_.push_back({feed, std::move(labels)});
  return feed;
}

void EngineWorld::hold_events(bool held) {
  hold_ = held;
  if (held) return;
  for (const auto& event : std::exchange(held_, {})) deliver(event);
}

void EngineWorld::cut_streams() {
  for (const auto& stream : streams_) {
    if (const auto feed = stream.feed.lock()) feed->cut();
  }
  streams_.clear();
}

std::size_t EngineWorld::streams() {
  std::erase_if(streams_, [](const auto& stream) { return stream.feed.expired(); });
  return streams_.size();
}

}  // namespace trinity::test
