#include "cli/log_printer.h"

#include <fmt/format.h>

#include <ostream>

namespace trinity::cli {

namespace {

const json::array* lines_in(const json::object& data) {
  const auto* found = data.if_contains("lines");
  return found != nullptr && found->is_array() ? &found->get_array() : nullptr;
}

std::int64_t whole(const json::object& from, std::string_view field) {
  return static_cast<std::int64_t>(number_of(from, field));
}

/// `...:05.12Z` as `...:05.120000000`: times of unequal fractions that compare as texts.
std::string comparable(std::string time) {
  constexpr std::size_t kSeconds = 19;
  if (time.ends_with('Z')) time.pop_back();
  if (time.size() == kSeconds) time += '.';
  time.resize(std::max<std::size_t>(time.size(), kSeconds + 10), '0');
  return time;
}

std::string_view words_for(std::string_view state) {
  if (state == "ended") return "the agent's container does not run; waiting for its next start";
  if (state == "interrupted") return "the container engine does not answer; waiting for it";
  return {};
}

}  // namespace

std::string shown_line(const Terminal& terminal, std::string_view line) {
  return terminal.person_reads ? harmless(line, terminal.colour) : std::string(line);
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

void LogPrinter::take(const LiveEvent& event) {
  const auto* lines = lines_in(event.data);
  if (lines == nullptr) return;
  // Nobody has looked at this log for a while: what was there before comes with the next frame.
  if (!begun_ && text_of(event.data, "state") == "connecting") return;
  const auto first = first_new(event.data, *lines);
  say_skipped(event.data, *lines, first);
  for (std::size_t i = first; i < lines->size(); ++i) {
    if ((*lines)[i].is_object()) print((*lines)[i].get_object());
  }
  follow_ = text_of(event.data, "follow");
  next_ = whole(event.data, "first") + static_cast<std::int64_t>(lines->size());
  begun_ = true;
  say_state(text_of(event.data, "state"));
  session_.terminal().out << std::flush;
}

std::size_t LogPrinter::first_new(const json::object& data, const json::array& lines) const {
  if (!begun_) return lines.size() - std::min(lines.size(), options_.most_of_first);
  if (flag_of(data, "reset")) return 0;
  if (text_of(data, "follow") != follow_) return first_later(lines);
  const auto known = next_ - whole(data, "first");
  return static_cast<std::size_t>(std::clamp<std::int64_t>(known, 0, static_cast<std::int64_t>(lines.size())));
}

/// Another count: only the times tell what is new.
std::size_t LogPrinter::first_later(const json::array& lines) const {
  const auto last = comparable(last_time_);
  std::size_t first = lines.size();
  while (first > 0 && lines[first - 1].is_object() &&
         (last_time_.empty() || comparable(text_of(lines[first - 1].get_object(), "ts")) > last)) {
    --first;
  }
  return first;
}

void LogPrinter::say_skipped(const json::object& data, const json::array& lines, std::size_t first) {
  if (!begun_) return;
  if (flag_of(data, "reset")) return note("the agent has a new container");
  if (text_of(data, "follow") == follow_) {
    const auto skipped = whole(data, "first") - next_;
    if (skipped > 0) note(fmt::format("{} line{} skipped", skipped, skipped == 1 ? "" : "s"));
  } else if (first == 0 && !lines.empty() && !last_time_.empty()) {
    note("lines may be missing here");
  }
}

void LogPrinter::say_state(const std::string& state) {
  if (state == state_) return;
  state_ = state;
  const auto words = words_for(state);
  if (!words.empty()) note(words);
}

void LogPrinter::note(std::string_view text) const {
  auto& terminal = session_.terminal();
  terminal.out << std::flush;
  terminal.err << fmt::format("... {} ...\n", text) << std::flush;
}

void LogPrinter::print(const json::object& line) {
  const auto time = text_of(line, "ts");
  if (!time.empty()) last_time_ = time;
  auto& terminal = session_.terminal();
  if (session_.as_json()) {
    terminal.out << json::serialize(line) << '\n';
    return;
  }
  if (options_.times) terminal.out << paint(terminal, Colour::dim, time.empty() ? "-" : time) << "  ";
  terminal.out << shown_line(terminal, text_of(line, "text"));
  const auto cut = whole(line, "cut");
  if (cut > 0) terminal.out << paint(terminal, Colour::dim, fmt::format(" ... [{} bytes more]", cut));
  terminal.out << '\n';
}

std::vector<std::string> LogWindow::fresh(std::vector<std::string> window) {
  // The least number of lines that have left at its beginning: what is left of the old window begins the new one.
  std::size_t left = 0;
  for (; left < before_.size(); ++left) {
    const auto rest = before_.size() - left;
    if (rest > window.size()) continue;
    if (std::equal(before_.begin() + static_cast<std::ptrdiff_t>(left), before_.end(), window.begin())) break;
  }
  torn_ = !before_.empty() && left == before_.size() && !window.empty();
  const auto known = before_.size() - left;
  before_ = std::move(window);
  return {before_.begin() + static_cast<std::ptrdiff_t>(known), before_.end()};
}

}  // namespace trinity::cli
