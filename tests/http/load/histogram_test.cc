#include "forklift/http/load/histogram.h"

#include <stddef.h>
#include <stdint.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forklift/tests/support/allocation_count.h"
#include "gtest/gtest.h"

namespace forklift::http::load {
namespace {

constexpr int64_t kHour = int64_t{3600} * 1'000'000'000;  // in nanoseconds

std::unique_ptr<Histogram> Recorded(const std::vector<int64_t>& nanoseconds) {
  auto histogram = std::make_unique<Histogram>();
  for (int64_t each : nanoseconds) histogram->Record(absl::Nanoseconds(each));
  return histogram;
}

std::string Description(const Histogram& histogram) {
  std::string text = absl::StrCat(histogram.clamped(), " of ", histogram.count(), " above;");
  histogram.ForEachBucket([&](const Histogram::Bucket& bucket) {
    absl::StrAppend(&text, " ", absl::ToInt64Nanoseconds(bucket.lowest), "-",
                    absl::ToInt64Nanoseconds(bucket.highest), ":", bucket.count);
  });
  return text;
}

TEST(HistogramTest, EmptyItIsZeroThroughout) {
  const auto empty = Recorded({});
  EXPECT_EQ(empty->count(), 0u);
  EXPECT_EQ(empty->min(), absl::ZeroDuration());
  EXPECT_EQ(empty->max(), absl::ZeroDuration());
  EXPECT_EQ(empty->Mean(), absl::ZeroDuration());
  EXPECT_EQ(empty->StandardDeviation(), absl::ZeroDuration());
  EXPECT_EQ(empty->ValueAtPercentile(99), absl::ZeroDuration());
  EXPECT_EQ(empty->ValueAtRank(1), absl::ZeroDuration());
  EXPECT_EQ(Description(*empty), "0 of 0 above;");
}

TEST(HistogramTest, FromZeroToAnHourAllCountsAsItself) {
  const auto histogram = Recorded({0, 0, 1, 2047, 2048, kHour});
  EXPECT_EQ(histogram->min(), absl::ZeroDuration());
  EXPECT_EQ(histogram->max(), absl::Hours(1));
  EXPECT_EQ(Description(*histogram).substr(0, 53),
            "0 of 6 above; 0-0:2 1-1:1 2047-2047:1 2048-2049:1 359");
  EXPECT_EQ(histogram->ValueAtPercentile(0), absl::ZeroDuration());
  EXPECT_EQ(histogram->ValueAtPercentile(50), absl::Nanoseconds(1));
  EXPECT_EQ(histogram->ValueAtPercentile(100), absl::Hours(1));
}

TEST(HistogramTest, AboveAnHourItCountsAnHourAndSaysSo) {
  const auto histogram = Recorded({5, kHour + 1});
  histogram->Record(absl::InfiniteDuration(), 3);
  EXPECT_EQ(histogram->clamped(), 4u);
  EXPECT_EQ(histogram->count(), 5u);
  EXPECT_EQ(histogram->max(), absl::Hours(1));
  EXPECT_EQ(histogram->ValueAtPercentile(50), absl::Hours(1));
}

TEST(HistogramTest, AFractionOfANanosecondIsDropped) {
  Histogram histogram;
  histogram.Record(absl::Nanoseconds(1) / 2);
  EXPECT_EQ(histogram.max(), absl::ZeroDuration());
}

TEST(HistogramTest, ZeroTimesIsNotAtAll) {
  const auto histogram = Recorded({7});
  histogram->Record(absl::Nanoseconds(1), 0);
  EXPECT_EQ(Description(*histogram), Description(*Recorded({7})));
  EXPECT_EQ(histogram->min(), absl::Nanoseconds(7));
}

TEST(HistogramDeathTest, NegativeDurationsDie) {
  Histogram histogram;
  EXPECT_DEATH(histogram.Record(absl::Nanoseconds(-1)), "negative duration");
  EXPECT_DEATH(histogram.Record(-absl::InfiniteDuration()), "negative duration");
}

TEST(HistogramDeathTest, PercentilesAndRanksOutOfRangeDie) {
  Histogram histogram;
  EXPECT_DEATH(histogram.ValueAtPercentile(-0.1), "no percentile");
  EXPECT_DEATH(histogram.ValueAtPercentile(100.1), "no percentile");
  EXPECT_DEATH(histogram.ValueAtPercentile(std::nan("")), "no percentile");
  EXPECT_DEATH(histogram.ValueAtRank(0), "ranks begin at 1");
}

// Both ends of all that there are, by what the header says of them.
TEST(HistogramTest, BucketsFollowOneAnotherAndAreNarrow) {
  Histogram histogram;
  std::vector<std::pair<int64_t, int64_t>> expected;
  for (int64_t lowest = 0, width = 1; lowest <= kHour; lowest += width) {
    if (lowest >= 2048 && (lowest & (lowest - 1)) == 0) width *= 2;
    expected.emplace_back(lowest, std::min(lowest + width - 1, kHour));
    histogram.Record(absl::Nanoseconds(expected.back().first));
    histogram.Record(absl::Nanoseconds(expected.back().second));
    EXPECT_LE(static_cast<double>(width - 1), 0.001 * static_cast<double>(lowest));
  }
  size_t next = 0;
  histogram.ForEachBucket([&](const Histogram::Bucket& bucket) {
    ASSERT_LT(next, expected.size());
    EXPECT_EQ(absl::ToInt64Nanoseconds(bucket.lowest), expected[next].first);
    EXPECT_EQ(absl::ToInt64Nanoseconds(bucket.highest), expected[next].second);
    EXPECT_EQ(bucket.count, 2u);
    ++next;
  });
  EXPECT_EQ(next, expected.size());
}

struct Distribution {
  std::string_view name;
  absl::AnyInvocable<double(std::mt19937_64&)> draw;  // in nanoseconds
};

std::vector<Distribution> Distributions() {
  std::vector<Distribution> all;
  all.push_back({"constant", [](std::mt19937_64&) { return 3'000'001; }});
  all.push_back({"uniform", std::uniform_real_distribution<>(0, 1e9)});
  all.push_back({"few values", [](std::mt19937_64& random) { return 1e5 + random() % 7; }});
  all.push_back({"log-normal", std::lognormal_distribution<>(std::log(2e6), 1.5)});
  all.push_back({"bimodal", [](std::mt19937_64& random) {
                   return std::normal_distribution<>(random() % 10 == 0 ? 4e7 : 1e5, 1e4)(random);
                 }});
  // Pareto's of 1: it has no mean, and one in 10^8 is above an hour.
  all.push_back({"heavy tail", [](std::mt19937_64& random) {
                   return 3e4 / std::uniform_real_distribution<>(1e-12, 1)(random);
                 }});
  return all;
}

std::vector<int64_t> SortedSamples(Distribution& distribution, size_t count, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<int64_t> samples;
  for (size_t i = 0; i < count; ++i) {
    samples.push_back(
        static_cast<int64_t>(std::clamp<double>(distribution.draw(random), 0, kHour)));
  }
  std::sort(samples.begin(), samples.end());
  return samples;
}

// What of the sorted samples is the smallest that `thousandths` / 1000 % do not exceed.
int64_t Exact(const std::vector<int64_t>& sorted, size_t thousandths) {
  const size_t rank = (thousandths * sorted.size() + 99'999) / 100'000;
  return sorted[std::max<size_t>(rank, 1) - 1];
}

TEST(HistogramTest, PercentilesAreThoseOfTheSortedSamples) {
  for (Distribution& distribution : Distributions()) {
    for (size_t count : {1, 2, 3, 10, 999, 1'000, 100'000}) {
      SCOPED_TRACE(absl::StrCat(count, " of ", distribution.name));
      const std::vector<int64_t> samples = SortedSamples(distribution, count, /*seed=*/count);
      const auto histogram = Recorded(samples);
      EXPECT_EQ(histogram->count(), count);
      EXPECT_EQ(histogram->min(), absl::Nanoseconds(samples.front()));
      EXPECT_EQ(histogram->max(), absl::Nanoseconds(samples.back()));
      for (size_t thousandths : {0, 1, 500, 1'000, 10'000, 25'000, 33'333, 50'000, 75'000, 90'000,
                                 95'000, 99'000, 99'900, 99'990, 99'999, 100'000}) {
        const double exact = static_cast<double>(Exact(samples, thousandths));
        const double reported = absl::ToDoubleNanoseconds(
            histogram->ValueAtPercentile(static_cast<double>(thousandths) / 1'000));
        ASSERT_GE(reported, exact) << thousandths;
        ASSERT_LE(reported, exact * 1.001) << thousandths;
      }
      EXPECT_EQ(histogram->ValueAtPercentile(100), histogram->max());
    }
  }
}

// 99.9 is a little more in doubles than it looks, and 0.29 * 100 a little less than 29.
TEST(HistogramTest, PercentilesMeanTheRankThatTheirDecimalsMean) {
  for (size_t count : {10, 100, 1'000}) {
    std::vector<int64_t> samples;
    for (size_t i = 1; i <= count; ++i) samples.push_back(static_cast<int64_t>(i));
    const auto histogram = Recorded(samples);
    for (size_t thousandths = 0; thousandths <= 100'000; thousandths += 100) {
      ASSERT_EQ(histogram->ValueAtPercentile(static_cast<double>(thousandths) / 1'000),
                absl::Nanoseconds(Exact(samples, thousandths)))
          << thousandths << " of " << count;
    }
  }
}

TEST(HistogramTest, MeanAndDeviationAreThoseOfTheSamples) {
  for (Distribution& distribution : Distributions()) {
    SCOPED_TRACE(distribution.name);
    const std::vector<int64_t> samples = SortedSamples(distribution, 10'000, /*seed=*/1);
    double sum = 0;
    for (int64_t sample : samples) sum += static_cast<double>(sample);
    const double mean = sum / static_cast<double>(samples.size());
    double squares = 0;
    for (int64_t sample : samples) squares += std::pow(static_cast<double>(sample) - mean, 2);
    const double deviation = std::sqrt(squares / static_cast<double>(samples.size()));
    const auto histogram = Recorded(samples);
    EXPECT_NEAR(absl::ToDoubleNanoseconds(histogram->Mean()), mean, mean * 0.0005);
    EXPECT_NEAR(absl::ToDoubleNanoseconds(histogram->StandardDeviation()), deviation,
                deviation * 0.001 + mean * 0.0005);
  }
}

TEST(HistogramTest, MergedItIsAsIfAllHadBeenRecordedInOne) {
  for (Distribution& distribution : Distributions()) {
    SCOPED_TRACE(distribution.name);
    const std::vector<int64_t> some = SortedSamples(distribution, 1'000, /*seed=*/1);
    const std::vector<int64_t> others = SortedSamples(distribution, 500, /*seed=*/2);
    std::vector<int64_t> both = some;
    both.insert(both.end(), others.begin(), others.end());
    both.push_back(kHour + 1);

    const auto merged = Recorded(some);
    merged->Merge(*Recorded(others));
    merged->Merge(*Recorded({kHour + 1}));
    merged->Merge(*Recorded({}));
    const auto recorded = Recorded(both);
    EXPECT_EQ(Description(*merged), Description(*recorded));
    EXPECT_EQ(merged->min(), recorded->min());
    EXPECT_EQ(merged->max(), recorded->max());
  }
}

TEST(HistogramTest, IsMadeAgainFromItsBuckets) {
  for (Distribution& distribution : Distributions()) {
    SCOPED_TRACE(distribution.name);
    const auto histogram = Recorded(SortedSamples(distribution, 1'000, /*seed=*/1));
    Histogram again;
    histogram->ForEachBucket(
        [&](const Histogram::Bucket& bucket) { again.Record(bucket.highest, bucket.count); });
    EXPECT_EQ(again.count(), histogram->count());
    for (double percentile : {0.0, 50.0, 99.0, 99.9, 100.0}) {
      EXPECT_EQ(again.ValueAtPercentile(percentile), histogram->ValueAtPercentile(percentile));
    }
  }
}

TEST(HistogramTest, RecordingAllocatesNothing) {
  Histogram histogram;
  const size_t before = tests::AllocationCount();
  for (int i = 0; i < 1'000; ++i) histogram.Record(absl::Microseconds(i * i));
  EXPECT_EQ(tests::AllocationCount(), before);
}

}  // namespace
}  // namespace forklift::http::load
