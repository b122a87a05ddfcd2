// What a supervisor does about workers that are late: to get ready, to beat, to stop.
#include <poll.h>
#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "forklift/net/deadline.h"
#include "forklift/proc/child_table.h"
#include "forklift/proc/supervisor.h"
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

using tests::Eventually;
using tests::Holdings;
using tests::ReadyUntilStopped;
using tests::Shared;
using tests::Supervised;
using Kind = WorkerEvent::Kind;

// SIGTERM is left to stop_fd().
const signals::SignalSet kIgnored = {SIGTERM};

TEST(SupervisorTimeoutTest, AWorkerThatDoesNotStopIsKilledAfterTheGrace) {
  const Holdings before = Holdings::Now();
  {
    Supervised supervised(
        {.workers = 2, .timeouts = {.stop = absl::Milliseconds(50)}, .ignored = kIgnored},
        [](WorkerContext& worker) {
          worker.Ready();
          while (true) ::pause();
          return 0;
        });
    ASSERT_TRUE(supervised.RunUntilReady(2));
    ASSERT_TRUE(supervised.StopAndRun());
    EXPECT_EQ(supervised.Count(Kind::kKilled), 2u);
    EXPECT_EQ(supervised.Last(Kind::kEnded).exit_status->signal(), SIGKILL);
  }
  EXPECT_EQ(Holdings::Now(), before);
}

// Fault 38.
TEST(SupervisorTimeoutTest, AStoppedWorkerIsContinuedToStopGracefully) {
  Supervised supervised({.workers = 1, .timeouts = {.stop = absl::Hours(1)}, .ignored = kIgnored},
                        ReadyUntilStopped);
  ASSERT_TRUE(supervised.RunUntilReady(1));
  const pid_t pid = supervised.alive().begin()->first;
  ::kill(pid, SIGSTOP);
  ASSERT_TRUE(Eventually([&] { return tests::ProcessState(pid) == 'T'; }));
  ASSERT_TRUE(supervised.StopAndRun());
  EXPECT_EQ(supervised.Count(Kind::kKilled), 0u);
  EXPECT_EQ(supervised->counts().exited_cleanly, 1u);
}

TEST(SupervisorTimeoutTest, AWorkerThatIsNeverReadyIsKilledAndCountsAsFailed) {
  Supervised supervised({.workers = 1,
                         .timeouts = {.ready = absl::Milliseconds(50)},
                         .backoff = {.initial = absl::Milliseconds(1)},
                         .restart_limit = {.restarts = 2}},
                        [](WorkerContext&) { return ::pause(); });
  ASSERT_TRUE(supervised.RunUntil([&] { return supervised->stopped(); }));
  EXPECT_EQ(supervised.Count(Kind::kNotReady), 3u);
  EXPECT_EQ(supervised->counts(), (ChildCounts{.started = 3, .signalled = 3}));
  EXPECT_EQ(supervised->status().code(), absl::StatusCode::kResourceExhausted);
}

TEST(SupervisorTimeoutTest, AWorkerThatHangsUpWithoutAWordRunsIntoTheTimeoutAndCausesNoSpin) {
  Supervised supervised({.workers = 1,
                         .timeouts = {.ready = absl::Milliseconds(200)},
                         .restart_limit = {.restarts = 0}},
                        [](WorkerContext& worker) {
                          ::close(worker.stop_fd());
                          return ::pause();
                        });
  ASSERT_TRUE(supervised.RunUntil(Kind::kNotReady));
  EXPECT_LE(supervised.advances(), 50u);
}

// Fault 39.
TEST(SupervisorTimeoutTest, AStuckWorkerIsStoppedKilledAndReplaced) {
  Shared<std::atomic<int>> starts;
  Supervised supervised({.workers = 2,
                         .timeouts = {.heartbeat = absl::Seconds(1),
                                      .stop = absl::Hours(1),
                                      .stuck = absl::Milliseconds(50)},
                         .ignored = kIgnored},
                        [&](WorkerContext& worker) {
                          if (++*starts > 1) return ReadyUntilStopped(worker);
                          worker.Ready();
                          while (true) ::pause();
                          return 0;
                        });
  ASSERT_TRUE(supervised.RunUntil(Kind::kStuck));
  const pid_t stuck = supervised.Last(Kind::kStuck).pid;
  EXPECT_EQ(supervised->processes(), 3u) << "the replacement does not wait for its end";
  ASSERT_TRUE(supervised.RunUntilReady(2));
  EXPECT_FALSE(supervised.alive().contains(stuck));
  EXPECT_EQ(supervised.Count(Kind::kStuck), 1u);
  EXPECT_EQ(supervised.Last(Kind::kKilled).pid, stuck);
}

TEST(SupervisorTimeoutTest, AWorkerThatBeatsIsLeftAlone) {
  Shared<std::atomic<int>> beats;
  Supervised supervised({.workers = 1, .timeouts = {.heartbeat = absl::Seconds(2)}},
                        [&](WorkerContext& worker) {
                          worker.Ready();
                          while (!worker.ShouldStop(net::Deadline::After(absl::Milliseconds(50)))) {
                            worker.Beat();
                            ++*beats;
                          }
                          return 0;
                        });
  // Longer than the timeout.
  ASSERT_TRUE(supervised.RunUntilSeen([&] { return *beats >= 60; }));
  EXPECT_EQ(supervised.Count(Kind::kStuck), 0u);
  EXPECT_EQ(supervised->counts().started, 1u);
}

// Fault 38.
TEST(SupervisorTimeoutTest, AStopOfAWorkerIsNotItsDeath) {
  Supervised supervised({.workers = 2}, ReadyUntilStopped);
  ASSERT_TRUE(supervised.RunUntilReady(2));
  for (const auto& worker : supervised.alive()) {
    const pid_t pid = worker.first;
    ::kill(pid, SIGSTOP);
    ASSERT_TRUE(Eventually([&] { return tests::ProcessState(pid) == 'T'; }));
    supervised.Advance();
    ::kill(pid, SIGCONT);
    ASSERT_TRUE(Eventually([&] { return tests::ProcessState(pid) != 'T'; }));
    supervised.Advance();
  }
  EXPECT_EQ(supervised->ready(), 2u);
  EXPECT_EQ(supervised->counts(), (ChildCounts{.started = 2}));
}

// Fault 38, of all processes at once: the worst case, in which the supervisor runs first when they
// are continued.
TEST(SupervisorTimeoutTest, AfterAStopOfSupervisorAndWorkersThereIsNoKillStorm) {
  Supervised supervised({.workers = 3, .timeouts = {.heartbeat = absl::Seconds(2)}},
                        [](WorkerContext& worker) {
                          worker.Ready();
                          while (!worker.ShouldStop(net::Deadline::After(absl::Milliseconds(5))))
                            worker.Beat();
                          return 0;
                        });
  ASSERT_TRUE(supervised.RunUntilReady(3));
  for (const auto& [pid, worker] : supervised.alive()) ::kill(pid, SIGSTOP);
  ::poll(nullptr, 0, 3'000);  // a stopped supervisor does nothing for longer than the timeout
  supervised.Advance();
  for (const auto& [pid, worker] : supervised.alive()) ::kill(pid, SIGCONT);
  const net::Deadline later = net::Deadline::After(absl::Seconds(3));
  ASSERT_TRUE(supervised.RunUntilSeen([&] { return later.expired(); }));
  EXPECT_EQ(supervised.Count(Kind::kStuck), 0u) << supervised.Log();
  EXPECT_EQ(supervised->counts(), (ChildCounts{.started = 3}));
}

}  // namespace
}  // namespace forklift::proc
