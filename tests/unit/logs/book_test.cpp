#include "logs/book.h"

#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

namespace trinity::logs {
namespace {

namespace json = boost::json;

json::object object(const std::string& text) {
  return json::parse(text).as_object();
}

/// A member that is a text.
std::string text(const json::object& from, std::string_view key) {
  return std::string(from.at(key).as_string());
}

std::vector<std::string> texts(const json::object& from) {
  std::vector<std::string> all;
  for (const auto& line : from.at("lines").as_array()) all.emplace_back(line.at("text").as_string());
  return all;
}

Batch batch(const std::vector<std::string>& lines, std::uint64_t lost = 0) {
  Batch made;
  for (const auto& text : lines) made.lines.push_back(json_of({5, Stream::out, text}));
  made.lost = lost;
  return made;
}

Book followed(Bounds bounds = {}) {
  Book book("bot", Time(std::chrono::milliseconds(77)), bounds);
  auto first = batch({});
  first.anew = true;
  EXPECT_EQ(book.append(first).kind, News::Kind::whole);
  return book;
}

TEST(Encoding, ALineAsJson) {
  EXPECT_EQ(json_of({1'768'469'405'120'345'678, Stream::out, "hello"}),
            R"({"ts":"2026-01-15T09:30:05.120345678Z","stream":"stdout","text":"hello"})");
  const auto odd = object(json_of({0, Stream::err, "\x1b[1m\"\\\x01 <b>\t", 9}));
  EXPECT_TRUE(odd.at("ts").is_null());
  EXPECT_EQ(odd.at("stream"), "stderr");
  EXPECT_EQ(odd.at("text"), "\x1b[1m\"\\\x01 <b>\t");
  EXPECT_EQ(odd.at("cut"), 9);
}

TEST(Gathering, KeepsTheNewestAndCountsTheRest) {
  struct Row {
    Bounds bounds;
    std::size_t lines;
    std::size_t kept;
  };
  for (const auto& [bounds, lines, kept] :
       std::vector<Row>{{{.lines = 3}, 3, 3}, {{.lines = 3}, 10, 3}, {{.bytes = 25}, 10, 2}, {{.bytes = 3}, 10, 1}}) {
    Gathering gathering(bounds);
    EXPECT_TRUE(gathering.empty());
    for (std::size_t i = 0; i < lines; ++i) gathering.add({1, Stream::out, "text " + std::to_string(1000 + i)});
    const auto taken = gathering.take();
    EXPECT_EQ(taken.lines.size(), kept);
    EXPECT_EQ(taken.lost, lines - kept);
    EXPECT_EQ(text(object(taken.lines.back()), "text"), "text " + std::to_string(1000 + lines - 1));
    EXPECT_TRUE(gathering.empty());
  }
}

TEST(Book, BeginsWithoutLines) {
  const Book book("bot", Time(std::chrono::milliseconds(77)), {});
  EXPECT_EQ(book.snapshot(100),
            R"({"name":"bot","follow":"77-0","first":0,"dropped":0,"lines":[],"state":"connecting","tail":100})");
}

TEST(Book, EventsCountOn) {
  auto book = followed();
  auto news = book.append(batch({"a", "b"}));
  ASSERT_EQ(news.kind, News::Kind::event);
  auto data = object(news.data);
  EXPECT_EQ(data.at("name"), "bot");
  EXPECT_EQ(data.at("follow"), "77-1");
  EXPECT_EQ(data.at("first"), 0);
  EXPECT_EQ(data.at("dropped"), 0);
  EXPECT_EQ(data.at("state"), "following");
  EXPECT_FALSE(data.contains("reset"));
  EXPECT_EQ(texts(data), (std::vector<std::string>{"a", "b"}));

  data = object(book.append(batch({"e"}, 2)).data);
  EXPECT_EQ(data.at("first"), 4);
  EXPECT_EQ(data.at("dropped"), 2);
  data = object(book.append(batch({"f"})).data);
  EXPECT_EQ(data.at("first"), 5);
  EXPECT_EQ(data.at("dropped"), 0);

  // Only what follows without a gap is kept.
  data = object(book.snapshot(100));
  EXPECT_EQ(data.at("first"), 4);
  EXPECT_EQ(texts(data), (std::vector<std::string>{"e", "f"}));
  EXPECT_EQ(data.at("tail"), 100);
  data = object(book.snapshot(1));
  EXPECT_EQ(data.at("first"), 5);
  EXPECT_EQ(texts(data), (std::vector<std::string>{"f"}));
}

TEST(Book, SaysNothingWhenNothingHasChanged) {
  auto book = followed();
  EXPECT_EQ(book.append(batch({})).kind, News::Kind::nothing);
  auto ended = batch({});
  ended.state = State::ended;
  const auto news = book.append(ended);
  ASSERT_EQ(news.kind, News::Kind::event);
  EXPECT_EQ(object(news.data).at("state"), "ended");
  EXPECT_EQ(object(news.data).at("first"), 0);
  EXPECT_TRUE(texts(object(news.data)).empty());
  EXPECT_EQ(book.append(ended).kind, News::Kind::nothing);
}

TEST(Book, AnEventTakesTheNewestThatFit) {
  auto book = followed({.lines = 1000, .bytes = 100'000, .frame = 1000});
  std::vector<std::string> many;
  for (int i = 0; i < 100; ++i) many.push_back("line " + std::to_string(100 + i));
  const auto data = object(book.append(batch(many)).data);
  const auto got = texts(data);
  EXPECT_GT(got.size(), 5U);
  EXPECT_LT(got.size(), 20U);
  EXPECT_EQ(got.back(), "line 199");
  EXPECT_EQ(data.at("dropped").as_int64(), static_cast<std::int64_t>(100 - got.size()));
  EXPECT_EQ(data.at("first"), data.at("dropped"));
  // They are there for a snapshot all the same.
  EXPECT_EQ(texts(object(book.snapshot(2000))), many);
  // One line that is too long goes all the same.
  EXPECT_EQ(texts(object(book.append(batch({std::string(5000, 'x')})).data)).size(), 1U);
}

TEST(Book, ABacklogThatDoesNotFitIsToldWhole) {
  auto book = followed({.lines = 1000, .bytes = 100'000, .frame = 1000});
  auto few = batch({"a"});
  few.backlog = true;
  EXPECT_EQ(book.append(few).kind, News::Kind::event);
  auto many = batch(std::vector<std::string>(100, "some text"));
  many.backlog = true;
  EXPECT_EQ(book.append(many).kind, News::Kind::whole);
  EXPECT_EQ(object(book.snapshot(10)).at("first"), 91);
  EXPECT_EQ(object(book.snapshot(10)).at("follow"), "77-1");
}

TEST(Book, NumbersBeginAnewAfterAnUnknownGap) {
  auto book = followed();
  (void)book.append(batch({"a", "b"}));
  auto later = batch({"y", "z"}, 7);
  later.anew = true;
  EXPECT_EQ(book.append(later).kind, News::Kind::whole);
  auto data = object(book.snapshot(100));
  EXPECT_EQ(data.at("follow"), "77-2");
  EXPECT_EQ(texts(data), (std::vector<std::string>{"y", "z"}));
  EXPECT_EQ(data.at("first"), 7);
  EXPECT_FALSE(data.contains("reset"));

  auto other = batch({"n"});
  other.reset = true;
  EXPECT_EQ(book.append(other).kind, News::Kind::whole);
  data = object(book.snapshot(100));
  EXPECT_EQ(data.at("follow"), "77-3");
  EXPECT_EQ(data.at("reset"), true);
  EXPECT_EQ(texts(data), (std::vector<std::string>{"n"}));
}

TEST(Book, IsBounded) {
  auto book = followed({.lines = 50, .bytes = 2000, .frame = 1000});
  for (int i = 0; i < 1000; ++i) {
    (void)book.append(batch({std::string(static_cast<std::size_t>(i % 40), 'x')}));
    ASSERT_LE(book.size(), 50U);
    ASSERT_LE(book.bytes(), 2000U);
    const auto data = object(book.snapshot(2000));
    ASSERT_EQ(data.at("first").as_int64() + static_cast<std::int64_t>(texts(data).size()), i + 1);
  }
}

}  // namespace
}  // namespace trinity::logs
