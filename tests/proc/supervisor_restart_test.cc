// What a supervisor does about workers that end, and about shortages.
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <iterator>
#include <random>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "forklift/net/pipe.h"
#include "forklift/proc/backoff.h"
#include "forklift/proc/child_table.h"
#include "forklift/proc/fork.h"
#include "forklift/proc/supervisor.h"
#include "forklift/proc/worker_context.h"
#include "forklift/proc/worker_event.h"
#include "forklift/tests/proc/supervised.h"
#include "forklift/tests/support/holdings.h"
#include "gtest/gtest.h"

namespace forklift::proc {
namespace {

using tests::Holdings;
using tests::ReadyUntilStopped;
using tests::Shared;
using tests::Supervised;
using Kind = WorkerEvent::Kind;

constexpr BackoffOptions kQuick = {.initial = absl::Milliseconds(1), .cap = absl::Milliseconds(8)};
constexpr BackoffOptions kNever = {.initial = absl::Hours(1), .cap = absl::Hours(1)};

// Fault 25.
TEST(SupervisorRestartTest, AWorkerThatIsKilledIsReplacedAtOnceAHundredTimes) {
  Supervised supervised({.workers = 4,
                         .min_uptime = absl::ZeroDuration(),
                         .backoff = kNever,
                         .late_restarts = {.restarts = 100},
                         .ignored = {SIGTERM}},
                        ReadyUntilStopped);
  ASSERT_TRUE(supervised.RunUntilReady(4));
  const size_t descriptors = Holdings::Now().descriptors.size();
  supervised.ResetExtremes();
  std::minstd_rand random(1);
  for (int i = 0; i < 100; ++i) {
    const auto victim = std::next(supervised.alive().begin(), static_cast<int>(random() % 4));
    const pid_t pid = victim->first;
    ::kill(pid, SIGKILL);
    ASSERT_TRUE(supervised.RunUntil([&] {
      return !supervised.alive().contains(pid) && supervised->ready() == 4;
    })) << supervised.Log();
  }
  EXPECT_EQ(supervised.least_ready(), 3u) << "only the victims were missing";
  EXPECT_EQ(supervised.most_processes(), 4u);
  EXPECT_EQ(supervised.Count(Kind::kFailed), 100u);
  EXPECT_EQ(supervised->counts(), (ChildCounts{.started = 104, .signalled = 100}));
  EXPECT_EQ(Holdings::Now().descriptors.size(), descriptors);
  EXPECT_EQ(Holdings::Now().children.size(), 4u);
}

TEST(SupervisorRestartTest, AllKilledTogetherComeBack) {
  Supervised supervised({.workers = 8, .min_uptime = absl::ZeroDuration()}, ReadyUntilStopped);
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(supervised.RunUntilReady(8));
    for (const auto& [pid, worker] : supervised.alive()) ::kill(pid, SIGKILL);
    ASSERT_TRUE(supervised.RunUntil(Kind::kFailed, static_cast<size_t>(i + 1) * 8));
  }
  ASSERT_TRUE(supervised.RunUntilReady(8));
}

// Fault 26.
TEST(SupervisorRestartTest, ACrashLoopBacksOffAndGivesUpWithTheParentsDescriptorsOpen) {
  const Holdings before = Holdings::Now();
  const auto listener = net::CreatePipe(net::BlockingMode::kBlocking);
  ASSERT_TRUE(listener.ok());
  for (const size_t workers : {1, 20}) {
    Supervised supervised(
        {.workers = workers, .backoff = kQuick, .restart_limit = {.restarts = 40}},
        [](WorkerContext&) { return 1; });
    ASSERT_TRUE(supervised.RunUntil([&] { return supervised->stopped(); }));
    EXPECT_EQ(supervised->status().code(), absl::StatusCode::kResourceExhausted);
    EXPECT_TRUE(
        absl::StrContains(supervised->status().message(),
                          "workers keep failing, more than 40 times within 10m; the last: "))
        << supervised->status();
    EXPECT_TRUE(absl::EndsWith(supervised->status().message(), " exited with status 1"));
    EXPECT_EQ(supervised.Count(Kind::kGaveUp), 1u);
    EXPECT_EQ(supervised.Last(Kind::kGaveUp).status, supervised->status());
    EXPECT_EQ(supervised->counts(), (ChildCounts{.started = workers + 40, .failed = workers + 40}))
        << "not a fork more than the limit, however many workers fail";
    EXPECT_LE(supervised.advances(), (workers + 40) * 4) << "no spin";
    EXPECT_NE(::fcntl(listener->read_end.get(), F_GETFD), -1);
  }
}

TEST(SupervisorRestartTest, ByDefaultOneBadMomentOfManyWorkersIsSurvived) {
  Shared<std::atomic<int>> starts;
  Supervised supervised({.workers = 32}, [&](WorkerContext& worker) {
    return ++*starts <= 32 ? 1 : ReadyUntilStopped(worker);
  });
  ASSERT_TRUE(supervised.RunUntilReady(32)) << supervised.Log();
  EXPECT_TRUE(supervised->status().ok());
  EXPECT_EQ(supervised->counts(), (ChildCounts{.started = 64, .failed = 32}));
}

TEST(SupervisorRestartTest, ACrashLoopOfWorkersThatWereWellWaitsAndNeverGivesUp) {
  Supervised supervised({.workers = 2,
                         .min_uptime = absl::ZeroDuration(),
                         .backoff = kQuick,
                         .restart_limit = {.restarts = 0},
                         .late_restarts = {.restarts = 5, .window = absl::Hours(1)}},
                        [](WorkerContext& worker) {
                          worker.Ready();
                          return 3;  // sick, but it was well
                        });
  ASSERT_TRUE(supervised.RunUntil(Kind::kFailed, 50));
  EXPECT_EQ(supervised.Count(Kind::kGaveUp), 0u);
  EXPECT_TRUE(supervised->status().ok());
}

TEST(SupervisorRestartTest, AfterTooManyLateFailuresItWaits) {
  Supervised supervised({.workers = 2,
                         .min_uptime = absl::ZeroDuration(),
                         .backoff = kNever,
                         .late_restarts = {.restarts = 5, .window = absl::Hours(1)}},
                        [](WorkerContext& worker) {
                          worker.Ready();
                          return 1;
                        });
  ASSERT_TRUE(supervised.RunUntil(
      [&] { return supervised.Count(Kind::kFailed) >= 6 && supervised->processes() == 0; }));
  EXPECT_FALSE(supervised->NextDeadline().infinite());
  EXPECT_FALSE(supervised->stopped());
}

TEST(SupervisorRestartTest, AfterAnEarlyFailureTheNextAreStartedOneAtATime) {
  Shared<std::atomic<int>> starts;
  Shared<std::atomic<int>> running;
  Shared<std::atomic<int>> most;
  Supervised supervised({.workers = 8, .backoff = kQuick, .restart_limit = {.restarts = 100}},
                        [&](WorkerContext& worker) {
                          if (++*starts > 40) return ReadyUntilStopped(worker);
                          if (*starts > 8) {
                            const int now = ++*running;
                            if (now > *most) *most = now;
                            --*running;
                          }
                          return 1;
                        });
  ASSERT_TRUE(supervised.RunUntilReady(8));
  EXPECT_LE(*most, 1);
  EXPECT_EQ(supervised->counts().failed, 40u);
}

TEST(SupervisorRestartTest, AWorkerThatDiesRightAfterItWasReadyIsACrashLoopToo) {
  Supervised supervised({.workers = 1,
                         .min_uptime = absl::Hours(1),
                         .backoff = kQuick,
                         .restart_limit = {.restarts = 5}},
                        [](WorkerContext& worker) {
                          worker.Ready();
                          return 0;  // a clean end so soon is none
                        });
  ASSERT_TRUE(supervised.RunUntil([&] { return supervised->stopped(); }));
  EXPECT_EQ(supervised->status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(supervised->counts(), (ChildCounts{.started = 6, .exited_cleanly = 6}));
}

TEST(SupervisorRestartTest, AWorkerThatHasDoneItsWorkIsReplacedAtOnceAndIsNoFailure) {
  Supervised supervised({.workers = 2, .min_uptime = absl::ZeroDuration(), .backoff = kNever},
                        [](WorkerContext& worker) {
                          worker.Ready();
                          return 0;
                        });
  ASSERT_TRUE(supervised.RunUntil(Kind::kEnded, 30));
  EXPECT_EQ(supervised.Count(Kind::kFailed), 0u);
  EXPECT_TRUE(supervised->status().ok());
}

TEST(SupervisorRestartTest, ASickWorkerEndsItAllAtOnce) {
  Supervised supervised({.workers = 3, .sick_exit_code = 4, .ignored = {SIGTERM}},
                        [](WorkerContext& worker) {
                          if (worker.slot() == 2) return 4;
                          return ReadyUntilStopped(worker);
                        });
  ASSERT_TRUE(supervised.RunUntil([&] { return supervised->stopped(); }));
  EXPECT_EQ(supervised->status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(absl::EndsWith(supervised->status().message(), " exited with status 4"))
      << supervised->status();
  EXPECT_EQ(supervised->counts(), (ChildCounts{.started = 3, .exited_cleanly = 2, .failed = 1}));
}

// What it runs may leave with any code: a request that calls _exit(4) ended a whole server.
TEST(SupervisorRestartTest, AWorkerThatWasReadyIsNotSickWhateverItsCode) {
  Shared<std::atomic<int>> starts;
  Supervised supervised({.workers = 1, .sick_exit_code = 4}, [&](WorkerContext& worker) {
    if (++*starts > 1) return ReadyUntilStopped(worker);
    worker.Ready();
    return 4;
  });
  ASSERT_TRUE(supervised.RunUntil(Kind::kReady, 2)) << supervised.Log();
  EXPECT_TRUE(supervised->status().ok());
}

TEST(SupervisorRestartTest, AStopInTheMiddleOfACrashLoopIsAStop) {
  Supervised supervised({.workers = 2, .restart_limit = {.restarts = 100}},
                        [](WorkerContext&) { return 1; });
  ASSERT_TRUE(supervised.RunUntil(Kind::kFailed, 2));
  ASSERT_TRUE(supervised.StopAndRun());
  EXPECT_TRUE(supervised->status().ok());
}

class ScopedLimit {
 public:
  ScopedLimit(__rlimit_resource resource, rlim_t soft) : resource_(resource) {
    EXPECT_EQ(::getrlimit(resource_, &previous_), 0);
    const rlimit lowered = {.rlim_cur = soft, .rlim_max = previous_.rlim_max};
    EXPECT_EQ(::setrlimit(resource_, &lowered), 0);
  }
  ScopedLimit(const ScopedLimit&) = delete;
  ScopedLimit& operator=(const ScopedLimit&) = delete;
  ~ScopedLimit() { EXPECT_EQ(::setrlimit(resource_, &previous_), 0); }

 private:
  __rlimit_resource resource_;
  rlimit previous_;
};

TEST(SupervisorRestartTest, WithoutDescriptorsItWaitsAndGoesOn) {
  Supervised supervised({.workers = 3, .backoff = kQuick, .restart_limit = {.restarts = 0}},
                        ReadyUntilStopped);
  const Holdings before = Holdings::Now();
  {
    const ScopedLimit none(RLIMIT_NOFILE, 3);
    ASSERT_TRUE(supervised.RunUntil(Kind::kStartFailed, 20));
    EXPECT_EQ(supervised.Last(Kind::kStartFailed).status.message(),
              "socketpair: Too many open files (EMFILE)");
    EXPECT_LE(supervised.advances(), 20 * 3u) << "no spin";
  }
  EXPECT_EQ(Holdings::Now(), before) << "a failing start leaves nothing";
  ASSERT_TRUE(supervised.RunUntilReady(3));
}

// Faults 5 and 6. In a child, whose user and limits do not matter any more.
int GoOnWithoutProcesses() {
  if (::getuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) return 77;
  Supervised supervised({.workers = 3, .backoff = kQuick, .restart_limit = {.restarts = 0}},
                        ReadyUntilStopped);
  {
    const ScopedLimit none(RLIMIT_NPROC, 0);
    const pid_t child = ::fork();
    if (child == 0) ::_exit(0);
    if (child > 0) return ::waitpid(child, nullptr, 0), 77;
    const Holdings before = Holdings::Now();
    if (!supervised.RunUntil(Kind::kStartFailed, 20)) return 1;
    if (supervised.Last(Kind::kStartFailed).status.message() !=
        "fork: Resource temporarily unavailable (EAGAIN)") {
      return 2;
    }
    if (supervised.advances() > 20 * 3) return 3;
    if (Holdings::Now() != before) return 4;
  }
  return supervised.RunUntilReady(3) ? 0 : 5;
}

TEST(SupervisorRestartTest, WithoutProcessesItWaitsAndGoesOn) {
  const absl::StatusOr<pid_t> child = Fork(GoOnWithoutProcesses);
  ASSERT_TRUE(child.ok());
  int status = 0;
  ASSERT_EQ(::waitpid(*child, &status, 0), *child);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
    GTEST_SKIP() << "RLIMIT_NPROC holds for no user that this test can be";
  }
  EXPECT_EQ(status, 0) << "see GoOnWithoutProcesses for the exit code";
}

}  // namespace
}  // namespace forklift::proc
