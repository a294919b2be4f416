#include "agentd/keeper.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "base/clock.h"
#include "unit/agentd/fixtures.h"

namespace trinity::agentd {
namespace {

using namespace std::chrono_literals;

/// The keeper in a process of its own, as main has it.
class Kept {
 public:
  explicit Kept(std::function<int(const std::string&)> serve, KeeperLimits limits = {}) {
    limits.pause = 5ms;
    limits.remains_end = 1s;
    pid_ = ::fork();
    if (pid_ == 0) ::_exit(keep_alive(serve, limits));
  }
  ~Kept() {
    if (pid_ > 0) ::kill(pid_, SIGKILL);
  }
  void send(int signal) const { ::kill(pid_, signal); }
  /// Exit code, or minus the signal.
  int end() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

 private:
  pid_t pid_ = 0;
};

/// What the processes of a test write, a line each.
struct KeeperTest : testing::Test {
  TempFolder folder;
  std::filesystem::path file = folder.path() / "lines";

  void say(const std::string& line) const { std::ofstream(file, std::ios::app) << line << "\n"; }
  std::string said() const { return text_of(file); }
  template <class F>
  static bool eventually(F condition) {
    const auto until = steady_now() + 10s;
    while (!condition()) {
      if (steady_now() > until) return false;
      std::this_thread::sleep_for(2ms);
    }
    return true;
  }
};

TEST_F(KeeperTest, AnEndThatWasChosenIsTheEnd) {
  Kept kept([this](const std::string& why) {
    say("start" + why);
    return 7;
  });
  EXPECT_EQ(kept.end(), 7);
  EXPECT_EQ(said(), "start\n");
}

TEST_F(KeeperTest, WhatIsKilledIsStartedAgain) {
  Kept kept([this](const std::string& why) {
    say(why.empty() ? "first" : why);
    if (why.empty()) ::raise(SIGKILL);
    return 0;
  });
  EXPECT_EQ(kept.end(), 0);
  EXPECT_EQ(said(), "first\nthe one before was killed by signal 9\n");
}

TEST_F(KeeperTest, CrashesWithoutEndAreGivenUp) {
  KeeperLimits limits;
  limits.crashes = 2;
  Kept kept(
      [this](const std::string&) {
        say("start");
        return ::raise(SIGKILL);
      },
      limits);
  EXPECT_EQ(kept.end(), 1);
  EXPECT_EQ(said(), "start\nstart\nstart\n");
}

TEST_F(KeeperTest, NothingOutlivesItsDaemon) {
  Kept kept([this](const std::string& why) {
    if (!why.empty()) return 0;
    // A program in a group of its own, with a child.
    if (::fork() == 0) {
      ::setsid();
      if (::fork() == 0) {
        say("child " + std::to_string(::getpid()));
        ::pause();
      }
      say("program " + std::to_string(::getpid()));
      ::pause();
    }
    eventually(
        [&] { return said().find("child") != std::string::npos && said().find("program") != std::string::npos; });
    return ::raise(SIGKILL);
  });
  EXPECT_EQ(kept.end(), 0);
  std::istringstream lines(said());
  std::string what;
  pid_t pid = 0;
  int seen = 0;
  while (lines >> what >> pid) {
    EXPECT_EQ(::kill(pid, 0), -1) << what;
    ++seen;
  }
  EXPECT_EQ(seen, 2);
}

TEST_F(KeeperTest, AStopIsPassedOn) {
  Kept kept([this](const std::string&) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    say("ready");
    int number = 0;
    sigwait(&signals, &number);
    say("stopped");
    return 0;
  });
  ASSERT_TRUE(eventually([&] { return said() == "ready\n"; }));
  kept.send(SIGTERM);
  EXPECT_EQ(kept.end(), 0);
  EXPECT_EQ(said(), "ready\nstopped\n");
}

}  // namespace
}  // namespace trinity::agentd
