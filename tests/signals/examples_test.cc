// The examples at the head of the headers, line by line as they stand there, made whole and run.
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "absl/log/log.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "forklift/proc/exit_status.h"
#include "forklift/proc/fork.h"
#include "forklift/proc/reaper.h"
#include "forklift/signals/create_signal_source.h"
#include "forklift/signals/disposition.h"
#include "forklift/signals/received_signals.h"
#include "forklift/signals/safe_message.h"
#include "forklift/signals/self_pipe.h"
#include "forklift/signals/signal_info.h"
#include "forklift/signals/signal_mask.h"
#include "forklift/signals/signal_name.h"
#include "forklift/signals/signal_set.h"
#include "forklift/signals/signal_source.h"
#include "gtest/gtest.h"

namespace forklift::signals {
namespace {

TEST(SignalsExamplesTest, IgnoringASignalForAScope) {
  ScopedDisposition ignored = ScopedDisposition::Ignore(SIGPIPE);  // until the end of the scope
  ::raise(SIGPIPE);
}

TEST(SignalsExamplesDeathTest, IgnoringASignalForGood) {
  const auto program = [] {
    ScopedDisposition::Ignore(SIGPIPE).Abandon();  // for good: a program's main
    ::raise(SIGPIPE);
    ::_exit(0);
  };
  EXPECT_EXIT(program(), testing::ExitedWithCode(0), "");
}

TEST(SignalsExamplesTest, NamingSignals) {
  const SignalSet stop = {SIGINT, SIGTERM};
  for (int signal : stop) LOG(INFO) << SignalName(signal);
  LOG(INFO) << "stopping: " << SignalName(SIGTERM);
}

TEST(SignalsExamplesTest, BlockingSignalsAroundAFork) {
  ScopedSignalMask blocked(SignalSet::All());
  const pid_t pid = ::fork();  // no handler runs in the child before it is ready
  if (pid == 0) ::_exit(0);
  proc::Reaper reaper;
  reaper.Adopt(pid, [](pid_t, proc::ExitStatus) {});
  ASSERT_EQ(::sigwaitinfo(&SignalSet{SIGCHLD}.native(), nullptr), SIGCHLD);
  EXPECT_EQ(reaper.ReapAll(), 1u);
}

// A loop that hears of the end of a child, and lives until SIGTERM.
absl::Status RunLoop(proc::Reaper& reaper) {
  absl::StatusOr<std::unique_ptr<SelfPipe>> self_pipe = SelfPipe::Create({SIGCHLD, SIGTERM});
  if (!self_pipe.ok()) return self_pipe.status();
  const absl::StatusOr<pid_t> child = proc::Fork([] { return 3; });
  if (!child.ok()) return child.status();
  reaper.Adopt(*child, [](pid_t, proc::ExitStatus) { ::raise(SIGTERM); });

  bool stop = false;
  while (!stop) {
    pollfd entry = {.fd = (*self_pipe)->fd(), .events = POLLIN, .revents = 0};
    if (::poll(&entry, 1, -1) < 0 && errno == EINTR) continue;
    const ReceivedSignals received = (*self_pipe)->Drain();  // signals first, then new work
    if (received.Contains(SIGCHLD)) reaper.ReapAll();
    stop = received.Contains(SIGTERM);
    for (const SignalInfo& info : received.infos()) LOG(INFO) << info;
  }
  return absl::OkStatus();
}

TEST(SignalsExamplesTest, ASelfPipeInAPollLoop) {
  proc::Reaper reaper;
  EXPECT_EQ(RunLoop(reaper), absl::OkStatus());
  EXPECT_EQ(reaper.size(), 0u);
}

TEST(SignalsExamplesTest, ChoosingTheMechanism) {
  absl::StatusOr<std::unique_ptr<SignalSource>> source =
      CreateSignalSource(SignalMechanism::kSignalFd, {SIGCHLD, SIGTERM});
  ASSERT_TRUE(source.ok()) << source.status();
  ::raise(SIGTERM);
  EXPECT_TRUE((*source)->Drain().Contains(SIGTERM));
}

TEST(SignalsExamplesDeathTest, PrintingFromAHandler) {
  const auto crash = [] {
    struct sigaction action = {};
    action.sa_flags = SA_SIGINFO;
    action.sa_sigaction = [](int signal, siginfo_t* info, void*) {
      const auto address = reinterpret_cast<uintptr_t>(info->si_addr);
      SafeMessage message;
      message << "caught " << SignalName(signal).view() << " at " << SafeMessage::Hex{address}
              << '\n';
      message.WriteTo(STDERR_FILENO);
      ::_exit(3);
    };
    ScopedDisposition(SIGSEGV, action).Abandon();
    ::raise(SIGSEGV);
  };
  EXPECT_EXIT(crash(), testing::ExitedWithCode(3), "caught SIGSEGV at 0x");
}

}  // namespace
}  // namespace forklift::signals
