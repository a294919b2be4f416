#include "support/pretended_engine.h"

#include <algorithm>
#include <boost/json.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <cstdlib>

#include "base/clock.h"

namespace trinity::test {

namespace json = boost::json;

namespace {

Answer answer_of(unsigned status, const json::value& body) {
  Answer made;
  made.status = status;
  made.body = json::serialize(body);
  return made;
}
Answer refusal(unsigned status, const std::string& text) {
  return answer_of(status, json::object{{"message", text}});
}
Answer nothing(unsigned status) {
  Answer made;
  made.status = status;
  return made;
}

std::string text_at(const json::object& in, const char* name) {
  const auto* found = in.if_contains(name);
  return found && found->is_string() ? std::string(found->get_string()) : std::string();
}

Labels labels_at(const json::object& in, const char* name) {
  Labels made;
  const auto* found = in.if_contains(name);
  if (!found || !found->is_object()) return made;
  for (const auto& [key, value] : found->get_object()) {
    if (value.is_string()) made.emplace(key, value.get_string());
  }
  return made;
}

json::object body_of(const std::string& text) {
  boost::system::error_code fault;
  auto parsed = json::parse(text, fault);
  return !fault && parsed.is_object() ? parsed.get_object() : json::object();
}

/// `1700000000.000000001` -> nanoseconds.
std::int64_t nano_of(const std::string& since) {
  const auto point = since.find('.');
  auto fraction = point == std::string::npos ? std::string() : since.substr(point + 1);
  fraction.resize(9, '0');
  return std::atoll(since.c_str()) * 1'000'000'000 + std::atoll(fraction.c_str());
}

std::string framed(const std::string& text) {
  const auto size = static_cast<std::uint32_t>(text.size());
  std::string made{"\1\0\0\0", 4};
  for (int shift = 24; shift >= 0; shift -= 8) made += static_cast<char>((size >> shift) & 0xffU);
  return made + text;
}

json::object statistics_of(const PretendedContainer& container) {
  return {
      {"read", format_z(now())},
      {"cpu_stats", json::object{{"cpu_usage", json::object{{"total_usage", container.usage.cpu_nanoseconds}}}}},
      {"memory_stats", json::object{{"usage", container.usage.memory_bytes},
                                    {"limit", container.usage.memory_limit},
                                    {"stats", json::object{{"inactive_file", 0}}}}},
      {"pids_stats", json::object{{"current", 5}}},
      {"networks", json::object{{"eth0", json::object{{"rx_bytes", container.usage.received},
                                                      {"tx_bytes", container.usage.sent}}}}},
  };
}

}  // namespace

/// A request, taken apart: /v1.41/containers/<thing>/<verb>?query.
struct PretendedEngine::Question {
  explicit Question(const SeenRequest& request) : method(request.method), body(request.body) {
    const auto parsed = boost::urls::parse_origin_form(request.target);
    if (!parsed) return;
    for (const auto segment : parsed->segments()) parts.push_back(segment);
    if (!parts.empty() && parts[0].size() > 2 && parts[0][0] == 'v' && parts[0][1] == '1') parts.erase(parts.begin());
    for (const auto& param : parsed->params()) query[param.key] = param.value;
    read_filters();
    call = name_of_call();
  }

  void read_filters() {
    const auto filters = body_of(query.contains("filters") ? query.at("filters") : "{}");
    const auto* wanted = filters.if_contains("label");
    if (!wanted || !wanted->is_array()) return;
    for (const auto& one : wanted->get_array()) {
      if (one.is_string()) labels.emplace_back(one.get_string());
    }
  }
  [[nodiscard]] std::string part(std::size_t i) const { return i < parts.size() ? parts[i] : std::string(); }
  [[nodiscard]] std::string container() const {
    if (part(0) != "containers") return {};
    const auto name = query.find("name");
    return part(1) == "create" && name != query.end() ? name->second : part(1);
  }
  [[nodiscard]] std::string name_of_call() const {
    if (part(0) == "_ping") return "ping";
    if (part(0) != "containers") return part(0);  // version, events, volumes, networks, images
    if (part(1) == "json") return "list";
    if (part(1) == "create") return "create";
    if (method == "DELETE") return "remove";
    if (part(2) == "json") return "inspect";
    if (part(2) == "archive") return method == "GET" ? "download" : "upload";
    return part(2);
  }

  std::string method;
  std::string body;
  std::vector<std::string> parts;
  std::map<std::string, std::string> query;
  std::vector<std::string> labels;
  std::string call;
};

void PretendedEngine::trouble(CallTrouble trouble) {
  const std::lock_guard lock(mutex_);
  troubles_.push_back(std::move(trouble));
}

void PretendedEngine::heal() {
  const std::lock_guard lock(mutex_);
  troubles_.clear();
  world_.hold_events(false);
  ++healings_;
  healed_.notify_all();
}

void PretendedEngine::hang() {
  CallTrouble all;
  all.call = "*";
  all.hang = true;
  trouble(std::move(all));
  const std::lock_guard lock(mutex_);
  world_.hold_events(true);
}

void PretendedEngine::give_up() {
  const std::lock_guard lock(mutex_);
  over_ = true;
  healed_.notify_all();
}

std::map<std::string, std::size_t> PretendedEngine::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

std::optional<CallTrouble> PretendedEngine::next_trouble(const Question& question) {
  const auto* container = world_.find(question.container());
  for (auto& one : troubles_) {
    if (one.times == 0 || (one.call != "*" && one.call != question.call)) continue;
    const bool meant = one.vanish || one.container.empty() || one.container == question.container() ||
                       (container && (one.container == container->name || one.container == container->id));
    if (!meant) continue;
    if (one.times > 0) --one.times;
    return one;
  }
  return std::nullopt;
}

Answer PretendedEngine::answer(const SeenRequest& request) {
  const Question question(request);
  std::unique_lock lock(mutex_);
  ++calls_[question.call];
  const auto trouble = next_trouble(question);
  if (trouble && trouble->hang) {
    const auto before = healings_;
    healed_.wait(lock, [&] { return over_ || healings_ != before; });
  }
  auto made = trouble && trouble->status != 0 ? refusal(trouble->status, "the script wants it so") : reply(question);
  if (!trouble) return made;
  made.delay = trouble->delay;
  made.piece = trouble->piece;
  made.pause = trouble->pause;
  if (auto* gone = trouble->vanish ? world_.find(trouble->container) : nullptr) {
    world_.lose_events(true);
    world_.remove(*gone);
    world_.lose_events(false);
  }
  return made;
}

Answer PretendedEngine::reply(const Question& question) {
  const auto kind = question.part(0);
  if (kind == "version") {
    return answer_of(200, json::object{{"Version", "scripted"}, {"ApiVersion", "1.41"}, {"MinAPIVersion", "1.12"}});
  }
  if (kind == "containers") return reply_container(question);
  if (kind == "volumes") return reply_volume(question);
  if (kind == "networks") return reply_network(question);
  if (kind == "images") return reply_image(question);
  Answer made;
  if (kind == "_ping") made.body = "OK";
  if (kind == "events") {
    const auto since = question.query.find("since");
    made.feed = world_.follow(since == question.query.end() ? 0 : nano_of(since->second), question.labels);
  }
  if (made.body.empty() && !made.feed) return refusal(404, "page not found");
  return made;
}

Answer PretendedEngine::create(const Question& question) {
  const auto wanted = body_of(question.body);
  const auto name = question.container();
  if (world_.find(name)) return refusal(409, "Conflict. The container name \"/" + name + "\" is already in use.");
  if (world_.missing_images.contains(text_at(wanted, "Image"))) return refusal(404, "No such image");
  PretendedContainer made;
  made.name = name;
  made.image = text_at(wanted, "Image");
  made.labels = labels_at(wanted, "Labels");
  if (const auto* env = wanted.if_contains("Env"); env && env->is_array()) {
    for (const auto& one : env->get_array()) made.env.emplace_back(one.get_string());
  }
  const auto* host = wanted.if_contains("HostConfig");
  if (host && host->is_object()) {
    const auto& config = host->get_object();
    made.network = text_at(config, "NetworkMode");
    if (const auto* memory = config.if_contains("Memory"); memory && memory->to_number<std::uint64_t>() > 0)
      made.usage.memory_limit = memory->to_number<std::uint64_t>();
    if (const auto* binds = config.if_contains("Binds"); binds && binds->is_array()) {
      for (const auto& one : binds->get_array()) {
        const std::string text(one.get_string());  // volume:path[:ro]
        const auto colon = text.find(':');
        made.mounts.emplace_back(text.substr(0, colon), text.substr(colon + 1, text.find(':', colon + 1) - colon - 1));
      }
    }
  }
  return answer_of(201, json::object{{"Id", world_.add(std::move(made)).id}, {"Warnings", json::array{}}});
}

Answer PretendedEngine::reply_container(const Question& question) {
  const auto& call = question.call;
  if (call == "list") {
    Answer made;
    made.body = world_.list_text(question.labels);
    return made;
  }
  if (call == "create") return create(question);
  auto* container = world_.find(question.container());
  if (!container) return refusal(404, "No such container: " + question.container());
  const bool runs = container->state == "running" || container->state == "paused";
  if (call == "inspect") return answer_of(200, world_.inspect(*container));
  if (call == "stats") return answer_of(200, statistics_of(*container));
  if (call == "logs") {
    Answer made;
    made.body = container->log.empty() ? std::string() : framed(container->log);
    return made;
  }
  if (call == "download") return refusal(404, "Could not find the file");
  if (call == "rename") {
    const auto name = question.query.find("name");
    if (name == question.query.end()) return refusal(400, "no name");
    return world_.rename(*container, name->second) ? nothing(204) : refusal(409, "the name is in use");
  }
  if (call == "upload") {
    container->uploaded += question.body.size();
    return nothing(200);
  }
  if (call == "start") {
    world_.start(*container);
    return nothing(runs ? 304 : 204);
  }
  if (call == "stop" || call == "kill") {
    if (!runs) return call == "stop" ? nothing(304) : refusal(409, "Container is not running");
    world_.end(*container, call == "stop" ? 143 : 137, false);
    return nothing(204);
  }
  if (call == "remove") {
    if (runs && !question.query.contains("force")) return refusal(409, "You cannot remove a running container");
    world_.remove(*container);
    return nothing(204);
  }
  return refusal(404, "page not found");
}

Answer PretendedEngine::reply_volume(const Question& question) {
  const auto name = question.part(1);
  if (name == "create") {
    const auto wanted = body_of(question.body);
    const auto kept = world_.volumes.try_emplace(text_at(wanted, "Name"), labels_at(wanted, "Labels")).first;
    return answer_of(201, json::object{{"Name", kept->first}});
  }
  const auto found = world_.volumes.find(name);
  if (found == world_.volumes.end()) return refusal(404, "no such volume");
  if (question.method == "DELETE") {
    world_.volumes.erase(found);
    return nothing(204);
  }
  json::object labels;
  for (const auto& [key, value] : found->second) labels.emplace(key, value);
  return answer_of(200, json::object{{"Name", name}, {"Driver", "local"}, {"Labels", labels}});
}

Answer PretendedEngine::reply_network(const Question& question) {
  const auto name = question.part(1);
  if (name == "create") {
    const auto wanted = body_of(question.body);
    world_.networks[text_at(wanted, "Name")] = {labels_at(wanted, "Labels"), "127.99.0.0/16"};
    return answer_of(201, json::object{{"Id", text_at(wanted, "Name")}});
  }
  const auto found = world_.networks.find(name);
  if (found == world_.networks.end()) return refusal(404, "network not found");
  if (question.method == "DELETE") {
    world_.networks.erase(found);
    return nothing(204);
  }
  json::object labels;
  for (const auto& [key, value] : found->second.labels) labels.emplace(key, value);
  const json::object address{{"Subnet", found->second.subnet}, {"Gateway", "127.99.0.1"}};
  return answer_of(
      200,
      json::object{
          {"Id", name}, {"Name", name}, {"Labels", labels}, {"IPAM", json::object{{"Config", json::array{address}}}}});
}

Answer PretendedEngine::reply_image(const Question& question) {
  if (question.part(1) == "create") {
    const auto name = question.query.find("fromImage");
    return refusal(404, "pull access denied for " + (name == question.query.end() ? "?" : name->second));
  }
  auto name = question.part(1);
  for (std::size_t i = 2; i + 1 < question.parts.size(); ++i) name += "/" + question.parts[i];
  if (world_.missing_images.contains(name)) return refusal(404, "No such image: " + name);
  return answer_of(200, json::object{{"Id", "sha256:" + std::string(64, '0')}, {"Config", json::object{}}});
}

}  // namespace trinity::test
