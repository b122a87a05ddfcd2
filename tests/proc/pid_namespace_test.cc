// What needs a pid namespace of its own: pids that are used again, and the duties of PID 1.
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forklift/net/deadline.h"
#include "forklift/net/eintr.h"
#include "forklift/proc/child.h"
#include "forklift/proc/exit_status.h"
#include "forklift/proc/fork.h"
#include "forklift/proc/reaper.h"
#include "forklift/tests/support/eventually.h"
#include "gtest/gtest.h"

namespace forklift::proc {
namespace {

constexpr int kNoNamespace = 200;

int WaitFor(pid_t pid) {
  int status = -1;
  if (net::RetryOnEintr([&] { return ::waitpid(pid, &status, 0); }) != pid) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// Runs `body` as PID 1 of a new namespace; what it returned, or kNoNamespace. It says by a line of
// its own where it fails, since it cannot by an expectation.
int RunAsPid1(absl::FunctionRef<int()> body) {
  const pid_t outside = ::fork();
  if (outside == 0) {
    ::alarm(60);
    if (::unshare(CLONE_NEWPID) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWPID) != 0) {
      ::_exit(kNoNamespace);
    }
    const pid_t pid1 = ::fork();
    if (pid1 == 0) ::_exit(::getpid() == 1 ? body() : 1);
    ::_exit(WaitFor(pid1));
  }
  return WaitFor(outside);
}

// Has the next process get `pid`.
bool NextPidIs(pid_t pid) {
  std::ofstream file("/proc/sys/kernel/ns_last_pid");
  file << pid - 1 << std::flush;
  return file.good();
}

pid_t StartPaused() {
  const absl::StatusOr<pid_t> child = Fork([] { return ::pause(); });
  return child.ok() ? *child : -1;
}

bool Runs(pid_t pid) {
  siginfo_t ended = {};
  return ::waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         ended.si_pid == 0;
}

TEST(PidNamespaceTest, AChildWhosePidAnotherHasByNowIsNotSignalled) {
  const int result = RunAsPid1([] {
    Child child(StartPaused());
    const pid_t pid = child.pid();
    // Stolen: this should not happen, and frees the pid.
    ::kill(pid, SIGKILL);
    if (WaitFor(pid) != 128 + SIGKILL) return 2;
    if (!NextPidIs(pid)) return kNoNamespace;
    if (const pid_t bystander = StartPaused(); bystander != pid) return 3;
    if (child.Signal(SIGKILL) || !Runs(pid)) return 4;
    if (child.Wait(net::Deadline::After(absl::ZeroDuration())) != ExitStatus::Unknown()) return 5;
    return Runs(pid) ? 0 : 6;
  });
  if (result == kNoNamespace) GTEST_SKIP() << "this user may make no pid namespace, or set no pid";
  EXPECT_EQ(result, 0) << "the step that failed";
}

TEST(PidNamespaceTest, AReaperSignalsNoGrandchildThatGotThePid) {
  const int result = RunAsPid1([] {
    Reaper reaper;
    const pid_t pid = StartPaused();
    reaper.Adopt(pid, [](pid_t, ExitStatus) {});
    ::kill(pid, SIGKILL);
    if (WaitFor(pid) != 128 + SIGKILL) return 2;
    const absl::StatusOr<pid_t> parent = Fork([&] {
      if (!NextPidIs(pid)) return kNoNamespace;
      const pid_t grandchild = StartPaused();
      if (grandchild != pid) return 3;
      ::raise(SIGSTOP);
      return Runs(grandchild) ? 0 : 4;
    });
    if (!parent.ok()) return 5;
    int status = 0;
    if (::waitpid(*parent, &status, WUNTRACED) != *parent) return 6;
    if (!WIFSTOPPED(status)) return WEXITSTATUS(status);
    if (reaper.Signal(pid, SIGKILL)) return 7;
    reaper.SignalAll(SIGKILL);
    ::kill(*parent, SIGCONT);
    return WaitFor(*parent);
  });
  if (result == kNoNamespace) GTEST_SKIP() << "this user may make no pid namespace, or set no pid";
  EXPECT_EQ(result, 0) << "the step that failed";
}

// As an init of a container: a child leaves a thousand children of its own behind.
TEST(PidNamespaceTest, Pid1ReapsTheOrphansOfOthers) {
  constexpr int kOrphans = 1'000;
  const int result = RunAsPid1([] {
    Reaper reaper;
    int orphans = 0;
    int failed = 0;
    reaper.ReapEverything([&](pid_t, ExitStatus status) {
      ++orphans;
      if (!status.success()) ++failed;
    });
    const absl::StatusOr<pid_t> parent = Fork([] {
      for (int i = 0; i < kOrphans; ++i) {
        if (!Fork([] { return 0; }).ok()) return 1;
      }
      return 42;
    });
    if (!parent.ok()) return 2;
    std::optional<ExitStatus> ended;
    reaper.Adopt(*parent, [&](pid_t, ExitStatus status) { ended = status; });
    const bool all = tests::Eventually([&] {
      reaper.ReapAll();
      return ended && orphans == kOrphans;
    });
    if (!all) return 3;
    if (ended->code() != 42) return 4;
    if (::waitpid(-1, nullptr, WNOHANG) != -1 || errno != ECHILD) return 5;
    return failed == 0 ? 0 : 6;
  });
  if (result == kNoNamespace) GTEST_SKIP() << "this user may make no pid namespace";
  EXPECT_EQ(result, 0) << "the step that failed";
}

}  // namespace
}  // namespace forklift::proc
