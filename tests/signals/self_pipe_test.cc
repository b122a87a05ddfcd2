// What is the self-pipe's own; signal_source_test.cc has what it shares with the other mechanism.
#include "forklift/signals/self_pipe.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <thread>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "forklift/net/eintr.h"
#include "forklift/net/pipe.h"
#include "forklift/signals/disposition.h"
#include "forklift/signals/received_signals.h"
#include "forklift/signals/signal_fd.h"
#include "forklift/signals/signal_info.h"
#include "forklift/signals/signal_mask.h"
#include "forklift/signals/signal_set.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/proc_fs.h"
#include "gtest/gtest.h"

namespace forklift::signals {
namespace {

std::unique_ptr<SelfPipe> Catch(const SignalSet& signals, const SelfPipeOptions& options = {}) {
  absl::StatusOr<std::unique_ptr<SelfPipe>> self_pipe = SelfPipe::Create(signals, options);
  EXPECT_TRUE(self_pipe.ok()) << self_pipe.status();
  return *std::move(self_pipe);
}

bool Readable(const SelfPipe& self_pipe) {
  pollfd entry = {.fd = self_pipe.fd(), .events = POLLIN, .revents = 0};
  return net::RetryOnEintr([&] { return ::poll(&entry, 1, 0); }) == 1;
}

// Row 33 of the faults.
TEST(SelfPipeTest, AFullPipeLosesNoSignal) {
  const auto self_pipe = Catch({SIGUSR1, SIGUSR2});
  for (int i = 0; i < 70'000; ++i) ::raise(SIGUSR1);  // a pipe holds 65,536 bytes
  ::raise(SIGUSR2);
  const ReceivedSignals received = self_pipe->Drain();
  EXPECT_EQ(received.Count(SIGUSR1), 70'000u);
  EXPECT_EQ(received.Count(SIGUSR2), 1u) << "came when there was no room for its bytes";
  EXPECT_EQ(received.infos().size() + received.infos_lost(), 70'001u);
  EXPECT_GT(received.infos_lost(), 0u);
  for (const SignalInfo& info : received.infos()) ASSERT_EQ(info.signal, SIGUSR1);
  EXPECT_FALSE(Readable(*self_pipe));
  EXPECT_TRUE(self_pipe->Drain().empty());
}

TEST(SelfPipeTest, TheHandlerKeepsErrno) {
  const auto self_pipe = Catch({SIGUSR1});
  for (int i = 0; i < 70'000; ++i) {  // with room in the pipe and without
    errno = ENOTTY;
    ::raise(SIGUSR1);
    ASSERT_EQ(errno, ENOTTY);
  }
}

// Row 4: read starts again by itself, poll does not.
TEST(SelfPipeTest, InterruptedCallsRestartWhereTheKernelCan) {
  const auto self_pipe = Catch({SIGUSR1});
  const pid_t parent = ::getpid();
  absl::StatusOr<net::Pipe> pipe = net::CreatePipe(net::BlockingMode::kBlocking);
  ASSERT_TRUE(pipe.ok()) << pipe.status();
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto strike = [&] {
      if (!tests::Eventually([&] { return tests::ProcessState(parent) == 'S'; })) ::_exit(1);
      ::kill(parent, SIGUSR1);
    };
    strike();
    // Awake for the handler, and asleep in the same call again.
    if (!tests::Eventually([&] { return tests::ProcessState(parent) == 'S'; })) ::_exit(1);
    if (::write(pipe->write_end.get(), "x", 1) != 1) ::_exit(2);
    strike();
    ::_exit(0);
  }
  char byte;
  EXPECT_EQ(::read(pipe->read_end.get(), &byte, 1), 1);
  EXPECT_EQ(self_pipe->Drain().Count(SIGUSR1), 1u);

  pollfd entry = {.fd = pipe->read_end.get(), .events = POLLIN, .revents = 0};
  EXPECT_EQ(::poll(&entry, 1, 30'000), -1);
  EXPECT_EQ(errno, EINTR);
  EXPECT_EQ(self_pipe->Drain().Count(SIGUSR1), 1u);
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

struct Call {
  int signal;
  int code;  // -1 where it was not told
  int errno_before;
};
auto& Calls() {
  static auto& calls = *new absl::InlinedVector<Call, 8>;  // so that no handler allocates
  return calls;
}

struct sigaction PlainHandler() {
  struct sigaction action = {};
  action.sa_handler = [](int signal) {
    Calls().push_back({signal, -1, errno});
    errno = EDOM;
  };
  return action;
}

struct sigaction HandlerWithInfo() {
  struct sigaction action = {};
  action.sa_flags = SA_SIGINFO;
  action.sa_sigaction = [](int signal, siginfo_t* info, void* context) {
    Calls().push_back({signal, context != nullptr ? info->si_code : -1, errno});
    errno = EDOM;
  };
  return action;
}

TEST(SelfPipeTest, CallsThePreviousHandlersWhereAsked) {
  const ScopedDisposition plain(SIGUSR1, PlainHandler());
  const ScopedDisposition with_info(SIGUSR2, HandlerWithInfo());
  const ScopedDisposition ignored = ScopedDisposition::Ignore(SIGHUP);
  for (const bool asked : {true, false}) {
    Calls().clear();
    const auto self_pipe =
        Catch({SIGHUP, SIGTERM, SIGUSR1, SIGUSR2}, {.call_previous_handlers = asked});
    errno = ENOTTY;
    for (int signal : {SIGHUP, SIGTERM, SIGUSR1, SIGUSR2}) ::raise(signal);
    EXPECT_EQ(errno, ENOTTY);
    EXPECT_EQ(self_pipe->Drain().signals(), (SignalSet{SIGHUP, SIGTERM, SIGUSR1, SIGUSR2}));
    ASSERT_EQ(Calls().size(), asked ? 2u : 0u);
    if (!asked) continue;
    EXPECT_EQ(Calls()[0].signal, SIGUSR1);
    EXPECT_EQ(Calls()[0].code, -1);
    EXPECT_EQ(Calls()[1].signal, SIGUSR2);
    EXPECT_EQ(Calls()[1].code, SI_TKILL);
  }
  Calls().clear();
  ::raise(SIGUSR1);
  EXPECT_EQ(Calls().size(), 1u) << "put back";
}

// Without proc::Fork, the child's previous handler is the self-pipe's own.
TEST(SelfPipeTest, InAChildThePreviousHandlerIsNotItself) {
  const auto self_pipe = Catch({SIGUSR1});
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto own = Catch({SIGUSR1}, {.call_previous_handlers = true});
    ::raise(SIGUSR1);
    ::_exit(own->Drain().Count(SIGUSR1) == 1 ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_FALSE(Readable(*self_pipe));
}

// The parent's handler is still there, and must not take the claim of another source for its own.
TEST(SelfPipeTest, AChildsSignalFdLeavesThePipeOfItsParentAlone) {
  const auto self_pipe = Catch({SIGUSR1});
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto own = SignalFd::Create({SIGUSR1});
    if (!own.ok()) ::_exit(1);
    UnblockSignals({SIGUSR1});
    ::raise(SIGUSR1);
    ::_exit(0);
  }
  int status = -1;
  ASSERT_EQ(net::RetryOnEintr([&] { return ::waitpid(child, &status, 0); }), child);
  EXPECT_EQ(status, 0);
  EXPECT_FALSE(Readable(*self_pipe));
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
