#include "forklift/proc/fork.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wchar.h>

#include <string>
#include <thread>

#include "absl/base/config.h"
#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/notification.h"
#include "forklift/net/eintr.h"
#include "forklift/net/pipe.h"
#include "forklift/proc/exit_status.h"
#include "forklift/signals/disposition.h"
#include "forklift/signals/signal_mask.h"
#include "forklift/signals/signal_set.h"
#include "gtest/gtest.h"

namespace forklift::proc {
namespace {

ExitStatus WaitFor(pid_t pid) {
  int status = 0;
  EXPECT_EQ(net::RetryOnEintr([&] { return ::waitpid(pid, &status, 0); }), pid);
  return ExitStatus::FromWaitStatus(status);
}

ExitStatus StatusOf(absl::FunctionRef<int()> body) {
  const absl::StatusOr<pid_t> child = Fork(body);
  EXPECT_TRUE(child.ok()) << child.status();
  return WaitFor(*child);
}

TEST(ForkTest, TheChildLeavesWithTheBodysResult) {
  EXPECT_EQ(StatusOf([] { return 0; }).code(), 0);
  EXPECT_EQ(StatusOf([] { return 42; }).code(), 42);
  const pid_t parent = ::getpid();
  EXPECT_EQ(StatusOf([&] { return ::getppid() == parent && ::getpid() != parent ? 0 : 1; }).code(),
            0);
}

void Nothing(int) {}

// 0, or the first signal that is not at its default, or 100 + one that is blocked.
int FirstSignalThatIsNotADefault() {
  for (int signal = 1; signal < signals::kSignalLimit; ++signal) {
    struct sigaction current;
    if (::sigaction(signal, nullptr, &current) != 0) continue;
    if (current.sa_handler != SIG_DFL || (current.sa_flags & SA_NOCLDWAIT) != 0) return signal;
    if (signals::BlockedSignals().Contains(signal)) return 100 + signal;
  }
  return 0;
}

TEST(ForkTest, TheChildStartsWithDefaultSignalsAndTheParentKeepsItsOwn) {
  struct sigaction action = {};
  action.sa_handler = Nothing;
  const signals::ScopedDisposition handled(SIGUSR1, action);
  const signals::ScopedDisposition ignored = signals::ScopedDisposition::Ignore(SIGPIPE);
  const signals::ScopedSignalMask blocked({SIGUSR2});
  const ExitStatus status = StatusOf(FirstSignalThatIsNotADefault);
  EXPECT_EQ(status.code(), 0)
      << "the signal that the child still handles, or 100 + one that it blocks";
  struct sigaction current;
  ASSERT_EQ(::sigaction(SIGUSR1, nullptr, &current), 0);
  EXPECT_EQ(current.sa_handler, Nothing);
  EXPECT_TRUE(signals::BlockedSignals().Contains(SIGUSR2));
  EXPECT_FALSE(signals::BlockedSignals().Contains(SIGUSR1));
}

// Fork changes in the child what the kernel says must be: each kind of change alone.
TEST(ForkTest, WhateverTheParentChangedTheChildStartsWithDefaultSignals) {
  struct sigaction handled = {};
  handled.sa_handler = Nothing;
  struct sigaction without_zombies = {};
  without_zombies.sa_handler = SIG_DFL;
  without_zombies.sa_flags = SA_NOCLDWAIT;
  ASSERT_EQ(StatusOf(FirstSignalThatIsNotADefault).code(), 0);
  {
    const signals::ScopedSignalMask blocked({SIGUSR2});
    EXPECT_EQ(StatusOf(FirstSignalThatIsNotADefault).code(), 0);
  }
  for (int signal : {SIGHUP, SIGCHLD, SIGSYS, SIGRTMIN, SIGRTMAX}) {
    const signals::ScopedDisposition changed(signal, handled);
    EXPECT_EQ(StatusOf(FirstSignalThatIsNotADefault).code(), 0);
  }
  for (int signal : {SIGHUP, SIGPIPE, SIGRTMAX}) {
    const signals::ScopedDisposition changed = signals::ScopedDisposition::Ignore(signal);
    EXPECT_EQ(StatusOf(FirstSignalThatIsNotADefault).code(), 0);
    EXPECT_EQ(StatusOf([] { return ::raise(SIGHUP); }).signal(), SIGHUP);
  }
  // SIGCHLD does what it does by default, but leaves no zombie to wait for.
  absl::StatusOr<net::Pipe> pipe = net::CreatePipe(net::BlockingMode::kBlocking);
  ASSERT_TRUE(pipe.ok());
  const signals::ScopedDisposition changed(SIGCHLD, without_zombies);
  ASSERT_TRUE(Fork([&] {
                const char signal = static_cast<char>(FirstSignalThatIsNotADefault());
                return ::write(pipe->write_end.get(), &signal, 1) == 1 ? 0 : 1;
              }).ok());
  pipe->write_end.reset();
  char signal = 1;
  EXPECT_EQ(::read(pipe->read_end.get(), &signal, 1), 1);
  EXPECT_EQ(signal, 0);
}

TEST(ForkTest, AForkerChangesWhatItFoundInEachChild) {
  const signals::ScopedDisposition caught(SIGUSR1, [] {
    struct sigaction action = {};
    action.sa_handler = Nothing;
    return action;
  }());
  const Forker forker({SIGPIPE});
  for (int i = 0; i < 3; ++i) {
    const absl::StatusOr<pid_t> child = forker.Fork([] {
      const bool ignored = ::signal(SIGPIPE, SIG_DFL) == SIG_IGN;
      return ignored && FirstSignalThatIsNotADefault() == 0 ? 42 : 1;
    });
    ASSERT_TRUE(child.ok()) << child.status();
    EXPECT_EQ(WaitFor(*child).code(), 42);
  }
}

TEST(ForkTest, WithoutADescriptorLeftTheChildStillStartsWithDefaultSignals) {
  const signals::ScopedDisposition changed = signals::ScopedDisposition::Ignore(SIGPIPE);
  rlimit before;
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none = {.rlim_cur = 0, .rlim_max = before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const ExitStatus status = StatusOf(FirstSignalThatIsNotADefault);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(status.code(), 0);
}

TEST(ForkTest, NoMomentInWhichAnIgnoredSignalStrikes) {
  for (int i = 0; i < 200; ++i) {
    const absl::StatusOr<pid_t> child = Fork([] { return 7; }, {SIGTERM});
    ASSERT_TRUE(child.ok());
    ::kill(*child, SIGTERM);
    EXPECT_EQ(WaitFor(*child).code(), 7);
  }
}

TEST(ForkTest, BufferedOutputIsWrittenOnce) {
  absl::StatusOr<net::Pipe> pipe = net::CreatePipe(net::BlockingMode::kBlocking);
  ASSERT_TRUE(pipe.ok());
  FILE* file = ::fdopen(pipe->write_end.release(), "w");
  ASSERT_NE(file, nullptr);
  ::fputs("once", file);
  EXPECT_EQ(StatusOf([] { return 0; }).code(), 0);
  ::fclose(file);
  char bytes[16];
  ASSERT_EQ(::read(pipe->read_end.get(), bytes, sizeof(bytes)), 4);
  EXPECT_EQ(std::string(bytes, 4), "once");
  EXPECT_EQ(::read(pipe->read_end.get(), bytes, sizeof(bytes)), 0);
}

TEST(ForkTest, BufferedWideOutputIsWrittenOnce) {
  absl::StatusOr<net::Pipe> pipe = net::CreatePipe(net::BlockingMode::kBlocking);
  ASSERT_TRUE(pipe.ok());
  FILE* file = ::fdopen(pipe->write_end.release(), "w");
  ASSERT_NE(file, nullptr);
  ::fputws(L"once", file);
  // Leaves by exit, which flushes what it inherited.
  EXPECT_EQ(StatusOf([]() -> int { ::exit(0); }).code(), 0);
  ::fclose(file);
  char bytes[16];
  ASSERT_EQ(::read(pipe->read_end.get(), bytes, sizeof(bytes)), 4);
  EXPECT_EQ(::read(pipe->read_end.get(), bytes, sizeof(bytes)), 0);
}

int exit_functions_run = 0;

TEST(ForkDeathTest, TheChildRunsNoExitFunctionOfTheParent) {
  EXPECT_EXIT(
      {
        ::atexit([] { ::fprintf(stderr, "exit function %d\n", ++exit_functions_run); });
        const absl::StatusOr<pid_t> child = Fork([] { return 0; });
        ::waitpid(*child, nullptr, 0);
        ::exit(0);
      },
      testing::ExitedWithCode(0), "^exit function 1\n$");
}

TEST(ForkDeathTest, RefusesAProcessWithThreads) {
#ifdef ABSL_HAVE_THREAD_SANITIZER
  GTEST_SKIP() << "ThreadSanitizer has a thread of its own, so Fork does not look";
#endif
  EXPECT_DEATH(
      {
        absl::Notification never;
        std::thread other([&] { never.WaitForNotification(); });
        (void)Fork([] { return 0; });
      },
      "Fork in a process with other threads");
}

// The kernel counts a thread for a moment after it was joined.
TEST(ForkTest, ForksAsSoonAsTheThreadsAreJoined) {
  for (int i = 0; i < 300; ++i) {
    std::thread([] {}).join();
    EXPECT_EQ(StatusOf([] { return 7; }).code(), 7);
  }
}

TEST(ForkTest, AnExceptionDoesNotLetTheChildRunOn) {
  try {
    EXPECT_EQ(StatusOf([]() -> int { throw 1; }).signal(), SIGABRT);
  } catch (int) {
    ::_exit(1);  // the child; the parent sees a wrong status
  }
}

}  // namespace
}  // namespace forklift::proc
