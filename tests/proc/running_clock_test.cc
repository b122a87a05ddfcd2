#include "forklift/proc/running_clock.h"

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace forklift::proc {
namespace {

TEST(RunningClockTest, RunsWithTheClockWhileItIsLookedAtAsPlanned) {
  RunningClock clock(absl::Seconds(1'000));
  EXPECT_EQ(clock.now(), absl::ZeroDuration());
  absl::Duration now = absl::Seconds(1'000);
  for (int i = 1; i <= 100; ++i) {
    clock.Plan(absl::Seconds(1));
    now += absl::Seconds(i % 2 == 0 ? 0.5 : 1.5);  // early, or a little late
    clock.Advance(now);
  }
  EXPECT_EQ(clock.now(), absl::Seconds(100));
}

TEST(RunningClockTest, AStopCountsAsTwiceTheWaitThatWasPlanned) {
  RunningClock clock(absl::Seconds(1'000));
  clock.Plan(absl::Seconds(1));
  clock.Advance(absl::Seconds(5'000));
  EXPECT_EQ(clock.now(), absl::Seconds(2));
  clock.Plan(absl::Seconds(1));
  clock.Advance(absl::Seconds(5'001));
  EXPECT_EQ(clock.now(), absl::Seconds(3));
}

TEST(RunningClockTest, ALongWaitThatWasPlannedCountsWhole) {
  RunningClock clock(absl::Seconds(1'000));
  clock.Plan(absl::InfiniteDuration());
  clock.Advance(absl::Seconds(5'000));
  EXPECT_EQ(clock.now(), absl::Seconds(4'000));
}

// Who beats as often as the plan says outlives any stop of all processes together.
TEST(RunningClockTest, AStopOfAllNeverUsesUpATimeoutOfWhichAQuarterIsPlanned) {
  const absl::Duration timeout = absl::Seconds(4);
  for (int stop = 0; stop < 1'000; stop += 7) {
    RunningClock clock(absl::ZeroDuration());
    const absl::Duration last_beat = clock.now();
    clock.Plan(timeout / 4);
    clock.Advance(absl::Seconds(1));  // a beat would be due now; instead all are stopped
    clock.Plan(timeout / 4);
    clock.Advance(absl::Seconds(2 + stop));
    EXPECT_LT(clock.now() - last_beat, timeout) << stop;
  }
}

}  // namespace
}  // namespace forklift::proc
