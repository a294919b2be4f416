// Runs as those see them who watch: a program prints what the test hands it line by line.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http/websocket_client.h"
#include "unit/agentd/agent_fixture.h"

namespace trinity::agentd {
namespace {

using testing::ElementsAre;

/// What one reader has been told.
struct Watching {
  std::shared_ptr<http::WebSocket> socket;
  std::vector<boost::json::value> frames;
  bool over = false;
  unsigned refused = 0;

  [[nodiscard]] std::vector<std::string> entries() const {
    std::vector<std::string> all;
    for (const auto& frame : frames) {
      if (frame.at("type") != "entries") continue;
      EXPECT_EQ(frame.at("index").to_number<std::size_t>(), first + all.size()) << "without gap";
      for (const auto& entry : frame.at("entries").as_array()) all.push_back(boost::json::serialize(entry));
    }
    return all;
  }
  /// The text after each frame that tells of it.
  [[nodiscard]] std::vector<std::string> texts() const {
    std::vector<std::string> all;
    std::string text;
    for (const auto& frame : frames) {
      if (frame.at("type") != "partial") continue;
      const auto at = frame.at("at").to_number<std::size_t>();
      EXPECT_TRUE(at == 0 || at == text.size());
      text.resize(at);
      text += frame.at("text").as_string();
      all.push_back(text);
    }
    return all;
  }
  [[nodiscard]] bool ended() const { return !frames.empty() && frames.back().at("type") == "ended"; }
  std::size_t first = 0;
};

Task<> follow(std::uint16_t port, std::string target, std::string bearer, std::shared_ptr<Watching> watching) {
  http::Dial dial;
  dial.endpoint = {{}, "127.0.0.1", port};
  dial.target = std::move(target);
  if (!bearer.empty()) dial.headers.add("Authorization", "Bearer " + bearer);
  dial.socket.max_message = 1024 * 1024;
  auto opened = co_await http::dial_websocket(std::move(dial));
  if (!opened) {
    watching->refused = opened.error().status;
    watching->over = true;
    co_return;
  }
  watching->socket = std::move(*opened);
  auto message = co_await watching->socket->read();
  while (message) {
    watching->frames.push_back(boost::json::parse(message->data));
    message = co_await watching->socket->read();
  }
  watching->over = true;
}

std::string piece(std::string_view text) {
  return R"({"type":"stream_event","event":{"type":"content_block_delta","delta":{"type":"text_delta","text":")" +
         std::string(text) + "\"}}}";
}
std::string said(std::string_view text) {
  return R"({"type":"assistant","message":{"content":[{"type":"text","text":")" + std::string(text) + "\"}]}}";
}

class TranscriptStreamTest : public AgentTest {
 protected:
  TranscriptStreamTest() {
    use_command("[cat, lines]");
    ::mkfifo((home_.path() / "lines").c_str(), 0600);
    start();
  }
  ~TranscriptStreamTest() override {
    if (input_ >= 0) ::close(input_);
  }
  TranscriptStreamTest(const TranscriptStreamTest&) = delete;
  TranscriptStreamTest& operator=(const TranscriptStreamTest&) = delete;

  /// Begins a run; what it prints is said by print().
  void run(const std::string& id = "run-1") {
    answer_ = begin("/api/chat", R"({"message":"x","execution_id":")" + id + "\"}");
    EXPECT_TRUE(comes_true([this] {
      input_ = ::open((home_.path() / "lines").c_str(), O_WRONLY | O_NONBLOCK);
      return input_ >= 0;
    }));
    ::fcntl(input_, F_SETFL, 0);
  }
  void print(const std::string& line) const {
    const auto text = line + "\n";
    ASSERT_EQ(::write(input_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  http::ClientResponse end() {
    ::close(std::exchange(input_, -1));
    return await(answer_);
  }
  std::shared_ptr<Watching> watch(const std::string& query = "", const std::string& id = "run-1",
                                  const std::string& bearer = kSecret) {
    auto watching = std::make_shared<Watching>();
    spawn("reader", context_.get_executor(),
          follow(agent_->port(), "/api/executions/" + id + "/transcript" + query, bearer, watching));
    return watching;
  }

  int input_ = -1;
  std::shared_ptr<Pending> answer_;
};

TEST_F(TranscriptStreamTest, TellsWhatWasThereThenWhatComesThenTheEnd) {
  run();
  print(R"({"type":"system","n":0})");
  const auto early = watch();
  EXPECT_TRUE(comes_true([&] { return early->entries().size() == 1; }));
  EXPECT_EQ(early->frames[0].at("type"), "hello");
  EXPECT_EQ(early->frames[0].at("attempt"), 1);
  EXPECT_EQ(early->frames[0].at("state"), "running");
  print(R"({"type":"system","n":1})");
  EXPECT_TRUE(comes_true([&] { return early->entries().size() == 2; }));
  const auto late = watch("?from=1&attempt=1");
  late->first = 1;
  EXPECT_TRUE(comes_true([&] { return late->entries().size() == 1; }));
  const auto other = watch("?from=1&attempt=7");
  EXPECT_TRUE(comes_true([&] { return other->entries().size() == 2; }))
      << "numbers of another attempt are none of this";
  const auto answer = end();
  EXPECT_TRUE(comes_true([&] { return early->over && late->over && other->over; }));
  EXPECT_TRUE(early->ended() && late->ended());
  EXPECT_EQ(early->frames.back().at("status"), "success");
  EXPECT_EQ(early->frames.back().at("entries"), 3);
  std::vector<std::string> log;
  const auto answered = json_of(answer);
  for (const auto& entry : answered.at("execution_log").as_array()) log.push_back(boost::json::serialize(entry));
  EXPECT_EQ(early->entries(), log);
}

TEST_F(TranscriptStreamTest, TextComesAtOnceAndThenInPaces) {
  run();
  const auto watching = watch();
  EXPECT_TRUE(comes_true([&] { return !watching->frames.empty(); }));
  const auto began = now();
  print(piece("He"));
  EXPECT_TRUE(comes_true([&] { return watching->texts().size() == 1; }));
  EXPECT_LT(now() - began, milliseconds(1'000));
  const auto read_at = parse_time(std::string_view(watching->frames.back().at("read_at").as_string()));
  ASSERT_TRUE(read_at.has_value());
  EXPECT_GE(*read_at, began - milliseconds(2));
  for (const auto* more : {"l", "l", "o"}) print(piece(more));
  EXPECT_TRUE(comes_true([&] { return watching->texts().back() == "Hello"; }));
  EXPECT_LE(watching->texts().size(), 4U);
  print(said("Hello"));
  EXPECT_TRUE(comes_true([&] { return watching->texts().back().empty(); }));
  EXPECT_THAT(watching->entries(), ElementsAre(said("Hello")));
  EXPECT_EQ(watching->frames.back().at("type"), "partial") << "the text goes when the line is there";
  // Who comes in the middle of a text has its beginning.
  print(piece("Good"));
  EXPECT_TRUE(comes_true([&] { return watching->texts().back() == "Good"; }));
  const auto late = watch();
  EXPECT_TRUE(comes_true([&] { return !late->texts().empty(); }));
  EXPECT_EQ(late->texts().back(), "Good");
  const auto answer = end();
  EXPECT_EQ(json_of(answer).at("response"), "Hello");
  EXPECT_EQ(json_of(answer).at("execution_log").as_array().size(), 2U) << "pieces are no lines";
}

TEST_F(TranscriptStreamTest, LargeLinesLoseTheEndsOfTheirStrings) {
  run();
  const auto watching = watch();
  std::string line = R"({"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"t","content":")";
  line += std::string(2'000'000, 'x') + "\"}]}}";
  std::thread writer([&] { print(line); });
  EXPECT_TRUE(comes_true([&] { return watching->entries().size() == 1; }));
  writer.join();
  EXPECT_LT(watching->entries()[0].size(), 256U * 1024);
  const auto answer = end();
  EXPECT_GT(answer.body.size(), 2'000'000U) << "the answer has it whole";
}

TEST_F(TranscriptStreamTest, NeedsTheSecretAndARunThatGoesOn) {
  const auto stranger = watch("", "run-1", "wrong");
  EXPECT_TRUE(comes_true([&] { return stranger->over; }));
  EXPECT_EQ(stranger->refused, 401U);
  const auto nobody = watch("", "no-such-run");
  EXPECT_TRUE(comes_true([&] { return nobody->over; }));
  ASSERT_EQ(nobody->frames.size(), 1U);
  EXPECT_EQ(nobody->frames[0].at("type"), "unknown");
}

TEST_F(TranscriptStreamTest, ReadersAreBoundedAndOneThatGoesMakesRoom) {
  run();
  std::vector<std::shared_ptr<Watching>> all;
  for (int i = 0; i < 33; ++i) all.push_back(watch());
  EXPECT_TRUE(comes_true([&] {
    return std::count_if(all.begin(), all.end(), [](const auto& one) { return !one->frames.empty(); }) == 32 &&
           std::count_if(all.begin(), all.end(), [](const auto& one) { return one->over; }) == 1;
  }));
  for (auto& one : all) {
    if (!one->frames.empty()) one->socket->abort();
  }
  EXPECT_TRUE(comes_true([&] {
    const auto again = watch();
    EXPECT_TRUE(comes_true([&] { return again->over || !again->frames.empty(); }));
    return !again->frames.empty();
  }));
  end();
}

TEST_F(TranscriptStreamTest, ARunThatWaitsHasItsReaderWait) {
  run();
  const auto second = begin("/api/chat", R"({"message":"x","execution_id":"run-2"})");
  std::shared_ptr<Watching> watching;
  EXPECT_TRUE(comes_true([&] {
    watching = watch("", "run-2");
    EXPECT_TRUE(comes_true([&] { return !watching->frames.empty(); }));
    return watching->frames[0].at("type") == "hello";
  }));
  EXPECT_EQ(watching->frames[0].at("state"), "waiting");
  EXPECT_EQ(watching->frames[0].at("attempt"), 0);
  end();
  answer_ = second;
  EXPECT_TRUE(comes_true([this] {
    input_ = ::open((home_.path() / "lines").c_str(), O_WRONLY | O_NONBLOCK);
    return input_ >= 0;
  }));
  print(said("second"));
  EXPECT_TRUE(comes_true([&] { return watching->entries().size() == 1; }));
  end();
  EXPECT_TRUE(comes_true([&] { return watching->ended(); }));
}

}  // namespace
}  // namespace trinity::agentd
