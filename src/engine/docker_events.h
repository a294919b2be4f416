#pragma once
#include <deque>
#include <memory>
#include <string>

#include "engine/engine.h"
#include "engine/framing.h"
#include "http/client.h"

namespace trinity::engine {

/// Reads events out of an open answer. Lines that are no events are counted and left out.
class DockerEvents final : public EventStream {
 public:
  explicit DockerEvents(std::unique_ptr<http::ClientStream> stream) : stream_(std::move(stream)) {}

  Task<std::optional<Event>> next(std::chrono::milliseconds limit) override;
  void cancel() noexcept override { stream_->cancel(); }

 private:
  void take(std::string_view bytes);

  std::unique_ptr<http::ClientStream> stream_;
  LineSplitter lines_;
  std::deque<Event> ready_;  ///< of one read, so bounded by its size
  std::size_t broken_ = 0;
};

}  // namespace trinity::engine
