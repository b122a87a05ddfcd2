#include "forklift/signals/disposition.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
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

struct sigaction Calling(Handler handler, int flags = 0) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  return action;
}

// Every signal's disposition, for a child: leaves with the first signal that has another one.
void ExpectDefaultsBut(const SignalSet& ignored) {
  for (int signal : SignalSet::All()) {
    struct sigaction current;
    if (::sigaction(signal, nullptr, &current) != 0) ::_exit(101);
    const bool right = current.sa_handler == (ignored.Contains(signal) ? SIG_IGN : SIG_DFL) &&
                       (current.sa_flags & SA_NOCLDWAIT) == 0;
    if (!right) ::_exit(signal);
  }
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
  EXPECT_DEATH((void)ScopedDisposition::Ignore(SIGKILL), "sigaction SIGKILL");
  EXPECT_DEATH((void)ScopedDisposition::Ignore(0), "sigaction signal 0");
}

TEST(DispositionTest, DefaultIsTheDefault) {
  const ScopedDisposition ignored = ScopedDisposition::Ignore(SIGUSR1);
  {
    const ScopedDisposition by_default = ScopedDisposition::Default(SIGUSR1);
    EXPECT_EQ(HandlerOf(SIGUSR1), SIG_DFL);
  }
  EXPECT_EQ(HandlerOf(SIGUSR1), SIG_IGN);
}

// Beside what the test was started with.
TEST(DispositionTest, ToResetAreThoseCaughtOrIgnored) {
  const SignalSet before = DispositionsToReset();
  EXPECT_FALSE(before.Contains(SIGUSR1));
  for (const auto handler : {Handler{Nothing}, SIG_IGN}) {
    const ScopedDisposition low(SIGUSR1, Calling(handler));
    const ScopedDisposition high(SIGRTMAX, Calling(handler));
    errno = ENOTTY;
    const SignalSet changed = DispositionsToReset();
    EXPECT_EQ(errno, ENOTTY);
    EXPECT_EQ(changed - before, (SignalSet{SIGUSR1, SIGRTMAX}));
    EXPECT_TRUE((before - changed).empty());
  }
  EXPECT_EQ(DispositionsToReset(), before);
}

TEST(DispositionTest, WhatIsAsWantedNeedsNoReset) {
  const ScopedDisposition ignored = ScopedDisposition::Ignore(SIGUSR1);
  EXPECT_TRUE(DispositionsToReset().Contains(SIGUSR1));
  EXPECT_FALSE(DispositionsToReset({SIGUSR1}).Contains(SIGUSR1));
  EXPECT_TRUE(DispositionsToReset({SIGUSR1, SIGUSR2}).Contains(SIGUSR2)) << "to be ignored yet";
}

TEST(DispositionTest, AChildSignalThatLeavesNoZombiesIsToBeReset) {
  EXPECT_FALSE(DispositionsToReset().Contains(SIGCHLD));
  const ScopedDisposition no_zombies(SIGCHLD, Calling(SIG_DFL, SA_NOCLDWAIT));
  EXPECT_TRUE(DispositionsToReset().Contains(SIGCHLD));
}

TEST(DispositionTest, ToTellWhatToResetNeedsNoDescriptor) {
  const SignalSet before = DispositionsToReset();
  rlimit limit;
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  const rlimit none = {0, limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const SignalSet changed = DispositionsToReset();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_EQ(changed, before);
}

// All of them, and only those of which the parent has told its child.
TEST(DispositionDeathTest, ResetLeavesNoHandlerAndNothingIgnored) {
  for (const bool asks : {false, true}) {
    for (const SignalSet& ignored : {SignalSet(), SignalSet{SIGPIPE, SIGTERM, SIGRTMIN}}) {
      EXPECT_EXIT(
          {
            for (int signal : SignalSet::All() - SignalSet{SIGKILL, SIGSTOP}) {
              ScopedDisposition(signal, Calling(signal % 2 ? Nothing : SIG_IGN)).Abandon();
            }
            ScopedDisposition(SIGCHLD, Calling(SIG_DFL, SA_NOCLDWAIT)).Abandon();
            ResetDispositions(ignored, asks ? DispositionsToReset(ignored) : SignalSet::All());
            ExpectDefaultsBut(ignored);
            ::_exit(0);
          },
          testing::ExitedWithCode(0), "")
          << asks;
    }
  }
}

TEST(DispositionDeathTest, ResetTouchesNothingThatWasNotChanged) {
  EXPECT_EXIT(
      {
        ScopedDisposition(SIGUSR1, Calling(Nothing)).Abandon();
        ScopedDisposition(SIGUSR2, Calling(Nothing)).Abandon();
        ResetDispositions({}, {SIGUSR2});
        ::_exit(HandlerOf(SIGUSR1) == Nothing && HandlerOf(SIGUSR2) == SIG_DFL ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace forklift::signals
