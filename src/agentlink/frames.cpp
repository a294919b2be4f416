#include "agentlink/frames.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <optional>

namespace trinity::agentlink {

namespace {

namespace json = boost::json;

constexpr std::size_t deepest = 16;
constexpr std::size_t longest_name = 64;
/// A daemon that names an odd interval is looked after all the same.
constexpr std::int64_t shortest_heartbeat_ms = 100;
constexpr std::int64_t longest_heartbeat_ms = 60'000;

std::optional<std::uint64_t> number_in(const json::object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  if (found == nullptr) return std::nullopt;
  if (const auto* number = found->if_int64(); number != nullptr && *number >= 0)
    return static_cast<std::uint64_t>(*number);
  if (const auto* number = found->if_uint64()) return *number;
  return std::nullopt;
}

std::string text_in(const json::object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

std::expected<Frame, std::string> hello_of(Frame frame, const json::object& from) {
  frame.kind = Frame::Kind::hello;
  frame.stream = text_in(from, "stream");
  if (frame.stream.empty() || frame.stream.size() > longest_name) return std::unexpected("hello without a stream");
  const auto* resumed = from.if_contains("resumed");
  frame.resumed = resumed != nullptr && resumed->is_bool() && resumed->get_bool();
  const auto beat = static_cast<std::int64_t>(
      std::min<std::uint64_t>(number_in(from, "heartbeat_ms").value_or(15'000), longest_heartbeat_ms));
  frame.heartbeat = std::chrono::milliseconds(std::max(beat, shortest_heartbeat_ms));
  return frame;
}

}  // namespace

std::expected<Frame, std::string> read_frame(std::string_view text) {
  boost::system::error_code fault;
  json::parse_options options;
  options.max_depth = deepest;
  auto value = json::parse(text, fault, {}, options);
  if (fault || !value.is_object()) return std::unexpected("a frame that is no JSON object");
  auto& from = value.get_object();
  Frame frame;
  frame.type = text_in(from, "type");
  if (frame.type.empty() || frame.type.size() > longest_name) return std::unexpected("a frame without type");
  const auto seq = number_in(from, "seq");
  frame.seq = seq.value_or(0);
  if (frame.type == "hello") return hello_of(std::move(frame), from);
  if (!seq) {
    if (frame.type == "snapshot" || frame.type == "heartbeat")
      return std::unexpected("a " + frame.type + " without number");
    return frame;
  }
  if (frame.type == "heartbeat") {
    frame.kind = Frame::Kind::heartbeat;
    return frame;
  }
  if (frame.type == "snapshot") {
    auto* state = from.if_contains("state");
    if (state == nullptr || !state->is_object()) return std::unexpected("a snapshot without state");
    frame.kind = Frame::Kind::snapshot;
    frame.body = std::move(state->get_object());
    return frame;
  }
  frame.kind = Frame::Kind::event;
  frame.body = std::move(from);
  return frame;
}

}  // namespace trinity::agentlink
