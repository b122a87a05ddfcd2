#include "forklift/http/load/comparison.h"

#include <stdint.h>

#include <cmath>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include "absl/time/time.h"
#include "forklift/http/load/histogram.h"
#include "gtest/gtest.h"

namespace forklift::http::load {
namespace {

using Rates = std::vector<double>;

// As many ones as minus ones: of mean 0.
Rates PlusAndMinusOne(int count) {
  Rates rates;
  for (int i = 0; i < count; ++i) rates.push_back(i % 2 == 0 ? 1 : -1);
  return rates;
}

// Tables of Student's t.
TEST(ComparisonTest, RatesAreBoundedByStudentsT) {
  struct {
    int count;
    double freedom;
    double quantile;
  } const cases[] = {{2, 2, 4.302653},          {4, 6, 2.446912},   {6, 10, 2.228139},
                     {16, 30, 2.042272},        {32, 62, 1.998972}, {502, 1'002, 1.962334},
                     {20'000, 39'998, 1.960023}};
  for (const auto& each : cases) {
    const Rates rates = PlusAndMinusOne(each.count);
    const auto compared = CompareRates(rates, rates);
    ASSERT_TRUE(compared.has_value());
    EXPECT_NEAR(compared->difference, 0, 1e-9);
    const double variance_of_mean = 1.0 / (each.count - 1);
    EXPECT_NEAR(compared->highest / std::sqrt(2 * variance_of_mean), each.quantile, 5e-4)
        << each.freedom;
    EXPECT_NEAR(compared->lowest, -compared->highest, 1e-9);
    EXPECT_FALSE(compared->IsClear());
  }
  // One of the two does not vary: one degree of freedom.
  const auto compared = CompareRates(Rates({5, 5}), Rates({4, 6}));
  ASSERT_TRUE(compared.has_value());
  EXPECT_NEAR(compared->highest, 12.706205, 0.005);
}

// The bounds were worked out from the density of t, of 7.426 degrees of freedom, by Simpson's rule.
TEST(ComparisonTest, RatesOfDifferentVarianceAndNumber) {
  const auto compared =
      CompareRates(Rates({100, 104, 98, 102}), Rates({110, 150, 90, 130, 120, 140, 100, 135}));
  ASSERT_TRUE(compared.has_value());
  EXPECT_NEAR(compared->difference, 20.875, 1e-9);
  EXPECT_NEAR(compared->lowest, 3.511659, 1e-3);
  EXPECT_NEAR(compared->highest, 38.238341, 1e-3);
  EXPECT_TRUE(compared->IsClear());
}

TEST(ComparisonTest, RatesThatDoNotVaryDifferForSureOrNotAtAll) {
  const auto compared = CompareRates(Rates({5, 5, 5}), Rates({7, 7}));
  ASSERT_TRUE(compared.has_value());
  EXPECT_EQ(compared->lowest, 2);
  EXPECT_EQ(compared->highest, 2);
  EXPECT_TRUE(compared->IsClear());
  EXPECT_FALSE(CompareRates(Rates({5, 5}), Rates({5, 5}))->IsClear());
}

TEST(ComparisonTest, OneSecondTellsNothing) {
  EXPECT_EQ(CompareRates(Rates({1}), Rates({1, 2})).has_value(), false);
  EXPECT_EQ(CompareRates(Rates({1, 2}), Rates({})).has_value(), false);
}

TEST(ComparisonTest, RateBoundsHoldTheTruthAsOftenAsTheySay) {
  constexpr int kPairs = 500;
  std::mt19937_64 random(1);
  int held = 0;
  for (int pair = 0; pair < kPairs; ++pair) {
    Rates base;
    Rates changed;
    for (int i = 0; i < 10; ++i) base.push_back(std::normal_distribution<>(1'000, 10)(random));
    for (int i = 0; i < 25; ++i) changed.push_back(std::normal_distribution<>(990, 40)(random));
    const auto compared = CompareRates(base, changed);
    held += compared->lowest <= -10 && -10 <= compared->highest ? 1 : 0;
  }
  EXPECT_NEAR(held, 0.95 * kPairs, 3 * std::sqrt(0.95 * 0.05 * kPairs));
}

std::unique_ptr<Histogram> LogNormal(double median_in_ms, int count, std::mt19937_64& random) {
  auto histogram = std::make_unique<Histogram>();
  std::lognormal_distribution<> milliseconds(std::log(median_in_ms), 0.5);
  for (int i = 0; i < count; ++i) histogram->Record(absl::Milliseconds(milliseconds(random)));
  return histogram;
}

TEST(ComparisonTest, PercentileBoundsHoldTheTruthAsOftenAsTheySay) {
  constexpr int kPairs = 300;
  struct {
    double percentile;
    double factor;  // of the median
  } const cases[] = {{50, 1}, {90, std::exp(0.5 * 1.281552)}, {99, std::exp(0.5 * 2.326348)}};
  std::mt19937_64 random(1);
  int held[3] = {};
  for (int pair = 0; pair < kPairs; ++pair) {
    const auto base = LogNormal(10, 1'000, random);
    const auto changed = LogNormal(12, 2'000, random);
    for (int i = 0; i < 3; ++i) {
      const auto compared = ComparePercentile(*base, *changed, cases[i].percentile);
      const absl::Duration truth = absl::Milliseconds(2 * cases[i].factor);
      held[i] += compared->lowest <= truth && truth <= compared->highest ? 1 : 0;
    }
  }
  // Ranks are whole, so the bounds hold a little more.
  for (int each : held) {
    EXPECT_GE(each, 0.93 * kPairs);
    EXPECT_LE(each, 0.99 * kPairs);
  }
}

TEST(ComparisonTest, WhatIsSlowerByMuchIsClear) {
  std::mt19937_64 random(1);
  const auto base = LogNormal(10, 20'000, random);
  const auto changed = LogNormal(11, 20'000, random);
  for (double percentile : {50.0, 90.0, 99.0}) {
    const auto slower = ComparePercentile(*base, *changed, percentile);
    EXPECT_TRUE(slower->IsClear()) << percentile;
    EXPECT_GT(slower->difference, absl::ZeroDuration());
    const auto faster = ComparePercentile(*changed, *base, percentile);
    EXPECT_EQ(faster->difference, -slower->difference);
    EXPECT_EQ(faster->lowest, -slower->highest);
    EXPECT_EQ(faster->highest, -slower->lowest);
  }
}

TEST(ComparisonTest, TooFewLatenciesHaveNoUpperBound) {
  std::mt19937_64 random(1);
  const auto few = LogNormal(10, 5'000, random);
  const auto enough = LogNormal(10, 6'000, random);
  const auto bounds = ComparePercentile(*enough, *few, 99.9);
  EXPECT_GT(bounds->lowest, -absl::InfiniteDuration());
  EXPECT_EQ(bounds->highest, absl::InfiniteDuration());
  EXPECT_EQ(ComparePercentile(*few, *enough, 99.9)->lowest, -absl::InfiniteDuration());
  EXPECT_LT(ComparePercentile(*enough, *enough, 99.9)->highest, absl::InfiniteDuration());
  EXPECT_FALSE(ComparePercentile(*enough, *few, 100)->IsClear());
  EXPECT_FALSE(ComparePercentile(*enough, *few, 0)->IsClear());
}

TEST(ComparisonTest, NothingComparesWithNothing) {
  std::mt19937_64 random(1);
  const auto some = LogNormal(10, 10, random);
  const auto none = std::make_unique<Histogram>();
  EXPECT_FALSE(ComparePercentile(*some, *none, 50).has_value());
  EXPECT_FALSE(ComparePercentile(*none, *some, 50).has_value());
}

}  // namespace
}  // namespace forklift::http::load
