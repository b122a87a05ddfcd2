#include "forklift/signals/self_pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <set>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "forklift/net/eintr.h"
#include "forklift/proc/fork.h"
#include "forklift/signals/signal_mask.h"
#include "forklift/signals/signal_set.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/proc_fs.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::signals {
namespace {

std::unique_ptr<SelfPipe> Catch(const SignalSet& signals) {
  absl::StatusOr<std::unique_ptr<SelfPipe>> self_pipe = SelfPipe::Create(signals);
  EXPECT_TRUE(self_pipe.ok()) << self_pipe.status();
  return *std::move(self_pipe);
}

bool Readable(const SelfPipe& self_pipe) {
  pollfd entry = {.fd = self_pipe.fd(), .events = POLLIN, .revents = 0};
  return net::RetryOnEintr([&] { return ::poll(&entry, 1, 0); }) == 1;
}

void (*HandlerOf(int signal))(int) {
  struct sigaction current;
  ::sigaction(signal, nullptr, &current);
  return current.sa_handler;
}

TEST(SelfPipeTest, ASignalMakesItReadableUntilDrained) {
  const auto self_pipe = Catch({SIGUSR1, SIGUSR2});
  EXPECT_FALSE(Readable(*self_pipe));
  EXPECT_TRUE(self_pipe->Drain().empty());

  ::raise(SIGUSR1);
  EXPECT_TRUE(Readable(*self_pipe));
  const SignalSet signals = self_pipe->Drain();
  EXPECT_TRUE(signals.Contains(SIGUSR1));
  EXPECT_FALSE(signals.Contains(SIGUSR2));
  EXPECT_FALSE(Readable(*self_pipe));
  EXPECT_TRUE(self_pipe->Drain().empty());
}

TEST(SelfPipeTest, RealTimeSignalsToo) {
  const auto self_pipe = Catch({SIGRTMIN, SIGRTMAX});
  ::raise(SIGRTMAX);
  const SignalSet signals = self_pipe->Drain();
  EXPECT_TRUE(signals.Contains(SIGRTMAX));
  EXPECT_FALSE(signals.Contains(SIGRTMIN));
}

TEST(SelfPipeTest, AFullPipeLosesNoSignal) {
  const auto self_pipe = Catch({SIGUSR1, SIGUSR2});
  for (int i = 0; i < 70'000; ++i) ::raise(SIGUSR1);  // a pipe holds 65,536 bytes
  ::raise(SIGUSR2);
  const SignalSet signals = self_pipe->Drain();
  EXPECT_TRUE(signals.Contains(SIGUSR1));
  EXPECT_TRUE(signals.Contains(SIGUSR2)) << "came when there was no room for its byte";
  EXPECT_FALSE(Readable(*self_pipe));
}

TEST(SelfPipeTest, TheHandlerKeepsErrno) {
  const auto self_pipe = Catch({SIGUSR1});
  for (int i = 0; i < 70'000; ++i) {  // with room in the pipe and without
    errno = ENOTTY;
    ::raise(SIGUSR1);
    ASSERT_EQ(errno, ENOTTY);
  }
}

TEST(SelfPipeTest, PutsDispositionsAndDescriptorsBack) {
  const std::set<int> before = tests::OpenDescriptors(::getpid());
  const auto ignored = ScopedDisposition::Ignore(SIGUSR1);
  Catch({SIGUSR1, SIGUSR2}).reset();
  EXPECT_EQ(HandlerOf(SIGUSR1), SIG_IGN);
  EXPECT_EQ(HandlerOf(SIGUSR2), SIG_DFL);
  EXPECT_EQ(tests::OpenDescriptors(::getpid()), before);
}

TEST(SelfPipeTest, DescriptorsCloseOnExecAndDoNotBlock) {
  const auto self_pipe = Catch({SIGUSR1});
  EXPECT_EQ(::fcntl(self_pipe->fd(), F_GETFD), FD_CLOEXEC);
  EXPECT_TRUE(::fcntl(self_pipe->fd(), F_GETFL) & O_NONBLOCK);
}

TEST(SelfPipeTest, TwoMayCatchDifferentSignalsButNotTheSame) {
  const auto first = Catch({SIGUSR1});
  const auto second = Catch({SIGUSR2});
  ::raise(SIGUSR2);
  EXPECT_FALSE(Readable(*first));
  EXPECT_TRUE(second->Drain().Contains(SIGUSR2));

  const std::set<int> before = tests::OpenDescriptors(::getpid());
  const absl::Status taken = SelfPipe::Create({SIGHUP, SIGUSR1}).status();
  EXPECT_EQ(taken.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(taken.message(), testing::HasSubstr("User defined signal 1"));
  EXPECT_EQ(HandlerOf(SIGHUP), SIG_DFL) << "nothing half done";
  EXPECT_EQ(tests::OpenDescriptors(::getpid()), before);
  ::raise(SIGUSR1);
  EXPECT_TRUE(first->Drain().Contains(SIGUSR1)) << "the first still has it";
}

TEST(SelfPipeTest, RefusesSignalsThatCannotBeEvents) {
  for (int signal : {SIGKILL, SIGSTOP, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) {
    EXPECT_EQ(SelfPipe::Create({signal}).status().code(), absl::StatusCode::kInvalidArgument)
        << signal;
  }
}

// A raw fork, without proc::Fork's precautions: the child has the parent's handlers and pipe.
TEST(SelfPipeTest, ASignalToAChildNeverWakesTheParent) {
  const auto self_pipe = Catch({SIGUSR1});
  const pid_t pid = ::fork();
  ASSERT_GE(pid, 0);
  if (pid == 0) {
    ::raise(SIGUSR1);
    ::_exit(0);
  }
  int status = -1;
  ASSERT_EQ(net::RetryOnEintr([&] { return ::waitpid(pid, &status, 0); }), pid);
  EXPECT_EQ(status, 0);
  EXPECT_FALSE(Readable(*self_pipe));
  EXPECT_TRUE(self_pipe->Drain().empty());
}

TEST(SelfPipeTest, AChildMayReplaceTheInheritedOne) {
  auto self_pipe = Catch({SIGUSR1});
  const absl::StatusOr<pid_t> child = proc::Fork([&] {
    self_pipe.reset();
    const auto own = SelfPipe::Create({SIGUSR1});
    if (!own.ok()) return 1;
    ::raise(SIGUSR1);
    return (*own)->Drain().Contains(SIGUSR1) ? 0 : 2;
  });
  ASSERT_TRUE(child.ok());
  int status = -1;
  ASSERT_EQ(net::RetryOnEintr([&] { return ::waitpid(*child, &status, 0); }), *child);
  EXPECT_EQ(status, 0);
  EXPECT_FALSE(Readable(*self_pipe));
  ::raise(SIGUSR1);
  EXPECT_TRUE(self_pipe->Drain().Contains(SIGUSR1)) << "the parent's own still works";
}

TEST(SelfPipeDeathTest, DrainingInAChildIsAMistake) {
  const auto self_pipe = Catch({SIGUSR1});
  EXPECT_DEATH((void)self_pipe->Drain(), "in a child");
}

// A program may be started with signals blocked; it would never hear of its children.
TEST(SelfPipeTest, HearsSignalsThatWereBlockedBefore) {
  const ScopedSignalMask blocked({SIGUSR1, SIGUSR2});
  {
    const auto self_pipe = Catch({SIGUSR1});
    ::raise(SIGUSR1);
    EXPECT_TRUE(self_pipe->Drain().Contains(SIGUSR1));
    EXPECT_TRUE(BlockedSignals().Contains(SIGUSR2)) << "not one of its own";
  }
  EXPECT_TRUE(BlockedSignals().Contains(SIGUSR1));
}

// The fork may catch another thread in the middle of the handler; that thread is not in the child.
TEST(SelfPipeTest, AChildCanDropItWhateverOtherThreadsWereDoing) {
  auto self_pipe = Catch({SIGUSR1});
  std::atomic<bool> done = false;
  std::thread storm([&] {
    while (!done) ::raise(SIGUSR1);
  });
  for (int i = 0; i < 50; ++i) {
    const pid_t pid = ::fork();
    ASSERT_GE(pid, 0);
    if (pid == 0) {
      ::alarm(20);  // ends a child that hangs
      self_pipe.reset();
      const auto own = SelfPipe::Create({SIGUSR2});
      ::_exit(own.ok() ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(net::RetryOnEintr([&] { return ::waitpid(pid, &status, 0); }), pid);
    ASSERT_EQ(status, 0);
  }
  done = true;
  storm.join();
}

TEST(SelfPipeTest, SignalsInAnotherThreadWhileItIsReplaced) {
  const auto ignored = ScopedDisposition::Ignore(SIGUSR1);  // for the moments without a SelfPipe
  std::atomic<bool> done = false;
  std::thread storm([&] {
    while (!done) ::raise(SIGUSR1);  // delivered to this thread
  });
  for (int i = 0; i < 500; ++i) {
    const auto self_pipe = Catch({SIGUSR1});
    EXPECT_TRUE(tests::Eventually([&] { return self_pipe->Drain().Contains(SIGUSR1); }));
  }
  done = true;
  storm.join();
}

}  // namespace
}  // namespace forklift::signals
