#include "templates/program.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/clock.h"
#include "unit/db/temp_dir.h"

namespace trinity::templates {
namespace {

using Cause = ProgramEnd::Cause;
using std::chrono::milliseconds;

class Program : public testing::Test {
 protected:
  [[nodiscard]] ProgramSpec shell(const std::string& script) const {
    ProgramSpec spec;
    spec.argv = {"sh", "-c", script};
    spec.environment = {"PATH=/usr/bin:/bin"};
    spec.folder = dir_.path();
    spec.limit = milliseconds(20'000);
    return spec;
  }
  [[nodiscard]] ProgramEnd run(const ProgramSpec& spec) const { return run_program(spec, stop_.get_token()); }
  trinity::test::TempDir dir_;
  std::stop_source stop_;
};

TEST_F(Program, ItsOutputsAndItsEndAreTold) {
  auto end = run(shell("echo out; echo err >&2; exit 3"));
  EXPECT_EQ(end.cause, Cause::exited);
  EXPECT_EQ(end.code, 3);
  EXPECT_EQ(end.out, "out\n");
  EXPECT_EQ(end.errors, "err\n");
  end = run(shell("kill -TERM $$"));
  EXPECT_EQ(end.code, -15);
}

TEST_F(Program, ItHasNothingOfThisProcess) {
  ::setenv("TRINITY_TEST_SECRET", "do not tell", 1);
  const auto end = run(shell("env; ls /proc/self/fd; cat; pwd -P"));
  EXPECT_EQ(end.out.find("do not tell"), std::string::npos);
  EXPECT_NE(end.out.find(std::filesystem::canonical(dir_.path()).string()), std::string::npos);
  // Three standard ones, the secret, and the one that ls reads the folder with.
  EXPECT_NE(end.out.find("\n0\n1\n2\n3\n4\n"), std::string::npos) << end.out;
  EXPECT_EQ(end.out.find("\n5\n"), std::string::npos) << end.out;
}

TEST_F(Program, TheSecretCanBeReadAgainAndAgain) {
  auto spec = shell(
      "cat /dev/fd/3; echo; sh -c 'cat /dev/fd/3'; tr '\\0' ' ' < /proc/$$/cmdline; tr '\\0' ' ' < /proc/$$/environ");
  spec.secret = "s3cret";
  const auto end = run(spec);
  EXPECT_TRUE(end.out.starts_with("s3cret\ns3cret")) << end.out;
  EXPECT_EQ(end.out.find("s3cret", 14), std::string::npos) << "neither argument nor variable: " << end.out;
}

TEST_F(Program, AtItsLimitItEndsWithItsChildren) {
  auto spec = shell("sleep 60 & echo $! > child; wait");
  spec.limit = milliseconds(300);
  const auto before = steady_now();
  EXPECT_EQ(run(spec).cause, Cause::timed_out);
  EXPECT_LT(steady_now() - before, std::chrono::seconds(5));
  const auto state = run(shell("sleep 0.2; grep '^State:.*[RSD] (' /proc/$(cat child)/status"));
  EXPECT_NE(state.code, 0) << "the child has ended, whether somebody has asked for its end or not: " << state.out;
}

TEST_F(Program, AStopEndsIt) {
  std::thread stopper([this] {
    std::this_thread::sleep_for(milliseconds(200));
    stop_.request_stop();
  });
  EXPECT_EQ(run(shell("sleep 60")).cause, Cause::stopped);
  stopper.join();
}

TEST_F(Program, TooMuchOfItIsTheEnd) {
  auto spec = shell("yes");
  spec.most_output = 100'000;
  auto end = run(spec);
  EXPECT_EQ(end.cause, Cause::too_much);
  EXPECT_EQ(end.out.size(), 100'000U);
  spec = shell("yes >&2 & sleep 0.3; kill $!; exit 0");
  end = run(spec);
  EXPECT_EQ(end.cause, Cause::exited);
  EXPECT_LE(end.errors.size(), 16U * 1024);
}

TEST_F(Program, FilesHaveALimit) {
  auto spec = shell("for i in 1 2 3 4; do head -c 400000 /dev/zero > f$i; done; sleep 60");
  spec.most_written = 1'000'000;
  spec.watched = dir_.path();
  EXPECT_EQ(run(spec).cause, Cause::too_much) << "many small ones";
  // The limit of one file is set a moment after the start.
  spec = shell("sleep 0.5; exec head -c 50000000 /dev/zero > big");
  spec.most_written = 1'000'000;
  spec.watched = dir_ / "nothing";
  const auto end = run(spec);
  EXPECT_TRUE(end.cause == Cause::too_much || end.code != 0);
  EXPECT_LE(std::filesystem::file_size(dir_ / "big"), 1'000'000U);
}

TEST_F(Program, OneThatIsNotThereIsSaid) {
  auto spec = shell("");
  spec.argv = {"no-such-program-anywhere"};
  const auto end = run(spec);
  EXPECT_EQ(end.cause, Cause::not_started);
  EXPECT_FALSE(end.errors.empty());
}

}  // namespace
}  // namespace trinity::templates
