#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/clock.h"

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
  if (!enabled(level)) return;
  std::string line;
  if (sink().json) {
    boost::json::object fields{{"ts", format_z(now())}, {"level", word(level)}, {"room", place.room}};
    if (!place.request.empty()) fields["request"] = place.request;
    fields["msg"] = text;
    line = boost::json::serialize(fields);
  } else if (place.request.empty()) {
    line = fmt::format("{} {:<5} {}: {}", format_z(now()), word(level), place.room, text);
  } else {
    line = fmt::format("{} {:<5} {}: [{}] {}", format_z(now()), word(level), place.room, place.request, text);
  }
  if (sink().output) {
    sink().output(std::move(line));
  } else {
    sink().logger->log(native(level), "{}", line);
  }
}

}  // namespace trinity::log
