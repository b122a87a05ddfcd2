#include "forklift/proc/backoff.h"

#include <algorithm>
#include <set>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace forklift::proc {
namespace {

TEST(BackoffTest, DoublesUpToTheCap) {
  Backoff backoff({.initial = absl::Seconds(1), .cap = absl::Seconds(10), .jitter = 0});
  for (int seconds : {1, 2, 4, 8, 10, 10, 10}) {
    EXPECT_EQ(backoff.Next(absl::ZeroDuration()), absl::Seconds(seconds));
  }
  backoff.Reset();
  EXPECT_EQ(backoff.Next(absl::ZeroDuration()), absl::Seconds(1));
}

TEST(BackoffTest, NeverOverflows) {
  Backoff backoff({.initial = absl::Nanoseconds(1), .cap = absl::InfiniteDuration(), .jitter = 0});
  absl::Duration previous;
  for (int i = 0; i < 1'000; ++i) {
    const absl::Duration wait = backoff.Next(absl::ZeroDuration());
    ASSERT_GE(wait, previous) << i;
    previous = wait;
  }
}

TEST(BackoffTest, AQuietTimeResetsIt) {
  Backoff backoff({.initial = absl::Seconds(1), .reset_after = absl::Seconds(60), .jitter = 0});
  backoff.Next(absl::ZeroDuration());
  backoff.Next(absl::ZeroDuration());
  EXPECT_EQ(backoff.Next(absl::Seconds(60) - absl::Nanoseconds(1)), absl::Seconds(4));
  EXPECT_EQ(backoff.Next(absl::Seconds(60)), absl::Seconds(1));
  EXPECT_EQ(backoff.Next(absl::ZeroDuration()), absl::Seconds(2));
}

std::vector<absl::Duration> Waits(const BackoffOptions& options, int count) {
  Backoff backoff(options);
  std::vector<absl::Duration> waits;
  for (int i = 0; i < count; ++i) waits.push_back(backoff.Next(absl::ZeroDuration()));
  return waits;
}

TEST(BackoffTest, JitterStaysInItsPartOfTheWaitAndFillsIt) {
  const std::vector<absl::Duration> waits = Waits(
      {.initial = absl::Seconds(4), .cap = absl::Seconds(4), .jitter = 0.25, .seed = 1}, 1'000);
  const auto [least, most] = std::minmax_element(waits.begin(), waits.end());
  EXPECT_GE(*least, absl::Seconds(3));
  EXPECT_LT(*least, absl::Seconds(3.02));
  EXPECT_LE(*most, absl::Seconds(4));
  EXPECT_GT(*most, absl::Seconds(3.98));
}

TEST(BackoffTest, ASeedGivesTheSameWaitsAndAnotherOthers) {
  std::set<std::vector<absl::Duration>> seen;
  for (uint64_t seed : {0, 1, 2, 3}) {
    EXPECT_EQ(Waits({.seed = seed}, 20), Waits({.seed = seed}, 20));
    seen.insert(Waits({.seed = seed}, 20));
  }
  EXPECT_EQ(seen.size(), 4u);
}

TEST(BackoffDeathTest, OptionsOutOfRangeDie) {
  EXPECT_DEATH(Backoff({.initial = absl::ZeroDuration()}), "initial must be more than 0");
  EXPECT_DEATH(Backoff({.initial = absl::Seconds(2), .cap = absl::Seconds(1)}),
               "cap must be at least initial");
  EXPECT_DEATH(Backoff({.jitter = 1.5}), "jitter must be from 0 to 1");
}

}  // namespace
}  // namespace forklift::proc
