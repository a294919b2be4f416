#include "http/message.h"

#include <gtest/gtest.h>

#include "http/text.h"

namespace trinity::http {
namespace {

std::string pairs(const Parameters& found) {
  std::string text;
  for (const auto& [name, value] : found) text += name + "=" + value + ";";
  return text;
}

TEST(PercentDecode, Table) {
  EXPECT_EQ(percent_decode("%41+b", true), "A b");
  EXPECT_EQ(percent_decode("%41+b", false), "A+b");
  EXPECT_EQ(percent_decode("a%2Fb%c3%A9", false), "a/b\xc3\xa9");
  EXPECT_EQ(percent_decode("", false), "");
  for (const auto* broken : {"%", "%4", "a%4", "%zz", "%4g", "a%00b"})
    EXPECT_FALSE(percent_decode(broken, false)) << broken;
}

TEST(Query, KeepsOrderAndSkipsBrokenPairs) {
  EXPECT_EQ(pairs(parse_query("a=1&b=&c&=d&a=2&x=%zz&y=%20z+z")), "a=1;b=;c=;=d;a=2;y= z z;");
  EXPECT_EQ(parse_query("a=1&a=2").find("a"), "1");
  EXPECT_EQ(pairs(parse_query("")), "");
}

TEST(Form, UrlEncoded) {
  EXPECT_EQ(pairs(parse_form("application/x-www-form-urlencoded; charset=utf-8", "username=a%40b&password=x+y")),
            "username=a@b;password=x y;");
  EXPECT_EQ(pairs(parse_form("Application/X-WWW-Form-Urlencoded", "a=%zz&b=1")), "");
  EXPECT_EQ(pairs(parse_form("application/json", "a=1")), "");
  EXPECT_EQ(pairs(parse_form("", "a=1")), "");
}

constexpr std::string_view multipart = "multipart/form-data; boundary=XX";

TEST(Form, Multipart) {
  const std::string body =
      "preamble\r\n--XX\r\nContent-Disposition: form-data; name=\"username\"\r\n\r\nadmin\r\n"
      "--XX\r\nContent-Type: text/plain\r\ncontent-disposition: form-data; name=password\r\n\r\np\r\n\r\nq\r\n"
      "--XX\r\nContent-Disposition: form-data; name=\"up\"; filename=\"f;a=b\"\r\n\r\nbytes\r\n"
      "--XX\r\nContent-Disposition: form-data; name=\"empty\"\r\n\r\n\r\n--XX--\r\nepilogue";
  EXPECT_EQ(pairs(parse_form(multipart, body)), "username=admin;password=p\r\n\r\nq;empty=;");
  EXPECT_EQ(pairs(parse_form("multipart/form-data; boundary=\"a b\"",
                             "--a b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n--a b--")),
            "x=1;");
}

TEST(Form, MalformedMultipartIsEmpty) {
  for (const std::string body :
       {"", "--XX", "--XX\r\n", "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1",
        "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--XX",
        "--XX\r\nContent-Disposition: form-data\r\n\r\n1\r\n--XX--", "--XX\r\nno header end\r\n--XX--",
        "--YY\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--YY--"}) {
    EXPECT_EQ(pairs(parse_form(multipart, body)), "") << body;
  }
  EXPECT_EQ(pairs(parse_form("multipart/form-data", "--XX--")), "");
}

TEST(Headers, CompareWithoutCase) {
  Headers headers;
  headers.add("X-One", "1");
  headers.add("x-one", "2");
  EXPECT_EQ(headers.find("X-ONE"), "1");
  headers.set("X-oNe", "3");
  EXPECT_EQ(headers.size(), 1U);
  EXPECT_EQ(headers.find("x-one"), "3");
  headers.remove("X-ONE");
  EXPECT_FALSE(headers.find("x-one"));
}

TEST(Cookies, AreFoundByName) {
  BackgroundCall job("t");
  Request request(job.call());
  EXPECT_FALSE(request.cookie("token"));
  request.headers.add("Cookie", "xtoken=1; token=abc ; other=\"q\"; broken");
  EXPECT_EQ(request.cookie("token"), "abc");
  EXPECT_EQ(request.cookie("other"), "q");
  EXPECT_FALSE(request.cookie("broken"));
}

TEST(Methods, HaveNamesBothWays) {
  EXPECT_EQ(method_from("DELETE"), Method::del);
  EXPECT_EQ(method_from("delete"), Method::other);
  EXPECT_EQ(name_of(Method::patch), "PATCH");
}

TEST(Text, ListsAndParameters) {
  EXPECT_TRUE(lists_token("br, gzip;q=0.5", "GZIP"));
  EXPECT_FALSE(lists_token("br, gzip;q=0", "gzip"));
  EXPECT_FALSE(lists_token("gzipped", "gzip"));
  EXPECT_EQ(field_parameter("form-data; a; name=\"x;y\"; b=c", "b"), "c");
  EXPECT_EQ(field_parameter("form-data; name=\"x;y\"", "NAME"), "x;y");
  EXPECT_FALSE(field_parameter("form-data; name=\"open", "name"));
}

}  // namespace
}  // namespace trinity::http
