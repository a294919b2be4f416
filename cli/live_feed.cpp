#include "cli/live_feed.h"

#include <fmt/format.h>

#include <array>
#include <ostream>

#include "cli/exit_code.h"

namespace trinity::cli {

namespace {

/// After the last wait a server counts as gone.
constexpr std::array kWaits{1, 2, 4, 8, 16, 30, 30, 30, 30, 30};
/// So many topics may one frame name.
constexpr std::size_t kMostOfFrame = 32;

json::object data_of(json::object& frame, std::string_view field) {
  auto* found = frame.if_contains(field);
  return found != nullptr && found->is_object() ? std::move(found->get_object()) : json::object();
}

/// `bot` for `agent:bot:logs`: a person has asked for an agent, not for a topic.
std::string subject_of(const std::string& topic) {
  constexpr std::string_view kAgent = "agent:";
  if (!topic.starts_with(kAgent)) return topic;
  return topic.substr(kAgent.size(), topic.rfind(':') - kAgent.size());
}

[[noreturn]] void refuse(const json::object& frame) {
  const auto status = static_cast<unsigned>(number_of(frame, "status"));
  const auto detail = harmless(text_of(frame, "detail"), false);
  const auto text = harmless(subject_of(text_of(frame, "topic")), false) + ": " + detail;
  if (status == 404 && detail == "Unknown topic") throw NotLive("the server does not send this live");
  if (status == 401) throw Fault(ExitCode::not_signed_in, detail, kSignInHint);
  // 422: it could be no agent's name.
  if (status == 403 || status == 404 || status == 422) throw Fault(ExitCode::not_found, text, kAgentsHint);
  throw Fault(ExitCode::failed, text);
}

}  // namespace

LiveFeed::LiveFeed(Session& session) : session_(session), socket_(session.api().open_live()) {}

void LiveFeed::subscribe(std::vector<LiveTopic> topics) {
  std::vector<std::string> fresh;
  for (auto& topic : topics) {
    if (topics_.try_emplace(topic.name, 0, std::move(topic.options)).second) fresh.push_back(std::move(topic.name));
  }
  ask_for(fresh);
}

void LiveFeed::ask_for(const std::vector<std::string>& names) {
  for (std::size_t begin = 0; begin < names.size(); begin += kMostOfFrame) {
    json::array topics;
    json::object since;
    json::object options;
    for (std::size_t i = begin; i < std::min(begin + kMostOfFrame, names.size()); ++i) {
      const auto& place = topics_[names[i]];
      topics.emplace_back(names[i]);
      if (place.seq > 0) since[names[i]] = place.seq;
      if (!place.options.empty()) options[names[i]] = place.options;
    }
    json::object frame{{"type", "subscribe"}, {"topics", std::move(topics)}};
    if (!since.empty()) frame["since"] = std::move(since);
    if (!options.empty()) frame["options"] = std::move(options);
    socket_->send(frame);
  }
}

void LiveFeed::connect() {
  socket_ = session_.api().open_live();
  std::vector<std::string> names;
  names.reserve(topics_.size());
  for (const auto& [name, place] : topics_) names.push_back(name);
  ask_for(names);
}

void LiveFeed::reconnect(const Fault& why) {
  Fault last = why;
  for (const int seconds : kWaits) {
    session_.terminal().err << fmt::format("{}; trying again in {} s\n", last.what(), seconds) << std::flush;
    session_.wait(std::chrono::seconds(seconds));
    try {
      return connect();
    } catch (const Fault& fault) {
      if (fault.code() != ExitCode::unreachable) throw;
      last = fault;
    }
  }
  throw Fault(last);
}

std::optional<LiveEvent> LiveFeed::understood(json::object frame) {
  const auto topic = text_of(frame, "topic");
  const auto type = text_of(frame, "type");
  if (type == "session_expired") throw Fault(ExitCode::not_signed_in, "the session has ended", kSignInHint);
  if (type == "subscribe_error") refuse(frame);
  const auto at = topics_.find(topic);
  if (at == topics_.end()) return std::nullopt;
  if (type == "unsubscribed") {
    topics_.erase(at);
    return LiveEvent{LiveEvent::Kind::ended, topic, text_of(frame, "reason"), {}};
  }
  const auto seq = static_cast<std::int64_t>(number_of(frame, "seq"));
  if (type == "subscribed" || type == "resync") {
    at->second.seq = seq;
    const auto* snapshot = frame.if_contains("snapshot");
    if (snapshot == nullptr || !snapshot->is_object()) return std::nullopt;  // the missed events follow
    return LiveEvent{LiveEvent::Kind::snapshot, topic, type, data_of(frame, "snapshot")};
  }
  const auto event = text_of(frame, "event");
  if (event.empty()) return std::nullopt;
  at->second.seq = seq;
  return LiveEvent{LiveEvent::Kind::change, topic, event, data_of(frame, "data")};
}

LiveEvent LiveFeed::next() {
  while (true) {
    std::optional<Fault> lost;
    try {
      if (auto event = understood(socket_->read())) return std::move(*event);
    } catch (const Fault& fault) {
      if (fault.code() != ExitCode::unreachable) throw;
      lost = fault;
    }
    if (lost) reconnect(*lost);
  }
}

}  // namespace trinity::cli
