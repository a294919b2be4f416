#include <atomic>

#include "engine/framing.h"
#include "unit/engine/client_fixture.h"
#include "unit/engine/recorded.h"

namespace trinity::engine {
namespace {

using namespace std::chrono_literals;

class Streams : public ClientFixture {
 protected:
  std::shared_ptr<Feed> feed_into(const std::string& method, const std::string& target) {
    Answer answer;
    answer.feed = std::make_shared<Feed>();
    script_.answer(method, target, answer);
    return answer.feed;
  }
  /// Streams belong to the I/O thread: they end there too.
  template <class Stream>
  void drop(std::unique_ptr<Stream> stream) {
    run(destroy(std::move(stream)));
  }

 private:
  template <class Stream>
  static Task<> destroy(std::unique_ptr<Stream> stream) {
    stream.reset();
    co_return;
  }
};

std::string frame(char stream, std::string_view text) {
  std::string made{stream, 0, 0, 0, 0, 0, static_cast<char>(text.size() >> 8), static_cast<char>(text.size() & 0xFF)};
  return made.append(text);
}

std::string event_line(const std::string& action, const std::string& id) {
  return R"({"Type":"container","Action":")" + action + R"(","Actor":{"ID":")" + id + "\"},\"timeNano\":1}\n";
}

TEST_F(Streams, EventsComeHoweverTheyAreCut) {
  const auto feed = feed_into("GET", "/v1.41/events");
  auto events = run(engine_->events(call(), 1'795'489'575'056'842'648, {"a=b"}));
  EXPECT_EQ(script_.requests().at(0).target,
            "/v1.41/events?since=1795489575.056842648&filters="
            "%7B%22type%22%3A%5B%22container%22%5D%2C%22label%22%3A%5B%22a%3Db%22%5D%7D");
  const std::string recorded_line = std::string(recorded::event_die);
  std::string one_line;
  for (const char c : recorded_line) one_line += c == '\n' ? ' ' : c;
  feed->push(one_line.substr(0, 50));
  feed->push(one_line.substr(50) + "\n" + event_line("start", "x") + "{\"Action\":\"cr");
  const auto first = run(events->next(5s));
  ASSERT_TRUE(first);
  EXPECT_EQ(first->action, "die");
  EXPECT_EQ(first->attributes.at("exitCode"), "3");
  EXPECT_EQ(run(events->next(5s))->action, "start");
  feed->push("eate\",\"Actor\":{\"ID\":\"y\"}}\n");
  EXPECT_EQ(run(events->next(5s))->action, "create");
  drop(std::move(events));
}

TEST_F(Streams, BrokenLinesDoNotEndTheEvents) {
  const auto feed = feed_into("GET", "/v1.41/events");
  auto events = run(engine_->events(call(), 0, {}));
  feed->push("nonsense\n[]\n{}\n\n" + std::string(300 * 1024, 'x') + "\n" + event_line("start", "x"));
  const auto event = run(events->next(5s));
  ASSERT_TRUE(event);
  EXPECT_EQ(event->action, "start");
  drop(std::move(events));
}

TEST_F(Streams, QuietIsNoFault) {
  const auto feed = feed_into("GET", "/v1.41/events");
  auto events = run(engine_->events(call(), 0, {}));
  EXPECT_FALSE(run(events->next(30ms)));
  feed->push(event_line("start", "x").substr(0, 10));
  EXPECT_FALSE(run(events->next(30ms)));
  EXPECT_FALSE(run(events->next(0ms)));
  feed->push(event_line("start", "x").substr(10));
  EXPECT_EQ(run(events->next(5s))->action, "start");
  drop(std::move(events));
}

TEST_F(Streams, TheEndOfTheEventsIsAFault) {
  auto feed = feed_into("GET", "/v1.41/events");
  auto events = run(engine_->events(call(), 0, {}));
  feed->push(event_line("start", "x"));
  feed->end();
  EXPECT_EQ(run(events->next(5s))->action, "start");
  EXPECT_EQ(fault_of(events->next(5s)), Fault::unreachable);
  drop(std::move(events));

  feed = feed_into("GET", "/v1.41/events");
  events = run(engine_->events(call(), 0, {}));
  feed->cut();
  EXPECT_EQ(fault_of(events->next(5s)), Fault::unreachable);
  drop(std::move(events));
}

TEST_F(Streams, CancelEndsAWait) {
  const auto feed = feed_into("GET", "/v1.41/events");
  auto events = run(engine_->events(call(), 0, {}));
  auto* stream = events.get();
  auto waiting = asio::co_spawn(context(), stream->next(60s), asio::use_future);
  asio::post(context(), [stream] { stream->cancel(); });
  ASSERT_EQ(waiting.wait_for(10s), std::future_status::ready);
  EXPECT_THROW(waiting.get(), EngineError);
  drop(std::move(events));
}

TEST_F(Streams, RefusedEventsAreAFault) {
  script_.answer("GET", "/v1.41/events", 400, R"({"message":"bad filter"})");
  EXPECT_EQ(fault_of(engine_->events(call(), 0, {})), Fault::bad_request);
  EXPECT_NE(text().find("bad filter"), std::string::npos);
}

TEST_F(Streams, LogsAreTakenApart) {
  const auto feed = feed_into("GET", "/v1.41/containers/c/logs");
  const auto bytes = frame(1, "out\n") + frame(2, "err\n");
  feed->push(bytes.substr(0, 5));
  feed->push(bytes.substr(5));
  feed->end();
  const auto pieces = run(engine_->logs(call(), "c", {.tail = 7, .timestamps = true}));
  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_EQ(pieces[1].stream, LogPiece::Stream::err);
  EXPECT_EQ(log_text(pieces), "out\nerr\n");
  EXPECT_EQ(script_.requests().at(0).target, "/v1.41/containers/c/logs?stdout=1&stderr=1&tail=7&timestamps=1");
}

TEST_F(Streams, LogsAreBounded) {
  const auto feed = feed_into("GET", "/v1.41/containers/c/logs");
  for (int i = 0; i < 1000; ++i) feed->push(frame(1, "line " + std::to_string(i) + "\n"));
  feed->end();
  const auto pieces = run(engine_->logs(call(), "c", {.tail = -1, .max_bytes = 20}));
  EXPECT_EQ(log_text(pieces), "line 998\nline 999\n");
  EXPECT_NE(script_.requests().at(0).target.find("tail=all"), std::string::npos);
}

TEST_F(Streams, LogsFailWithTheirContainer) {
  script_.answer("GET", "/v1.41/containers/c/logs", 404, R"({"message":"No such container: c"})");
  EXPECT_EQ(fault_of(engine_->logs(call(), "c", {})), Fault::not_found);
  auto feed = feed_into("GET", "/v1.41/containers/c/logs");
  feed->push(frame(1, "x"));
  feed->cut();
  EXPECT_EQ(fault_of(engine_->logs(call(), "c", {})), Fault::unreachable);
}

TEST_F(Streams, LogsAreFollowed) {
  const auto feed = feed_into("GET", "/v1.41/containers/c/logs");
  auto logs = run(engine_->follow_logs(call(), "c", {.tail = 7, .since_nano = 1'795'489'575'056'842'648}));
  EXPECT_EQ(script_.requests().at(0).target,
            "/v1.41/containers/c/logs?follow=1&stdout=1&stderr=1&timestamps=1&tail=7&since=1795489575.056842648");
  EXPECT_TRUE(run(logs->next(20ms)).pieces.empty());
  const auto bytes = frame(1, "out\n") + frame(2, "err\n");
  feed->push(bytes.substr(0, 5));
  feed->push(bytes.substr(5));
  std::vector<LogPiece> pieces;
  while (pieces.size() < 2) {
    auto portion = run(logs->next(5s));
    ASSERT_FALSE(portion.ended);
    for (auto& piece : portion.pieces) pieces.push_back(std::move(piece));
  }
  EXPECT_EQ(pieces[0].bytes, "out\n");
  EXPECT_FALSE(pieces[0].plain);
  EXPECT_EQ(pieces[1].stream, LogPiece::Stream::err);
  feed->push(frame(1, "last"));
  feed->end();
  auto portion = run(logs->next(5s));
  if (!portion.ended) {
    EXPECT_EQ(portion.pieces.at(0).bytes, "last");
    portion = run(logs->next(5s));
  }
  EXPECT_TRUE(portion.ended);
  drop(std::move(logs));
}

TEST_F(Streams, FollowedLogsOfATerminalArePlain) {
  const auto feed = feed_into("GET", "/v1.41/containers/c/logs");
  auto logs = run(engine_->follow_logs(call(), "c", {}));
  feed->push("2026-01-15T09:30:05.000000000Z hello\r\n");
  const auto portion = run(logs->next(5s));
  ASSERT_FALSE(portion.pieces.empty());
  EXPECT_TRUE(portion.pieces[0].plain);
  drop(std::move(logs));
}

TEST_F(Streams, FollowedLogsBreakAndAreCancelled) {
  script_.answer("GET", "/v1.41/containers/gone/logs", 404, R"({"message":"No such container: gone"})");
  EXPECT_EQ(fault_of(engine_->follow_logs(call(), "gone", {})), Fault::not_found);
  auto feed = feed_into("GET", "/v1.41/containers/c/logs");
  auto logs = run(engine_->follow_logs(call(), "c", {}));
  feed->cut();
  EXPECT_EQ(fault_of(logs->next(5s)), Fault::unreachable);
  drop(std::move(logs));
  feed = feed_into("GET", "/v1.41/containers/c/logs");
  logs = run(engine_->follow_logs(call(), "c", {}));
  auto* stream = logs.get();
  auto waiting = asio::co_spawn(context(), stream->next(60s), asio::use_future);
  asio::post(context(), [stream] { stream->cancel(); });
  ASSERT_EQ(waiting.wait_for(10s), std::future_status::ready);
  EXPECT_THROW(waiting.get(), EngineError);
  drop(std::move(logs));
}

TEST_F(Streams, LogsThatNeverEndHaveALimit) {
  engine_ = make({.logs = 100ms});
  const auto feed = feed_into("GET", "/v1.41/containers/c/logs");
  feed->push(frame(1, "x"));
  EXPECT_EQ(fault_of(engine_->logs(call(), "c", {})), Fault::timeout);
}

TEST_F(Streams, APullReadsToItsEnd) {
  const auto feed = feed_into("POST", "/v1.41/images/create");
  feed->push("{\"status\":\"Pulling from debian\"}\r\n{\"status\":\"Down");
  feed->push("loading\",\"progressDetail\":{\"current\":1}}\r\n");
  feed->end();
  run(engine_->pull(call(), "host:5000/debian", 5s));
  EXPECT_EQ(script_.requests().at(0).target, "/v1.41/images/create?fromImage=host%3A5000%2Fdebian&tag=latest");
}

TEST_F(Streams, APullMayFailAfterItsStatus) {
  const auto feed = feed_into("POST", "/v1.41/images/create");
  feed->push(
      "{\"status\":\"Pulling\"}\r\n{\"errorDetail\":{\"message\":\"no space\"},\"error\":\"no space left\"}\r\n");
  feed->end();
  EXPECT_EQ(fault_of(engine_->pull(call(), "debian:1", 5s)), Fault::failed);
  EXPECT_EQ(text(), "pull of debian:1: no space left");
  script_.answer("POST", "/v1.41/images/create", 404, R"({"message":"pull access denied"})");
  EXPECT_EQ(fault_of(engine_->pull(call(), "debian:1", 5s)), Fault::not_found);
}

TEST_F(Streams, APullHasALimit) {
  const auto feed = feed_into("POST", "/v1.41/images/create");
  feed->push("{\"status\":\"Pulling\"}\r\n");
  const auto before = steady_now();
  EXPECT_EQ(fault_of(engine_->pull(call(), "debian:1", 1s)), Fault::timeout);
  EXPECT_LT(steady_now() - before, 5s);
}

}  // namespace
}  // namespace trinity::engine
