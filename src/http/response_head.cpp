#include "http/response_head.h"

#include <fmt/format.h>

#include <array>
#include <boost/beast/http/status.hpp>
#include <iterator>

#include "http/text.h"

namespace trinity::http {

namespace {

/// Fields that the server writes itself.
bool is_ours(std::string_view name) noexcept {
  return same_name(name, "Content-Length") || same_name(name, "Connection") || same_name(name, "Transfer-Encoding") ||
         same_name(name, "Date");
}

bool is_sound(std::string_view name, std::string_view value) noexcept {
  constexpr std::string_view breaks("\r\n\0", 3);
  return !name.empty() && name.find_first_of(breaks) == std::string_view::npos &&
         name.find_first_of(": ") == std::string_view::npos && value.find_first_of(breaks) == std::string_view::npos;
}

/// A streamed body of unknown length ends with its last chunk; with HTTP/1.0 where the connection ends.
void write_length(std::string& into, const Response& response, bool http_1_0) {
  auto out = std::back_inserter(into);
  if (!response.streamed.source) {
    fmt::format_to(out, "Content-Length: {}\r\n", response.bytes().size());
  } else if (response.streamed.length) {
    fmt::format_to(out, "Content-Length: {}\r\n", *response.streamed.length);
  } else if (!http_1_0) {
    into.append("Transfer-Encoding: chunked\r\n");
  }
}

}  // namespace

bool may_have_body(unsigned status) noexcept {
  return status >= 200 && status != 204 && status != 304;
}

void write_head(std::string& into, const Response& response, const HeadLines& lines) {
  into.clear();
  auto out = std::back_inserter(into);
  const auto reason = boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(response.status));
  fmt::format_to(out, "HTTP/1.1 {} {}\r\nDate: {}\r\n", response.status, std::string_view(reason.data(), reason.size()),
                 lines.date);
  bool cache = response.fields != nullptr;
  bool sniff = cache;
  if (response.fields) into.append(*response.fields);
  for (const auto& [name, value] : response.headers) {
    if (is_ours(name) || !is_sound(name, value)) continue;
    cache = cache || same_name(name, "Cache-Control");
    sniff = sniff || same_name(name, "X-Content-Type-Options");
    into.append(name).append(": ").append(value).append("\r\n");
  }
  if (!cache) into.append("Cache-Control: no-store\r\n");
  if (!sniff) into.append("X-Content-Type-Options: nosniff\r\n");
  if (may_have_body(response.status)) write_length(into, response, lines.http_1_0);
  fmt::format_to(out, "X-Request-Id: {}\r\nServer-Timing: app;dur={:.2f}, sql;desc=\"{}\", engine;desc=\"{}\"\r\n",
                 lines.request_id, std::chrono::duration<double, std::milli>(lines.took).count(), lines.sql,
                 lines.engine);
  if (!lines.keep) {
    into.append("Connection: close\r\n");
  } else if (lines.http_1_0) {
    into.append("Connection: keep-alive\r\n");
  }
  into.append("\r\n");
}

std::string http_date(std::chrono::sys_seconds at) {
  constexpr std::array<std::string_view, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(at - day);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", days[std::chrono::weekday(day).c_encoding()],
                     static_cast<unsigned>(date.day()), months[static_cast<unsigned>(date.month()) - 1],
                     static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
                     clock.seconds().count());
}

}  // namespace trinity::http
