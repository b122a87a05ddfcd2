#include "forklift/http/load/work.h"

#include <optional>

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
  EXPECT_EQ(work.GiveUp(kBegin), 0u);
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
  EXPECT_EQ(work.GiveUp(kBegin + kSecond / 4), 2u);  // at 0.1 and 0.2 s
  EXPECT_TRUE(work.done(kBegin));

  Work to_the_end(1000, kBegin + kSecond, kBegin, Arrivals({.rate = 10}));
  EXPECT_EQ(to_the_end.GiveUp(kBegin + 10 * kSecond), 10u);

  Work counted(3, kBegin + kSecond, kBegin, Arrivals({.rate = 10}));
  EXPECT_EQ(counted.GiveUp(kBegin + 10 * kSecond), 3u);
}

}  // namespace
}  // namespace forklift::http::load
