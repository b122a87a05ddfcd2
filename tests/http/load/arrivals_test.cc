#include "forklift/http/load/arrivals.h"

#include <stddef.h>
#include <stdint.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <set>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace forklift::http::load {
namespace {

using Times = std::vector<absl::Duration>;

Times Take(Arrivals& arrivals, size_t count) {
  Times times;
  for (size_t i = 0; i < count; ++i) {
    times.push_back(arrivals.next());
    arrivals.Advance();
  }
  return times;
}

Times TakeBefore(Arrivals& arrivals, absl::Duration end) {
  Times times;
  for (; arrivals.next() < end; arrivals.Advance()) times.push_back(arrivals.next());
  return times;
}

// The times of all workers, in order, with what `change` does to each one's arrivals.
template <typename Change>
Times Union(ArrivalOptions options, absl::Duration end, Change change) {
  Times all;
  for (options.worker = 0; options.worker < options.workers; ++options.worker) {
    Arrivals arrivals(options);
    change(arrivals);
    const Times share = TakeBefore(arrivals, end);
    all.insert(all.end(), share.begin(), share.end());
  }
  std::sort(all.begin(), all.end());
  return all;
}

void NoChange(Arrivals&) {}

std::vector<double> GapsInSeconds(const Times& times) {
  std::vector<double> gaps;
  for (size_t i = 1; i < times.size(); ++i) {
    gaps.push_back(absl::ToDoubleSeconds(times[i] - times[i - 1]));
  }
  return gaps;
}

// The greatest distance between the distribution of `gaps` and the exponential one, times the root
// of their number: above 1.63 in one of a hundred samples that are exponential (Kolmogorov).
double KolmogorovDistance(std::vector<double> gaps, double rate) {
  std::sort(gaps.begin(), gaps.end());
  const double count = static_cast<double>(gaps.size());
  double distance = 0;
  for (size_t i = 0; i < gaps.size(); ++i) {
    const double expected = -std::expm1(-rate * gaps[i]);
    const double below = static_cast<double>(i) / count;
    distance = std::max({distance, expected - below, below + 1 / count - expected});
  }
  return distance * std::sqrt(count);
}

TEST(ArrivalsTest, EvenOnesComeAtEqualGapsFromTheStart) {
  Arrivals arrivals({.rate = 4});
  EXPECT_EQ(Take(arrivals, 4), Times({absl::ZeroDuration(), absl::Milliseconds(250),
                                      absl::Milliseconds(500), absl::Milliseconds(750)}));
  EXPECT_EQ(arrivals.next(), absl::Seconds(1));
}

TEST(ArrivalsTest, RatesBelowOneASecond) {
  Arrivals arrivals({.rate = 0.5, .workers = 2, .worker = 1});
  EXPECT_EQ(Take(arrivals, 2), Times({absl::Seconds(2), absl::Seconds(6)}));
}

// A gap that is no whole number of nanoseconds, added up, would be off by the rest of each.
TEST(ArrivalsTest, EvenOnesDoNotDriftInHours) {
  constexpr double kRate = 333'333.7;
  constexpr int kWorkers = 10'000;
  Arrivals arrivals({.rate = kRate, .workers = kWorkers, .worker = 7});
  double number = 7;
  for (; arrivals.next() < absl::Hours(10); arrivals.Advance()) {
    ASSERT_NEAR(absl::ToDoubleSeconds(arrivals.next()), number / kRate, 1e-9);
    number += kWorkers;
  }
  EXPECT_NEAR(number, kRate * 36'000, kWorkers);
}

TEST(ArrivalsTest, EvenSharesOfWorkersMakeUpTheWhole) {
  const auto change = [](Arrivals& arrivals) {
    arrivals.SetRate(absl::Milliseconds(333), 77.7);
    arrivals.SetRate(absl::Milliseconds(1'500), 0);
    arrivals.SetRate(absl::Milliseconds(1'700), 1'000.1);
  };
  const Times whole = Union({.rate = 123.4}, absl::Seconds(3), change);
  EXPECT_EQ(whole.size(), 41u + 91u + 1'300u);
  for (int workers : {2, 3, 7}) {
    EXPECT_EQ(Union({.rate = 123.4, .workers = workers}, absl::Seconds(3), change), whole);
  }
}

TEST(ArrivalsTest, BothSpacingsKeepTheRate) {
  for (Spacing spacing : {Spacing::kEven, Spacing::kPoisson}) {
    const Times times = Union({.rate = 2'000.5, .spacing = spacing, .workers = 4, .seed = 5},
                              absl::Seconds(500), NoChange);
    // Of a million, a Poisson process has a thousand more or less.
    EXPECT_NEAR(static_cast<double>(times.size()), 1'000'250,
                spacing == Spacing::kEven ? 1 : 1'000);
  }
}

TEST(ArrivalsTest, PoissonGapsAreExponentialOfAWorkerAndOfAll) {
  for (uint64_t seed : {1, 2, 3}) {
    Arrivals arrivals(
        {.rate = 300, .spacing = Spacing::kPoisson, .workers = 3, .worker = 2, .seed = seed});
    EXPECT_LT(KolmogorovDistance(GapsInSeconds(Take(arrivals, 50'000)), 100), 1.63) << seed;
    const Times all = Union({.rate = 300, .spacing = Spacing::kPoisson, .workers = 3, .seed = seed},
                            absl::Seconds(200), NoChange);
    EXPECT_LT(KolmogorovDistance(GapsInSeconds(all), 300), 1.63) << seed;
  }
}

TEST(ArrivalsTest, EvenGapsAreNotExponential) {
  Arrivals arrivals({.rate = 100});
  EXPECT_GT(KolmogorovDistance(GapsInSeconds(Take(arrivals, 50'000)), 100), 100);
}

TEST(ArrivalsTest, PoissonGapsHaveItsMeanAndVariance) {
  Arrivals arrivals({.rate = 50, .spacing = Spacing::kPoisson, .seed = 1});
  const std::vector<double> gaps = GapsInSeconds(Take(arrivals, 200'000));
  const double count = static_cast<double>(gaps.size());
  double mean = 0;
  for (double gap : gaps) mean += gap / count;
  double variance = 0;
  for (double gap : gaps) variance += (gap - mean) * (gap - mean) / count;
  EXPECT_NEAR(mean, 0.02, 0.02 * 0.01);
  EXPECT_NEAR(variance, 0.0004, 0.0004 * 0.02);
}

// The number in each second varies by itself, and not with that of the second before.
TEST(ArrivalsTest, PoissonCountsHaveTheVarianceOfTheirMean) {
  const Times times = Union({.rate = 20, .spacing = Spacing::kPoisson, .workers = 2},
                            absl::Seconds(10'000), NoChange);
  std::vector<double> counts(10'000);
  for (absl::Duration time : times) ++counts[static_cast<size_t>(absl::ToInt64Seconds(time))];
  double variance = 0;
  double covariance = 0;
  for (size_t i = 1; i < counts.size(); ++i) {
    variance += (counts[i] - 20) * (counts[i] - 20) / 10'000;
    covariance += (counts[i] - 20) * (counts[i - 1] - 20) / 10'000;
  }
  EXPECT_NEAR(variance, 20, 1);
  EXPECT_NEAR(covariance, 0, 1);
}

TEST(ArrivalsTest, ASeedGivesTheSameTimesAndAnotherSeedOrWorkerOthers) {
  std::set<Times> seen;
  for (uint64_t seed : {uint64_t{0}, uint64_t{1}, uint64_t{1} << 32}) {
    for (int worker : {0, 1}) {
      const ArrivalOptions options = {
          .rate = 10, .spacing = Spacing::kPoisson, .workers = 2, .worker = worker, .seed = seed};
      Arrivals arrivals(options);
      Arrivals again(options);
      const Times times = Take(arrivals, 100);
      EXPECT_EQ(Take(again, 100), times);
      EXPECT_TRUE(std::is_sorted(times.begin(), times.end()));
      seen.insert(times);
    }
  }
  EXPECT_EQ(seen.size(), 6u);
}

TEST(ArrivalsTest, WhatIsLeftOfAGapTakesTheNewRate) {
  Arrivals arrivals({.rate = 10});
  Take(arrivals, 3);
  EXPECT_EQ(arrivals.next(), absl::Milliseconds(300));
  arrivals.SetRate(absl::Milliseconds(250), 100);  // half of the gap is left
  EXPECT_EQ(Take(arrivals, 2), Times({absl::Milliseconds(255), absl::Milliseconds(265)}));
  arrivals.SetRate(absl::Milliseconds(270), 1);
  EXPECT_EQ(arrivals.next(), absl::Milliseconds(270 + 500));
}

TEST(ArrivalsTest, AChangeDoesNotMoveWhatWasDueBefore) {
  Arrivals arrivals({.rate = 10});
  arrivals.SetRate(absl::Milliseconds(250), 100);  // by someone who is late
  EXPECT_EQ(Take(arrivals, 4), Times({absl::ZeroDuration(), absl::Milliseconds(100),
                                      absl::Milliseconds(200), absl::Milliseconds(255)}));
}

TEST(ArrivalsTest, AtRateZeroThereIsNoneUntilAnotherRate) {
  Arrivals arrivals({.rate = 0});
  EXPECT_EQ(arrivals.next(), absl::InfiniteDuration());
  arrivals.SetRate(absl::Seconds(5), 1);
  EXPECT_EQ(Take(arrivals, 2), Times({absl::Seconds(5), absl::Seconds(6)}));
  arrivals.SetRate(absl::Seconds(6.5), 0);
  EXPECT_EQ(arrivals.next(), absl::InfiniteDuration());
  arrivals.SetRate(absl::Seconds(10), 1);
  EXPECT_EQ(arrivals.next(), absl::Seconds(10.5));
}

TEST(ArrivalsTest, AChangeTakesThePlaceOfLaterOnes) {
  Arrivals arrivals({.rate = 1});
  arrivals.SetRate(absl::Seconds(2), 100);
  arrivals.SetRate(absl::Seconds(3), 0);
  arrivals.SetRate(absl::Seconds(2), 2);
  EXPECT_EQ(Take(arrivals, 5), Times({absl::ZeroDuration(), absl::Seconds(1), absl::Seconds(2),
                                      absl::Seconds(2.5), absl::Seconds(3)}));
  arrivals.SetRate(absl::Seconds(3), 10);
  EXPECT_EQ(arrivals.next(), absl::Seconds(3.1));
}

// The rate of each stage, from its start and to its end, is that of its gaps too.
TEST(ArrivalsTest, PoissonStaysOneWhenTheRateChanges) {
  Arrivals arrivals({.rate = 100, .spacing = Spacing::kPoisson, .seed = 3});
  for (int stage = 1; stage < 100; ++stage) {
    arrivals.SetRate(absl::Seconds(stage), stage % 2 == 0 ? 100 : 1'000);
  }
  const Times times = TakeBefore(arrivals, absl::Seconds(100));
  // As if time ran so that the rate was 1.
  std::vector<double> gaps;
  double before = 0;
  for (absl::Duration time : times) {
    const int64_t second = absl::ToInt64Seconds(time);
    const double rest = absl::ToDoubleSeconds(time - absl::Seconds(second));
    const double requests = static_cast<double>(second / 2) * 1'100 +
                            (second % 2 == 0 ? 100 * rest : 100 + 1'000 * rest);
    gaps.push_back(requests - before);
    before = requests;
  }
  EXPECT_NEAR(static_cast<double>(times.size()), 55'000, 3 * std::sqrt(55'000));
  EXPECT_LT(KolmogorovDistance(gaps, 1), 1.63);
}

// Where gaps are no longer than what a Duration and a double round away, and a change to a slow
// rate makes much of it.
TEST(ArrivalsTest, NeverGoesBackHoweverTheRateChanges) {
  for (Spacing spacing : {Spacing::kEven, Spacing::kPoisson}) {
    Arrivals arrivals({.rate = 1e9, .spacing = spacing, .workers = 1});
    std::mt19937_64 random(1);
    absl::Duration before;
    for (int i = 0; i < 50'000; ++i) {
      ASSERT_GE(arrivals.next(), before) << i;
      before = arrivals.next();
      arrivals.Advance();
      if (random() % 2 == 0) {
        arrivals.SetRate(before + absl::Nanoseconds(random() % 2), random() % 2 == 0 ? 1 : 1e9);
      }
    }
  }
}

TEST(ArrivalsDeathTest, OptionsOutOfRangeDie) {
  EXPECT_DEATH(Arrivals({.workers = 0}), "no workers");
  EXPECT_DEATH(Arrivals({.workers = 2, .worker = 2}), "no such worker");
  EXPECT_DEATH(Arrivals({.workers = 2, .worker = -1}), "no such worker");
  for (double rate : {-1.0, 1.1e9, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_DEATH(Arrivals({.rate = rate}), "no rate");
  }
}

TEST(ArrivalsDeathTest, ThePastDoesNotChange) {
  Arrivals arrivals({.rate = 1});
  Take(arrivals, 3);
  EXPECT_DEATH(arrivals.SetRate(absl::Seconds(1.9), 5), "cannot change the rate then");
  EXPECT_DEATH(arrivals.SetRate(absl::InfiniteDuration(), 5), "cannot change the rate then");
}

TEST(ArrivalsDeathTest, ThereIsNoNextRequestAtRateZero) {
  Arrivals arrivals({.rate = 0});
  EXPECT_DEATH(arrivals.Advance(), "no next request");
}

}  // namespace
}  // namespace forklift::http::load
