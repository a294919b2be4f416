#pragma once
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <cstddef>
#include <string>
#include <string_view>

#include "http/message.h"

namespace trinity::http {

/// What requests and answers have in common: collects header fields and body into our own types, without Beast's
/// containers between. Includes Beast.
template <bool is_request>
class MessageParser : public boost::beast::http::basic_parser<is_request> {
  using Base = boost::beast::http::basic_parser<is_request>;

 public:
  Headers headers;
  std::string body;  ///< piles up until somebody takes it

  /// Takes from the buffer what is in it, up to the end of the message. No fault: done, or more is needed.
  template <class Buffer>
  boost::system::error_code feed(Buffer& buffer) {
    boost::system::error_code fault;
    while (buffer.size() > 0 && !this->is_done()) {
      if (awaits_chunk() && buffer.size() < shortest_chunked_end) return {};
      buffer.consume(this->put(buffer.data(), fault));
      if (fault == boost::beast::http::error::need_more) return {};
      if (fault) return fault;
    }
    return {};
  }

 protected:
  using View = boost::beast::string_view;
  using Fault = boost::system::error_code;

  explicit MessageParser(std::size_t max_head) : max_head_(max_head) {
    this->header_limit(static_cast<std::uint32_t>(max_head));
    this->body_limit(boost::none);
    this->eager(true);
  }

 private:
  /// The fewest bytes that end a chunked body (RFC 9112, 7.1): "0" and two line ends. Beast 1.81 asserts that the head
  /// of the last chunk is not put into its parser with fewer.
  static constexpr std::size_t shortest_chunked_end = 5;

  /// The next bytes are the head of a chunk, not its data.
  [[nodiscard]] bool awaits_chunk() const { return this->is_header_done() && this->chunked() && chunk_left_ == 0; }

  void on_request_impl(boost::beast::http::verb, View, View, int, Fault&) override {}
  void on_response_impl(int, View, int, Fault&) override {}
  void on_field_impl(boost::beast::http::field, View name, View value, Fault& fault) override {
    head_size_ += name.size() + value.size() + 4;
    if (head_size_ > max_head_) fault = boost::beast::http::error::header_limit;
    headers.add(std::string(name), std::string(value));
  }
  void on_header_impl(Fault&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, Fault&) override {}
  std::size_t on_body_impl(View piece, Fault&) override {
    body.append(piece.data(), piece.size());
    return piece.size();
  }
  void on_chunk_header_impl(std::uint64_t size, View, Fault&) override { chunk_left_ = size; }
  std::size_t on_chunk_body_impl(std::uint64_t, View piece, Fault&) override {
    chunk_left_ -= piece.size();
    body.append(piece.data(), piece.size());
    return piece.size();
  }
  void on_finish_impl(Fault&) override {}

  std::size_t max_head_;
  std::size_t head_size_ = 0;
  std::uint64_t chunk_left_ = 0;  ///< data of the chunk that has begun
};

}  // namespace trinity::http
