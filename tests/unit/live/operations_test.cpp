#include "live/operations.h"

#include <gtest/gtest.h>

#include "fixture.h"

namespace trinity::live {
namespace {

using testing::moment;

Operation operation(std::string id, std::int64_t user = 1) {
  return {std::move(id), user, "stop_agent", "bot", "Stopping"};
}

std::size_t listed(const Operations& operations, std::int64_t user) {
  return testing::json::parse(operations.list_of(user)).as_array().size();
}

TEST(Operations, AreBoundedPerPersonAndInTime) {
  Operations operations;
  for (int i = 0; i < 100; ++i) operations.note(operation("o" + std::to_string(i)), moment(0));
  operations.note(operation("other", 2), moment(0));
  EXPECT_EQ(listed(operations, 1), Operations::per_person);
  EXPECT_EQ(listed(operations, 2), 1U);
  EXPECT_EQ(listed(operations, 3), 0U);
  operations.tick(moment(29 * 60));
  EXPECT_EQ(operations.size(), Operations::per_person + 1);
  operations.tick(moment(30 * 60));
  EXPECT_EQ(operations.size(), 0U) << "silent for half an hour: lost";
}

TEST(Operations, TheNewestStepCounts) {
  Operations operations;
  operations.note(operation("a"), moment(0));
  operations.note(operation("b"), moment(0));
  auto ended = operation("a");
  ended.state = Operation::State::done;
  operations.note(ended, moment(1));
  const auto list = testing::json::parse(operations.list_of(1)).as_array();
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0].as_object().at("state"), "done");
  EXPECT_EQ(list[1].as_object().at("state"), "running");
}

TEST(Progress, TellsEachStepAndTheEnd) {
  struct Kept : OperationSink {
    void note(Operation o) override { notes.push_back(std::move(o)); }
    std::vector<Operation> notes;
  } kept;
  Progress failed(&kept, operation("a"));
  failed.step("Next", 50);
  failed.failed("no room");
  Progress done(&kept, operation("b"));
  done.done();
  Progress silent(nullptr, operation("c"));
  silent.done();
  ASSERT_EQ(kept.notes.size(), 5U);
  EXPECT_EQ(kept.notes[1].step, "Next");
  EXPECT_EQ(kept.notes[1].percent, 50);
  EXPECT_EQ(kept.notes[2].state, Operation::State::failed);
  EXPECT_EQ(kept.notes[2].detail, "no room");
  EXPECT_EQ(kept.notes[4].state, Operation::State::done);
}

}  // namespace
}  // namespace trinity::live
