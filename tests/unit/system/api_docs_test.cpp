#include "system/api_docs.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "unit/db/run_task.h"
#include "unit/http/gunzip.h"

namespace trinity::system {
namespace {

http::Response get(const std::string& path, const http::Headers& headers = {}) {
  http::Router router;
  router.add(api_docs_routes("1.2.3"));
  const auto match = router.match(http::Method::get, path);
  if (match.route == nullptr) return http::Response::empty(404);
  EXPECT_EQ(match.route->access, http::Access::anyone);
  BackgroundCall background("test");
  http::Request request(background.call());
  request.headers = headers;
  return test::run_task(match.route->handler(std::move(request)));
}

TEST(ApiDocs, DescriptionIsJsonWithTheVersionThatRuns) {
  const auto answer = get("/openapi.json");
  EXPECT_EQ(answer.headers.find("Content-Type"), "application/json");
  const auto described = boost::json::parse(answer.bytes()).as_object();
  EXPECT_EQ(described.at("info").at("version"), "1.2.3");
  EXPECT_TRUE(described.at("paths").as_object().contains("/api/agents"));
  const auto& statuses = described.at("paths").at("/health").at("get").at("responses").as_object();
  EXPECT_TRUE(statuses.contains("200")) << "statuses stay texts";
}

TEST(ApiDocs, EveryReferenceLeadsSomewhere) {
  const auto described = boost::json::parse(api_description("1"));
  int seen = 0;
  const std::function<void(const boost::json::value&)> walk = [&](const boost::json::value& at) {
    if (const auto* list = at.if_array()) {
      for (const auto& one : *list) walk(one);
    }
    const auto* object = at.if_object();
    if (object == nullptr) return;
    if (const auto* target = object->if_contains("$ref")) {
      ++seen;
      const std::string pointer(target->as_string().subview(1));
      boost::system::error_code fault;
      EXPECT_NE(described.find_pointer(pointer, fault), nullptr) << target->as_string();
    }
    for (const auto& [key, inner] : *object) walk(inner);
  };
  walk(described);
  EXPECT_GT(seen, 50);
}

TEST(ApiDocs, IsPackedAndTagged) {
  http::Headers asked;
  asked.add("Accept-Encoding", "gzip");
  const auto packed = get("/openapi.json", asked);
  EXPECT_EQ(packed.headers.find("Content-Encoding"), "gzip");
  EXPECT_EQ(http::gunzip(packed.bytes()), api_description("1.2.3"));
  asked.add("If-None-Match", std::string(*packed.headers.find("ETag")));
  EXPECT_EQ(get("/openapi.json", asked).status, 304U);
}

TEST(ApiDocs, PageLoadsOnlyWhatIsServedHere) {
  for (const auto* path : {"/docs", "/redoc"}) {
    const auto page = get(path);
    const std::string text(page.bytes());
    EXPECT_TRUE(page.headers.find("Content-Security-Policy")->starts_with("default-src 'none'; script-src 'self';"));
    EXPECT_EQ(text.find("http"), std::string::npos) << "no address of anybody else";
    EXPECT_EQ(text.find("<style"), std::string::npos) << "the policy would refuse it";
    for (const auto* mark : {"src=\"", "href=\""}) {
      for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
        const auto from = at + std::string_view(mark).size();
        const auto address = text.substr(from, text.find('"', from) - from);
        EXPECT_EQ(get(address).status, 200U) << address;
      }
    }
  }
}

}  // namespace
}  // namespace trinity::system
