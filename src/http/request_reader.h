#pragma once
#include <boost/beast/core/flat_buffer.hpp>
#include <cstddef>
#include <memory>
#include <optional>

#include "http/request_parser.h"
#include "http/server.h"
#include "http/stream.h"

namespace trinity::http {

/// Reads requests off one connection, head and body separately and each within its limits, so that the body is only
/// read when somebody wants it. Includes Beast: for connection.cpp only.
class RequestReader {
 public:
  /// `options` outlive the reader.
  RequestReader(std::shared_ptr<Stream> stream, const ServerOptions& options);

  enum class Head {
    read,
    ended,      ///< the peer has gone, or was too slow to deserve an answer
    too_large,  ///< 431
    malformed   ///< 400
  };
  /// Waits for the next request and reads its head.
  Task<Head> read_head();

  enum class Body {
    read,
    ended,      ///< the peer has gone
    too_large,  ///< 413
    too_slow,   ///< 408
    malformed   ///< 400
  };
  /// Reads the rest of the body into `parser().body`. `expects`: the peer waits for "100 Continue" first.
  Task<Body> read_body(std::size_t max, bool expects);
  /// Reads on in the body and moves what is there into `piece`; an empty one is the end. `max` bounds the whole body.
  Task<Body> read_piece(std::string* piece, std::size_t max, bool expects);

  /// Reads and drops what is left of a body that nobody wants. False when it is too long or the peer has gone.
  Task<bool> drop_body();
  /// Whether drop_body() is worth it: a long rest makes closing the connection cheaper.
  [[nodiscard]] bool is_short_rest() const;
  /// Says "no more from me" and reads on for a moment: a close with unread bytes would throw our answer away on the
  /// peer's side.
  Task<> linger(std::chrono::seconds limit = std::chrono::seconds(3));

  /// The request read last.
  [[nodiscard]] RequestParser& parser() { return *parser_; }
  /// Waits for the first byte of a request.
  [[nodiscard]] bool is_idle() const noexcept { return idle_; }
  /// Bytes behind the request are here already.
  [[nodiscard]] bool has_more() const { return buffer_.size() > 0; }

 private:
  Task<Body> read_on(std::size_t max);
  Task<bool> go_on(bool expects);
  Task<boost::system::error_code> read_more(std::size_t size, SteadyTime until);

  std::shared_ptr<Stream> stream_;
  const ServerOptions& options_;
  boost::beast::flat_buffer buffer_;
  std::optional<RequestParser> parser_;
  bool idle_ = false;
  std::optional<SteadyTime> body_since_;  ///< when somebody began to read the body
  std::size_t taken_ = 0;                 ///< bytes of it that were handed out in pieces
};

/// A body, in or out, may take longer than its limit when it keeps moving at 64 KiB a second.
[[nodiscard]] constexpr std::chrono::seconds extra_time(std::size_t bytes) {
  return std::chrono::seconds(bytes / (64 * 1024));
}

}  // namespace trinity::http
