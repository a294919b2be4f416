#include "http/range.h"

#include <gtest/gtest.h>

namespace trinity::http {
namespace {

using Kind = RangeChoice::Kind;

TEST(Range, OfBytes) {
  const auto part = [](std::string_view field, std::uint64_t size) {
    const auto choice = choose_range(field, size);
    EXPECT_EQ(choice.kind, Kind::part) << field;
    return choice.part;
  };
  EXPECT_EQ(part("bytes=0-0", 10), (ByteRange{0, 0}));
  EXPECT_EQ(part("bytes=2-5", 10), (ByteRange{2, 5}));
  EXPECT_EQ(part("bytes=2-", 10), (ByteRange{2, 9}));
  EXPECT_EQ(part("bytes=2-99", 10), (ByteRange{2, 9}));
  EXPECT_EQ(part("bytes=-3", 10), (ByteRange{7, 9}));
  EXPECT_EQ(part("bytes=-99", 10), (ByteRange{0, 9}));
  EXPECT_EQ(part("Bytes= 1 - 2 ", 10), (ByteRange{1, 2}));
  EXPECT_EQ(part("bytes=1-99999999999999999999999", 10), (ByteRange{1, 9}));
  EXPECT_EQ(part("bytes=1-2", 10).length(), 2U);
}

TEST(Range, BehindTheEnd) {
  for (const auto* field : {"bytes=10-", "bytes=10-20", "bytes=99999999999999999999999-", "bytes=-0"}) {
    EXPECT_EQ(choose_range(field, 10).kind, Kind::unsatisfiable) << field;
  }
  EXPECT_EQ(choose_range("bytes=0-", 0).kind, Kind::unsatisfiable);
  EXPECT_EQ(choose_range("bytes=-5", 0).kind, Kind::unsatisfiable);
}

TEST(Range, WhatIsNoneIsIgnored) {
  for (const auto* field : {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-2", "bytes=1-2,4-5", "lines=1-2",
                            "bytes=1--2", "bytes=+1-2", "bytes=0x1-2"}) {
    EXPECT_EQ(choose_range(field, 10).kind, Kind::whole) << field;
  }
  EXPECT_EQ(choose_range(std::nullopt, 10).kind, Kind::whole);
}

}  // namespace
}  // namespace trinity::http
