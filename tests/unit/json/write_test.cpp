#include "json/write.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <limits>

namespace trinity::json {
namespace {

struct Case {
  boost::json::value from;
  std::string text;
};

TEST(Write, NumbersReadAsPeopleWriteThem) {
  const std::vector<Case> cases{
      {0.0, "0"},
      {-0.0, "0"},
      {0.5, "0.5"},
      {17.0, "17"},
      {12.3, "12.3"},
      {-0.25, "-0.25"},
      {1e-9, "1e-09"},
      {1e20, "1e+20"},
      {3, "3"},
      {-7, "-7"},
      {std::uint64_t{18446744073709551615u}, "18446744073709551615"},
      {1099511627776.5, "1099511627776.5"},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(write(one.from), one.text);
    EXPECT_EQ(boost::json::parse(write(one.from)).to_number<double>(), one.from.to_number<double>());
  }
}

TEST(Write, WhatIsNotFiniteBecomesNull) {
  EXPECT_EQ(write(std::numeric_limits<double>::infinity()), "null");
  EXPECT_EQ(write(std::numeric_limits<double>::quiet_NaN()), "null");
}

TEST(Write, StructuresAndTextsAreTheLibrarys) {
  const auto value = boost::json::parse(R"({"a":[],"b":{},"c":[1,"x\"\n\u0001",null,true],"d":{"e":"é"}})");
  EXPECT_EQ(write(value), boost::json::serialize(value));
}

}  // namespace
}  // namespace trinity::json
