#pragma once
#include <memory>

#include "engine/engine.h"
#include "engine/framing.h"
#include "http/client.h"

namespace trinity::engine {

/// Reads log entries out of an open answer.
class DockerLogs final : public LogStream {
 public:
  explicit DockerLogs(std::unique_ptr<http::ClientStream> stream) : stream_(std::move(stream)) {}

  Task<LogPortion> next(std::chrono::milliseconds limit) override;
  void cancel() noexcept override { stream_->cancel(); }

 private:
  std::unique_ptr<http::ClientStream> stream_;
  LogFramer framer_;
};

}  // namespace trinity::engine
