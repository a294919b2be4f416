#include "json/query_time.h"

#include <gtest/gtest.h>

namespace trinity::json {
namespace {

TEST(QueryTime, TakesAPlusThatWasNotEncoded) {
  Faults faults;
  const auto noon = parse_time("2026-01-14T12:00:00Z");
  for (const auto* text : {"2026-01-14T12:00:00Z", "2026-01-14T12:00:00", "2026-01-14T14:00:00+02:00",
                           "2026-01-14T14:00:00 02:00", "2026-01-14 14:00:00 02:00"})
    EXPECT_EQ(query_time(text, "t", faults), noon) << text;
  EXPECT_FALSE(query_time(std::nullopt, "t", faults));
  EXPECT_FALSE(query_time("", "t", faults));
  EXPECT_TRUE(faults.empty());
}

TEST(QueryTime, NamesTheFieldThatCannotBeRead) {
  Faults faults;
  EXPECT_FALSE(query_time("soon", "start_time", faults));
  try {
    faults.check();
    FAIL();
  } catch (const Unprocessable& e) {
    const auto& fault = e.detail().as_array().at(0);
    EXPECT_EQ(fault.at("type"), "datetime_parsing");
    EXPECT_EQ(fault.at("loc"), value(array{"query", "start_time"}));
  }
}

}  // namespace
}  // namespace trinity::json
