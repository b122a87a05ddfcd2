#include "forklift/proc/child.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <functional>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forklift/net/deadline.h"
#include "forklift/net/pipe.h"
#include "forklift/proc/exit_status.h"
#include "forklift/proc/fork.h"
#include "forklift/proc/reaper.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/holdings.h"
#include "forklift/tests/support/proc_fs.h"
#include "forklift/tests/support/refused_system_calls.h"
#include "forklift/tests/support/traced_child.h"
#include "gtest/gtest.h"

namespace forklift::proc {
namespace {

using net::Deadline;
using tests::Eventually;
using tests::Holdings;
using tests::kPatience;

pid_t Start(const std::function<int()>& body) {
  const absl::StatusOr<pid_t> child = Fork(body);
  EXPECT_TRUE(child.ok()) << child.status();
  return *child;
}
pid_t StartWaiting() {
  return Start([] { return ::pause(); });
}
Deadline Soon() { return Deadline::After(kPatience); }
constexpr uid_t kNobody = 65534;
constexpr int kSkipped = 77;
Deadline Now() { return Deadline::After(absl::ZeroDuration()); }

// With a pidfd, and without: where there is no descriptor left for one.
class ChildTest : public testing::TestWithParam<bool> {
 protected:
  Child Own(pid_t pid) {
    if (GetParam()) return Child(pid);
    rlimit before;
    EXPECT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit none = {.rlim_cur = 0, .rlim_max = before.rlim_max};
    EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    Child child(pid);
    EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    EXPECT_EQ(child.fd(), -1);
    return child;
  }
  const Holdings before_ = Holdings::Now();
};
INSTANTIATE_TEST_SUITE_P(WithAndWithoutPidfd, ChildTest, testing::Bool(),
                         [](const auto& info) { return info.param ? "Pidfd" : "NoPidfd"; });

TEST_P(ChildTest, WaitsForTheEndAndForgetsThePid) {
  const pid_t pid = Start([] { return 3; });
  Child child = Own(pid);
  EXPECT_EQ(child.pid(), pid);
  EXPECT_EQ(child.Wait(Soon())->code(), 3);
  EXPECT_FALSE(child.owns_process());
  EXPECT_FALSE(child.Signal(SIGKILL));
  EXPECT_FALSE(child.SignalGroup(SIGKILL));
  EXPECT_EQ(Holdings::Now(), before_);
}

TEST_P(ChildTest, ADeadlineEndsTheWaitAndNotTheChild) {
  Child child = Own(StartWaiting());
  EXPECT_EQ(child.Wait(Now()), std::nullopt);
  EXPECT_EQ(child.Wait(Deadline::After(absl::Milliseconds(20))), std::nullopt);
  EXPECT_TRUE(child.Signal(0));
  EXPECT_TRUE(child.Signal(SIGTERM));
  EXPECT_EQ(child.Wait(Soon())->signal(), SIGTERM);
}

TEST_P(ChildTest, IsKilledAndReapedWithItsOwner) {
  {
    const Child destroyed = Own(StartWaiting());
    Child assigned = Own(StartWaiting());
    assigned = Own(Start([] { return 0; }));
    Child moved = std::move(assigned);
    EXPECT_FALSE(assigned.owns_process());  // NOLINT(bugprone-use-after-move): what it is to be
    EXPECT_TRUE(moved.owns_process());
  }
  EXPECT_EQ(Holdings::Now(), before_);
}

TEST_P(ChildTest, AnEndedChildIsNotSignalled) {
  Child child = Own(Start([] { return 7; }));
  ASSERT_TRUE(child.WaitWithoutReaping(Soon()));
  EXPECT_FALSE(child.Signal(SIGKILL));
  EXPECT_EQ(child.Wait(Now())->code(), 7) << "an expired deadline still looks once";
}

TEST_P(ChildTest, AStoppedChildHasNotEnded) {
  Child child = Own(StartWaiting());
  ASSERT_TRUE(child.Signal(SIGSTOP));
  ASSERT_TRUE(Eventually([&] { return tests::ProcessState(child.pid()) == 'T'; }));
  EXPECT_EQ(child.Wait(Deadline::After(absl::Milliseconds(20))), std::nullopt);
  child.Signal(SIGCONT);
  child.Signal(SIGTERM);
  EXPECT_EQ(child.Wait(Soon())->signal(), SIGTERM);
}

TEST_P(ChildTest, AReapedPidIsNeverSignalled) {
  const pid_t pid = Start([] { return 0; });
  Child child = Own(pid);
  ASSERT_EQ(::waitpid(pid, nullptr, 0), pid);
  EXPECT_FALSE(child.Signal(0));
  EXPECT_FALSE(child.SignalGroup(0));
  EXPECT_EQ(child.Wait(Now()), ExitStatus::Unknown());
}

TEST_P(ChildTest, TheGroupOfAChildIsSignalledEvenAfterItsEnd) {
  Child follower = Own(StartWaiting());
  EXPECT_FALSE(follower.SignalGroup(0)) << "it leads no group: this one is the test's";
  const pid_t pid = Start([] {
    if (::setpgid(0, 0) != 0) return 1;
    if (::fork() == 0) ::pause();
    return 0;
  });
  Child leader = Own(pid);
  ASSERT_TRUE(leader.WaitWithoutReaping(Soon()));
  EXPECT_TRUE(leader.SignalGroup(SIGKILL));
  EXPECT_EQ(leader.Wait(Now())->code(), 0);
  EXPECT_TRUE(Eventually([&] { return ::kill(-pid, 0) != 0 && errno == ESRCH; }))
      << "the grandchild lives";
}

TEST_P(ChildTest, ReleasedItLivesOnForAReaper) {
  pid_t pid;
  {
    Child child = Own(StartWaiting());
    pid = child.Release();
    EXPECT_FALSE(child.owns_process());
  }
  EXPECT_EQ(::kill(pid, 0), 0);
  Reaper reaper;
  std::optional<ExitStatus> ended;
  reaper.Adopt(pid, [&](pid_t, ExitStatus status) { ended = status; });
  ASSERT_TRUE(reaper.Signal(pid, SIGTERM));
  ASSERT_TRUE(Eventually([&] { return reaper.ReapAll() == 1; }));
  EXPECT_EQ(ended->signal(), SIGTERM);
}

TEST_P(ChildTest, AnInheritedCopyIsNobodysChild) {
  Child sibling = Own(StartWaiting());
  Child child = Own(Start([&] {
    if (sibling.Signal(SIGKILL) || sibling.SignalGroup(SIGKILL)) return 1;
    { const Child dropped = std::move(sibling); }
    return 0;
  }));
  EXPECT_EQ(child.Wait(Soon())->code(), 0);
  EXPECT_TRUE(sibling.Signal(0)) << "killed by its sibling";
}

// A process that ends when the writing end is closed everywhere else.
pid_t StartReader(net::Pipe& pipe) {
  return Start([&] {
    pipe.write_end.reset();
    char byte;
    return static_cast<int>(::read(pipe.read_end.get(), &byte, 1));
  });
}

// To wait for it would be to wait for ever.
TEST_P(ChildTest, AProcessThatMayNotBeSignalledIsLeftBehind) {
  absl::StatusOr<net::Pipe> pipe = net::CreatePipe(net::BlockingMode::kBlocking);
  ASSERT_TRUE(pipe.ok()) << pipe.status();
  Child owner = Own(Start([&] {
    Child child = Own(StartReader(*pipe));
    if (!tests::RefuseSystemCalls({SYS_kill, SYS_pidfd_send_signal}, EPERM)) return kSkipped;
    if (child.Signal(SIGKILL)) return 1;
    { const Child dropped = std::move(child); }
    child = Child(StartReader(*pipe));
    child = Child(Start([] { return 0; }));  // assigned to while its process runs
    return child.Wait(Soon())->code();
  }));
  const std::optional<ExitStatus> status = owner.Wait(Soon());
  ASSERT_TRUE(status.has_value()) << "it waits for what it cannot kill";
  if (status->code() == kSkipped) GTEST_SKIP() << "the kernel has no filters of system calls";
  EXPECT_EQ(status->code(), 0) << status->ToString();
}

TEST_P(ChildTest, AProcessOfAnotherUserIsLeftBehind) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to become another user";
  absl::StatusOr<net::Pipe> pipe = net::CreatePipe(net::BlockingMode::kBlocking);
  ASSERT_TRUE(pipe.ok()) << pipe.status();
  Child owner = Own(Start([&] {
    const Child roots = Own(StartReader(*pipe));
    return ::setresuid(kNobody, kNobody, kNobody) == 0 ? 0 : kSkipped;
  }));
  const std::optional<ExitStatus> status = owner.Wait(Soon());
  ASSERT_TRUE(status.has_value()) << "it waits for what it cannot kill";
  if (status->code() == kSkipped) GTEST_SKIP() << "a sandbox of one user";
  EXPECT_EQ(status->code(), 0) << status->ToString();
}

TEST(ChildTracedTest, WhileATracerHasTheEndTheWaitSleeps) {
  std::optional<tests::TracedChild> traced = tests::TracedChild::Start();
  if (!traced) GTEST_SKIP() << "this process may not trace its children";
  const absl::Duration before = tests::CpuTimeOfThread();
  EXPECT_EQ(traced->child.Wait(Deadline::After(absl::Milliseconds(500))), std::nullopt);
  EXPECT_LT(tests::CpuTimeOfThread() - before, absl::Milliseconds(250)) << "it spins";
  traced->tracer.Signal(SIGKILL);
  EXPECT_EQ(traced->child.Wait(Soon())->signal(), SIGKILL);
}

TEST_P(ChildTest, TellsWhatTheChildUsed) {
  Child child = Own(Start([] {
    // The clock of the CPU itself, so that a slow machine only takes longer.
    while (::clock() < CLOCKS_PER_SEC / 50) {
    }
    return 0;
  }));
  EXPECT_EQ(child.usage().ru_utime.tv_usec, 0);
  ASSERT_TRUE(child.Wait(Soon()).has_value());
  const rusage& used = child.usage();
  EXPECT_GT(
      used.ru_utime.tv_sec + used.ru_stime.tv_sec + used.ru_utime.tv_usec + used.ru_stime.tv_usec,
      0);
}

TEST(ChildFdTest, IsReadableOnceTheChildHasEnded) {
  Child child(StartWaiting());
  if (child.fd() < 0) GTEST_SKIP() << "the kernel has no pidfd_open";
  pollfd entry = {.fd = child.fd(), .events = POLLIN, .revents = 0};
  EXPECT_EQ(::poll(&entry, 1, 0), 0);
  child.Signal(SIGKILL);
  EXPECT_EQ(::poll(&entry, 1, static_cast<int>(absl::ToInt64Milliseconds(kPatience))), 1);
  EXPECT_EQ(child.Wait(Now())->signal(), SIGKILL);
}

TEST(ChildDeathTest, MistakesOfTheCallerDie) {
  EXPECT_DEATH(Child(0), "not the pid of one process");
  EXPECT_DEATH(Child(-1), "not the pid of one process");
  Child child(Start([] { return 0; }));
  ASSERT_TRUE(child.Wait(Soon()).has_value());
  EXPECT_DEATH((void)child.pid(), "reaped or released");
  EXPECT_DEATH((void)child.Wait(Now()), "reaped or released");
  EXPECT_DEATH((void)child.Release(), "reaped or released");
}

}  // namespace
}  // namespace forklift::proc
