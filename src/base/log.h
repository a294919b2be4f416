#pragma once
#include <fmt/format.h>

#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace trinity::log {

enum class Level { debug, info, warn, error };

/// Sets what is written and how: text for people or JSON lines. Called once by main before other threads start.
void configure(Level level, bool json);
/// Sends finished lines (without line end) to `output` instead of standard output. Called once by main before other
/// threads start; `output` must not block, may be called from any thread and outlives all logging.
void redirect(std::function<void(std::string)> output);
[[nodiscard]] bool enabled(Level level) noexcept;
/// Where a line comes from: the part of the program ("http", "fleet") and the request or job it is about, as far as it
/// is about one: `log::warn({"auth", call.id()}, "...")`.
struct Place {
  Place(const char* r) : room(r) {}
  Place(std::string_view r, std::string_view id) : room(r), request(id) {}

  std::string_view room;
  std::string_view request;
};
/// Never pass secrets, request bodies, tokens or address queries.
void write(Level level, Place place, std::string_view text);

template <class... A>
void debug(Place place, fmt::format_string<A...> format, A&&... args) {
  if (enabled(Level::debug)) write(Level::debug, place, fmt::format(format, std::forward<A>(args)...));
}
template <class... A>
void info(Place place, fmt::format_string<A...> format, A&&... args) {
  if (enabled(Level::info)) write(Level::info, place, fmt::format(format, std::forward<A>(args)...));
}
template <class... A>
void warn(Place place, fmt::format_string<A...> format, A&&... args) {
  if (enabled(Level::warn)) write(Level::warn, place, fmt::format(format, std::forward<A>(args)...));
}
template <class... A>
void error(Place place, fmt::format_string<A...> format, A&&... args) {
  if (enabled(Level::error)) write(Level::error, place, fmt::format(format, std::forward<A>(args)...));
}

}  // namespace trinity::log
