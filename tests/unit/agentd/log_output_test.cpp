#include "agentd/log_output.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <chrono>

namespace trinity::agentd {
namespace {

class LogOutputTest : public testing::Test {
 protected:
  LogOutputTest() {
    if (::pipe(ends_.data()) != 0) throw std::runtime_error("pipe");
  }
  ~LogOutputTest() override {
    for (const int end : ends_) {
      if (end >= 0) ::close(end);
    }
  }
  /// Reads until `text` has come; the test's own time limit bounds it.
  std::string read_until(const std::string& text) {
    std::string all;
    std::array<char, 65536> chunk{};
    while (all.find(text) == std::string::npos) {
      const auto n = ::read(ends_[0], chunk.data(), chunk.size());
      if (n <= 0) break;
      all.append(chunk.data(), static_cast<std::size_t>(n));
    }
    return all;
  }

  struct Told {
    std::size_t whole = 0;    ///< lines that came through
    std::size_t dropped = 0;  ///< lines that were said to be lost
  };
  /// Reads lines until `count` of them have come or were said to be lost.
  Told read_until_all_told(std::size_t count) {
    Told told;
    std::string rest;
    std::array<char, 65536> chunk{};
    while (told.whole + told.dropped < count) {
      const auto n = ::read(ends_[0], chunk.data(), chunk.size());
      if (n <= 0) break;
      rest.append(chunk.data(), static_cast<std::size_t>(n));
      for (auto end = rest.find('\n'); end != std::string::npos; end = rest.find('\n')) {
        const auto line = rest.substr(0, end);
        rest.erase(0, end + 1);
        const auto at = line.find("\"msg\":\"");
        if (at == std::string::npos) {
          ++told.whole;
        } else {
          told.dropped += std::stoul(line.substr(at + 7));
        }
      }
    }
    return told;
  }

  std::array<int, 2> ends_{-1, -1};
};

TEST_F(LogOutputTest, LinesArriveInOrder) {
  LogOutput output(ends_[1]);
  for (int i = 0; i < 100; ++i) output.write("line " + std::to_string(i));
  const auto text = read_until("line 99\n");
  EXPECT_TRUE(text.starts_with("line 0\nline 1\n"));
}

TEST_F(LogOutputTest, NobodyReadingDoesNotHoldUpAndTheLossIsSaid) {
  // Fuller than a pipe (64 KiB) and the queue together.
  LogOutput output(ends_[1], 10'000);
  const std::string line(1'000, 'x');
  const auto started = std::chrono::steady_clock::now();
  for (int i = 0; i < 1'000; ++i) output.write(line);
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(5));
  // The loss may be told in several portions: whenever the queue ran empty in between.
  const auto told = read_until_all_told(1'000);
  EXPECT_EQ(told.whole + told.dropped, 1'000U);
  EXPECT_GT(told.dropped, 0U);
}

TEST_F(LogOutputTest, TheEndIsNotHeldUpEither) {
  const auto started = std::chrono::steady_clock::now();
  {
    LogOutput output(ends_[1], 1'000'000);
    for (int i = 0; i < 500; ++i) output.write(std::string(1'000, 'x'));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(5));
}

TEST_F(LogOutputTest, WaitingLinesGetOutAtTheEnd) {
  {
    LogOutput output(ends_[1]);
    output.write("last words");
  }
  EXPECT_EQ(read_until("last words\n"), "last words\n");
}

}  // namespace
}  // namespace trinity::agentd
