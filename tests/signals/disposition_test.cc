#include "forklift/signals/disposition.h"

#include <signal.h>
#include <unistd.h>

#include <utility>

#include "forklift/signals/signal_set.h"
#include "gtest/gtest.h"

namespace forklift::signals {
namespace {

using Handler = void (*)(int);

Handler HandlerOf(int signal) {
  struct sigaction current;
  EXPECT_EQ(::sigaction(signal, nullptr, &current), 0);
  return current.sa_handler;
}

void Nothing(int) {}

struct sigaction Calling(Handler handler) {
  struct sigaction action = {};
  action.sa_handler = handler;
  return action;
}

TEST(DispositionTest, PutsBackWhatWasThere) {
  const ScopedDisposition outer(SIGUSR1, Calling(Nothing));
  {
    const ScopedDisposition inner = ScopedDisposition::Ignore(SIGUSR1);
    EXPECT_EQ(HandlerOf(SIGUSR1), SIG_IGN);
    ::raise(SIGUSR1);  // would end the test
  }
  EXPECT_EQ(HandlerOf(SIGUSR1), Nothing);
}

TEST(DispositionTest, MovesAndAbandons) {
  {
    ScopedDisposition first = ScopedDisposition::Ignore(SIGUSR2);
    {
      const ScopedDisposition second = std::move(first);
      EXPECT_EQ(HandlerOf(SIGUSR2), SIG_IGN);
    }
    EXPECT_EQ(HandlerOf(SIGUSR2), SIG_DFL);
  }
  EXPECT_EQ(HandlerOf(SIGUSR2), SIG_DFL) << "what was moved from restores nothing";

  const ScopedDisposition restore = ScopedDisposition::Ignore(SIGUSR2);
  {
    ScopedDisposition abandoned(SIGUSR2, Calling(Nothing));
    abandoned.Abandon();
  }
  EXPECT_EQ(HandlerOf(SIGUSR2), Nothing);
}

TEST(DispositionDeathTest, SomeSignalsCannotBeChanged) {
  EXPECT_DEATH(ScopedDisposition::Ignore(SIGKILL), "sigaction for signal 9");
  EXPECT_DEATH(ScopedDisposition::Ignore(0), "sigaction for signal 0");
}

TEST(DispositionDeathTest, ResetLeavesNoHandlerAndNothingIgnored) {
  EXPECT_EXIT(
      {
        ScopedDisposition handled(SIGUSR1, Calling(Nothing));
        ScopedDisposition ignored = ScopedDisposition::Ignore(SIGPIPE);
        ResetDispositions();
        for (int signal = 1; signal < kSignalLimit; ++signal) {
          struct sigaction current;
          if (::sigaction(signal, nullptr, &current) == 0 && current.sa_handler != SIG_DFL)
            ::_exit(signal);
        }
        ::_exit(0);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace forklift::signals
