#include "json/write.h"

#include <array>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <cmath>

namespace trinity::json {

namespace {

void append_number(std::string& out, double number) {
  if (!std::isfinite(number)) {
    out += "null";
    return;
  }
  // Fixed notation for everything people meet; a number far outside of it keeps its exponent.
  const double size = std::fabs(number);
  const auto format =
      size != 0 && (size < 1e-6 || size >= 1e16) ? std::chars_format::scientific : std::chars_format::fixed;
  std::array<char, 64> text{};
  const auto [end, fault] = std::to_chars(text.data(), text.data() + text.size(), number, format);
  if (fault == std::errc()) {
    out.append(text.data(), end);
  } else {
    out += boost::json::serialize(boost::json::value(number));
  }
}

void append_text(std::string& out, const boost::json::string& text) {
  out += boost::json::serialize(text);
}

}  // namespace

void append(std::string& out, const boost::json::value& from) {
  if (const auto* members = from.if_object()) {
    char before = '{';
    if (members->empty()) out += before;
    for (const auto& [key, item] : *members) {
      out += before;
      before = ',';
      append_text(out, boost::json::string(key));
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
    append_text(out, *text);
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
