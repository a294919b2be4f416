#include "base/ring.h"

#include <gtest/gtest.h>

namespace trinity {
namespace {

std::vector<int> all(const Ring<int>& ring) {
  std::vector<int> values;
  for (std::size_t i = 0; i < ring.size(); ++i) values.push_back(ring[i]);
  return values;
}

TEST(Ring, KeepsTheNewest) {
  Ring<int> ring(3);
  EXPECT_TRUE(ring.empty());
  for (int i = 1; i <= 2; ++i) ring.push(i);
  EXPECT_EQ(all(ring), (std::vector{1, 2}));
  for (int i = 3; i <= 7; ++i) ring.push(i);
  EXPECT_EQ(all(ring), (std::vector{5, 6, 7}));
  EXPECT_EQ(ring.back(), 7);
  ring.clear();
  EXPECT_TRUE(ring.empty());
  ring.push(8);
  EXPECT_EQ(all(ring), (std::vector{8}));
}

TEST(Ring, WithoutRoomKeepsNothing) {
  Ring<int> ring(0);
  ring.push(1);
  EXPECT_TRUE(ring.empty());
}

}  // namespace
}  // namespace trinity
