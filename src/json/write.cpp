#include "json/write.h"

#include <array>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <cmath>
#include <string_view>

namespace trinity::json {

namespace {

void append_number(std::string& out, double number) {
  if (!std::isfinite(number)) {
    out += "null";
    return;
  }
  if (number == 0) {
    out += '0';  // without the sign that a zero can have
    return;
  }
  // Fixed notation for everything people meet; a number far outside of it keeps its exponent.
  const double size = std::fabs(number);
  const auto format = size < 1e-6 || size >= 1e16 ? std::chars_format::scientific : std::chars_format::fixed;
  std::array<char, 64> text{};
  const auto [end, fault] = std::to_chars(text.data(), text.data() + text.size(), number, format);
  if (fault == std::errc()) {
    out.append(text.data(), end);
  } else {
    out += boost::json::serialize(boost::json::value(number));
  }
}

/// Runs of ordinary characters are copied in one piece; UTF-8 passes as it is.
void append_text(std::string& out, std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  out += '"';
  std::size_t done = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, done, i - done);
    done = i + 1;
    out += '\\';
    switch (c) {
      case '"':
      case '\\':
        out += text[i];
        break;
      case '\b':
        out += 'b';
        break;
      case '\f':
        out += 'f';
        break;
      case '\n':
        out += 'n';
        break;
      case '\r':
        out += 'r';
        break;
      case '\t':
        out += 't';
        break;
      default:
        out.append("u00").append(1, digits[c >> 4]).append(1, digits[c & 15]);
    }
  }
  out.append(text, done);
  out += '"';
}

}  // namespace

void append(std::string& out, const boost::json::value& from) {
  if (const auto* members = from.if_object()) {
    char before = '{';
    if (members->empty()) out += before;
    for (const auto& [key, item] : *members) {
      out += before;
      before = ',';
      append_text(out, key);
      out += ':';
      append(out, item);
    }
    out += '}';
  } else if (const auto* items = from.if_array()) {
    char before = '[';
    if (items->empty()) out += before;
    for (const auto& item : *items) {
      out += before;
      before = ',';
      append(out, item);
    }
    out += ']';
  } else if (const auto* number = from.if_double()) {
    append_number(out, *number);
  } else if (const auto* text = from.if_string()) {
    append_text(out, std::string_view(text->data(), text->size()));
  } else {
    out += boost::json::serialize(from);
  }
}

std::string write(const boost::json::value& from) {
  std::string out;
  append(out, from);
  return out;
}

}  // namespace trinity::json
