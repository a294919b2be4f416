// Bodies of requests into described structs. What was read can be written and read again; a refusal is a short list of
// complete faults.
#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cmath>

#include "fuzz/input.h"
#include "json/decode.h"

namespace {

using namespace trinity;
using json::value;

struct Inner {
  std::string name;
  std::vector<int> ports;
};
BOOST_DESCRIBE_STRUCT(Inner, (), (name, ports))

struct Base {
  std::string id;
};
BOOST_DESCRIBE_STRUCT(Base, (), (id))

struct Body : Base {
  std::optional<std::string> text;
  std::int64_t whole = 0;
  std::uint8_t small = 0;
  double real = 0;
  bool on = false;
  std::vector<std::string> tools{"bash"};
  std::map<std::string, double> prices;
  std::optional<Inner> inner;
  std::vector<std::vector<Inner>> nested;
  value anything;
  static constexpr std::string_view defaulted[] = {"id",    "whole",  "small",  "real",    "on",
                                                   "tools", "prices", "nested", "anything"};
};
BOOST_DESCRIBE_STRUCT(Body, (Base), (text, whole, small, real, on, tools, prices, inner, nested, anything))

void check_refusal(const Unprocessable& refusal) {
  const auto* faults = refusal.detail().if_array();
  fuzz::require(faults && !faults->empty() && faults->size() <= 100, "a refusal lists 1 to 100 faults");
  for (const auto& fault : *faults) {
    const auto& loc = fault.at("loc").as_array();
    fuzz::require(!loc.empty() && (loc[0] == "body" || loc[0] == "query"), "a fault names its place");
    fuzz::require(fault.at("type").is_string() && fault.at("msg").is_string(), "a fault has type and text");
    fuzz::require(boost::json::serialize(fault.at("input")).size() < 64 * 1024, "a fault shows little of the input");
  }
}

/// Boost 1.81 reads some long numbers a last digit off; 7.0 is written as 7, and 1e999 as null.
bool same(const value& a, const value& b) {
  if (a.is_number() && b.is_number()) {
    const auto x = a.to_number<double>();
    const auto y = b.to_number<double>();
    return x == y || std::fabs(x - y) <= 1e-14 * std::fabs(x);
  }
  if (a.is_array() && b.is_array()) return std::ranges::equal(a.get_array(), b.get_array(), same);
  if (a.is_double() && !std::isfinite(a.get_double())) return b.is_null();
  if (!a.is_object() || !b.is_object()) return a == b;
  return std::ranges::equal(a.get_object(), b.get_object(), [](const auto& x, const auto& y) {
    return x.key() == y.key() && same(x.value(), y.value());
  });
}

void read_body(std::string_view text) {
  try {
    const auto first = json::encode(json::decode_body<Body>(text));
    const auto second = json::encode(json::decode_body<Body>(json::write(first)));
    fuzz::require(same(first, second), "a body reads the same when it is written and read again");
  } catch (const Unprocessable& refusal) {
    check_refusal(refusal);
  }
}

void write_value(std::string_view text) {
  try {
    const auto first = json::parse_body(text);
    fuzz::require(same(first, json::parse_body(json::write(first))), "what is written reads the same again");
  } catch (const Unprocessable& refusal) {
    check_refusal(refusal);
  }
}

void read_query(std::string_view text) {
  json::Faults faults;
  const auto number = json::query_int(text, "n", faults);
  if (number) {
    fuzz::require(json::query_int(std::to_string(*number), "n", faults) == number, "a number reads the same again");
  }
  (void)json::query_bool(text, "b", faults);
  try {
    faults.check();
  } catch (const Unprocessable& refusal) {
    check_refusal(refusal);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read_body(text);
  write_value(text);
  read_query(text.substr(0, 64));
  return 0;
}
