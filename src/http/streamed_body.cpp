#include "http/streamed_body.h"

#include "base/clock.h"
#include "base/log.h"
#include "http/chunk.h"

namespace trinity::http {

Task<std::string> RequestBody::read() {
  std::string piece;
  const auto outcome = co_await reader_.read_piece(&piece, max_, expects_);
  if (outcome != RequestReader::Body::read) throw BodyFault(outcome);
  co_return piece;
}

Task<bool> write_body(const StreamedBody* body, BodyWay way) {
  std::uint64_t sent = 0;
  std::chrono::nanoseconds used{0};
  for (;;) {
    std::string piece;
    std::string fault;
    try {
      piece = co_await body->source->read();
    } catch (const std::exception& e) {
      fault = e.what();
    }
    sent += piece.size();
    if (fault.empty() && body->length && (piece.empty() ? sent < *body->length : sent > *body->length))
      fault = "it has not the length that was promised";
    if (!fault.empty()) {
      log::warn({"http", way.request_id}, "a body ended in its middle: {}", fault);
      co_return false;
    }
    if (piece.empty() && !way.chunked) co_return true;
    const auto begun = steady_now();
    const auto until = begun + way.within + extra_time(sent) - used;
    const auto head = way.chunked ? chunk_head(piece.size()) : std::string();
    const std::string_view end = way.chunked ? "\r\n" : "";
    const auto done =
        co_await way.stream->write({asio::buffer(head), asio::buffer(piece), asio::buffer(end), {}}, until);
    if (done.fault || piece.empty()) co_return !done.fault;
    used += steady_now() - begun;
  }
}

}  // namespace trinity::http
