#include "forklift/http/server/worker_clock.h"

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace forklift::http::server {
namespace {

TEST(WorkerClockTest, TheDateFollowsTheClockBothWays) {
  WorkerClock clock;
  clock.Set(absl::UnixEpoch());
  EXPECT_EQ(clock.date(), "Thu, 01 Jan 1970 00:00:00 GMT");
  clock.Set(absl::UnixEpoch() + absl::Milliseconds(999));
  EXPECT_EQ(clock.date(), "Thu, 01 Jan 1970 00:00:00 GMT");
  clock.Set(absl::UnixEpoch() + absl::Milliseconds(1000));
  EXPECT_EQ(clock.date(), "Thu, 01 Jan 1970 00:00:01 GMT");
  clock.Set(absl::UnixEpoch() - absl::Milliseconds(1));
  EXPECT_EQ(clock.date(), "Wed, 31 Dec 1969 23:59:59 GMT");
}

TEST(WorkerClockTest, RefreshTellsTheTime) {
  WorkerClock clock;
  clock.Set(absl::UnixEpoch());
  const absl::Time before = absl::Now();
  clock.Refresh();
  EXPECT_GE(clock.now(), before - absl::Milliseconds(100)) << "it may lag by a tick";
}

}  // namespace
}  // namespace forklift::http::server
