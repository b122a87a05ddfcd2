// What both mechanisms promise, here in one process, in signal_source_fork_test.cc across several.
// Where they differ: self_pipe_test.cc and signal_fd_test.cc.
#include "forklift/signals/signal_source.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "forklift/signals/create_signal_source.h"
#include "forklift/signals/disposition.h"
#include "forklift/signals/received_signals.h"
#include "forklift/signals/signal_mask.h"
#include "forklift/signals/signal_set.h"
#include "forklift/tests/signals/signal_source_fixture.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/holdings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::signals {
namespace {

using tests::Holdings;

using SignalSourceTest = SignalSourceFixture;
INSTANTIATE_TEST_SUITE_P(Both, SignalSourceTest, kBothMechanisms, MechanismName);

TEST_P(SignalSourceTest, ASignalMakesItReadableUntilDrained) {
  const auto source = Open({SIGUSR1, SIGUSR2});
  EXPECT_FALSE(Readable(*source));
  EXPECT_TRUE(source->Drain().empty());

  ::raise(SIGUSR1);
  EXPECT_TRUE(Readable(*source));
  const ReceivedSignals received = source->Drain();
  EXPECT_EQ(received.signals(), SignalSet{SIGUSR1});
  EXPECT_EQ(received.Count(SIGUSR1), 1u);
  EXPECT_EQ(received.Count(SIGUSR2), 0u);
  EXPECT_EQ(received.infos_lost(), 0u);
  EXPECT_FALSE(Readable(*source));
  EXPECT_TRUE(source->Drain().empty());
}

TEST_P(SignalSourceTest, RealTimeSignalsAreCountedOneByOne) {
  const auto source = Open({SIGRTMIN, SIGRTMAX});
  for (int i = 0; i < 100; ++i) ::raise(SIGRTMAX);
  const ReceivedSignals received = source->Drain();
  EXPECT_EQ(received.Count(SIGRTMAX), 100u);
  EXPECT_EQ(received.infos().size(), 100u);
  EXPECT_FALSE(received.Contains(SIGRTMIN));
}

TEST_P(SignalSourceTest, CountsDeliveriesAndNotWhatTheKernelCoalesced) {
  const auto source = Open({SIGUSR1});
  {
    const ScopedSignalMask blocked({SIGUSR1});
    for (int i = 0; i < 50; ++i) ::kill(::getpid(), SIGUSR1);
  }
  EXPECT_EQ(source->Drain().Count(SIGUSR1), 1u);
}

// Row 3: a timer strikes every millisecond; whatever it interrupts, each signal arrives.
TEST_P(SignalSourceTest, LosesNothingWhileATimerInterruptsEverything) {
  const auto source = Open({SIGUSR1});
  struct sigaction nothing = {};
  nothing.sa_handler = [](int) {};  // without SA_RESTART
  const ScopedDisposition handled(SIGALRM, nothing);
  const itimerval each_millisecond = {{0, 1000}, {0, 1000}};
  ASSERT_EQ(::setitimer(ITIMER_REAL, &each_millisecond, nullptr), 0);
  for (int i = 0; i < 2000; ++i) {
    ::kill(::getpid(), SIGUSR1);
    ASSERT_EQ(Next(*source).Count(SIGUSR1), 1u) << i;
  }
  const itimerval never = {};
  ASSERT_EQ(::setitimer(ITIMER_REAL, &never, nullptr), 0);
}

// Row 31: nothing that malloc does is disturbed, because a handler has no business there.
TEST_P(SignalSourceTest, IsSafeInTheMiddleOfMalloc) {
  const auto source = Open({SIGALRM});
  const itimerval each_millisecond = {{0, 1000}, {0, 1000}};
  ASSERT_EQ(::setitimer(ITIMER_REAL, &each_millisecond, nullptr), 0);
  uint64_t count = 0;
  std::vector<std::string> held(64);
  EXPECT_TRUE(tests::Eventually([&] {
    for (size_t i = 0; i < 10'000; ++i) held[i % held.size()] = std::string(i % 5000, 'x');
    count += source->Drain().Count(SIGALRM);
    return count >= 200;
  }));
  const itimerval never = {};
  ASSERT_EQ(::setitimer(ITIMER_REAL, &never, nullptr), 0);
}

// Row 34: it comes after the loop has looked, and before it waits.
TEST_P(SignalSourceTest, ASignalBetweenCheckAndWaitEndsTheWait) {
  const auto source = Open({SIGUSR1});
  EXPECT_TRUE(source->Drain().empty());
  ::raise(SIGUSR1);
  EXPECT_TRUE(Next(*source).Contains(SIGUSR1));
}

TEST_P(SignalSourceTest, PutsBackMaskDispositionsAndDescriptors) {
  const Holdings before = Holdings::Now();
  const ScopedDisposition ignored = ScopedDisposition::Ignore(SIGUSR1);
  const ScopedSignalMask blocked({SIGUSR2, SIGHUP});
  const SignalSet blocked_before = BlockedSignals();
  const SignalSet changed_before = DispositionsToReset();
  {
    const auto source = Open({SIGUSR1, SIGUSR2, SIGCHLD});
    EXPECT_TRUE(BlockedSignals().Contains(SIGHUP)) << "not one of its own";
  }
  EXPECT_EQ(BlockedSignals(), blocked_before);
  EXPECT_EQ(DispositionsToReset(), changed_before);
  EXPECT_EQ(Holdings::Now(), before);
}

TEST_P(SignalSourceTest, LeavesAloneWhatOthersDidToTheMaskMeanwhile) {
  const ScopedSignalMask restore({});
  auto source = Open({SIGUSR1});
  BlockSignals({SIGUSR2});
  source.reset();
  EXPECT_TRUE(BlockedSignals().Contains(SIGUSR2));
}

TEST_P(SignalSourceTest, WhatWasNotDrainedIsDroppedAtTheEnd) {
  auto source = Open({SIGUSR1, SIGRTMIN});
  for (int i = 0; i < 3000; ++i) ::raise(SIGRTMIN);  // more than one Drain takes
  ::raise(SIGUSR1);                                  // either one's default would end the test
  source.reset();
  EXPECT_FALSE(BlockedSignals().Contains(SIGUSR1));
}

// A program may be started with signals blocked; it would never hear of its children.
TEST_P(SignalSourceTest, HearsSignalsThatWereBlockedBefore) {
  const ScopedSignalMask blocked({SIGUSR1, SIGUSR2});
  {
    const auto source = Open({SIGUSR1});
    ::raise(SIGUSR1);
    EXPECT_TRUE(source->Drain().Contains(SIGUSR1));
    EXPECT_TRUE(BlockedSignals().Contains(SIGUSR2)) << "not one of its own";
  }
  EXPECT_TRUE(BlockedSignals().Contains(SIGUSR1));
}

// By default it is ignored, and what would make it so anew drops what waits.
TEST_P(SignalSourceTest, HearsOfAChildThatEndedBeforeItWasCreated) {
  const ScopedSignalMask blocked({SIGCHLD});
  const pid_t pid = ::fork();
  ASSERT_GE(pid, 0);
  if (pid == 0) ::_exit(0);
  siginfo_t ended;
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOWAIT), 0);
  const auto source = Open({SIGCHLD});
  EXPECT_TRUE(source->Drain().Contains(SIGCHLD));
  ASSERT_EQ(::waitpid(pid, nullptr, 0), pid);
}

TEST_P(SignalSourceTest, DescriptorsCloseOnExecAndDoNotBlock) {
  const auto source = Open({SIGUSR1});
  EXPECT_EQ(::fcntl(source->fd(), F_GETFD), FD_CLOEXEC);
  EXPECT_TRUE(::fcntl(source->fd(), F_GETFL) & O_NONBLOCK);
}

TEST_P(SignalSourceTest, RefusesSignalsThatCannotBeEvents) {
  const Holdings before = Holdings::Now();
  for (int signal : {SIGKILL, SIGSTOP, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) {
    const absl::Status refused = Create({SIGUSR1, signal}).status();
    EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument) << signal;
  }
  EXPECT_EQ(Create({SIGKILL}).status().message(), "SIGKILL cannot be turned into an event");
  EXPECT_EQ(Holdings::Now(), before);
}

TEST_P(SignalSourceTest, FailsWholeWhereThereIsNoDescriptor) {
  const Holdings before = Holdings::Now();
  const SignalSet blocked = BlockedSignals();
  rlimit limit;
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  const rlimit none = {0, limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const absl::Status refused = Create({SIGUSR1}).status();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_THAT(refused.message(), testing::HasSubstr("EMFILE"));
  EXPECT_EQ(BlockedSignals(), blocked);
  EXPECT_EQ(Holdings::Now(), before);
  EXPECT_TRUE(Create({SIGUSR1}).ok()) << "the signal is free again";
}

// Whichever mechanism has a signal, no other source gets it.
TEST_P(SignalSourceTest, TwoMayHaveDifferentSignalsButNotTheSame) {
  const auto first = Open({SIGUSR1});
  const auto second = Open({SIGUSR2});
  ::raise(SIGUSR2);
  EXPECT_FALSE(Readable(*first));
  EXPECT_TRUE(second->Drain().Contains(SIGUSR2));

  const Holdings before = Holdings::Now();
  const SignalSet blocked = BlockedSignals();
  const SignalSet changed = DispositionsToReset();
  for (SignalMechanism mechanism : {SignalMechanism::kSelfPipe, SignalMechanism::kSignalFd}) {
    const absl::Status taken = CreateSignalSource(mechanism, {SIGHUP, SIGUSR1}).status();
    EXPECT_EQ(taken.code(), absl::StatusCode::kAlreadyExists);
    EXPECT_EQ(taken.message(), "SIGUSR1 has another SignalSource in this process");
  }
  EXPECT_EQ(BlockedSignals(), blocked) << "nothing half done";
  EXPECT_EQ(DispositionsToReset(), changed);
  EXPECT_EQ(Holdings::Now(), before);
  ::raise(SIGUSR1);
  EXPECT_TRUE(first->Drain().Contains(SIGUSR1)) << "the first still has it";
}

}  // namespace
}  // namespace forklift::signals
