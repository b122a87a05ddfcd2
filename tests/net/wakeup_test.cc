#include "forklift/net/wakeup.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forklift/net/deadline.h"
#include "forklift/net/eintr.h"
#include "forklift/net/wait_ready.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/holdings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::net {
namespace {

using Factory = absl::StatusOr<Wakeup> (*)();

// The eventfd and the pipe behave alike.
class WakeupTest : public testing::TestWithParam<Factory> {
 protected:
  WakeupTest() : wakeup_(*GetParam()()) {}

  bool Readable(absl::Duration patience = absl::ZeroDuration()) {
    return *WaitReady(wakeup_.fd(), POLLIN, Deadline::After(patience));
  }

  Wakeup wakeup_;
};
INSTANTIATE_TEST_SUITE_P(Mechanisms, WakeupTest,
                         testing::Values(&Wakeup::Create, &Wakeup::CreatePortableForTest),
                         [](const auto& info) { return info.index == 0 ? "Native" : "Pipe"; });

TEST_P(WakeupTest, IsReadableFromWakeToClear) {
  EXPECT_FALSE(Readable());
  wakeup_.Clear();  // no harm, and no wait
  for (int i = 0; i < 3; ++i) wakeup_.Wake();
  EXPECT_TRUE(Readable());
  wakeup_.Clear();
  EXPECT_FALSE(Readable()) << "any number of wake-ups are one";
  wakeup_.Wake();
  EXPECT_TRUE(Readable());
}

TEST_P(WakeupTest, NeverBlocksHoweverManyWakeUpsCome) {
  for (int i = 0; i < 20'000; ++i) {  // a pipe holds 8,192
    errno = ENOTTY;
    wakeup_.Wake();
    ASSERT_EQ(errno, ENOTTY);
  }
  wakeup_.Clear();
  EXPECT_FALSE(Readable());
}

TEST_P(WakeupTest, ClosesOnExec) { EXPECT_EQ(::fcntl(wakeup_.fd(), F_GETFD), FD_CLOEXEC); }

TEST_P(WakeupTest, WhatWasSetBeforeWakeIsSeenAfterClear) {
  constexpr int kRounds = 10'000;
  std::atomic<int> posted = 0;
  std::thread poster([&] {
    for (int i = 1; i <= kRounds; ++i) {
      posted.store(i, std::memory_order_relaxed);
      wakeup_.Wake();
    }
  });
  int seen = 0;
  while (seen < kRounds && Readable(tests::kPatience)) {
    wakeup_.Clear();
    seen = posted.load(std::memory_order_relaxed);
  }
  poster.join();
  EXPECT_EQ(seen, kRounds) << "a wake-up was lost";
}

const Wakeup* woken_by_signal = nullptr;

TEST_P(WakeupTest, WakesFromASignalHandler) {
  woken_by_signal = &wakeup_;
  struct sigaction action = {}, previous;
  action.sa_handler = [](int) { woken_by_signal->Wake(); };
  ASSERT_EQ(::sigaction(SIGUSR1, &action, &previous), 0);
  ::raise(SIGUSR1);
  ::sigaction(SIGUSR1, &previous, nullptr);
  EXPECT_TRUE(Readable());
}

TEST_P(WakeupTest, AChildNeverWakesItsParent) {
  const pid_t pid = ::fork();
  ASSERT_GE(pid, 0);
  if (pid == 0) {
    wakeup_.Wake();
    ::_exit(0);
  }
  int status = -1;
  ASSERT_EQ(RetryOnEintr([&] { return ::waitpid(pid, &status, 0); }), pid);
  EXPECT_EQ(status, 0);
  EXPECT_FALSE(Readable());
}

using WakeupDeathTest = WakeupTest;
INSTANTIATE_TEST_SUITE_P(Mechanisms, WakeupDeathTest, testing::Values(&Wakeup::Create));

TEST_P(WakeupDeathTest, AChildThatClearsDies) {
  // A death test's statement runs in a forked child.
  EXPECT_DEATH(wakeup_.Clear(), "swallow its parent's wake-ups");
}

TEST_P(WakeupTest, FailsClearlyAndLeavesNothingWithoutDescriptors) {
  const tests::Holdings before = tests::Holdings::Now();
  rlimit limit;
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  const rlimit tight = {.rlim_cur = static_cast<rlim_t>(*before.descriptors.rbegin()) + 1,
                        .rlim_max = limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &tight), 0);
  const absl::StatusOr<Wakeup> wakeup = GetParam()();
  ::setrlimit(RLIMIT_NOFILE, &limit);
  EXPECT_THAT(wakeup.status().message(), testing::HasSubstr("Too many open files (EMFILE)"));
  EXPECT_EQ(tests::Holdings::Now(), before);
}

}  // namespace
}  // namespace forklift::net
