#include "forklift/http/load/work.h"

#include <optional>
#include <utility>

#include "absl/time/time.h"
#include "forklift/http/load/arrivals.h"
#include "forklift/http/load/clock.h"
#include "gtest/gtest.h"

namespace forklift::http::load {
namespace {

constexpr Nanoseconds kBegin = 1000 * kSecond;

TEST(WorkTest, AClosedLoopAlwaysHasSome) {
  Work work(2, kBegin + kSecond);
  EXPECT_FALSE(work.done(kBegin));
  EXPECT_LE(work.NextDue(), kBegin);
  EXPECT_EQ(work.Take(kBegin), kBegin);
  EXPECT_EQ(work.Take(kBegin + 5), kBegin + 5);
  EXPECT_EQ(work.Take(kBegin + 6), std::nullopt);
  EXPECT_TRUE(work.done(kBegin));
  EXPECT_EQ(work.NextDue(), Work::kNever);
  EXPECT_EQ(work.GiveUp(0, kBegin, 10), 0u);
}

TEST(WorkTest, NothingIsSentFromTheEndOn) {
  Work work(1000, kBegin + kSecond);
  EXPECT_EQ(work.Take(kBegin + kSecond - 1), kBegin + kSecond - 1);
  EXPECT_EQ(work.Take(kBegin + kSecond), std::nullopt);
  EXPECT_TRUE(work.done(kBegin + kSecond));
}

TEST(WorkTest, AnOpenLoopHasThemWhenTheyAreDue) {
  Work work(1000, kBegin + kSecond, kBegin, Arrivals({.rate = 10}));
  EXPECT_EQ(work.NextDue(), kBegin);
  EXPECT_EQ(work.Take(kBegin - 1), std::nullopt);
  EXPECT_EQ(work.Take(kBegin), kBegin);
  EXPECT_EQ(work.Take(kBegin), std::nullopt);
  EXPECT_EQ(work.NextDue(), kBegin + kSecond / 10);
  // Late, it still says when they were due.
  EXPECT_EQ(work.Take(kBegin + kSecond / 2), kBegin + kSecond / 10);
  EXPECT_EQ(work.Take(kBegin + kSecond / 2), kBegin + kSecond / 5);
  for (int i = 3; i < 10; ++i)
    EXPECT_EQ(work.Take(kBegin + 2 * kSecond), kBegin + i * kSecond / 10);
  EXPECT_TRUE(work.done(kBegin));
  EXPECT_EQ(work.Take(kBegin + 2 * kSecond), std::nullopt);
}

TEST(WorkTest, WhatWasDueAndNotTakenIsGivenUp) {
  Work work(1000, kBegin + kSecond, kBegin, Arrivals({.rate = 10}));
  EXPECT_EQ(work.Take(kBegin), kBegin);
  EXPECT_EQ(work.GiveUp(kBegin, kBegin + kSecond / 4, 100), 2u);  // at 0.1 and 0.2 s
  EXPECT_TRUE(work.done(kBegin));

  Work to_the_end(1000, kBegin + kSecond, kBegin, Arrivals({.rate = 10}));
  EXPECT_EQ(to_the_end.GiveUp(kBegin, kBegin + 10 * kSecond, 100), 10u);

  Work counted(3, kBegin + kSecond, kBegin, Arrivals({.rate = 10}));
  EXPECT_EQ(counted.GiveUp(kBegin, kBegin + 10 * kSecond, 100), 3u);

  Work after_a_warm_up(1000, kBegin + kSecond, kBegin, Arrivals({.rate = 10}));
  EXPECT_EQ(after_a_warm_up.GiveUp(kBegin + kSecond / 2, kBegin + 10 * kSecond, 100), 5u);
}

TEST(WorkTest, GivesUpInSlices) {
  Work work(1000, kBegin + kSecond, kBegin, Arrivals({.rate = 10}));
  EXPECT_EQ(work.GiveUp(kBegin, kBegin + kSecond, 6), 6u);
  EXPECT_FALSE(work.done(kBegin));
  EXPECT_EQ(work.GiveUp(kBegin, kBegin + kSecond, 6), 4u);
  EXPECT_TRUE(work.done(kBegin));
}

TEST(WorkTest, TheRateChangesFromTheLastOneTakenOn) {
  // A third of a second is no whole number of nanoseconds.
  Work work(1000, kBegin + 10 * kSecond, kBegin, Arrivals({.rate = 3}));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(work.Take(kBegin + kSecond));
  work.SetRate(kBegin, 100);  // has passed: some of its time was taken care of
  const std::optional<Nanoseconds> next = work.Take(kBegin + kSecond);
  ASSERT_TRUE(next);
  EXPECT_GT(*next, kBegin + kSecond * 2 / 3);
  EXPECT_LT(*next, kBegin + kSecond * 2 / 3 + kSecond / 50);
}

TEST(WorkTest, ARateTooLowForTheClockComesNever) {
  Arrivals arrivals({.rate = 100});
  arrivals.SetRate(absl::Milliseconds(500), 1e-12);
  Work work(1000, kBegin + kSecond, kBegin, std::move(arrivals));
  for (int i = 0; i <= 50; ++i) ASSERT_TRUE(work.Take(kBegin + kSecond)) << i;
  EXPECT_FALSE(work.Take(kBegin + kSecond));
  EXPECT_TRUE(work.done(kBegin));
  EXPECT_EQ(work.GiveUp(kBegin, kBegin + kSecond, 100), 0u);
}

}  // namespace
}  // namespace forklift::http::load
