#include "forklift/http/load/svg_axis.h"

#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace forklift::http::load {
namespace {

std::string Labels(const Axis& axis) {
  return absl::StrJoin(axis.ticks, " | ",
                       [](std::string* out, const Tick& tick) { *out += tick.label; });
}

TEST(SvgAxisTest, AmountsAreRound) {
  EXPECT_EQ(Labels(AmountAxis("", 0)), "0 | 0.2");
  EXPECT_EQ(Labels(AmountAxis("", 1)), "0 | 0.2 | 0.4 | 0.6 | 0.8 | 1");
  EXPECT_EQ(Labels(AmountAxis("", 87'123)), "0 | 20k | 40k | 60k | 80k | 100k");
  EXPECT_EQ(Labels(AmountAxis("", 1'234'567)), "0 | 500k | 1M | 1.5M");
  EXPECT_DOUBLE_EQ(AmountAxis("", 87'123).last, 100'000);
}

TEST(SvgAxisTest, TimesAreOfAClock) {
  EXPECT_EQ(Labels(TimeAxis("", 1)), "0 s | 0.2 s | 0.4 s | 0.6 s | 0.8 s | 1 s");
  EXPECT_EQ(Labels(TimeAxis("", 10)), "0 s | 2 s | 4 s | 6 s | 8 s | 10 s");
  EXPECT_EQ(Labels(TimeAxis("", 100)), "0 s | 15 s | 30 s | 45 s | 60 s | 75 s | 90 s");
  EXPECT_EQ(Labels(TimeAxis("", 900)),
            "0 min | 2 min | 4 min | 6 min | 8 min | 10 min | 12 min | 14 min");
  EXPECT_EQ(Labels(TimeAxis("", 86'400)),
            "0 h | 3 h | 6 h | 9 h | 12 h | 15 h | 18 h | 21 h | 24 h");
  EXPECT_EQ(Labels(TimeAxis("", 2.999)), "0 s | 0.5 s | 1 s | 1.5 s | 2 s | 2.5 s | 3 s");
  EXPECT_EQ(Labels(TimeAxis("", 0)), "0 s | 2e-07 s | 4e-07 s | 6e-07 s | 8e-07 s | 1e-06 s");
}

TEST(SvgAxisTest, LatenciesAreLogarithmic) {
  EXPECT_EQ(Labels(LatencyAxis("", absl::Microseconds(95), absl::Milliseconds(11))),
            "100 us | 200 us | 500 us | 1 ms | 2 ms | 5 ms | 10 ms");
  EXPECT_EQ(Labels(LatencyAxis("", absl::Microseconds(5), absl::Seconds(20))),
            "10 us | 100 us | 1 ms | 10 ms | 100 ms | 1 s | 10 s");
  EXPECT_EQ(Labels(LatencyAxis("", absl::Nanoseconds(5), absl::Hours(1))),
            "100 ns | 10 us | 1 ms | 100 ms | 10 s | 1000 s");
}

TEST(SvgAxisTest, LatenciesThatHardlyDifferHaveTicksToo) {
  EXPECT_EQ(Labels(LatencyAxis("", absl::Milliseconds(10), absl::Milliseconds(13))),
            "10 ms | 11 ms | 12 ms | 13 ms");
  EXPECT_GE(LatencyAxis("", absl::Milliseconds(7), absl::Milliseconds(7)).ticks.size(), 2u);
  EXPECT_GT(LatencyAxis("", absl::Milliseconds(7), absl::Milliseconds(7)).last,
            LatencyPosition(absl::Milliseconds(7)));
}

TEST(SvgAxisTest, NinesAreEquallyWide) {
  EXPECT_EQ(Labels(PercentileAxis("", 1)), "0 | 50 | 90");
  EXPECT_EQ(Labels(PercentileAxis("", 10'000)), "0 | 50 | 90 | 99 | 99.9 | 99.99");
  EXPECT_NEAR(PercentilePosition(99.9), 3, 1e-9);
  EXPECT_NEAR(PercentileAt(3), 99.9, 1e-9);
}

TEST(SvgAxisTest, TicksAreFewAndOnTheAxis) {
  for (double last = 1e-3; last < 1e7; last *= 1.07) {
    const std::vector<Axis> axes = {
        AmountAxis("", last), TimeAxis("", last),
        LatencyAxis("", absl::Microseconds(1), absl::Microseconds(1 + last)),
        LatencyAxis("", absl::Microseconds(last), absl::Microseconds(last * 1.01))};
    for (const Axis& axis : axes) {
      EXPECT_GE(axis.ticks.size(), 1u) << last;
      EXPECT_LE(axis.ticks.size(), 10u) << last;
      for (const Tick& tick : axis.ticks) {
        EXPECT_GE(tick.position, axis.first);
        EXPECT_LE(tick.position, axis.last * (1 + 1e-9));
      }
    }
  }
}

}  // namespace
}  // namespace forklift::http::load
