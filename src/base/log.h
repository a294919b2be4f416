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
/// `room` names the part of the program ("http", "fleet"). Never pass secrets, request bodies, tokens or address
/// queries.
void write(Level level, std::string_view room, std::string_view text);

template <class... A>
void debug(std::string_view room, fmt::format_string<A...> format, A&&... args) {
  if (enabled(Level::debug)) write(Level::debug, room, fmt::format(format, std::forward<A>(args)...));
}
template <class... A>
void info(std::string_view room, fmt::format_string<A...> format, A&&... args) {
  if (enabled(Level::info)) write(Level::info, room, fmt::format(format, std::forward<A>(args)...));
}
template <class... A>
void warn(std::string_view room, fmt::format_string<A...> format, A&&... args) {
  if (enabled(Level::warn)) write(Level::warn, room, fmt::format(format, std::forward<A>(args)...));
}
template <class... A>
void error(std::string_view room, fmt::format_string<A...> format, A&&... args) {
  if (enabled(Level::error)) write(Level::error, room, fmt::format(format, std::forward<A>(args)...));
}

}  // namespace trinity::log
