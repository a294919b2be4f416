#include "fleet/process_watch.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <fstream>

#include "unit/db/temp_dir.h"
#include "unit/fleet/facts.h"

namespace trinity::fleet {
namespace {

using namespace std::chrono_literals;

/// A process that waits to be killed, in place of a container's init.
class Child {
 public:
  Child() : pid_(::fork()) {
    if (pid_ != 0) return;
    while (true) ::pause();
  }
  ~Child() { kill(); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  [[nodiscard]] std::int64_t pid() const { return pid_; }

 private:
  pid_t pid_;
};

class ProcessWatchTest : public testing::Test {
 protected:
  void show(const Child& child, const std::string& container_id) {
    const auto directory = proc_ / std::to_string(child.pid());
    std::filesystem::create_directories(directory);
    std::ofstream(directory / "cgroup") << "0::/system.slice/docker-" << container_id << ".scope\n";
  }
  static AgentPtr agent(const std::string& container_id, std::int64_t pid) {
    return std::make_shared<const Agent>(
        make_agent(test::container(container_id, "bot", "running", pid), std::nullopt, test::network));
  }
  bool run_until_fired(std::size_t count) {
    const auto until = steady_now() + 5s;
    while (fired.size() < count && steady_now() < until) {
      io.restart();
      io.run_one_for(50ms);
    }
    return fired.size() >= count;
  }

  test::TempDir proc_;
  boost::asio::io_context io;
  std::vector<std::pair<std::string, std::int64_t>> fired;
  ProcessWatch watch{io.get_executor(), proc_.path(),
                     [this](const std::string& id, std::int64_t pid) { fired.emplace_back(id, pid); }};
  const std::string one = std::string(64, '1');
  const std::string two = std::string(64, '2');
};

TEST_F(ProcessWatchTest, TellsOnceThatAContainersInitHasEnded) {
  Child child;
  const auto pid = child.pid();
  show(child, one);
  watch.follow(*agent(one, pid));
  watch.follow(*agent(one, pid));
  io.run_for(20ms);
  EXPECT_TRUE(fired.empty());
  child.kill();
  ASSERT_TRUE(run_until_fired(1));
  watch.follow(*agent(one, pid));  // the model may not know yet
  io.restart();
  io.run_for(20ms);
  EXPECT_EQ(fired, (std::vector<std::pair<std::string, std::int64_t>>{{one, pid}}));
}

TEST_F(ProcessWatchTest, AProcessOfSomethingElseIsNotWatched) {
  Child foreign;
  Child own;
  show(foreign, two);  // its number stands for a container of another machine
  show(own, two);
  watch.follow(*agent(one, foreign.pid()));
  watch.follow(*agent(two, own.pid()));
  const auto pid = own.pid();
  foreign.kill();
  own.kill();
  ASSERT_TRUE(run_until_fired(1));
  io.restart();
  io.run_for(20ms);
  EXPECT_EQ(fired, (std::vector<std::pair<std::string, std::int64_t>>{{two, pid}}));
}

TEST_F(ProcessWatchTest, WhatIsNoLongerFollowedIsNotHeld) {
  Child child;
  show(child, one);
  watch.follow(*agent(one, child.pid()));
  watch.forget(one);
  EXPECT_GE(io.run_for(5s), 0U);
  EXPECT_TRUE(io.stopped()) << "a wait is left that only the process can end";
  child.kill();
  EXPECT_TRUE(fired.empty());
}

TEST_F(ProcessWatchTest, ARestartIsWatchedInPlaceOfTheOldProcess) {
  Child before;
  Child after;
  show(before, one);
  show(after, one);
  watch.follow(*agent(one, before.pid()));
  watch.follow(*agent(one, after.pid()));
  const auto pid = after.pid();
  before.kill();
  after.kill();
  ASSERT_TRUE(run_until_fired(1));
  io.restart();
  io.run_for(20ms);
  EXPECT_EQ(fired, (std::vector<std::pair<std::string, std::int64_t>>{{one, pid}}));
}

TEST_F(ProcessWatchTest, StoppingEndsAllWaits) {
  Child child;
  show(child, one);
  watch.follow(*agent(one, child.pid()));
  watch.stop();
  io.run_for(5s);
  EXPECT_TRUE(io.stopped());
  EXPECT_TRUE(fired.empty());
}

TEST_F(ProcessWatchTest, NumbersThatAreNoProcessAreLeftAlone) {
  watch.follow(*agent(one, 0));
  watch.follow(*agent(two, 4'100'000'000));
  io.run_for(5s);
  EXPECT_TRUE(io.stopped());
}

}  // namespace
}  // namespace trinity::fleet
