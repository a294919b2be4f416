#include "agentlink/transcript_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <thread>

#include "unit/agentlink/transcripts.h"

namespace trinity::agentlink {
namespace {

using namespace std::chrono_literals;
using Kind = TranscriptFrame::Kind;
using testing::ElementsAre;

std::string line(int n) {
  return R"({"n":)" + std::to_string(n) + "}";
}

/// What a reader has handed over.
class Taken {
 public:
  void take(const TranscriptFrame& frame) {
    const std::lock_guard lock(mutex_);
    kinds_.push_back(frame.kind);
    if (frame.kind == Kind::hello && std::exchange(attempt_, frame.attempt) != frame.attempt) entries_.clear();
    if (frame.kind == Kind::entries) {
      EXPECT_EQ(frame.index, entries_.size());
      entries_.insert(entries_.end(), frame.entries.begin(), frame.entries.end());
    }
    if (frame.kind == Kind::partial) {
      text_.resize(frame.index);
      text_ += frame.text;
    }
  }
  template <class F>
  bool comes_true(F condition) {
    const auto until = steady_now() + 10s;
    while (steady_now() < until) {
      {
        const std::lock_guard lock(mutex_);
        if (condition()) return true;
      }
      std::this_thread::sleep_for(2ms);
    }
    return false;
  }
  [[nodiscard]] std::size_t count(Kind kind) const {
    return static_cast<std::size_t>(std::count(kinds_.begin(), kinds_.end(), kind));
  }
  std::vector<std::string> entries_;
  std::string text_;
  unsigned attempt_ = 0;

 private:
  std::mutex mutex_;
  std::vector<Kind> kinds_;
};

class TranscriptReaderTest : public testing::Test {
 protected:
  TranscriptReaderTest() {
    pace.port = daemon.port();
    pace.first_retry = 20ms;
    pace.last_retry = 100ms;
    io.start();
  }
  ~TranscriptReaderTest() override {
    if (reader) reader->aim(std::nullopt);
    std::this_thread::sleep_for(20ms);
    io.stop();
    io.join();
  }
  TranscriptReaderTest(const TranscriptReaderTest&) = delete;
  TranscriptReaderTest& operator=(const TranscriptReaderTest&) = delete;

  void read(const std::string& run = "run") {
    TranscriptReader::Hooks hooks;
    hooks.sink = [this](const TranscriptFrame& frame) { taken.take(frame); };
    hooks.full = [this] { return full.load(); };
    reader = std::make_shared<TranscriptReader>(io[0].get_executor(), run, pace, std::move(hooks));
    go_on();
  }
  void go_on() { reader->aim(Target{"127.0.0.1", "secret"}); }

  test::Transcripts daemon;
  IoThreads io{1};
  TranscriptPace pace;
  Taken taken;
  std::atomic<bool> full{false};
  std::shared_ptr<TranscriptReader> reader;
};

TEST_F(TranscriptReaderTest, ReadsTheRunToItsEnd) {
  daemon.enter("run");
  daemon.print("run", line(0));
  read();
  EXPECT_TRUE(taken.comes_true([&] { return taken.entries_.size() == 1; }));
  daemon.write("run", "Hel");
  EXPECT_TRUE(taken.comes_true([&] { return taken.text_ == "Hel"; }));
  daemon.write("run", "lo");
  EXPECT_TRUE(taken.comes_true([&] { return taken.text_ == "Hello"; }));
  daemon.print("run", line(1), true);
  EXPECT_TRUE(taken.comes_true([&] { return taken.text_.empty() && taken.entries_.size() == 2; }));
  daemon.end("run");
  EXPECT_TRUE(taken.comes_true([&] { return taken.count(Kind::ended) == 1; }));
  EXPECT_THAT(taken.entries_, ElementsAre(line(0), line(1)));
  std::this_thread::sleep_for(200ms);
  EXPECT_EQ(daemon.visits(), 1) << "what has ended is not asked for again";
}

TEST_F(TranscriptReaderTest, GoesOnWhereABrokenConnectionEnded) {
  daemon.enter("run");
  read();
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 10; ++i) daemon.print("run", line(round * 10 + i));
    daemon.write("run", "x");
    const auto expected = static_cast<std::size_t>(round * 10 + 5);
    EXPECT_TRUE(taken.comes_true([&] { return taken.entries_.size() > expected; }));
    daemon.cut();
  }
  EXPECT_TRUE(taken.comes_true([&] { return taken.entries_.size() == 50 && taken.text_ == "xxxxx"; }));
  for (int i = 0; i < 50; ++i) EXPECT_EQ(taken.entries_[static_cast<std::size_t>(i)], line(i));
  EXPECT_GT(daemon.visits(), 2);
  EXPECT_GT(taken.count(Kind::lost), 0U);
}

TEST_F(TranscriptReaderTest, BeginsAnewWithAProgramThatWasStartedAgain) {
  daemon.enter("run", false);
  read();
  EXPECT_TRUE(taken.comes_true([&] { return taken.count(Kind::hello) == 1; }));
  daemon.start("run");
  daemon.print("run", line(0));
  EXPECT_TRUE(taken.comes_true([&] { return taken.entries_.size() == 1; }));
  daemon.start("run");
  daemon.print("run", line(7));
  EXPECT_TRUE(taken.comes_true([&] { return taken.attempt_ == 2 && taken.entries_.size() == 1; }));
  EXPECT_EQ(taken.entries_[0], line(7));
  daemon.cut();
  daemon.print("run", line(8));
  EXPECT_TRUE(taken.comes_true([&] { return taken.entries_.size() == 2; }));
}

TEST_F(TranscriptReaderTest, AsksAgainForARunThatTheAgentDoesNotHaveYet) {
  read();
  EXPECT_TRUE(taken.comes_true([&] { return taken.count(Kind::unknown) > 0; }));
  daemon.enter("run");
  daemon.print("run", line(0));
  EXPECT_TRUE(taken.comes_true([&] { return taken.entries_.size() == 1; }));
}

TEST_F(TranscriptReaderTest, StopsWhenNobodyWantsItAndGoesOnLater) {
  daemon.enter("run");
  daemon.print("run", line(0));
  read();
  EXPECT_TRUE(taken.comes_true([&] { return taken.entries_.size() == 1; }));
  reader->aim(std::nullopt);
  EXPECT_TRUE(taken.comes_true([&] { return daemon.readers() == 0; }));
  daemon.print("run", line(1));
  go_on();
  EXPECT_TRUE(taken.comes_true([&] { return taken.entries_.size() == 2; }));
}

TEST_F(TranscriptReaderTest, ReadsNoFasterThanWhatIsTaken) {
  daemon.enter("run");
  const auto big = R"({"x":")" + std::string(60'000, 'x') + "\"}";
  for (int i = 0; i < 300; ++i) daemon.print("run", big);
  full = true;
  read();
  EXPECT_TRUE(taken.comes_true([&] { return taken.count(Kind::hello) == 1; }));
  std::this_thread::sleep_for(100ms);
  EXPECT_TRUE(taken.comes_true([&] { return taken.entries_.size() < 10; }));
  full = false;
  EXPECT_TRUE(taken.comes_true([&] { return taken.entries_.size() == 300; }));
}

TEST(TranscriptFrames, OddOnesAreRefusedOrPassedOver) {
  const auto read = [](std::string_view text) { return read_transcript_frame(text, 1000); };
  for (const auto* text : {"", "x", "[]", "{}", R"({"type":5})", R"({"type":"entries"})",
                           R"({"type":"entries","entries":{}})", R"({"type":"entries","entries":[]})"}) {
    EXPECT_FALSE(read(text)) << text;
  }
  EXPECT_EQ(read(R"({"type":"news"})")->kind, Kind::other);
  const auto partial = read(R"({"type":"partial","at":-5,"text":7,"read_at":"<script>"})");
  ASSERT_TRUE(partial);
  EXPECT_EQ(partial->index, 0U);
  EXPECT_EQ(partial->text, "");
  EXPECT_EQ(partial->read_at, "");
  const auto entries = read(R"({"type":"entries","index":3,"entries":[5,{"a":")" + std::string(5000, 'x') + "\"}]}");
  ASSERT_TRUE(entries);
  EXPECT_EQ(entries->index, 3U);
  EXPECT_EQ(entries->entries[0], "{}");
  EXPECT_LE(entries->entries[1].size(), 1000U);
  std::string deep = R"({"type":"entries","entries":[{"a":)" + std::string(70, '[') + std::string(70, ']') + "}]}";
  EXPECT_TRUE(read(deep));
  deep = R"({"type":"entries","entries":[{"a":)" + std::string(200, '[') + std::string(200, ']') + "}]}";
  EXPECT_FALSE(read(deep));
}

}  // namespace
}  // namespace trinity::agentlink
