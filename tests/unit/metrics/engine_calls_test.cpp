#include "metrics/engine_calls.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/fake_engine.h"
#include "unit/db/run_task.h"

namespace trinity::metrics {
namespace {

/// An engine whose calls take what the test says, or go wrong.
class EngineCallsTest : public testing::Test {
 protected:
  EngineCallsTest() {
    auto made = std::make_unique<test::FakeEngine>();
    fake = made.get();
    engine = measured(std::move(made), calls);
  }
  [[nodiscard]] EngineCalls::Line line(std::string_view kind) const {
    const auto lines = calls.read();
    const auto found = std::ranges::find(lines, kind, &EngineCalls::Line::kind);
    return found == lines.end() ? EngineCalls::Line{} : *found;
  }

  EngineCalls calls;
  test::FakeEngine* fake = nullptr;
  std::unique_ptr<engine::Engine> engine;
  BackgroundCall job{"test"};
};

TEST_F(EngineCallsTest, AnswersPassAndAreCountedByKind) {
  const auto id = fake->add("one");
  const auto found = test::run_task(engine->inspect(job.call(), id));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, id);
  EXPECT_FALSE(test::run_task(engine->inspect(job.call(), "missing")));
  test::run_task(engine->stop(job.call(), id, std::chrono::seconds(1)));
  EXPECT_EQ(line("inspect").durations.count(), 2U);
  EXPECT_TRUE(line("inspect").failed.empty()) << "a container that is not there is an answer";
  EXPECT_EQ(line("stop").durations.count(), 1U);
  EXPECT_EQ(calls.read().size(), 2U) << "what was never called has no line";
}

TEST_F(EngineCallsTest, FaultsPassAndAreCounted) {
  fake->down(true);
  for (int i = 0; i < 2; ++i) EXPECT_THROW(test::run_task(engine->list(job.call(), {})), engine::EngineError);
  EXPECT_EQ(line("list").durations.count(), 2U);
  ASSERT_EQ(line("list").failed.size(), 1U);
  EXPECT_EQ(line("list").failed.begin()->first, "unreachable");
  EXPECT_EQ(line("list").failed.begin()->second, 2U);
  fake->down(false);
  EXPECT_THROW(test::run_task(engine->start(job.call(), "missing")), engine::EngineError);
  EXPECT_EQ(line("start").failed.begin()->first, "not_found");
}

}  // namespace
}  // namespace trinity::metrics
