#include "executions/slot_queue.h"

#include <gtest/gtest.h>

#include <array>

namespace trinity::executions {
namespace {

using namespace std::chrono_literals;
using Refusal = SlotQueue::Refusal;

/// A clock that the test moves.
class SlotQueueTest : public testing::Test {
 protected:
  static QueuedExecution entry(const std::string& id, const std::string& agent, const std::string& from = "") {
    QueuedExecution made;
    made.id = id;
    made.agent_name = agent;
    made.source = from.empty() ? "user" : "agent";
    if (!from.empty()) made.source_agent = from;
    made.message = "message of " + id;
    return made;
  }
  auto admit(const std::string& id, const std::string& agent = "bot", const std::string& from = "",
             bool attended = true) {
    return queue.admit(entry(id, agent, from), attended, at);
  }
  std::string line(const std::string& agent = "bot") {
    const auto status = queue.status(agent);
    auto text = status.current_execution ? status.current_execution->id : std::string("-");
    for (const auto& one : status.queued_executions) text += ' ' + one.id;
    EXPECT_EQ(status.is_busy, status.current_execution.has_value());
    EXPECT_EQ(status.queue_length, static_cast<std::int64_t>(status.queued_executions.size()));
    return text;
  }

  SlotQueue::Moment at{SteadyTime{} + 1h, Time{} + 24h};
  SlotQueue queue{{3, 600s}};
};

TEST_F(SlotQueueTest, TheFirstHoldsTheSlotAndThreeWait) {
  EXPECT_EQ(admit("a"), 0U);
  EXPECT_EQ(admit("b"), 1U);
  EXPECT_EQ(admit("c"), 2U);
  EXPECT_EQ(admit("d"), 3U);
  EXPECT_EQ(admit("e").error(), Refusal::full);
  EXPECT_EQ(line(), "a b c d");
  EXPECT_EQ(admit("x", "other"), 0U) << "each agent has a slot of its own";
  EXPECT_EQ(queue.counts().holding, 2U);
  EXPECT_EQ(queue.counts().waiting, 3U);
}

TEST_F(SlotQueueTest, EntriesTellTheirTimesAndTheirState) {
  admit("a");
  admit("b");
  auto status = queue.status("bot");
  EXPECT_EQ(status.current_execution->status, "running");
  EXPECT_EQ(status.current_execution->started_at, "1970-01-02T00:00:00");
  EXPECT_EQ(status.queued_executions[0].status, "queued");
  EXPECT_EQ(status.queued_executions[0].started_at, std::nullopt);
  at.wall += 5s;
  queue.complete("bot", "a", at);
  status = queue.status("bot");
  EXPECT_EQ(status.current_execution->queued_at, "1970-01-02T00:00:00");
  EXPECT_EQ(status.current_execution->started_at, "1970-01-02T00:00:05");
  EXPECT_EQ(status.current_execution->status, "running");
}

TEST_F(SlotQueueTest, CompletionNamesItsEntryAndStartsTheNextInOrder) {
  admit("a");
  admit("b");
  admit("c");
  EXPECT_EQ(queue.complete("bot", "b", at), std::nullopt) << "it does not hold the slot";
  EXPECT_EQ(line(), "a b c");
  EXPECT_EQ(queue.complete("bot", "a", at), "b");
  EXPECT_EQ(queue.complete("bot", "a", at), std::nullopt) << "once only";
  EXPECT_EQ(line(), "b c");
  EXPECT_EQ(queue.complete("bot", "b", at), "c");
  EXPECT_EQ(queue.complete("bot", "c", at), std::nullopt);
  EXPECT_EQ(line(), "-");
  EXPECT_EQ(queue.complete("none", "c", at), std::nullopt);
}

TEST_F(SlotQueueTest, WhoWaitsCanBeTakenOut) {
  admit("a");
  admit("b");
  admit("c");
  EXPECT_FALSE(queue.withdraw("bot", "a")) << "it runs";
  EXPECT_TRUE(queue.withdraw("bot", "b"));
  EXPECT_FALSE(queue.withdraw("bot", "b"));
  EXPECT_FALSE(queue.withdraw("none", "b"));
  EXPECT_EQ(line(), "a c");
  EXPECT_EQ(admit("d"), 2U) << "its place is free again";
  EXPECT_EQ(queue.clear("bot"), (std::vector<std::string>{"c", "d"}));
  EXPECT_TRUE(queue.clear("bot").empty());
  EXPECT_TRUE(queue.clear("none").empty());
  EXPECT_EQ(line(), "a") << "the running one goes on";
}

TEST_F(SlotQueueTest, AReleasedSlotGoesToTheNextAndItsHolderChangesNothingMore) {
  admit("a");
  admit("b");
  EXPECT_EQ(queue.release("bot", at), (SlotQueue::Released{"a", "b"}));
  EXPECT_EQ(line(), "b");
  EXPECT_EQ(queue.complete("bot", "a", at), std::nullopt);
  EXPECT_EQ(line(), "b");
  EXPECT_EQ(queue.release("bot", at), (SlotQueue::Released{"b", std::nullopt}));
  EXPECT_EQ(queue.release("bot", at), SlotQueue::Released{});
  EXPECT_EQ(line(), "-");
}

TEST_F(SlotQueueTest, ALeaseThatIsNotRenewedEnds) {
  admit("a");
  admit("b");
  at.steady += 599s;
  EXPECT_TRUE(queue.lapse(at).empty());
  EXPECT_TRUE(queue.renew("bot", "a", at));
  EXPECT_FALSE(queue.renew("bot", "b", at)) << "it only waits";
  at.steady += 599s;
  EXPECT_TRUE(queue.lapse(at).empty()) << "a long run keeps its slot";
  at.steady += 1s;
  const auto lapsed = queue.lapse(at);
  ASSERT_EQ(lapsed.size(), 1U);
  EXPECT_EQ(lapsed[0], (SlotQueue::Lapsed{"bot", {"a", "b"}}));
  EXPECT_EQ(line(), "b");
  EXPECT_TRUE(queue.lapse(at).empty()) << "the next one's lease has just begun";
}

struct CircleCase {
  const char* what;
  /// Calls as "id agent caller", in order; the last one is judged.
  std::vector<std::array<const char*, 3>> calls;
  std::optional<Refusal> refused;
};

TEST_F(SlotQueueTest, WhoWouldWaitForHimselfIsRefused) {
  const CircleCase cases[] = {
      {"an agent to itself while its turn goes on", {{"1", "a", ""}, {"2", "a", "a"}}, Refusal::self},
      {"an agent to itself while nobody has its slot", {{"1", "a", "a"}}, std::nullopt},
      {"another agent's busy slot", {{"1", "a", ""}, {"2", "b", ""}, {"3", "b", "a"}}, std::nullopt},
      {"back to the caller", {{"1", "a", ""}, {"2", "b", "a"}, {"3", "a", "b"}}, Refusal::circle},
      {"over another one", {{"1", "a", ""}, {"2", "b", "a"}, {"3", "c", "b"}, {"4", "a", "c"}}, Refusal::circle},
      {"while the middle one only waits",
       {{"1", "a", ""}, {"2", "b", ""}, {"3", "b", "a"}, {"4", "c", "b"}, {"5", "a", "c"}},
       Refusal::circle},
      {"to one who has been called by somebody else",
       {{"1", "a", ""}, {"2", "b", "a"}, {"3", "c", ""}, {"4", "b", "c"}},
       std::nullopt},
      {"into a free slot: nothing to wait for", {{"1", "b", "a"}, {"2", "a", "b"}}, std::nullopt},
  };
  for (const auto& one : cases) {
    queue = SlotQueue{{3, 600s}};
    std::expected<std::size_t, Refusal> last = 0;
    for (const auto& [id, agent, caller] : one.calls) last = admit(id, agent, caller);
    if (one.refused) {
      ASSERT_FALSE(last.has_value()) << one.what;
      EXPECT_EQ(last.error(), *one.refused) << one.what;
    } else {
      EXPECT_TRUE(last.has_value()) << one.what;
    }
  }
}

TEST_F(SlotQueueTest, WhoDoesNotWaitForAnAnswerCannotBePartOfACircle) {
  admit("1", "a");
  EXPECT_EQ(admit("2", "a", "a", false), 1U) << "a note to oneself for later";
  EXPECT_EQ(admit("3", "b", "a", false), 0U);
  EXPECT_EQ(admit("4", "a", "b"), 2U) << "a does not wait for b";
}

TEST_F(SlotQueueTest, EntriesOfAnEarlierLifeTakeTheirPlacesAgain) {
  auto ran = entry("r", "bot");
  ran.status = "running";
  ran.queued_at = "2026-01-01T00:00:00";
  ran.started_at = "2026-01-01T00:00:01";
  auto waits = entry("w", "bot");
  waits.status = "queued";
  auto released = entry("old", "bot");
  released.status = "running";
  EXPECT_TRUE(queue.restore(ran, at));
  EXPECT_FALSE(queue.restore(released, at)) << "its slot had been released";
  for (int i = 0; i < 5; ++i) {
    waits.id = "w" + std::to_string(i);
    EXPECT_FALSE(queue.restore(waits, at));
  }
  EXPECT_EQ(line(), "r w0 w1 w2 w3 w4");
  EXPECT_EQ(queue.status("bot").current_execution->started_at, "2026-01-01T00:00:01");
  EXPECT_EQ(admit("new").error(), Refusal::full);
  auto alone = entry("alone", "other");
  alone.status = "queued";
  EXPECT_TRUE(queue.restore(alone, at)) << "whatever it waited for is over";
}

}  // namespace
}  // namespace trinity::executions
