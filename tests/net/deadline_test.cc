#include "forklift/net/deadline.h"

#include <limits>

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace forklift::net {
namespace {

TEST(DeadlineTest, CountsDown) {
  const Deadline deadline = Deadline::After(absl::Hours(1));
  EXPECT_FALSE(deadline.expired());
  EXPECT_FALSE(deadline.infinite());
  EXPECT_LE(deadline.Remaining(), absl::Hours(1));
  EXPECT_GT(deadline.Remaining(), absl::Minutes(59));
  EXPECT_LE(deadline.PollTimeout(), 3'600'000);
  EXPECT_GT(deadline.PollTimeout(), 3'540'000);
}

TEST(DeadlineTest, ZeroAndLessHaveExpired) {
  for (absl::Duration timeout :
       {absl::ZeroDuration(), absl::Seconds(-5), -absl::InfiniteDuration()}) {
    const Deadline deadline = Deadline::After(timeout);
    EXPECT_TRUE(deadline.expired()) << timeout;
    EXPECT_EQ(deadline.Remaining(), absl::ZeroDuration()) << timeout;
    EXPECT_EQ(deadline.PollTimeout(), 0) << timeout;
  }
}

TEST(DeadlineTest, InfinityNeverComes) {
  for (Deadline deadline : {Deadline::Infinite(), Deadline::After(absl::InfiniteDuration())}) {
    EXPECT_TRUE(deadline.infinite());
    EXPECT_FALSE(deadline.expired());
    EXPECT_EQ(deadline.Remaining(), absl::InfiniteDuration());
    EXPECT_EQ(deadline.PollTimeout(), -1);
  }
}

TEST(DeadlineTest, PollTimeoutRoundsUpSoThatAWaitDoesNotSpin) {
  EXPECT_EQ(Deadline::After(absl::Microseconds(500)).PollTimeout(), 1);
}

TEST(DeadlineTest, PollTimeoutOfManyDaysFitsAnInt) {
  EXPECT_EQ(Deadline::After(absl::Hours(24 * 365 * 100)).PollTimeout(),
            std::numeric_limits<int>::max());
}

TEST(DeadlineTest, EarlierIsLess) {
  const Deadline soon = Deadline::After(absl::Seconds(1));
  const Deadline later = Deadline::After(absl::Seconds(2));
  EXPECT_LT(soon, later);
  EXPECT_LT(later, Deadline::Infinite());
  EXPECT_EQ(soon, soon);
}

}  // namespace
}  // namespace forklift::net
