#include "http/request_reader.h"

#include <algorithm>

namespace trinity::http {

namespace beast = boost::beast;
using boost::system::error_code;

namespace {

constexpr std::size_t small_read = 4096;
constexpr std::size_t large_read = 64 * 1024;
/// An unwanted body is read and dropped up to this size, so that the connection can be kept.
constexpr std::size_t short_rest = 64 * 1024;
/// Before a connection is closed under a peer that still sends, this much is dropped so that it sees the answer.
constexpr std::size_t linger_bytes = 64 * 1024 * 1024;
constexpr std::chrono::seconds drop_for{3};

}  // namespace

RequestReader::RequestReader(std::shared_ptr<Stream> stream, const ServerOptions& options)
    : stream_(std::move(stream)), options_(options), buffer_(options.max_header + large_read) {}

Task<error_code> RequestReader::read_more(std::size_t size, SteadyTime until) {
  const auto space = std::min(size, buffer_.max_size() - buffer_.size());
  if (space == 0) co_return error_code(beast::http::error::buffer_overflow);
  const auto done = co_await stream_->read_some(buffer_.prepare(space), until);
  buffer_.commit(done.bytes);
  co_return done.fault;
}

Task<RequestReader::Head> RequestReader::read_head() {
  const bool first = !parser_;
  parser_.emplace(options_.max_header);
  body_since_.reset();
  taken_ = 0;
  if (buffer_.size() == 0) {
    if (buffer_.capacity() > small_read) buffer_.shrink_to_fit();
    idle_ = true;
    const std::chrono::seconds limit = first ? options_.header_within : options_.idle;
    const auto fault = co_await read_more(small_read, steady_now() + limit);
    idle_ = false;
    if (fault) co_return Head::ended;
  }
  const auto until = steady_now() + options_.header_within;
  for (;;) {
    auto fault = parser_->feed(buffer_);
    if (fault == beast::http::error::header_limit) co_return Head::too_large;
    if (fault) co_return Head::malformed;
    if (parser_->is_header_done()) co_return Head::read;
    fault = co_await read_more(small_read, until);
    if (fault == beast::http::error::buffer_overflow) co_return Head::too_large;
    if (fault) co_return Head::ended;
  }
}

/// Once per body: says "100 Continue" to a peer that waits for it. False when the peer has gone.
Task<bool> RequestReader::go_on(bool expects) {
  if (body_since_) co_return true;
  body_since_ = steady_now();
  if (!expects || !parser_->body.empty()) co_return true;
  static constexpr std::string_view text = "HTTP/1.1 100 Continue\r\n\r\n";
  const auto done = co_await stream_->write({asio::buffer(text), {}, {}, {}}, *body_since_ + options_.write_within);
  co_return !done.fault;
}

/// Parses what is here and reads once more when nothing of the body came out of it.
Task<RequestReader::Body> RequestReader::read_on(std::size_t max) {
  const auto before = parser_->body.size();
  auto fault = parser_->feed(buffer_);
  if (fault) co_return Body::malformed;
  if (taken_ + parser_->body.size() > max) co_return Body::too_large;
  if (parser_->is_done() || parser_->body.size() > before) co_return Body::read;
  const auto so_far = taken_ + parser_->body.size();
  fault = co_await read_more(large_read, *body_since_ + options_.body_within + extra_time(so_far));
  if (fault == asio::error::timed_out) co_return Body::too_slow;
  co_return fault ? Body::ended : Body::read;
}

Task<RequestReader::Body> RequestReader::read_body(std::size_t max, bool expects) {
  const auto length = parser_->content_length();
  if (length && *length > max) co_return Body::too_large;
  const bool there = co_await go_on(expects);
  if (!there) co_return Body::ended;
  for (;;) {
    const auto outcome = co_await read_on(max);
    if (outcome != Body::read || parser_->is_done()) co_return outcome;
  }
}

Task<RequestReader::Body> RequestReader::read_piece(std::string* piece, std::size_t max, bool expects) {
  piece->clear();
  const bool there = co_await go_on(expects);
  if (!there) co_return Body::ended;
  for (;;) {
    if (!parser_->body.empty() && taken_ + parser_->body.size() <= max) {
      taken_ += parser_->body.size();
      *piece = std::exchange(parser_->body, {});
      co_return Body::read;
    }
    const auto outcome = co_await read_on(max);
    if (outcome != Body::read || (parser_->is_done() && parser_->body.empty())) co_return outcome;
  }
}

bool RequestReader::is_short_rest() const {
  const auto length = parser_->content_length_remaining();
  return length && *length <= short_rest;
}

Task<bool> RequestReader::drop_body() {
  const auto until = steady_now() + drop_for;
  for (std::size_t dropped = 0; dropped <= short_rest + large_read;) {
    auto fault = parser_->feed(buffer_);
    if (fault) co_return false;
    if (parser_->is_done()) co_return true;
    dropped += parser_->body.size();
    parser_->body.clear();
    fault = co_await read_more(large_read, until);
    if (fault) co_return false;
  }
  co_return false;
}

Task<> RequestReader::linger(std::chrono::seconds limit) {
  stream_->shut_down_sending();
  const auto until = steady_now() + limit;
  for (std::size_t dropped = 0; dropped < linger_bytes && steady_now() < until;) {
    buffer_.consume(buffer_.size());
    const auto fault = co_await read_more(large_read, until);
    if (fault) co_return;
    dropped += buffer_.size();
  }
}

}  // namespace trinity::http
