#include "logs/follower.h"

#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <mutex>

#include "base/io_threads.h"
#include "support/fake_engine.h"
#include "support/fleet_house.h"

namespace trinity::logs {
namespace {

using namespace std::chrono_literals;
using test::eventually;

constexpr Pace quick{
    .every = 20ms, .settle = 1ms, .backlog = 10ms, .backlog_most = 100ms, .retry_first = 5ms, .retry_most = 20ms};

/// A follower of a container of the fake engine, and what it handed over.
class FollowerTest : public testing::Test {
 protected:
  FollowerTest() { io_.start(); }
  ~FollowerTest() override {
    follower_->aim(std::nullopt);
    EXPECT_TRUE(eventually([&] { return engine_.open_logs() == 0; }));
    io_.stop();
    io_.join();
  }

  void aim(bool running = true) { follower_->aim(Target{id_, running}); }
  void write(int from, int to) {
    for (int i = from; i < to; ++i) engine_.write(id_, std::to_string(i));
  }
  std::vector<std::string> texts() {
    const std::lock_guard lock(mutex_);
    return texts_;
  }
  bool has_all(int count) {
    return eventually([&] { return texts().size() >= static_cast<std::size_t>(count); });
  }
  void expect_numbers(int count) {
    EXPECT_TRUE(has_all(count));
    std::this_thread::sleep_for(50ms);
    const auto got = texts();
    ASSERT_EQ(got.size(), static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) ASSERT_EQ(got[static_cast<std::size_t>(i)], std::to_string(i));
  }
  State state() {
    const std::lock_guard lock(mutex_);
    return states_.empty() ? State::connecting : states_.back();
  }
  bool becomes(State wanted) {
    return eventually([&] { return state() == wanted; });
  }
  int anew() {
    const std::lock_guard lock(mutex_);
    return anew_;
  }

  test::FakeEngine engine_;
  std::string id_ = engine_.add("bot");
  std::mutex mutex_;
  std::vector<std::string> texts_;
  std::vector<State> states_;
  int anew_ = 0;
  int resets_ = 0;
  std::uint64_t lost_ = 0;
  std::size_t batches_ = 0;
  IoThreads io_{1};
  std::shared_ptr<Follower> follower_ =
      std::make_shared<Follower>(engine_, io_[0].get_executor(), Bounds{}, quick, [this](Batch batch) { take(batch); });

 private:
  void take(const Batch& batch) {
    const std::lock_guard lock(mutex_);
    ++batches_;
    if (batch.anew) ++anew_;
    if (batch.reset) ++resets_;
    lost_ += batch.lost;
    if (states_.empty() || states_.back() != batch.state) states_.push_back(batch.state);
    for (const auto& line : batch.lines)
      texts_.emplace_back(boost::json::parse(line).as_object().at("text").as_string());
  }
};

TEST_F(FollowerTest, TellsWhatWasThereAndWhatComes) {
  write(0, 10);
  aim();
  EXPECT_TRUE(has_all(10));
  write(10, 500);
  expect_numbers(500);
  EXPECT_EQ(engine_.calls("follow_logs"), 1);
  EXPECT_EQ(engine_.follows().at(0).tail, 2000);
  EXPECT_EQ(engine_.follows().at(0).since_nano, 0);
  EXPECT_EQ(anew(), 1);
  EXPECT_EQ(state(), State::following);
  EXPECT_LT(batches_, 60U) << "lines go together";
}

TEST_F(FollowerTest, AQuietLogIsFollowedToo) {
  aim();
  EXPECT_TRUE(becomes(State::following));
  EXPECT_TRUE(texts().empty());
}

TEST_F(FollowerTest, GoesOnWhereItBroke) {
  aim();
  for (int round = 0; round < 20; ++round) {
    write(round * 50, round * 50 + 25);
    if (round % 2 == 0) {
      EXPECT_TRUE(has_all(round * 50 + 20));
    }
    engine_.cut_log_streams();
    write(round * 50 + 25, round * 50 + 50);
  }
  expect_numbers(1000);
  EXPECT_EQ(anew(), 1) << "one count";
  EXPECT_GT(engine_.calls("follow_logs"), 5);
}

TEST_F(FollowerTest, AnEngineThatIsAwayIsWaitedFor) {
  aim();
  write(0, 5);
  EXPECT_TRUE(has_all(5));
  engine_.down(true);
  EXPECT_TRUE(becomes(State::interrupted));
  write(5, 10);
  std::this_thread::sleep_for(100ms);
  engine_.down(false);
  EXPECT_TRUE(becomes(State::following));
  expect_numbers(10);
}

TEST_F(FollowerTest, AHangingEngineIsWaitedFor) {
  engine_.limit(30ms);
  engine_.trouble("follow_logs", {.hang = true});
  write(0, 5);
  aim();
  EXPECT_TRUE(becomes(State::interrupted));
  engine_.heal();
  EXPECT_TRUE(becomes(State::following));
  expect_numbers(5);
}

TEST_F(FollowerTest, AStoppedContainerHasAnEnd) {
  write(0, 5);
  engine_.die(id_, 0);
  aim(false);
  EXPECT_TRUE(becomes(State::ended));
  expect_numbers(5);
  EXPECT_EQ(engine_.calls("follow_logs"), 1);
}

TEST_F(FollowerTest, ARestartGoesOn) {
  aim();
  write(0, 5);
  EXPECT_TRUE(has_all(5));
  engine_.die(id_, 0);
  aim(false);
  EXPECT_TRUE(becomes(State::ended));
  const auto calls = engine_.calls("follow_logs");
  std::this_thread::sleep_for(100ms);
  EXPECT_EQ(engine_.calls("follow_logs"), calls) << "nobody asks for the log of a stopped container again and again";
  engine_.restart(id_);
  write(5, 10);
  aim(true);
  EXPECT_TRUE(becomes(State::following));
  expect_numbers(10);
  EXPECT_EQ(anew(), 1);
}

TEST_F(FollowerTest, AnotherContainerBeginsAnew) {
  write(0, 5);
  aim();
  EXPECT_TRUE(has_all(5));
  engine_.destroy(id_);
  id_ = engine_.add("bot2");
  engine_.write(id_, "other");
  aim();
  EXPECT_TRUE(has_all(6));
  EXPECT_EQ(texts().back(), "other");
  EXPECT_EQ(resets_, 1);
  EXPECT_EQ(anew(), 2);
}

TEST_F(FollowerTest, AContainerThatIsGoneIsTheEnd) {
  engine_.trouble("follow_logs", {.fault = engine::Fault::not_found});
  aim();
  EXPECT_TRUE(becomes(State::ended));
}

TEST_F(FollowerTest, AGapThatNobodyCountedBeginsAnew) {
  aim();
  write(0, 5);
  EXPECT_TRUE(has_all(5));
  engine_.down(true);
  EXPECT_TRUE(becomes(State::interrupted));
  write(5, 10);
  engine_.rotate_log(id_, std::numeric_limits<std::int64_t>::max());
  write(10, 12);
  engine_.down(false);
  EXPECT_TRUE(eventually([&] { return anew() == 2; }));
  EXPECT_TRUE(has_all(7));
  EXPECT_EQ(texts().back(), "11");
  EXPECT_EQ(lost_, 0U);
}

TEST_F(FollowerTest, LeavesWhenNobodyLooksAndGoesOnLater) {
  aim();
  write(0, 5);
  EXPECT_TRUE(has_all(5));
  follower_->aim(std::nullopt);
  EXPECT_TRUE(eventually([&] { return engine_.open_logs() == 0; }));
  write(5, 10);
  std::this_thread::sleep_for(50ms);
  EXPECT_EQ(texts().size(), 5U);
  aim();
  expect_numbers(10);
  EXPECT_EQ(anew(), 1);
}

TEST_F(FollowerTest, CountsWhatIsTooMuch) {
  aim();
  EXPECT_TRUE(becomes(State::following));
  constexpr int many = 50'000;
  write(0, many);
  EXPECT_TRUE(eventually([&] {
    const std::lock_guard lock(mutex_);
    return texts_.size() + lost_ >= static_cast<std::size_t>(many);
  }));
  const auto got = texts();
  EXPECT_EQ(got.size() + lost_, static_cast<std::size_t>(many));
  EXPECT_EQ(got.back(), std::to_string(many - 1));
}

TEST_F(FollowerTest, MayGoAtAnyMoment) {
  for (int round = 0; round < 50; ++round) {
    aim();
    write(round, round + 1);
    if (round % 3 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(round % 7));
    follower_->aim(std::nullopt);
  }
  EXPECT_TRUE(eventually([&] { return engine_.open_logs() == 0; }));
  aim();
  expect_numbers(50);
}

}  // namespace
}  // namespace trinity::logs
