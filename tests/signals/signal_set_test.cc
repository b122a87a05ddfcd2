#include "forklift/signals/signal_set.h"

#include <signal.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace forklift::signals {
namespace {

std::vector<int> Members(const SignalSet& set) { return {set.begin(), set.end()}; }

TEST(SignalSetTest, HoldsWhatItWasGiven) {
  SignalSet set = {SIGINT, SIGTERM};
  EXPECT_TRUE(set.Contains(SIGINT));
  EXPECT_TRUE(set.Contains(SIGTERM));
  EXPECT_FALSE(set.Contains(SIGHUP));
  set.Add(SIGHUP);
  EXPECT_TRUE(set.Contains(SIGHUP));
  set.Remove(SIGINT);
  EXPECT_FALSE(set.Contains(SIGINT));
  EXPECT_FALSE(set.empty());
  EXPECT_TRUE(SignalSet().empty());
}

TEST(SignalSetTest, AllHasEverySignal) {
  const SignalSet all = SignalSet::All();
  for (int signal : {SIGHUP, SIGKILL, SIGCHLD, SIGRTMIN, SIGRTMAX})
    EXPECT_TRUE(all.Contains(signal)) << signal;
}

TEST(SignalSetTest, LeavesOutWhatIsNoSignal) {
  EXPECT_TRUE((SignalSet{0, -1, 32, 33, kSignalLimit, 100'000}.empty()));
  EXPECT_FALSE(SignalSet::All().Contains(0));
  EXPECT_FALSE(SignalSet::All().Contains(100'000));
  SignalSet set = {SIGINT};
  set.Remove(-1);
  set.Remove(100'000);
  EXPECT_EQ(set, SignalSet{SIGINT});
}

TEST(SignalSetTest, IteratesLowestFirst) {
  EXPECT_EQ(Members({}), std::vector<int>{});
  EXPECT_EQ(Members({SIGRTMAX, SIGTERM, SIGHUP}), (std::vector<int>{SIGHUP, SIGTERM, SIGRTMAX}));
}

// Each operation against the same on one signal after the other.
TEST(SignalSetTest, OperationsAgreeWithContains) {
  const SignalSet sets[] = {
      {}, {SIGHUP}, {SIGHUP, SIGRTMAX}, {SIGTERM, SIGRTMAX}, SignalSet::All()};
  for (const SignalSet& left : sets) {
    for (const SignalSet& right : sets) {
      const std::string pair = absl::StrCat(left, " and ", right, ": ");
      bool equal = true;
      for (int signal = 0; signal <= kSignalLimit; ++signal) {
        const bool in_left = left.Contains(signal);
        const bool in_right = right.Contains(signal);
        EXPECT_EQ((left & right).Contains(signal), in_left && in_right) << pair << signal;
        EXPECT_EQ((left - right).Contains(signal), in_left && !in_right) << pair << signal;
        equal = equal && in_left == in_right;
      }
      EXPECT_EQ(left == right, equal) << pair;
    }
    EXPECT_EQ(left.empty(), Members(left).empty());
    EXPECT_TRUE(std::ranges::all_of(left, [&](int signal) { return left.Contains(signal); }));
  }
}

TEST(SignalSetTest, IsEqualWhateverTheNativeSetHasBeyond) {
  sigset_t filled;
  for (char& byte : reinterpret_cast<char(&)[sizeof(filled)]>(filled)) byte = '\xff';
  EXPECT_EQ(SignalSet(filled) & SignalSet::All(), SignalSet::All());
}

TEST(SignalSetTest, CopiesTheNativeSet) {
  const SignalSet set = {SIGUSR1};
  const SignalSet copy(set.native());
  EXPECT_EQ(copy, set);
}

TEST(SignalSetTest, NamesItsSignals) {
  EXPECT_EQ(SignalSet().ToString(), "{}");
  EXPECT_EQ(absl::StrCat(SignalSet{SIGTERM, SIGINT}), "{SIGINT, SIGTERM}");
  EXPECT_EQ(absl::StrCat(SignalSet{SIGRTMIN + 1}), "{SIGRTMIN+1}");
}

}  // namespace
}  // namespace forklift::signals
