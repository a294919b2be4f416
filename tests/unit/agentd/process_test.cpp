#include "agentd/process.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <thread>

#include "agentd/processes.h"
#include "base/clock.h"
#include "unit/agentd/fixtures.h"

namespace trinity::agentd {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

struct Ran {
  ProcessEnd end;
  std::string output;
  milliseconds took{};
};

class ProcessTest : public testing::Test {
 protected:
  ProcessTest() { ignore_broken_pipes(); }

  ProcessSpec spec(std::vector<std::string> argv) const {
    ProcessSpec made;
    made.argv = std::move(argv);
    made.folder = folder_.path();
    made.environment = {"PATH=/usr/bin:/bin", "AGENT_NAME=ruby"};
    made.limit = milliseconds(20'000);
    return made;
  }
  ProcessSpec shell(const std::string& script) const { return spec({"/bin/sh", "-c", script}); }

  Ran run(ProcessSpec wanted) {
    Ran ran;
    const auto started = steady_now();
    Process::Output output = [&ran](std::string_view piece) { ran.output += piece; };
    auto process = Process::start(context_.get_executor(), std::move(wanted), std::move(output));
    if (!process) throw std::runtime_error(process.error());
    ran.end = run_on(context_, (*process)->wait());
    ran.took = std::chrono::duration_cast<milliseconds>(steady_now() - started);
    return ran;
  }

  TempFolder folder_;
  asio::io_context context_{1};
};

bool is_gone(int process) {
  return ::kill(process, 0) != 0 && errno == ESRCH;
}

/// An ended process that nobody has reaped yet counts as gone: in a container the init reaps it.
bool has_ended(int process) {
  const auto stat = text_of("/proc/" + std::to_string(process) + "/stat");
  const auto name_end = stat.rfind(')');
  return is_gone(process) || name_end == std::string::npos || stat.substr(name_end + 2, 1) == "Z";
}

bool comes_true(const std::function<bool()>& condition) {
  for (int i = 0; i < 500; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(milliseconds(10));
  }
  return false;
}

TEST_F(ProcessTest, InputComesBackFromCat) {
  auto wanted = spec({"cat"});
  wanted.input = "hello\nworld";
  const auto ran = run(std::move(wanted));
  EXPECT_EQ(ran.output, "hello\nworld");
  EXPECT_EQ(ran.end.code, 0);
  EXPECT_EQ(ran.end.cause, ProcessEnd::Cause::exited);
}

TEST_F(ProcessTest, MuchInputAndOutputAtOnce) {
  auto wanted = spec({"/bin/cat"});
  wanted.input = std::string(5'000'000, 'x');
  EXPECT_EQ(run(std::move(wanted)).output.size(), 5'000'000U);
}

TEST_F(ProcessTest, AProgramThatDoesNotReadItsInputIsNoFault) {
  auto wanted = shell("echo done");
  wanted.input = std::string(5'000'000, 'x');
  const auto ran = run(std::move(wanted));
  EXPECT_EQ(ran.output, "done\n");
  EXPECT_EQ(ran.end.code, 0);
}

TEST_F(ProcessTest, ExitStatusErrorsFolderAndEnvironment) {
  const auto ran = run(shell("echo oops >&2; pwd; echo $AGENT_NAME; exit 3"));
  EXPECT_EQ(ran.end.code, 3);
  EXPECT_EQ(ran.end.errors, "oops\n");
  EXPECT_EQ(ran.output, std::filesystem::canonical(folder_.path()).string() + "\nruby\n");
}

TEST_F(ProcessTest, ASignalIsANegativeNumber) {
  EXPECT_EQ(run(shell("kill -9 $$")).end.code, -SIGKILL);
}

TEST_F(ProcessTest, OutputAndErrorsAreBounded) {
  auto wanted = shell("head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2");
  wanted.most_output = 1'000'000;
  wanted.most_errors = 1'000;
  const auto ran = run(std::move(wanted));
  EXPECT_EQ(ran.output.size(), 1'000'000U);
  EXPECT_EQ(ran.end.errors.size(), 1'000U);
  EXPECT_TRUE(ran.end.output_cut);
  EXPECT_EQ(ran.end.code, 0);
}

TEST_F(ProcessTest, WhatCannotStartSaysWhy) {
  for (const auto* program : {"/no/such/program", "no-such-program-anywhere"}) {
    const auto process = Process::start(context_.get_executor(), spec({program}), {});
    ASSERT_FALSE(process) << program;
    EXPECT_THAT(process.error(), HasSubstr("No such file"));
  }
}

TEST_F(ProcessTest, NothingButThePipesIsInherited) {
  const int open_file = ::open("/dev/null", O_RDONLY);  // without close-on-exec
  ASSERT_GE(open_file, 0);
  // The listing itself has one more descriptor open: the folder.
  const auto ran = run(spec({"ls", "/proc/self/fd"}));
  ::close(open_file);
  EXPECT_EQ(ran.output, "0\n1\n2\n3\n");
}

TEST_F(ProcessTest, TimeLimitKillsTheWholeGroup) {
  auto wanted = shell("trap '' TERM INT; sleep 300 & echo $!; wait");
  wanted.limit = milliseconds(300);
  const auto ran = run(std::move(wanted));
  EXPECT_EQ(ran.end.cause, ProcessEnd::Cause::timed_out);
  EXPECT_EQ(ran.end.code, -SIGKILL);
  EXPECT_GE(ran.took, milliseconds(300));
  EXPECT_LT(ran.took, milliseconds(5'000));
  const int grandchild = std::stoi(ran.output);
  EXPECT_TRUE(comes_true([&] { return has_ended(grandchild); }));
}

TEST_F(ProcessTest, WhatIsLeftBehindEndsWithTheProgram) {
  // The grandchild holds the output pipe open.
  const auto ran = run(shell("sleep 300 & echo $!"));
  EXPECT_EQ(ran.end.cause, ProcessEnd::Cause::exited);
  EXPECT_EQ(ran.end.code, 0);
  EXPECT_LT(ran.took, milliseconds(10'000));
  const int grandchild = std::stoi(ran.output);
  EXPECT_TRUE(comes_true([&] { return has_ended(grandchild); }));
}

TEST_F(ProcessTest, LongSilenceCountsToo) {
  auto wanted = shell("exec >&- 2>&-; sleep 300");
  wanted.limit = milliseconds(200);
  EXPECT_EQ(run(std::move(wanted)).end.cause, ProcessEnd::Cause::timed_out);
}

TEST_F(ProcessTest, LettingGoKillsTheChild) {
  int child = 0;
  {
    auto process = Process::start(context_.get_executor(), spec({"sleep", "300"}), {});
    ASSERT_TRUE(process);
    child = (*process)->id();
    EXPECT_FALSE(is_gone(child));
  }
  EXPECT_TRUE(is_gone(child));
}

Task<ProcessEnd> stop_after(std::shared_ptr<Process> process, asio::io_context* context, milliseconds delay) {
  auto* timer = new asio::steady_timer(*context, delay);
  const std::unique_ptr<asio::steady_timer> owner(timer);
  timer->async_wait([process](const boost::system::error_code& fault) {
    if (!fault) process->stop();
  });
  co_return co_await process->wait();
}

TEST_F(ProcessTest, StopAsksFirst) {
  auto process = Process::start(context_.get_executor(), shell("trap 'exit 7' TERM; while :; do sleep 0.05; done"), {});
  ASSERT_TRUE(process);
  const auto end = run_on(context_, stop_after(*process, &context_, milliseconds(300)));
  EXPECT_EQ(end.cause, ProcessEnd::Cause::stopped);
  EXPECT_EQ(end.code, 7);
}

TEST_F(ProcessTest, StopKillsWhatDoesNotListen) {
  auto process = Process::start(context_.get_executor(), shell("trap '' TERM; while :; do sleep 0.05; done"), {});
  ASSERT_TRUE(process);
  const auto end = run_on(context_, stop_after(*process, &context_, milliseconds(300)));
  EXPECT_EQ(end.cause, ProcessEnd::Cause::stopped);
  EXPECT_EQ(end.code, -SIGKILL);
}

TEST_F(ProcessTest, NothingStartsAfterTheStop) {
  Processes processes(context_.get_executor());
  processes.stop_all();
  const auto end = run_on(context_, processes.run(spec({"true"}), {}));
  ASSERT_FALSE(end);
  EXPECT_TRUE(processes.empty());
}

}  // namespace
}  // namespace trinity::agentd
