#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <mutex>
#include <shared_mutex>

#include "base/clock.h"
#include "base/log_fields.h"

namespace trinity::log {

namespace {

/// The one process-wide object of the program: every library's log lines must meet in one place to keep their order.
struct Sink {
  std::shared_ptr<spdlog::logger> logger = [] {
    auto made = spdlog::stdout_logger_mt("trinity");
    made->set_pattern("%v");
    made->flush_on(spdlog::level::info);
    return made;
  }();
  bool json = false;
  std::function<void(std::string)> output;
  std::shared_mutex mutex;  ///< of what follows
  const void* listener = nullptr;
  std::function<void(const Place&, std::span<const Field>)> hears;
};

Sink& sink() {
  static Sink instance;
  return instance;
}

spdlog::level::level_enum native(Level level) noexcept {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warn:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

std::string_view word(Level level) noexcept {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warn:
      return "warn";
    case Level::error:
      return "error";
  }
  return "info";
}

/// As it stands when it is one plain word, else as a JSON text: nothing in it ends the line or makes another field.
std::string quoted(std::string_view value) {
  const bool plain = !value.empty() && std::all_of(value.begin(), value.end(), [](unsigned char c) {
    return c > ' ' && c != '"' && c != '=' && c != '\\' && c != 0x7f;
  });
  return plain ? std::string(value) : boost::json::serialize(boost::json::string(value));
}

std::string made(Level level, Place place, std::string_view text, std::span<const Field> fields) {
  if (sink().json) {
    boost::json::object object{{"ts", format_z(now())}, {"level", word(level)}, {"room", place.room}};
    if (!place.request.empty()) object["request"] = place.request;
    object["msg"] = text;
    for (const auto& [name, value] : fields) object[name] = value;
    return boost::json::serialize(object);
  }
  auto line = fmt::format("{} {:<5} {}: ", format_z(now()), word(level), place.room);
  if (!place.request.empty()) line += fmt::format("[{}] ", place.request);
  line += text;
  for (const auto& [name, value] : fields) line += fmt::format(" {}={}", name, quoted(value));
  return line;
}

void put(spdlog::level::level_enum level, std::string line) {
  if (sink().output) {
    sink().output(std::move(line));
  } else {
    sink().logger->log(level, "{}", line);
  }
}

}  // namespace

void configure(Level level, bool json) {
  sink().json = json;
  sink().logger->set_level(native(level));
}

bool enabled(Level level) noexcept {
  return sink().logger->should_log(native(level));
}

void redirect(std::function<void(std::string)> output) {
  sink().output = std::move(output);
}

void write(Level level, Place place, std::string_view text) {
  if (enabled(level)) put(native(level), made(level, place, text, {}));
}

void write_always(Level level, Place place, std::string_view text, std::span<const Field> fields) {
  // No level that can be configured leaves this one out.
  put(spdlog::level::critical, made(level, place, text, fields));
  const std::shared_lock lock(sink().mutex);
  if (sink().hears) sink().hears(place, fields);
}

void hear(const void* who, std::function<void(const Place&, std::span<const Field>)> hears) {
  const std::unique_lock lock(sink().mutex);
  sink().listener = who;
  sink().hears = std::move(hears);
}

void stop_hearing(const void* who) {
  const std::unique_lock lock(sink().mutex);
  if (sink().listener != who) return;
  sink().listener = nullptr;
  sink().hears = nullptr;
}

}  // namespace trinity::log
