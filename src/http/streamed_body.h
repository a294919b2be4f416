#pragma once
#include <chrono>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>

#include "base/task.h"
#include "http/body_source.h"
#include "http/message.h"
#include "http/request_reader.h"
#include "http/stream.h"

namespace trinity::http {

/// Ends a handler that reads a body which cannot be had; the connection turns it into its answer.
struct BodyFault : std::runtime_error {
  explicit BodyFault(RequestReader::Body why) : std::runtime_error("the request's body cannot be read"), body(why) {}
  RequestReader::Body body;
};

/// The body of one request for a handler that reads it itself. The reader outlives it.
class RequestBody final : public BodySource {
 public:
  /// `max`: bytes; `expects`: the client waits for 100 Continue.
  RequestBody(RequestReader& reader, std::size_t max, bool expects) : reader_(reader), max_(max), expects_(expects) {}
  /// Throws BodyFault.
  Task<std::string> read() override;

 private:
  RequestReader& reader_;
  std::size_t max_;
  bool expects_;
};

/// Where the body of an answer goes, and how.
struct BodyWay {
  std::shared_ptr<Stream> stream;
  std::chrono::seconds within;  ///< counts the time that writing takes, not the source's; large bodies have more
  std::string request_id;       ///< for the log
  bool chunked = false;
};

/// Writes the body of an answer whose head is out. False when the peer has gone, or the body is not what the head has
/// promised: only the end of the connection can say so then.
Task<bool> write_body(const StreamedBody* body, BodyWay way);

}  // namespace trinity::http
