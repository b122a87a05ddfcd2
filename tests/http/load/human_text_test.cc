#include "forklift/http/load/human_text.h"

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace forklift::http::load {
namespace {

TEST(HumanTextTest, DurationsHaveThreeToFourDigits) {
  EXPECT_EQ(HumanDuration(absl::ZeroDuration()), "0 ns");
  EXPECT_EQ(HumanDuration(absl::Nanoseconds(999)), "999 ns");
  EXPECT_EQ(HumanDuration(absl::Nanoseconds(12'345)), "12.35 us");
  EXPECT_EQ(HumanDuration(absl::Microseconds(12'345)), "12.35 ms");
  EXPECT_EQ(HumanDuration(absl::Microseconds(1'234)), "1.234 ms");
  EXPECT_EQ(HumanDuration(absl::Seconds(90)), "90 s");
}

TEST(HumanTextTest, CountsAreGrouped) {
  EXPECT_EQ(HumanCount(0), "0");
  EXPECT_EQ(HumanCount(999), "999");
  EXPECT_EQ(HumanCount(1'000), "1,000");
  EXPECT_EQ(HumanCount(1'234'567), "1,234,567");
}

TEST(HumanTextTest, BytesHaveBinaryUnits) {
  EXPECT_EQ(HumanBytes(0), "0 B");
  EXPECT_EQ(HumanBytes(1023), "1023 B");
  EXPECT_EQ(HumanBytes(1536), "1.50 KiB");
  EXPECT_EQ(HumanBytes(3.0 * (1 << 20)), "3.00 MiB");
  EXPECT_EQ(HumanBytes(5e16), "45474.74 TiB");
}

}  // namespace
}  // namespace forklift::http::load
