// Whatever order facts come in, late and repeated ones included: once the truth was told, the snapshot is the truth,
// and the changes told on the way add up to it.
#include <gtest/gtest.h>

#include <random>

#include "support/fleet_world.h"

namespace trinity::fleet {
namespace {

TEST(ModelProperty, TheTruthWinsAfterAnySequenceOfFacts) {
  for (unsigned seed = 0; seed < 500; ++seed) {
    std::mt19937 random(seed);
    test::World world(
        [&](std::size_t below) { return std::uniform_int_distribution<std::size_t>(0, below - 1)(random); });
    Model model(trinity::test::network);
    test::Follower follower;
    for (int i = 0; i < 60; ++i) {
      world.step();
      world.tell(model);
      if (i % 7 != 0) continue;
      ASSERT_EQ(follower.take(model.take()), "") << "seed " << seed << " step " << i;
    }
    world.tell_truth(model);
    const auto publication = model.take();
    ASSERT_EQ(follower.take(publication), "") << "seed " << seed;
    ASSERT_EQ(test::shown_by(*publication.snapshot), world.truth()) << "seed " << seed;
    world.tell_truth(model);
    ASSERT_TRUE(model.take().changes.empty()) << "told twice, seed " << seed;
  }
}

}  // namespace
}  // namespace trinity::fleet
