#include "forklift/proc/restart_policy.h"

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace forklift::proc {
namespace {

constexpr BackoffOptions kBackoff = {.initial = absl::Seconds(1),
                                     .cap = absl::Seconds(8),
                                     .reset_after = absl::Seconds(60),
                                     .jitter = 0};

RestartPolicy Policy(size_t restarts = 100) {
  return RestartPolicy(kBackoff, {.restarts = restarts, .window = absl::Seconds(60)},
                       {.restarts = 3, .window = absl::Seconds(60)});
}

TEST(RestartPolicyTest, StartsAtOnceUntilSomethingFails) {
  const RestartPolicy policy = Policy();
  EXPECT_TRUE(policy.MayStart(absl::ZeroDuration(), 0));
  EXPECT_TRUE(policy.MayStart(absl::ZeroDuration(), 50));
}

TEST(RestartPolicyTest, BacksOffAndThenStartsOneAtATimeUntilOneIsReady) {
  RestartPolicy policy = Policy();
  absl::Duration now = absl::Seconds(1'000);
  for (int wait : {1, 2, 4, 8, 8}) {
    ASSERT_TRUE(policy.EarlyFailure(now, now));
    EXPECT_FALSE(policy.MayStart(now + absl::Seconds(wait) - absl::Nanoseconds(1), 0));
    now += absl::Seconds(wait);
    EXPECT_EQ(policy.next_start(), now);
    EXPECT_TRUE(policy.MayStart(now, 0));
    EXPECT_FALSE(policy.MayStart(now, 1)) << "one at a time";
  }
  policy.Ready();
  EXPECT_TRUE(policy.MayStart(now, 1));
  ASSERT_TRUE(policy.EarlyFailure(now, now + absl::Seconds(59)));
  EXPECT_EQ(policy.next_start(), now + absl::Seconds(59 + 8)) << "no quiet time yet";
  now = policy.next_start() + absl::Seconds(60);
  ASSERT_TRUE(policy.EarlyFailure(now, now));
  EXPECT_EQ(policy.next_start(), now + absl::Seconds(1));
}

TEST(RestartPolicyTest, ManyThatFailTogetherAreOneFailureForTheWait) {
  RestartPolicy policy = Policy();
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(policy.EarlyFailure(absl::Seconds(1'000), absl::Seconds(1'000)));
  }
  EXPECT_EQ(policy.next_start(), absl::Seconds(1'001));
}

// However far apart their ends are: what counts is that they were tried together.
TEST(RestartPolicyTest, ManyThatWereStartedTogetherAreOneFailureForTheLimit) {
  RestartPolicy policy = Policy(/*restarts=*/1);
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(policy.EarlyFailure(absl::Seconds(1'000), absl::Seconds(1'000 + i)));
  }
  EXPECT_EQ(policy.next_start(), absl::Seconds(1'001));
  EXPECT_FALSE(policy.MayStart(absl::Seconds(1'050), 1)) << "one at a time";
  EXPECT_FALSE(policy.EarlyFailure(absl::Seconds(1'001), absl::Seconds(1'050)));
  EXPECT_EQ(policy.next_start(), absl::Seconds(1'052)) << "a refused one backs off too";
}

TEST(RestartPolicyTest, LateFailuresWaitOnlyWhereTheyAreTooOftenAndNeverGiveUp) {
  RestartPolicy policy = Policy(/*restarts=*/0);
  for (int i = 0; i < 3; ++i) policy.LateFailure(absl::Seconds(1'000));
  EXPECT_TRUE(policy.MayStart(absl::Seconds(1'000), 5)) << "at once, and together";
  absl::Duration now = absl::Seconds(1'001);
  for (int wait : {1, 2, 4, 8, 8}) {
    policy.LateFailure(now);
    now += absl::Seconds(wait);
    EXPECT_EQ(policy.next_start(), now);
    EXPECT_TRUE(policy.MayStart(now, 5)) << "they were well: together";
  }
  policy.LateFailure(absl::Seconds(1'100));
  EXPECT_TRUE(policy.MayStart(absl::Seconds(1'100), 0)) << "the window is over";
}

TEST(RestartPolicyTest, ByDefaultWhatNeverWorksIsGivenUp) {
  for (const absl::Duration lasted :
       {absl::ZeroDuration(), absl::Milliseconds(100), absl::Seconds(3), absl::Seconds(30)}) {
    RestartPolicy policy({}, {}, {});
    absl::Duration now = absl::Seconds(1'000);
    int starts = 1;
    while (policy.EarlyFailure(now, now + lasted)) {
      ASSERT_LT(++starts, 100) << "never";
      now = policy.next_start();
    }
    EXPECT_EQ(starts, 11);
    EXPECT_LT(now, absl::Seconds(1'000) + absl::Seconds(82) + 10 * lasted);
  }
}

TEST(RestartPolicyTest, GivesUpAfterTooManyEarlyFailuresButNeverForAShortage) {
  RestartPolicy policy = Policy(/*restarts=*/2);
  for (int i = 0; i < 100; ++i) policy.StartFailed(absl::Seconds(1'000 + i));
  EXPECT_GT(policy.next_start(), absl::Seconds(1'099));
  for (int i = 0; i < 3; ++i) {
    const absl::Duration now = policy.next_start();
    EXPECT_EQ(policy.EarlyFailure(now, now), i < 2);
  }
}

TEST(RestartPolicyTest, TryAtOnceDoesNotForgetHowLongTheLastWaitWas) {
  RestartPolicy policy = Policy();
  ASSERT_TRUE(policy.EarlyFailure(absl::Seconds(1'000), absl::Seconds(1'000)));
  policy.TryAtOnce(absl::Seconds(1'000));
  EXPECT_TRUE(policy.MayStart(absl::Seconds(1'000), 1));
  ASSERT_TRUE(policy.EarlyFailure(absl::Seconds(1'000), absl::Seconds(1'000)));
  EXPECT_EQ(policy.next_start(), absl::Seconds(1'002));
}

}  // namespace
}  // namespace forklift::proc
