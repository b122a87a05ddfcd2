#include "forklift/signals/signal_name.h"

#include <limits.h>
#include <signal.h>

#include "absl/strings/str_cat.h"
#include "forklift/signals/signal_set.h"
#include "gtest/gtest.h"

namespace forklift::signals {
namespace {

TEST(SignalNameTest, IsWhatManualsSay) {
  const struct {
    int signal;
    const char* name;
  } kCases[] = {
      {SIGHUP, "SIGHUP"},
      {SIGKILL, "SIGKILL"},
      {SIGCHLD, "SIGCHLD"},
      {SIGTERM, "SIGTERM"},
      {SIGSYS, "SIGSYS"},
      {SIGRTMIN, "SIGRTMIN"},
      {SIGRTMIN + 3, "SIGRTMIN+3"},
      {SIGRTMAX, "SIGRTMIN+30"},
      {0, "signal 0"},
      {-1, "signal -1"},
      {32, "signal 32"},  // glibc's own
      {65, "signal 65"},
      {INT_MAX, "signal 2147483647"},
      {INT_MIN, "signal -2147483648"},
  };
  for (const auto& test : kCases) EXPECT_EQ(SignalName(test.signal).view(), test.name);
}

TEST(SignalNameTest, EverySignalHasOne) {
  for (int signal : SignalSet::All()) {
    EXPECT_EQ(SignalName(signal).view().substr(0, 3), "SIG") << signal;
  }
}

TEST(SignalNameTest, GoesIntoMessages) {
  EXPECT_EQ(absl::StrCat("killed by ", SignalName(SIGKILL)), "killed by SIGKILL");
}

}  // namespace
}  // namespace forklift::signals
