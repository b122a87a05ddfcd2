#include "forklift/signals/signal_mask.h"

#include <signal.h>

#include "forklift/signals/signal_set.h"
#include "gtest/gtest.h"

namespace forklift::signals {
namespace {

int handled = 0;
void Count(int) { ++handled; }

TEST(SignalMaskTest, BlocksInItsScopeAndLosesNothing) {
  struct sigaction action = {};
  action.sa_handler = Count;
  struct sigaction previous;
  ASSERT_EQ(::sigaction(SIGUSR1, &action, &previous), 0);
  {
    ScopedSignalMask blocked({SIGUSR1});
    ::raise(SIGUSR1);
    ::raise(SIGUSR1);
    EXPECT_EQ(handled, 0);
    EXPECT_TRUE(BlockedSignals().Contains(SIGUSR1));
    EXPECT_FALSE(blocked.previous().Contains(SIGUSR1));
  }
  EXPECT_EQ(handled, 1) << "two of a kind wait as one";
  EXPECT_FALSE(BlockedSignals().Contains(SIGUSR1));
  ::sigaction(SIGUSR1, &previous, nullptr);
}

TEST(SignalMaskTest, NestsAndRestoresWhatWasBlockedBefore) {
  ScopedSignalMask outer({SIGUSR1});
  {
    ScopedSignalMask inner({SIGUSR1, SIGUSR2});
    EXPECT_TRUE(inner.previous().Contains(SIGUSR1));
    EXPECT_TRUE(BlockedSignals().Contains(SIGUSR2));
  }
  EXPECT_TRUE(BlockedSignals().Contains(SIGUSR1));
  EXPECT_FALSE(BlockedSignals().Contains(SIGUSR2));
}

TEST(SignalMaskTest, UnblockLeavesTheOthersBlocked) {
  const ScopedSignalMask blocked({SIGUSR1, SIGUSR2});
  UnblockSignals({SIGUSR1});
  EXPECT_FALSE(BlockedSignals().Contains(SIGUSR1));
  EXPECT_TRUE(BlockedSignals().Contains(SIGUSR2));
}

TEST(SignalMaskTest, SetReplacesTheWholeMask) {
  ScopedSignalMask restore({});
  SetBlockedSignals({SIGUSR1});
  SetBlockedSignals({SIGUSR2});
  EXPECT_FALSE(BlockedSignals().Contains(SIGUSR1));
  EXPECT_TRUE(BlockedSignals().Contains(SIGUSR2));
}

}  // namespace
}  // namespace forklift::signals
