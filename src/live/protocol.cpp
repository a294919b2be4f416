#include "live/protocol.h"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <expected>
#include <memory>
#include <set>

#include "json/write.h"

namespace trinity::live {

namespace json = boost::json;

namespace {

constexpr std::string_view bearer = "Bearer ";
constexpr std::size_t max_ping_id = 64;
constexpr std::size_t max_depth = 8;
/// Names beyond the limit that still get an answer of their own; a frame of 16 KiB could hold thousands.
constexpr std::size_t max_beyond = 32;
/// Nobody has more subscriptions to end.
constexpr std::size_t max_topics_left = 64;

Frame make(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

std::string_view text_of(const json::object& from, std::string_view key) {
  const auto* found = from.if_contains(key);
  const auto* text = found ? found->if_string() : nullptr;
  return text ? std::string_view(*text) : std::string_view{};
}

/// The names of `topics`, each once, in order. Nothing when it is no list of texts.
std::optional<std::vector<std::string>> topics_of(const json::object& from) {
  const auto* found = from.if_contains("topics");
  const auto* list = found ? found->if_array() : nullptr;
  if (!list) return std::nullopt;
  std::vector<std::string> names;
  std::set<std::string_view> seen;
  for (const auto& item : *list) {
    const auto* name = item.if_string();
    if (!name) return std::nullopt;
    if (seen.insert(std::string_view(*name)).second) names.emplace_back(*name);
  }
  return names;
}

/// A cursor: the number as text.
std::optional<std::uint64_t> cursor_of(std::string_view text) {
  std::uint64_t number = 0;
  const auto* end = std::to_address(text.end());
  const auto [rest, fault] = std::from_chars(std::to_address(text.begin()), end, number);
  return fault == std::errc() && rest == end ? std::optional(number) : std::nullopt;
}

/// A number that cannot be one of ours counts as none: then the answer is a snapshot, which is always right.
std::optional<std::uint64_t> since_of(const json::object* since, std::string_view topic) {
  const auto* found = since ? since->if_contains(topic) : nullptr;
  if (!found) return std::nullopt;
  if (const auto* text = found->if_string()) return cursor_of(std::string_view(*text));
  if (const auto* number = found->if_uint64()) return *number;
  if (const auto* number = found->if_int64(); number && *number >= 0) return static_cast<std::uint64_t>(*number);
  return std::nullopt;
}

/// A member that is an object; null when it is left out.
std::expected<const json::object*, Malformed> member_of(const json::object& from, std::string_view key) {
  const auto* found = from.if_contains(key);
  if (!found || found->is_null()) return nullptr;
  if (const auto* object = found->if_object()) return object;
  return std::unexpected(Malformed{std::string(key) + " must be an object"});
}

std::expected<std::optional<Options>, std::string> options_of(const json::object* all, std::string_view topic) {
  const auto* found = all ? all->if_contains(topic) : nullptr;
  if (!found || found->is_null()) return std::nullopt;
  const auto* object = found->if_object();
  if (!object) return std::unexpected("options must be an object");
  return read_options(*object);
}

Command subscribe_of(const json::object& from) {
  auto names = topics_of(from);
  if (!names) return Malformed{"topics must be a list of texts"};
  const auto since = member_of(from, "since");
  if (!since) return since.error();
  const auto options = member_of(from, "options");
  if (!options) return options.error();
  Subscribe command;
  for (auto& name : *names) {
    if (command.topics.size() + command.wrong.size() < max_topics_per_frame) {
      auto chosen = options_of(*options, name);
      if (chosen) {
        const auto last_seen = since_of(*since, name);
        command.topics.push_back({std::move(name), last_seen, *chosen});
      } else {
        command.wrong.push_back({std::move(name), std::move(chosen.error())});
      }
    } else if (command.beyond.size() < max_beyond) {
      command.beyond.push_back(std::move(name));
    }
  }
  return command;
}

Command unsubscribe_of(const json::object& from) {
  auto names = topics_of(from);
  if (!names) return Malformed{"topics must be a list of texts"};
  if (names->size() > max_topics_left) names->resize(max_topics_left);
  return Unsubscribe{std::move(*names)};
}

Command choose_of(const json::object& from) {
  const auto topic = text_of(from, "topic");
  if (topic.empty()) return Malformed{"topic must be a text"};
  const auto object = member_of(from, "options");
  if (!object || !*object) return Malformed{"options must be an object", std::string(topic)};
  const auto options = read_options(**object);
  if (!options) return Malformed{options.error(), std::string(topic)};
  return Choose{std::string(topic), *options};
}

Command visibility_of(const json::object& from) {
  const auto* found = from.if_contains("hidden");
  const auto* hidden = found ? found->if_bool() : nullptr;
  if (!hidden) return Malformed{"hidden must be true or false"};
  return Visibility{*hidden};
}

Command ping_of(const json::object& from) {
  const auto* id = from.if_contains("id");
  if (!id) return Ping{nullptr};
  const auto* text = id->if_string();
  const bool short_text = text && text->size() <= max_ping_id;
  return Ping{id->is_number() || short_text ? *id : json::value(nullptr)};
}

Frame baseline_frame(std::string_view type, const Baseline& b) {
  const auto sampled = b.sampled_at ? json_text(format_z(*b.sampled_at)) : "null";
  return make(fmt::format(R"({{"type":"{}","topic":{},"seq":{},"snapshot":{},"sampled_at":{}}})", type,
                          json_text(b.topic), b.seq, b.snapshot, sampled));
}

}  // namespace

std::string with_cursor(std::string_view object, std::uint64_t seq) {
  const auto rest = object.substr(1);
  return fmt::format(R"({{"cursor":"{}"{}{})", seq, rest == "}" ? "" : ",", rest);
}

std::string json_text(std::string_view text) {
  return json::serialize(json::value(json::string(text)));
}

Command parse_command(std::string_view text) {
  if (text.starts_with(bearer)) return Authenticate{std::string(text.substr(bearer.size())), true};
  boost::system::error_code fault;
  json::parse_options options;
  options.max_depth = max_depth;
  const auto parsed = json::parse(text, fault, {}, options);
  const auto* object = fault ? nullptr : parsed.if_object();
  if (!object) return Ignored{};
  const auto type = text_of(*object, "type");
  if (type == "subscribe") return subscribe_of(*object);
  if (type == "unsubscribe") return unsubscribe_of(*object);
  if (type == "options") return choose_of(*object);
  if (type == "visibility") return visibility_of(*object);
  if (type == "ping") return ping_of(*object);
  if (type == "auth") return Authenticate{std::string(text_of(*object, "token")), false};
  return Ignored{};
}

Frame authenticated(const Identity& identity, Time server_time) {
  const auto& caller = *identity.caller;
  return make(fmt::format(
      R"({{"type":"authenticated","user":{},"role":"{}","expires_at":"{}","server_time":"{}","protocol":1}})",
      json_text(caller.username), caller.is_admin() ? "admin" : "user", format_z(identity.expires_at),
      format_z(server_time)));
}

Frame auth_error() {
  return make(R"({"type":"auth_error","status":401,"detail":"Could not validate credentials"})");
}

Frame session_expired() {
  return make(R"({"type":"session_expired"})");
}

Frame pong(const json::value& id, Time server_time) {
  return make(
      fmt::format(R"({{"type":"pong","id":{},"server_time":"{}"}})", trinity::json::write(id), format_z(server_time)));
}

Frame subscribe_error(std::string_view topic, unsigned status, std::string_view detail) {
  return make(fmt::format(R"({{"type":"subscribe_error","topic":{},"status":{},"detail":{}}})", json_text(topic),
                          status, json_text(detail)));
}

Frame unsubscribed(std::string_view topic, std::string_view reason) {
  return make(fmt::format(R"({{"type":"unsubscribed","topic":{},"reason":"{}"}})", json_text(topic), reason));
}

Frame subscribed(const Baseline& baseline) {
  return baseline_frame("subscribed", baseline);
}

Frame resync(const Baseline& baseline) {
  return baseline_frame("resync", baseline);
}

Frame event_frame(std::string_view event, std::string_view topic, std::uint64_t seq, Time at, std::string_view data) {
  return make(fmt::format(R"({{"event":"{}","topic":{},"seq":{},"ts":"{}","data":{}}})", event, json_text(topic), seq,
                          format_z(at), data));
}

}  // namespace trinity::live
