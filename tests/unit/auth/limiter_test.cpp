#include "auth/limiter.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace trinity::auth {
namespace {

using std::chrono::seconds;

/// One step of a story: at second `at`, a try for `account` from `address`. What the limiter says is compared; then the
/// outcome is told to it, as the service does.
struct Step {
  int at;
  std::string account;
  std::string address;
  bool right;
  bool limited;  ///< expected
  bool refused;  ///< expected: the password is not even looked at
};

class Story {
 public:
  explicit Story(SignInLimiter::Limits limits) : limiter_(limits) {}
  void tell(const std::vector<Step>& steps) {
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const Step& step = steps[i];
      const auto now = start_ + seconds(step.at);
      const auto verdict = limiter_.look(step.account, step.address, now);
      EXPECT_EQ(verdict.limited, step.limited) << "step " << i;
      EXPECT_EQ(verdict.refused(), step.refused) << "step " << i;
      EXPECT_EQ(verdict.retry_after >= seconds(1), step.limited) << "step " << i;
      if (verdict.refused()) continue;
      if (step.right) limiter_.right(step.account, step.address, now);
      if (!step.right && !verdict.limited) limiter_.wrong(step.account, step.address, now);
    }
  }

 private:
  SteadyTime start_ = SteadyTime(std::chrono::hours(1000));
  SignInLimiter limiter_;
};

SignInLimiter::Limits small() {
  SignInLimiter::Limits limits;
  limits.per_account = 3;
  limits.per_address = 5;
  return limits;
}

TEST(SignInLimiter, AnAccountIsLimitedAndFreedAsItsOldestFailureAges) {
  Story(small()).tell({{0, "ann", "1", false, false, false},
                       {10, "ann", "2", false, false, false},
                       {20, "ann", "3", false, false, false},
                       {30, "ann", "4", false, true, true},
                       {30, "bob", "4", false, false, false},  // others are not concerned
                       {299, "ann", "4", true, true, true},
                       {300, "ann", "4", false, false, false},
                       {301, "ann", "4", false, true, true}});
}

TEST(SignInLimiter, AnAddressIsLimitedWhateverTheNames) {
  Story(small()).tell({{0, "a", "1", false, false, false},
                       {1, "b", "1", false, false, false},
                       {2, "c", "1", false, false, false},
                       {3, "d", "1", false, false, false},
                       {4, "e", "1", false, false, false},
                       {5, "f", "1", false, true, true},
                       {5, "f", "2", false, false, false}});
}

TEST(SignInLimiter, RightPasswordsAreNeverCounted) {
  std::vector<Step> steps;
  for (int i = 0; i < 50; ++i) steps.push_back({i, "ann", "1", true, false, false});
  Story(small()).tell(steps);
}

TEST(SignInLimiter, AnAddressThatSignedInRightlyMayAlwaysTryForThatAccount) {
  Story(small()).tell({{0, "ann", "1", true, false, false},
                       {1, "ann", "1", false, false, false},
                       {2, "ann", "1", false, false, false},
                       {3, "ann", "1", false, false, false},
                       {4, "ann", "1", false, true, false},  // limited: a wrong one is 429, a right one passes
                       {5, "ann", "1", true, true, false},
                       {6, "ann", "2", true, true, true},  // another address is not trusted
                       {7, "bob", "1", false, false, false},
                       {8, "bob", "1", false, false, false},
                       {9, "bob", "1", false, true, true}});  // five wrong ones from this address by now
}

TEST(SignInLimiter, TrustEndsAfterADay) {
  const int day = 24 * 3600;
  Story(small()).tell({{0, "ann", "1", true, false, false},
                       {day - 3, "ann", "2", false, false, false},
                       {day - 3, "ann", "2", false, false, false},
                       {day - 3, "ann", "2", false, false, false},
                       {day - 1, "ann", "1", false, true, false},
                       {day, "ann", "1", false, true, true}});
}

TEST(SignInLimiter, TriesBeyondTheLimitDoNotProlongIt) {
  Story(small()).tell({{0, "ann", "1", false, false, false},
                       {0, "ann", "1", false, false, false},
                       {0, "ann", "1", false, false, false},
                       {299, "ann", "2", false, true, true},
                       {300, "ann", "2", false, false, false}});
}

TEST(SignInLimiter, DefaultsAreTenPerAccountAndAHundredPerAddressInFiveMinutes) {
  SignInLimiter limiter;
  const SteadyTime now(std::chrono::hours(1000));
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(limiter.look("ann", "1", now).limited);
    limiter.wrong("ann", "1", now);
  }
  EXPECT_EQ(limiter.look("ann", "9", now).retry_after, seconds(300));
  for (int i = 0; i < 90; ++i) {
    EXPECT_FALSE(limiter.look("other", "1", now).limited);
    limiter.wrong("n" + std::to_string(i), "1", now);
  }
  EXPECT_TRUE(limiter.look("other", "1", now).limited);
}

TEST(SignInLimiter, MemoryIsBoundedAndFreshFailuresSurviveAFlood) {
  SignInLimiter::Limits limits = small();
  limits.most_keys = 100;
  SignInLimiter limiter(limits);
  SteadyTime now(std::chrono::hours(1000));
  for (int i = 0; i < 10'000; ++i) {
    now += std::chrono::milliseconds(1);
    limiter.wrong("n" + std::to_string(i), "a" + std::to_string(i), now);
  }
  for (int i = 0; i < 3; ++i) limiter.wrong("ann", "x", now);
  for (int i = 0; i < 20; ++i) limiter.wrong("m" + std::to_string(i), "y", now + seconds(1));
  EXPECT_TRUE(limiter.look("ann", "z", now + seconds(1)).limited);
}

}  // namespace
}  // namespace trinity::auth
