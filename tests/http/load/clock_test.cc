#include "forklift/http/load/clock.h"

#include "absl/time/time.h"
#include "forklift/proc/monotonic_time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::load {
namespace {

TEST(ClockTest, IsThatOfDeadlines) {
  const Nanoseconds before = MonotonicNanoseconds();
  const Nanoseconds between = absl::ToInt64Nanoseconds(proc::MonotonicNow());
  const Nanoseconds after = MonotonicNanoseconds();
  EXPECT_LE(before, between);
  EXPECT_LE(between, after);
}

}  // namespace
}  // namespace forklift::http::load
