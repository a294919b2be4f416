#pragma once
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <string>
#include <string_view>

#include "http/message.h"

namespace trinity::http {

/// Collects a request into our own types, without Beast's containers between. Includes Beast: for request_reader.h
/// only.
class RequestParser final : public boost::beast::http::basic_parser<true> {
 public:
  explicit RequestParser(std::size_t max_head) : max_head_(max_head) {
    header_limit(static_cast<std::uint32_t>(max_head));
    body_limit(boost::none);
    eager(true);
  }
  Method method = Method::other;
  std::string target;
  bool http_1_0 = false;
  Headers headers;
  std::string body;
  /// The next bytes are the head of a chunk, not its data.
  [[nodiscard]] bool awaits_chunk() const { return is_header_done() && chunked() && chunk_left_ == 0; }

 private:
  using View = boost::beast::string_view;
  void on_request_impl(boost::beast::http::verb, View name, View where, int version,
                       boost::system::error_code&) override {
    method = method_from(std::string_view(name.data(), name.size()));
    target.assign(where.data(), where.size());
    http_1_0 = version < 11;
  }
  void on_response_impl(int, View, int, boost::system::error_code&) override {}
  void on_field_impl(boost::beast::http::field, View name, View value, boost::system::error_code& fault) override {
    head_size_ += name.size() + value.size() + 4;
    if (head_size_ > max_head_) fault = boost::beast::http::error::header_limit;
    headers.add(std::string(name), std::string(value));
  }
  void on_header_impl(boost::system::error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, boost::system::error_code&) override {}
  std::size_t on_body_impl(View piece, boost::system::error_code&) override {
    body.append(piece.data(), piece.size());
    return piece.size();
  }
  void on_chunk_header_impl(std::uint64_t size, View, boost::system::error_code&) override { chunk_left_ = size; }
  std::size_t on_chunk_body_impl(std::uint64_t, View piece, boost::system::error_code&) override {
    chunk_left_ -= piece.size();
    body.append(piece.data(), piece.size());
    return piece.size();
  }
  void on_finish_impl(boost::system::error_code&) override {}

  std::size_t max_head_;
  std::size_t head_size_ = 0;
  std::uint64_t chunk_left_ = 0;  ///< data of the chunk that has begun
};

}  // namespace trinity::http
