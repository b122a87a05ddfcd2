// Workers that SIGKILL does not end.
#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forklift/net/eintr.h"
#include "forklift/net/pipe.h"
#include "forklift/proc/fork.h"
#include "forklift/proc/supervisor.h"
#include "forklift/proc/worker_context.h"
#include "forklift/proc/worker_event.h"
#include "forklift/tests/proc/supervised.h"
#include "forklift/tests/support/eventually.h"
#include "gtest/gtest.h"

namespace forklift::proc {
namespace {

using tests::ReadyUntilStopped;
using tests::Supervised;
using Kind = WorkerEvent::Kind;

// Holds back the end of a process, as a debugger does: while it is there, `pid` may be dead, but
// its parent does not hear of it and cannot wait for it.
class Tracer {
 public:
  explicit Tracer(pid_t pid) {
    absl::StatusOr<net::Pipe> pipe = net::CreatePipe(net::BlockingMode::kBlocking);
    CHECK_OK(pipe);
    const absl::StatusOr<pid_t> tracer = Fork([&] {
      const char traces = ::ptrace(PTRACE_SEIZE, pid, nullptr, nullptr) == 0 ? 'T' : '-';
      if (::write(pipe->write_end.get(), &traces, 1) != 1) return 1;
      return ::pause();
    });
    CHECK_OK(tracer);
    pid_ = *tracer;
    char traces = '-';
    traces_ = ::read(pipe->read_end.get(), &traces, 1) == 1 && traces == 'T';
  }
  Tracer(const Tracer&) = delete;
  Tracer& operator=(const Tracer&) = delete;
  ~Tracer() {
    ::kill(pid_, SIGKILL);
    net::RetryOnEintr([&] { return ::waitpid(pid_, nullptr, 0); });
  }

  bool traces() const { return traces_; }

 private:
  pid_t pid_;
  bool traces_;
};

int DeafUntilKilled(WorkerContext& worker) {
  ::prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
  worker.Ready();
  while (true) ::pause();
  return 0;
}

TEST(SupervisorUndyingTest, TheDestructorKillsTheOthersAndLeavesItInTime) {
  Supervised supervised({.workers = 4, .ignored = {SIGTERM}}, DeafUntilKilled);
  ASSERT_TRUE(supervised.RunUntilReady(4));
  const pid_t undying = supervised.alive().begin()->first;
  {
    const Tracer tracer(undying);
    if (!tracer.traces()) GTEST_SKIP() << "this process may not trace another";
    supervised.Destroy();
    for (const auto& [pid, worker] : supervised.alive()) {
      siginfo_t ended = {};
      const int waited =
          ::waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOHANG | WNOWAIT);
      EXPECT_EQ(waited, pid == undying ? 0 : -1) << "all others are dead and reaped";
    }
  }
  int status = 0;
  ASSERT_EQ(::waitpid(undying, &status, 0), undying);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

TEST(SupervisorUndyingTest, ARollDoesNotWaitForIt) {
  Supervised supervised(
      {.workers = 2, .timeouts = {.stop = absl::Milliseconds(20)}, .ignored = {SIGTERM}},
      DeafUntilKilled);
  ASSERT_TRUE(supervised.RunUntilReady(2));
  const pid_t first = supervised.alive().begin()->first;
  const pid_t second = supervised.alive().rbegin()->first;
  {
    const Tracer tracer(first);
    const Tracer other(second);
    if (!tracer.traces() || !other.traces()) {
      GTEST_SKIP() << "this process may not trace another";
    }
    supervised->Roll(ReadyUntilStopped);
    ASSERT_TRUE(supervised.RunUntil(Kind::kRolled)) << supervised.Log();
    EXPECT_EQ(supervised.Count(Kind::kKilled), 2u);
    EXPECT_EQ(supervised->ready(), 2u);
    EXPECT_EQ(supervised->processes(), 4u) << "those that do not die";
  }
  ASSERT_TRUE(supervised.RunUntilReady(2));
}

// In a child, whose user does not matter any more: root's workers, and a supervisor that is no
// longer root. The exit code is the step that failed.
int SuperviseWithoutTheRightToKill(const net::Pipe& pipe) {
  {
    Supervised supervised({.workers = 2, .ignored = {SIGTERM}}, [&](WorkerContext& worker) {
      worker.Ready();
      if (worker.slot() == 0) return ReadyUntilStopped(worker);
      ::close(pipe.write_end.get());
      char word;
      return static_cast<int>(::read(pipe.read_end.get(), &word, 1));  // deaf until it hangs up
    });
    if (!supervised.RunUntilReady(2)) return 1;
    if (::setgid(65534) != 0 || ::setuid(65534) != 0) return 77;
    if (::kill(supervised.alive().begin()->first, 0) == 0 || errno != EPERM) return 77;
  }
  // One has heard of the stop by its channel, and was waited for; the other is left.
  siginfo_t ended = {};
  if (::waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) != 0) return 2;
  return ended.si_pid == 0 ? 0 : 3;
}

TEST(SupervisorUndyingTest, ADestructorThatMayNotKillEndsInTimeAndTellsThemToStop) {
  if (::getuid() != 0) GTEST_SKIP() << "only root has workers that it may become unable to kill";
  absl::StatusOr<net::Pipe> pipe = net::CreatePipe(net::BlockingMode::kBlocking);
  ASSERT_TRUE(pipe.ok());
  const absl::StatusOr<pid_t> child = Fork([&] { return SuperviseWithoutTheRightToKill(*pipe); });
  ASSERT_TRUE(child.ok());
  int status = -1;
  ASSERT_EQ(::waitpid(*child, &status, 0), *child);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
    GTEST_SKIP() << "this root may not become another user (as in a user namespace)";
  }
  EXPECT_EQ(status, 0) << "see SuperviseWithoutTheRightToKill for the exit code";
}

}  // namespace
}  // namespace forklift::proc
