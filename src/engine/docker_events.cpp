#include "engine/docker_events.h"

#include "base/log.h"
#include "engine/docker_fault.h"
#include "engine/docker_json.h"

namespace trinity::engine {

Task<std::optional<Event>> DockerEvents::next(std::chrono::milliseconds limit) {
  const auto deadline = steady_now() + limit;
  while (ready_.empty()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_now());
    if (left <= std::chrono::milliseconds(0)) co_return std::nullopt;
    std::string bytes;
    try {
      bytes = co_await stream_->read(left);
    } catch (const http::ClientError& fault) {
      if (fault.fault() == http::ClientFault::timeout) co_return std::nullopt;
      throw EngineError(Fault::unreachable, translated(fault, "events").what());
    }
    if (bytes.empty()) throw EngineError(Fault::unreachable, "the engine ended its event stream");
    take(bytes);
  }
  auto event = std::move(ready_.front());
  ready_.pop_front();
  co_return event;
}

void DockerEvents::take(std::string_view bytes) {
  std::vector<std::string> lines;
  const auto dropped_before = lines_.dropped();
  lines_.feed(bytes, lines);
  for (const auto& line : lines) {
    if (auto event = parse_event(line)) {
      ready_.push_back(std::move(*event));
    } else {
      ++broken_;
      log::debug("engine", "a line of the event stream is no event ({} so far, {} bytes)", broken_, line.size());
    }
  }
  if (lines_.dropped() != dropped_before) {
    log::debug("engine", "overlong lines of the event stream left out so far: {}", lines_.dropped());
  }
}

}  // namespace trinity::engine
