#include "agentlink/transcript_frames.h"

#include <algorithm>
#include <boost/json/parse.hpp>

#include "base/clock.h"
#include "json/shorten.h"
#include "json/write.h"

namespace trinity::agentlink {

namespace {

namespace json = boost::json;

/// Entries are at most 64 levels deep.
constexpr std::size_t deepest = 80;
constexpr std::size_t most_entries = 100'000;

std::uint64_t number_in(const json::object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  if (found == nullptr) return 0;
  if (const auto* number = found->if_int64()) return static_cast<std::uint64_t>(std::max<std::int64_t>(0, *number));
  if (const auto* number = found->if_uint64()) return *number;
  return 0;
}

std::string_view text_in(const json::object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  return found != nullptr && found->is_string() ? std::string_view(found->get_string()) : std::string_view();
}

std::expected<TranscriptFrame, std::string> entries_of(TranscriptFrame frame, const json::object& from,
                                                       std::size_t most_entry) {
  frame.kind = TranscriptFrame::Kind::entries;
  frame.index = number_in(from, "index");
  const auto* list = from.if_contains("entries");
  if (list == nullptr || !list->is_array() || list->get_array().empty()) return std::unexpected("entries without any");
  if (list->get_array().size() > most_entries) return std::unexpected("too many entries at once");
  frame.entries.reserve(list->get_array().size());
  for (const auto& entry : list->get_array()) {
    auto text = entry.is_object() ? trinity::json::write(entry) : std::string("{}");
    frame.entries.push_back(text.size() > most_entry ? trinity::json::shortened(text, most_entry) : std::move(text));
  }
  return frame;
}

}  // namespace

std::expected<TranscriptFrame, std::string> read_transcript_frame(std::string_view text, std::size_t most_entry) {
  boost::system::error_code fault;
  json::parse_options options;
  options.max_depth = deepest;
  const auto value = json::parse(text, fault, {}, options);
  if (fault || !value.is_object()) return std::unexpected("a frame that is no JSON object");
  const auto& from = value.get_object();
  const auto type = text_in(from, "type");
  TranscriptFrame frame;
  if (type.empty()) return std::unexpected("a frame without type");
  if (type == "entries") return entries_of(std::move(frame), from, most_entry);
  if (type == "hello") {
    frame.kind = TranscriptFrame::Kind::hello;
    frame.index = number_in(from, "index");
    frame.total = number_in(from, "entries");
    frame.attempt = static_cast<unsigned>(std::min<std::uint64_t>(number_in(from, "attempt"), 1'000'000));
    frame.waiting = text_in(from, "state") == "waiting";
  } else if (type == "partial") {
    frame.kind = TranscriptFrame::Kind::partial;
    frame.index = number_in(from, "at");
    frame.text = text_in(from, "text");
    const auto read_at = text_in(from, "read_at");
    if (parse_time(read_at)) frame.read_at = read_at;
  } else if (type == "ended") {
    frame.kind = TranscriptFrame::Kind::ended;
    frame.total = number_in(from, "entries");
  } else if (type == "unknown") {
    frame.kind = TranscriptFrame::Kind::unknown;
  }
  return frame;
}

}  // namespace trinity::agentlink
