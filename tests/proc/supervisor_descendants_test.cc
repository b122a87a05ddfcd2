// Workers' children, and the orphans of others.
#include <poll.h>
#include <signal.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forklift/net/deadline.h"
#include "forklift/net/pipe.h"
#include "forklift/proc/child_table.h"
#include "forklift/proc/exit_status.h"
#include "forklift/proc/fork.h"
#include "forklift/proc/reaper.h"
#include "forklift/proc/supervisor.h"
#include "forklift/proc/worker_context.h"
#include "forklift/proc/worker_event.h"
#include "forklift/tests/proc/supervised.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/proc_fs.h"
#include "gtest/gtest.h"

namespace forklift::proc {
namespace {

using tests::ReadyUntilStopped;
using tests::Shared;
using tests::Supervised;
using Kind = WorkerEvent::Kind;

// Whether everyone who holds the write end is gone, in time.
bool HangsUp(net::Pipe& pipe) {
  pipe.write_end.reset();
  const net::Deadline patience = net::Deadline::After(tests::kPatience);
  pollfd entry = {.fd = pipe.read_end.get(), .events = POLLIN, .revents = 0};
  return ::poll(&entry, 1, patience.PollTimeout()) == 1 && (entry.revents & POLLHUP) != 0;
}

// Fault 59: however the worker ends, what it has started ends with it.
TEST(SupervisorDescendantsTest, AWorkersChildrenEndWithIt) {
  enum class End { kKilled, kExits, kToldToStop, kDestructor };
  for (const End end : {End::kKilled, End::kExits, End::kToldToStop, End::kDestructor}) {
    absl::StatusOr<net::Pipe> pipe = net::CreatePipe(net::BlockingMode::kBlocking);
    ASSERT_TRUE(pipe.ok());
    Shared<std::atomic<int>> starts;
    Shared<std::atomic<bool>> may_exit;
    Supervised supervised(
        {.workers = 1,
         .min_uptime = absl::ZeroDuration(),
         .group = ChildGroup::kOwn,
         .ignored = {SIGTERM}},
        [&](WorkerContext& worker) {
          // Only the first has a child; it ignores what ends a worker gracefully.
          if (++*starts == 1 && !Fork([] { return ::pause(); }, {SIGTERM}).ok()) return 1;
          pipe->write_end.reset();
          worker.Ready();
          while (!worker.ShouldStop(net::Deadline::After(absl::Milliseconds(1)))) {
            if (*starts == 1 && *may_exit) return 1;
          }
          return 0;
        });
    ASSERT_TRUE(supervised.RunUntilReady(1));
    const pid_t pid = supervised.alive().begin()->first;
    EXPECT_EQ(::getpgid(pid), pid);
    switch (end) {
      case End::kKilled:
        ::kill(pid, SIGKILL);
        ASSERT_TRUE(supervised.RunUntil(Kind::kFailed));
        break;
      case End::kExits:
        *may_exit = true;
        ASSERT_TRUE(supervised.RunUntil(Kind::kFailed));
        break;
      case End::kToldToStop:
        ASSERT_TRUE(supervised.StopAndRun());
        EXPECT_EQ(supervised->counts().exited_cleanly, 1u);
        break;
      case End::kDestructor:
        supervised.Destroy();
        break;
    }
    EXPECT_TRUE(HangsUp(*pipe)) << static_cast<int>(end);
  }
}

TEST(SupervisorDescendantsTest, WithoutAGroupTheyAreLeftAlone) {
  absl::StatusOr<net::Pipe> pipe = net::CreatePipe(net::BlockingMode::kBlocking);
  ASSERT_TRUE(pipe.ok());
  {
    Supervised supervised({.workers = 1}, [&](WorkerContext& worker) {
      const absl::StatusOr<pid_t> child = Fork([] { return ::pause(); });
      if (!child.ok()) return 1;
      if (::write(pipe->write_end.get(), &*child, sizeof(*child)) != sizeof(*child)) return 1;
      pipe->write_end.reset();
      return ReadyUntilStopped(worker);
    });
    ASSERT_TRUE(supervised.RunUntilReady(1));
    EXPECT_EQ(::getpgid(supervised.alive().begin()->first), ::getpgrp());
  }
  pid_t grandchild = -1;
  ASSERT_EQ(::read(pipe->read_end.get(), &grandchild, sizeof(grandchild)),
            static_cast<ssize_t>(sizeof(grandchild)));
  pollfd entry = {.fd = pipe->read_end.get(), .events = POLLIN, .revents = 0};
  pipe->write_end.reset();
  EXPECT_EQ(::poll(&entry, 1, 0), 0) << "it lives";
  ::kill(grandchild, SIGKILL);
  EXPECT_TRUE(HangsUp(*pipe));
}

// As an init of a container. In a process of its own, which is a subreaper for good. The exit code
// is the step that failed.
int SuperviseAsSubreaper(ChildGroup group) {
  if (!BecomeSubreaper().ok()) return 1;
  Shared<std::atomic<int>> starts;
  Supervised supervised({.workers = 2, .min_uptime = absl::ZeroDuration(), .group = group},
                        [&](WorkerContext& worker) {
                          if (++*starts > 2) return ReadyUntilStopped(worker);
                          for (int i = 0; i < 10; ++i) {
                            if (!Fork([] { return 7; }).ok()) return 1;
                          }
                          if (!Fork([] { return ::pause(); }).ok()) return 1;
                          worker.Ready();
                          return 5;
                        });
  int exited = 0;
  int killed = 0;
  supervised->ReapEverything([&](pid_t pid, ExitStatus status) {
    if (supervised.alive().contains(pid)) exited = -1'000;
    if (status.code() == 7) ++exited;
    if (status.signal() == SIGKILL) ++killed;
  });
  const int kept = group == ChildGroup::kOwn ? 0 : 2;
  if (group == ChildGroup::kOwn) {
    // What is killed with its group before it has exited counts as killed.
    if (!supervised.RunUntil([&] { return exited + killed == 22; })) return 2;
    if (killed < 2) return 3;
  } else {
    if (!supervised.RunUntil([&] { return exited == 20; })) return 4;
    if (killed != 0) return 5;
  }
  if (!supervised.RunUntilReady(2)) return 6;
  if (supervised->counts() != ChildCounts{.started = 4, .failed = 2}) return 7;
  const int left = static_cast<int>(tests::Children(::getpid()).size());
  return left == 2 + kept ? 0 : 8;
}

TEST(SupervisorDescendantsTest, ASubreaperReapsTheOrphansOfItsWorkers) {
  for (const ChildGroup group : {ChildGroup::kParents, ChildGroup::kOwn}) {
    const absl::StatusOr<pid_t> child = Fork([&] {
      const int result = SuperviseAsSubreaper(group);
      // Those that are left would outlive this process.
      for (pid_t pid : tests::Children(::getpid())) ::kill(pid, SIGKILL);
      return result;
    });
    ASSERT_TRUE(child.ok());
    int status = -1;
    ASSERT_EQ(::waitpid(*child, &status, 0), *child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0)
        << "see SuperviseAsSubreaper for the exit code: " << WEXITSTATUS(status);
  }
}

}  // namespace
}  // namespace forklift::proc
