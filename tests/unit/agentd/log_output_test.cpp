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
  const auto text = read_until("lines were dropped");
  const auto whole = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  const auto at = text.find("\"msg\":\"");
  ASSERT_NE(at, std::string::npos);
  const auto dropped = std::stoul(text.substr(at + 7));
  EXPECT_GT(dropped, 800U);
  // The last piece read may end within the message's line.
  EXPECT_NEAR(static_cast<double>(whole + dropped), 1'000.0, 2.0);
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
