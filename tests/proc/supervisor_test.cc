// Starting, counting and stopping. Timeouts, restarts, rolls and the rest have tests of their own
// beside this.
#include "forklift/proc/supervisor.h"

#include <poll.h>
#include <signal.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <set>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forklift/net/deadline.h"
#include "forklift/proc/child_table.h"
#include "forklift/proc/exit_status.h"
#include "forklift/proc/fork.h"
#include "forklift/proc/worker_context.h"
#include "forklift/proc/worker_event.h"
#include "forklift/signals/signal_set.h"
#include "forklift/tests/proc/supervised.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/holdings.h"
#include "forklift/tests/support/proc_fs.h"
#include "gtest/gtest.h"

namespace forklift::proc {
namespace {

using tests::Holdings;
using tests::ReadyUntilStopped;
using tests::Shared;
using tests::Supervised;
using Kind = WorkerEvent::Kind;

// SIGTERM is left to stop_fd().
const signals::SignalSet kIgnored = {SIGTERM};

TEST(SupervisorTest, AWorkerCountsOnceItIsReady) {
  Shared<std::atomic<bool>> may_be_ready;
  Supervised supervised({.workers = 4}, [&](WorkerContext& worker) {
    while (!*may_be_ready) ::poll(nullptr, 0, 1);
    return ReadyUntilStopped(worker);
  });
  EXPECT_EQ(supervised->processes(), 0u) << "nothing is forked before the first Advance";
  ASSERT_TRUE(supervised.RunUntil(Kind::kStarted, 4));
  EXPECT_EQ(supervised->starting(), 4u);
  EXPECT_EQ(supervised->ready(), 0u);
  *may_be_ready = true;
  ASSERT_TRUE(supervised.RunUntilReady(4));
  EXPECT_EQ(supervised->starting(), 0u);
  std::set<size_t> slots;
  for (const auto& [pid, worker] : supervised.alive()) {
    slots.insert(worker.slot);
    EXPECT_EQ(worker.generation, 1u);
  }
  EXPECT_EQ(slots, (std::set<size_t>{0, 1, 2, 3}));
  EXPECT_TRUE(supervised->NextDeadline().infinite()) << "nothing is due";
  EXPECT_EQ(supervised->counts(), (ChildCounts{.started = 4}));
}

TEST(SupervisorTest, TheWorkerKnowsWhoItIs) {
  Shared<std::atomic<int>> right;
  Supervised supervised({.workers = 3, .timeouts = {.heartbeat = absl::Seconds(40)}},
                        [&](WorkerContext& worker) {
                          if (worker.slot() < 3 && worker.generation() == 1 &&
                              worker.beat_interval() == absl::Seconds(10) && !worker.ShouldStop() &&
                              !worker.ParentDied()) {
                            ++*right;
                          }
                          return ReadyUntilStopped(worker);
                        });
  ASSERT_TRUE(supervised.RunUntilReady(3));
  EXPECT_EQ(*right, 3);
}

TEST(SupervisorTest, StopsGracefullyByDescriptorOrSignal) {
  for (const signals::SignalSet& ignored : {kIgnored, signals::SignalSet()}) {
    const Holdings before = Holdings::Now();
    {
      Supervised supervised({.workers = 3, .ignored = ignored}, ReadyUntilStopped);
      ASSERT_TRUE(supervised.RunUntilReady(3));
      ASSERT_TRUE(supervised.StopAndRun());
      EXPECT_EQ(supervised.Count(Kind::kEnded), 3u) << supervised.Log();
      EXPECT_EQ(supervised.Count(Kind::kKilled), 0u);
      const ExitStatus status = *supervised.Last(Kind::kEnded).exit_status;
      if (ignored.Contains(SIGTERM)) {
        EXPECT_TRUE(status.success()) << status.ToString();
      }
      EXPECT_TRUE(supervised->status().ok());
    }
    EXPECT_EQ(Holdings::Now(), before);
  }
}

TEST(SupervisorTest, KillDoesNotWaitForTheGrace) {
  Supervised supervised({.workers = 2, .timeouts = {.stop = absl::Hours(1)}, .ignored = kIgnored},
                        [](WorkerContext& worker) {
                          worker.Ready();
                          while (true) ::pause();
                          return 0;
                        });
  ASSERT_TRUE(supervised.RunUntilReady(2));
  supervised->Stop();
  supervised.Advance();
  EXPECT_FALSE(supervised->stopped());
  supervised->Kill();
  ASSERT_TRUE(supervised.RunUntil([&] { return supervised->stopped(); }));
}

TEST(SupervisorTest, AStopDuringTheStartIsNotLost) {
  Supervised supervised({.workers = 4, .ignored = kIgnored}, [](WorkerContext& worker) {
    // Not ready, but it watches.
    return worker.ShouldStop(net::Deadline::After(tests::kPatience)) ? 0 : 1;
  });
  ASSERT_TRUE(supervised.RunUntil(Kind::kStarted, 4));
  ASSERT_TRUE(supervised.StopAndRun());
  EXPECT_EQ(supervised->counts(), (ChildCounts{.started = 4, .exited_cleanly = 4}));
}

TEST(SupervisorTest, AStopBeforeTheStartStartsNothing) {
  Supervised supervised({.workers = 4}, ReadyUntilStopped);
  ASSERT_TRUE(supervised.StopAndRun());
  EXPECT_EQ(supervised->counts().started, 0u);
}

TEST(SupervisorTest, ByDefaultAWorkerSurvivesAClientThatHangsUp) {
  Supervised supervised({.workers = 1}, [](WorkerContext& worker) {
    ::raise(SIGPIPE);
    return ReadyUntilStopped(worker);
  });
  ASSERT_TRUE(supervised.RunUntilReady(1));
  EXPECT_EQ(supervised->counts(), (ChildCounts{.started = 1}));
}

TEST(SupervisorTest, MoreAndFewerWorkers) {
  Supervised supervised({.workers = 1, .max_workers = 8, .ignored = kIgnored}, ReadyUntilStopped);
  for (size_t workers : {1, 5, 2, 8, 0, 3}) {
    supervised->SetWorkers(workers);
    ASSERT_TRUE(supervised.RunUntilReady(workers)) << workers;
    std::set<size_t> slots;
    for (const auto& [pid, worker] : supervised.alive()) slots.insert(worker.slot);
    EXPECT_EQ(slots.size(), workers);
    EXPECT_TRUE(slots.empty() || *slots.rbegin() == workers - 1) << "the highest slots went";
  }
  EXPECT_EQ(supervised->counts().failed + supervised->counts().signalled, 0u) << supervised.Log();
  supervised->SetWorkers(1'000'000);
  ASSERT_TRUE(supervised.RunUntilReady(8)) << "max_workers";
}

TEST(SupervisorTest, NoWorkerHoldsAnothersDescriptors) {
  Shared<std::array<std::atomic<size_t>, 4>> open;
  const size_t outside = tests::OpenDescriptors(::getpid()).size();
  Supervised supervised({.workers = 4}, [&](WorkerContext& worker) {
    (*open)[worker.slot()] = tests::OpenDescriptors(::getpid()).size();
    return ReadyUntilStopped(worker);
  });
  ASSERT_TRUE(supervised.RunUntilReady(4));
  for (size_t slot = 0; slot < 4; ++slot) {
    EXPECT_EQ((*open)[slot], outside + 2 + 1) << "the self-pipe, and its own channel: " << slot;
  }
}

TEST(SupervisorTest, TheDestructorLeavesNothing) {
  const Holdings before = Holdings::Now();
  {
    Supervised supervised({.workers = 3, .ignored = kIgnored}, [](WorkerContext& worker) {
      worker.Ready();
      while (true) ::pause();
      return 0;
    });
    ASSERT_TRUE(supervised.RunUntilReady(3));
    ::kill(supervised.alive().begin()->first, SIGSTOP);
  }
  EXPECT_EQ(Holdings::Now(), before);
}

TEST(SupervisorTest, ACopyInAnotherChildHarmsNobody) {
  Supervised supervised({.workers = 2}, ReadyUntilStopped);
  ASSERT_TRUE(supervised.RunUntilReady(2));
  const absl::StatusOr<pid_t> child = Fork([&] {
    supervised.Destroy();
    return 0;
  });
  ASSERT_TRUE(child.ok());
  int status = -1;
  ASSERT_EQ(::waitpid(*child, &status, 0), *child);
  EXPECT_EQ(status, 0);
  supervised.Advance();
  EXPECT_EQ(supervised->ready(), 2u);
}

TEST(SupervisorTest, OptionsThatMakeNoSenseAreRefused) {
  const SupervisorOptions kBad[] = {
      {.workers = 2, .max_workers = 1},
      {.workers = 0, .max_workers = 0},
      {.timeouts = {.ready = absl::ZeroDuration()}},
      {.timeouts = {.heartbeat = absl::ZeroDuration()}},
      {.timeouts = {.stop = -absl::Seconds(1)}},
      {.timeouts = {.orphan = -absl::Seconds(1)}},
  };
  const Holdings before = Holdings::Now();
  for (const SupervisorOptions& options : kBad) {
    EXPECT_EQ(
        Supervisor::Create(options, ReadyUntilStopped, [](const WorkerEvent&) {}).status().code(),
        absl::StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(Holdings::Now(), before);
}

}  // namespace
}  // namespace forklift::proc
