#include "forklift/signals/signal_set.h"

#include <signal.h>

#include "gtest/gtest.h"

namespace forklift::signals {
namespace {

TEST(SignalSetTest, HoldsWhatItWasGiven) {
  SignalSet set = {SIGINT, SIGTERM};
  EXPECT_TRUE(set.Contains(SIGINT));
  EXPECT_TRUE(set.Contains(SIGTERM));
  EXPECT_FALSE(set.Contains(SIGHUP));
  set.Add(SIGHUP);
  EXPECT_TRUE(set.Contains(SIGHUP));
  EXPECT_FALSE(set.empty());
  EXPECT_TRUE(SignalSet().empty());
}

TEST(SignalSetTest, AllHasEverySignal) {
  const SignalSet all = SignalSet::All();
  for (int signal : {SIGHUP, SIGKILL, SIGCHLD, SIGRTMIN, SIGRTMAX})
    EXPECT_TRUE(all.Contains(signal)) << signal;
}

TEST(SignalSetTest, LeavesOutWhatIsNoSignal) {
  EXPECT_TRUE((SignalSet{0, -1, kSignalLimit, 100'000}.empty()));
  EXPECT_FALSE(SignalSet::All().Contains(0));
  EXPECT_FALSE(SignalSet::All().Contains(100'000));
}

TEST(SignalSetTest, CopiesTheNativeSet) {
  const SignalSet set = {SIGUSR1};
  const SignalSet copy(set.native());
  EXPECT_TRUE(copy.Contains(SIGUSR1));
  EXPECT_FALSE(copy.Contains(SIGUSR2));
}

}  // namespace
}  // namespace forklift::signals
