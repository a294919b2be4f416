#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "http/message.h"

namespace trinity::http {

/// What the server adds to an answer.
struct HeadLines {
  std::string_view date;
  std::string_view request_id;
  std::chrono::nanoseconds took{};
  std::uint32_t sql = 0;
  std::uint32_t engine = 0;
  bool keep = true;  ///< else `Connection: close`
  bool http_1_0 = false;
};

/// Writes status line and fields into `into` (its memory is used again). Fields of the answer that would break the
/// message (line ends inside) are left out.
void write_head(std::string& into, const Response& response, const HeadLines& lines);

/// Whether an answer with this status has a body at all.
[[nodiscard]] bool may_have_body(unsigned status) noexcept;

/// `Tue, 15 Nov 1994 08:12:31 GMT`.
[[nodiscard]] std::string http_date(std::chrono::sys_seconds at);

}  // namespace trinity::http
