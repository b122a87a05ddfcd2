#include "forklift/http/load/timeline.h"

#include <array>

#include "absl/types/span.h"
#include "forklift/http/load/clock.h"
#include "gtest/gtest.h"

namespace forklift::http::load {
namespace {

TEST(TimelineTest, EachToItsSecond) {
  std::array<SecondOfRun, 3> seconds;
  Timeline timeline(absl::MakeSpan(seconds), 10 * kSecond);
  timeline.AddAnswer(10 * kSecond, 4);
  timeline.AddAnswer(11 * kSecond - 1, 6);
  timeline.AddFailures(1, 11 * kSecond);
  timeline.AddAnswer(100 * kSecond, 1);  // beyond the last
  timeline.AddFailures(1, 9 * kSecond);  // before the first
  EXPECT_EQ(seconds[0].answered, 2u);
  EXPECT_EQ(seconds[0].failed, 1u);
  EXPECT_EQ(seconds[0].latency_sum, 10);
  EXPECT_EQ(seconds[0].latency_max, 6);
  EXPECT_EQ(seconds[1].failed, 1u);
  EXPECT_EQ(seconds[2].answered, 1u);

  seconds[0].Merge(seconds[2]);
  EXPECT_EQ(seconds[0].answered, 3u);
  EXPECT_EQ(seconds[0].latency_sum, 11);
  EXPECT_EQ(seconds[0].latency_max, 6);
}

}  // namespace
}  // namespace forklift::http::load
