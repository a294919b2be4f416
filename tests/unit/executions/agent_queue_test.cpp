#include "executions/agent_queue.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <thread>

#include "base/ids.h"
#include "base/io_threads.h"
#include "executions/queue_service.h"
#include "support/fleet_house.h"

namespace trinity::executions {
namespace {

using namespace std::chrono_literals;
using Fate = AgentQueue::Fate;
using test::eventually;

class AgentQueueTest : public testing::Test {
 protected:
  AgentQueueTest() {
    board.listen([this](const RunNews& news) {
      const std::lock_guard lock(mutex);
      told.push_back(*news.queue);
    });
    io.start();
  }
  ~AgentQueueTest() override {
    io.stop();
    io.join();
  }

  static QueuedExecution entry(const std::string& id, const std::string& agent = "bot") {
    QueuedExecution made;
    made.id = id;
    made.agent_name = agent;
    made.source = "user";
    return made;
  }
  AgentQueue::Place admit(const std::string& id, const std::string& agent = "bot") {
    auto place = queue.admit(entry(id, agent), "run-" + id, true);
    EXPECT_TRUE(place.has_value());
    return std::move(*place);
  }
  std::future<Fate> waits(AgentQueue::Place& place, std::chrono::milliseconds limit = 10s, std::size_t thread = 0) {
    return asio::co_spawn(io[thread], place.wait(limit), asio::use_future);
  }
  std::string line(const std::string& agent = "bot") {
    const auto status = queue.status(agent);
    auto text = status.current_execution ? status.current_execution->id : std::string("-");
    for (const auto& one : status.queued_executions) text += ' ' + one.id;
    return text;
  }

  IoThreads io{2};
  RunBoard board;
  std::mutex mutex;
  std::vector<QueueStatus> told;
  AgentQueue queue{{3, 600s}, board};
};

TEST_F(AgentQueueTest, WhoHoldsTheSlotWaitsForNothing) {
  auto first = admit("a");
  EXPECT_EQ(waits(first).get(), Fate::holding);
  EXPECT_EQ(first.queue_status(), "running");
  EXPECT_FALSE(first.was_queued());
  const std::lock_guard lock(mutex);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].current_execution->id, "a");
}

TEST_F(AgentQueueTest, TheNextGoesOnWhenTheFirstHasEnded) {
  std::optional<AgentQueue::Place> first(admit("a"));
  auto second = admit("b");
  auto third = admit("c");
  EXPECT_EQ(second.queue_status(), "queued:1");
  EXPECT_EQ(third.queue_status(), "queued:2");
  EXPECT_LT(second.order(), third.order());
  auto b = waits(second);
  auto c = waits(third, 10s, 1);
  EXPECT_EQ(b.wait_for(50ms), std::future_status::timeout);
  first.reset();
  EXPECT_EQ(b.get(), Fate::holding);
  EXPECT_EQ(c.wait_for(50ms), std::future_status::timeout);
  EXPECT_EQ(line(), "b c");
  const std::lock_guard lock(mutex);
  EXPECT_EQ(told.back().current_execution->id, "b") << "the newest state is told last";
}

TEST_F(AgentQueueTest, WaitingEndsInTime) {
  const auto first = admit("a");
  auto second = admit("b");
  const auto began = steady_now();
  EXPECT_EQ(waits(second, 60ms).get(), Fate::timed_out);
  EXPECT_GE(steady_now() - began, 60ms);
  EXPECT_EQ(line(), "a") << "it does not wait any more";
}

TEST_F(AgentQueueTest, WhatIsTakenOutIsToldWhy) {
  const auto first = admit("a");
  auto second = admit("b");
  auto third = admit("c");
  auto fourth = admit("d");
  auto b = waits(second);
  EXPECT_TRUE(queue.drop("bot", "run-b", Fate::terminated, "stopped"));
  EXPECT_FALSE(queue.drop("bot", "run-b", Fate::terminated, "stopped"));
  EXPECT_FALSE(queue.drop("bot", "a", Fate::terminated, "stopped")) << "it runs";
  EXPECT_FALSE(queue.drop("other", "c", Fate::terminated, "stopped")) << "another agent's";
  EXPECT_EQ(b.get(), Fate::terminated);
  EXPECT_EQ(second.why(), "stopped");
  EXPECT_EQ(queue.clear("bot", Fate::cleared, "cleared"), 2U);
  EXPECT_EQ(waits(third).get(), Fate::cleared) << "also when nobody waited yet";
  EXPECT_EQ(waits(fourth).get(), Fate::cleared);
  EXPECT_EQ(line(), "a");
}

TEST_F(AgentQueueTest, AllThatWaitsEverywhereIsDropped) {
  const auto a = admit("a");
  const auto b = admit("b");
  const auto c = admit("c", "other");
  const auto d = admit("d", "other");
  EXPECT_EQ(queue.clear_all(Fate::halted, "halt"), 2U);
  EXPECT_EQ(queue.counts().holding, 2U);
  EXPECT_EQ(queue.counts().waiting, 0U);
  EXPECT_EQ(b.why(), "halt");
}

TEST_F(AgentQueueTest, AReleasedHolderChangesNothingWhenItEnds) {
  std::optional<AgentQueue::Place> first(admit("a"));
  auto second = admit("b");
  const auto third = admit("c");
  EXPECT_TRUE(queue.release("bot"));
  EXPECT_EQ(waits(second).get(), Fate::holding);
  first.reset();
  EXPECT_EQ(line(), "b c");
  EXPECT_FALSE(queue.release("idle"));
}

TEST_F(AgentQueueTest, ARunFreesItsOwnSlotOnly) {
  const auto first = admit("a");
  const auto second = admit("b");
  queue.release_run("bot", "a-task-beside");
  queue.release_run("bot", "run-b");
  EXPECT_EQ(line(), "a b");
  queue.release_run("bot", "run-a");
  EXPECT_EQ(line(), "b");
  EXPECT_EQ(queue.run_of("bot", "b"), "run-b");
  EXPECT_EQ(queue.run_of("other", "b"), std::nullopt);
}

TEST_F(AgentQueueTest, LeasesOfLivingEntriesAreRenewed) {
  const auto first = admit("a");
  auto later = SlotQueue::Moment::current();
  later.steady += 2h;
  queue.look_after_leases(later);
  EXPECT_EQ(line(), "a");
}

TEST_F(AgentQueueTest, NeverTwoHoldersAndNeverMoreThanThreeWaiting) {
  std::atomic<int> holding{0};
  std::atomic<int> most{0};
  std::atomic<int> refused{0};
  std::atomic<int> done{0};
  const auto turn = [&](int count) {
    for (int i = 0; i < count; ++i) {
      auto place = queue.admit(entry(random_uuid()), "r", true);
      if (!place) {
        ++refused;
        EXPECT_EQ(place.error(), SlotQueue::Refusal::full);
        std::this_thread::yield();
        continue;
      }
      EXPECT_LE(queue.waiting("bot"), 3U);
      boost::asio::io_context own;
      auto fate = asio::co_spawn(own, place->wait(10s), asio::use_future);
      own.run();
      EXPECT_EQ(fate.get(), Fate::holding);
      most = std::max(most.load(), ++holding);
      std::this_thread::yield();
      --holding;
      ++done;
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) threads.emplace_back(turn, 200);
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(most, 1);
  EXPECT_EQ(done + refused, 1'200);
  EXPECT_EQ(line(), "-");
}

TEST_F(AgentQueueTest, EntriesOfAnEarlierLifeGoOnInOrder) {
  auto ran = entry("r");
  ran.status = "running";
  auto waited = entry("w");
  waited.status = "queued";
  std::optional<AgentQueue::Place> first(queue.restore(ran, "run-r", 7));
  auto second = queue.restore(waited, "run-w", 9);
  EXPECT_EQ(waits(*first).get(), Fate::holding);
  EXPECT_GT(admit("x").order(), 9);
  first.reset();
  EXPECT_EQ(waits(second).get(), Fate::holding);
}

TEST(QueueShownTo, MessagesAreWholeForThoseWhoMayReadThem) {
  QueueStatus status;
  QueuedExecution entry;
  entry.source = "agent";
  entry.source_agent = "helper";
  entry.source_user_id = "8";
  for (int i = 0; i < 150; ++i) entry.message += "\xc3\xa4";
  status.current_execution = entry;
  status.queued_executions.push_back(entry);
  fleet::Agent agent;
  agent.name = "bot";
  agent.metadata = fleet::Metadata{};
  agent.metadata->owner_id = 7;
  struct Case {
    const char* who;
    Caller caller;
    bool whole;
  };
  const Case cases[] = {
      {"an administrator", {1, "admin", std::nullopt, Role::admin}, true},
      {"the owner", {7, "ann", std::nullopt, Role::user}, true},
      {"the entry's user", {8, "bob", std::nullopt, Role::user}, true},
      {"another reader", {9, "eve", std::nullopt, Role::user}, false},
      {"the agent that asked", {9, "eve", std::nullopt, Role::user, Scope::agent_key, "helper"}, true},
      {"a key of the entry's user for another agent",
       {8, "bob", std::nullopt, Role::user, Scope::agent_key, "x"},
       false},
  };
  for (const auto& one : cases) {
    const auto shown = shown_to(one.caller, agent, status);
    const std::size_t size = one.whole ? 300 : 200;
    EXPECT_EQ(shown.current_execution->message.size(), size) << one.who;
    EXPECT_EQ(shown.queued_executions[0].message.size(), size) << one.who;
  }
}

}  // namespace
}  // namespace trinity::executions
