#include "forklift/http/load/search_max.h"

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gtest/gtest.h"

namespace forklift::http::load {
namespace {

// What is found where a server holds up to `limit`.
FoundMax Search(double first, double limit) {
  const absl::StatusOr<FoundMax> found =
      SearchMax(first, [limit](double rate) -> absl::StatusOr<bool> { return rate <= limit; });
  EXPECT_TRUE(found.ok()) << found.status();
  return *found;
}

TEST(SearchMaxTest, FindsTheLimitFromBelowAndFromAbove) {
  for (const double limit : {3.0, 99.0, 100.0, 101.0, 12'345.0, 1e6}) {
    const FoundMax found = Search(100, limit);
    EXPECT_LE(found.rate, limit);
    EXPECT_GE(found.rate * kSearchPrecision, limit);
    EXPECT_LT(found.probes.size(), 25u);
  }
}

TEST(SearchMaxTest, TellsWhatItTried) {
  const FoundMax found = Search(100, 300);
  ASSERT_GE(found.probes.size(), 4u);
  EXPECT_EQ(found.probes[0].rate, 100);
  EXPECT_TRUE(found.probes[0].held);
  EXPECT_EQ(found.probes[2].rate, 400);
  EXPECT_FALSE(found.probes[2].held);
}

TEST(SearchMaxTest, NothingHolds) {
  const FoundMax found = Search(100, 0);
  EXPECT_EQ(found.rate, 0);
  EXPECT_LT(found.probes.size(), 15u);
}

TEST(SearchMaxTest, EverythingHoldsOrARunFails) {
  EXPECT_TRUE(absl::IsResourceExhausted(
      SearchMax(100, [](double) -> absl::StatusOr<bool> { return true; }).status()));
  EXPECT_TRUE(absl::IsInternal(SearchMax(100, [](double) -> absl::StatusOr<bool> {
                                 return absl::InternalError("a worker crashed");
                               }).status()));
}

}  // namespace
}  // namespace forklift::http::load
