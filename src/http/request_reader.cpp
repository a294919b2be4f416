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

Task<RequestReader::Body> RequestReader::read_body(std::size_t max, bool expects) {
  const auto length = parser_->content_length();
  if (length && *length > max) co_return Body::too_large;
  const auto since = steady_now();
  if (expects && parser_->body.empty()) {
    static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    const auto done = co_await stream_->write({asio::buffer(go_on), {}, {}, {}}, since + options_.write_within);
    if (done.fault) co_return Body::ended;
  }
  for (;;) {
    auto fault = parser_->feed(buffer_);
    if (fault) co_return Body::malformed;
    if (parser_->body.size() > max) co_return Body::too_large;
    if (parser_->is_done()) co_return Body::read;
    fault = co_await read_more(large_read, since + options_.body_within + extra_time(parser_->body.size()));
    if (fault == asio::error::timed_out) co_return Body::too_slow;
    if (fault) co_return Body::ended;
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
