#include "forklift/proc/restart_limit.h"

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace forklift::proc {
namespace {

TEST(RestartLimitTest, AllowsSoManyInAnyWindow) {
  RestartLimit limit({.restarts = 2, .window = absl::Seconds(10)});
  EXPECT_TRUE(limit.Admit(absl::Seconds(100)));
  EXPECT_TRUE(limit.Admit(absl::Seconds(105)));
  EXPECT_FALSE(limit.Admit(absl::Seconds(109.999)));
  EXPECT_TRUE(limit.Admit(absl::Seconds(110))) << "the first is out of the window";
  EXPECT_FALSE(limit.Admit(absl::Seconds(114))) << "a refused one does not count, the second does";
  EXPECT_TRUE(limit.Admit(absl::Seconds(115)));
}

TEST(RestartLimitTest, NoneAtAll) {
  RestartLimit limit({.restarts = 0, .window = absl::Seconds(10)});
  EXPECT_FALSE(limit.Admit(absl::ZeroDuration()));
}

TEST(RestartLimitTest, SlowFailuresGoOnForEver) {
  RestartLimit limit({.restarts = 3, .window = absl::Seconds(60)});
  for (int i = 0; i < 1'000; ++i) EXPECT_TRUE(limit.Admit(i * absl::Seconds(20)));
}

}  // namespace
}  // namespace forklift::proc
