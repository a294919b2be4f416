#include "engine/docker_logs.h"

#include "engine/docker_fault.h"

namespace trinity::engine {

Task<LogPortion> DockerLogs::next(std::chrono::milliseconds limit) {
  LogPortion portion;
  std::string bytes;
  try {
    bytes = co_await stream_->read(limit);
  } catch (const http::ClientError& fault) {
    if (fault.fault() == http::ClientFault::timeout) co_return portion;
    throw translated(fault, "followed logs");
  }
  if (bytes.empty()) {
    framer_.finish(portion.pieces);
    portion.ended = true;
  } else {
    framer_.feed(bytes, portion.pieces);
  }
  co_return portion;
}

}  // namespace trinity::engine
