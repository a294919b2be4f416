#include "runfeeds/source.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <ranges>

#include "json/shorten.h"

namespace trinity::runfeeds {

namespace {

constexpr std::size_t largest_entry = 64 * 1024;
constexpr std::size_t deepest = 80;

/// The elements of an array, as they stand; nothing when the text cannot be one.
std::optional<std::vector<std::string_view>> elements_of(std::string_view text) {
  const auto begin = text.find('[');
  if (begin == std::string_view::npos) return std::nullopt;
  std::vector<std::string_view> found;
  std::size_t depth = 0;
  std::size_t from = begin + 1;
  bool in_string = false;
  for (auto at = begin + 1; at < text.size(); ++at) {
    const char c = text[at];
    if (in_string) {
      if (c == '\\') ++at;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (depth == 0 && (c == ',' || c == ']')) {
      const auto element = text.substr(from, at - from);
      const bool empty = element.find_first_not_of(" \t\r\n") == std::string_view::npos;
      if (c == ',' || !found.empty() || !empty) found.push_back(element);
      if (c == ']') return found;
      from = at + 1;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return std::nullopt;
}

bool is_object(std::string_view text) {
  boost::system::error_code fault;
  boost::json::parse_options options;
  options.max_depth = deepest;
  return boost::json::parse(text, fault, {}, options).is_object() && !fault;
}

}  // namespace

std::optional<NewestEntries> newest_entries(std::string_view transcript, std::size_t most, std::size_t most_entry) {
  const auto elements = elements_of(transcript);
  if (!elements) return std::nullopt;
  NewestEntries made;
  made.total = elements->size();
  std::size_t bytes = 0;
  for (const auto element : std::ranges::reverse_view(*elements)) {
    auto entry = json::shortened(element, most_entry);
    bytes += entry.size() + 1;
    if (bytes > most && !made.entries.empty()) break;
    if (!is_object(entry)) return std::nullopt;
    made.entries.push_back(std::move(entry));
  }
  std::reverse(made.entries.begin(), made.entries.end());
  return made;
}

Task<std::vector<executions::Execution>> StoreSource::newest(std::string agent, std::int64_t most) {
  BackgroundCall job("feeds");
  co_return co_await store_.of_agent(job.call(), std::move(agent), most);
}

Task<std::optional<StoredRun>> StoreSource::find(std::string agent, std::string run, std::size_t most) {
  BackgroundCall job("feeds");
  auto record = co_await store_.find(job.call(), std::move(agent), std::move(run));
  if (!record) co_return std::nullopt;
  StoredRun found;
  const auto transcript = std::exchange(record->execution_log, std::nullopt);
  found.record = std::move(*record);
  if (!transcript) co_return found;
  auto pick = [text = std::string_view(*transcript), most] { return newest_entries(text, most, largest_entry); };
  auto newest = co_await pool_.run(std::move(pick));
  if (!newest) co_return found;
  found.has_log = true;
  found.newest = std::move(newest->entries);
  found.total = newest->total;
  co_return found;
}

}  // namespace trinity::runfeeds
