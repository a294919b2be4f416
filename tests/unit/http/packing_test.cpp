#include "http/packing.h"

#include <gtest/gtest.h>

#include "http/asset.h"
#include "unit/http/gunzip.h"

namespace trinity::http {
namespace {

Response answer(std::size_t size) {
  return Response::json_text(std::string(size, 'x'));
}

TEST(Packing, OnlyLongJsonMadeForThisRequest) {
  EXPECT_EQ(packing_for(answer(pack_from - 1), true), Packing::none);
  EXPECT_EQ(packing_for(answer(pack_from), true), Packing::here);
  EXPECT_EQ(packing_for(answer(pack_from), false), Packing::vary);
  EXPECT_EQ(packing_for(answer(pack_here_below - 1), true), Packing::here);
  EXPECT_EQ(packing_for(answer(pack_here_below), true), Packing::pool);

  auto page = answer(5000);
  page.headers.set("Content-Type", "text/html");
  EXPECT_EQ(packing_for(page, true), Packing::none);
  auto packed = answer(5000);
  packed.headers.add("Content-Encoding", "br");
  EXPECT_EQ(packing_for(packed, true), Packing::none);
  EXPECT_EQ(packing_for(Response::json_shared(std::make_shared<const std::string>(5000, 'x')), true), Packing::none);
}

TEST(Packing, PacksAndSaysSo) {
  auto made = answer(5000);
  pack(made, Packing::here);
  EXPECT_LT(made.body.size(), 200U);
  EXPECT_EQ(gunzip(made.body), std::string(5000, 'x'));
  EXPECT_EQ(made.headers.find("Content-Encoding"), "gzip");
  EXPECT_EQ(made.headers.find("Vary"), "Accept-Encoding");
}

TEST(Packing, OtherBytesGetAnotherTag) {
  auto made = answer(5000);
  made.headers.add("ETag", "\"a\"");
  ASSERT_EQ(packing_for(made, true), Packing::here);
  auto plain = made;
  pack(plain, Packing::vary);
  EXPECT_EQ(plain.headers.find("ETag"), "\"a\"");
  pack(made, Packing::here);
  EXPECT_EQ(made.headers.find("ETag"), "\"a-gz\"");
}

TEST(Packing, LeavesTheBodyToOthers) {
  auto made = answer(5000);
  pack(made, Packing::vary);
  EXPECT_EQ(made.body.size(), 5000U);
  EXPECT_FALSE(made.headers.find("Content-Encoding"));
  EXPECT_EQ(made.headers.find("Vary"), "Accept-Encoding");
}

TEST(Asset, HasATagForEachForm) {
  const Asset asset(std::string(3000, 'y'), "text/plain", "default-src 'none'");
  Headers plain;
  const auto whole = asset.answer(plain);
  EXPECT_EQ(whole.status, 200U);
  EXPECT_EQ(whole.bytes(), std::string(3000, 'y'));
  EXPECT_EQ(whole.headers.find("Content-Security-Policy"), "default-src 'none'");
  Headers takes;
  takes.add("Accept-Encoding", "br, gzip");
  const auto packed = asset.answer(takes);
  EXPECT_EQ(gunzip(packed.bytes()), std::string(3000, 'y'));
  EXPECT_NE(packed.headers.find("ETag"), whole.headers.find("ETag"));

  takes.add("If-None-Match", "\"other\", " + std::string(*packed.headers.find("ETag")));
  const auto known = asset.answer(takes);
  EXPECT_EQ(known.status, 304U);
  EXPECT_TRUE(known.bytes().empty());
  plain.add("If-None-Match", std::string(*packed.headers.find("ETag")));
  EXPECT_EQ(asset.answer(plain).status, 200U) << "the other form is another text";
  EXPECT_NE(Asset("a", "t").answer({}).headers.find("ETag"), Asset("b", "t").answer({}).headers.find("ETag"));
}

}  // namespace
}  // namespace trinity::http
