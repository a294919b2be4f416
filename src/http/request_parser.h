#pragma once
#include <string>
#include <string_view>

#include "http/message_parser.h"

namespace trinity::http {

/// Reads a request. Includes Beast: for request_reader.h only.
class RequestParser final : public MessageParser<true> {
 public:
  explicit RequestParser(std::size_t max_head) : MessageParser(max_head) {}
  Method method = Method::other;
  std::string target;
  bool http_1_0 = false;

 private:
  void on_request_impl(boost::beast::http::verb, View name, View where, int version, Fault&) override {
    method = method_from(std::string_view(name.data(), name.size()));
    target.assign(where.data(), where.size());
    http_1_0 = version < 11;
  }
};

}  // namespace trinity::http
