// Rolling restarts in which one generation or the other fails.
#include <poll.h>
#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <set>

#include "absl/time/time.h"
#include "forklift/net/deadline.h"
#include "forklift/proc/supervisor.h"
#include "forklift/proc/worker_context.h"
#include "forklift/proc/worker_event.h"
#include "forklift/tests/proc/supervised.h"
#include "gtest/gtest.h"

namespace forklift::proc {
namespace {

using tests::FastRestartOptions;
using tests::ReadyUntilStopped;
using tests::Shared;
using tests::Supervised;
using Generations = std::set<uint64_t>;
using Kind = WorkerEvent::Kind;

TEST(SupervisorRollFailureTest, WhenTheNewGenerationFailsTheOldStays) {
  const struct {
    const char* how;
    Supervisor::WorkerBody (*body)();
  } kCases[] = {
      {"exits", [] { return Supervisor::WorkerBody([](WorkerContext&) { return 1; }); }},
      {"says it is sick", [] { return Supervisor::WorkerBody([](WorkerContext&) { return 3; }); }},
      {"exits cleanly before it is ready",
       [] { return Supervisor::WorkerBody([](WorkerContext&) { return 0; }); }},
      {"is killed",
       [] { return Supervisor::WorkerBody([](WorkerContext&) { return ::raise(SIGKILL); }); }},
      {"never gets ready",
       [] { return Supervisor::WorkerBody([](WorkerContext&) { return ::pause(); }); }},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.how);
    SupervisorOptions options = FastRestartOptions(3);
    options.timeouts.ready = absl::Seconds(2);
    options.restart_limit.restarts = 0;  // a failing roll is no reason to give up
    Supervised supervised(options, ReadyUntilStopped);
    ASSERT_TRUE(supervised.RunUntilReady(3));
    const auto old = supervised.alive();
    supervised.ResetExtremes();
    supervised->Roll(c.body());
    ASSERT_TRUE(supervised.RunUntil(Kind::kRollFailed));
    EXPECT_EQ(supervised.Last(Kind::kRollFailed).worker.generation, 2u);
    EXPECT_FALSE(supervised.Last(Kind::kRollFailed).status.ok());
    ASSERT_TRUE(supervised.RunUntilReady(3));
    for (const auto& [pid, worker] : supervised.alive()) {
      EXPECT_TRUE(old.contains(pid)) << "the very same processes";
    }
    EXPECT_EQ(supervised.least_ready(), 3u);
    EXPECT_TRUE(supervised->NextDeadline().infinite()) << "it does not try again by itself";

    // Who is replaced now is of the old generation.
    ::kill(supervised.alive().begin()->first, SIGKILL);
    ASSERT_TRUE(supervised.RunUntil(Kind::kFailed, supervised.Count(Kind::kFailed) + 1));
    ASSERT_TRUE(supervised.RunUntilReady(3));
    EXPECT_EQ(supervised.Generations(), Generations{1});
    EXPECT_TRUE(supervised->status().ok());
  }
}

TEST(SupervisorRollFailureTest, WhenOnlyTheLastOfTheNewGenerationFailsAllAreRolledBack) {
  Shared<std::atomic<int>> starts;
  Supervised supervised(FastRestartOptions(4), ReadyUntilStopped);
  ASSERT_TRUE(supervised.RunUntilReady(4));
  supervised.ResetExtremes();
  supervised->Roll(
      [&](WorkerContext& worker) { return ++*starts == 4 ? 1 : ReadyUntilStopped(worker); });
  ASSERT_TRUE(supervised.RunUntil(Kind::kRollFailed));
  EXPECT_EQ(supervised.Generations(), (Generations{1, 2}));
  ASSERT_TRUE(supervised.RunUntil([&] {
    return supervised.Generations() == Generations{1} && supervised->ready() == 4;
  })) << supervised.Log();
  ASSERT_TRUE(supervised.RunUntilReady(4));
  EXPECT_EQ(supervised.least_ready(), 4u);
  EXPECT_EQ(supervised.most_processes(), 5u);
}

TEST(SupervisorRollFailureTest, ANewGenerationThatDiesWhenItServesIsRolledBack) {
  SupervisorOptions options = FastRestartOptions(3);
  options.min_uptime = absl::Hours(1);
  Supervised supervised(options, ReadyUntilStopped);
  ASSERT_TRUE(supervised.RunUntilReady(3));
  supervised->Roll([&](WorkerContext& worker) {
    worker.Ready();
    return 1;
  });
  ASSERT_TRUE(supervised.RunUntil(Kind::kRollFailed));
  ASSERT_TRUE(supervised.RunUntilReady(3));
  EXPECT_EQ(supervised.Generations(), Generations{1});
  EXPECT_EQ(supervised.Count(Kind::kGaveUp), 0u);
}

TEST(SupervisorRollFailureTest, TheOldGenerationsFailuresAreNoReasonToGiveUpWhileTheNewOneIsTried) {
  for (int code : {1, 3}) {
    Shared<std::atomic<bool>> is_bad;
    Shared<std::atomic<int>> bad_ends;
    Shared<std::atomic<bool>> may_be_ready;
    SupervisorOptions options = FastRestartOptions(2);
    options.min_uptime = absl::Hours(1);
    options.restart_limit.restarts = 0;
    Supervised supervised(options, [&, code](WorkerContext& worker) {
      worker.Ready();
      while (!*is_bad) {
        if (worker.ShouldStop(net::Deadline::After(absl::Milliseconds(1)))) return 0;
      }
      return ++*bad_ends, code;
    });
    ASSERT_TRUE(supervised.RunUntilReady(2));
    supervised->Roll([&](WorkerContext& worker) {
      while (!*may_be_ready) ::poll(nullptr, 0, 1);
      return ReadyUntilStopped(worker);
    });
    ASSERT_TRUE(supervised.RunUntil(Kind::kStarted, 3));
    *is_bad = true;
    ASSERT_TRUE(supervised.RunUntil(Kind::kFailed, 2));
    *may_be_ready = true;
    ASSERT_TRUE(supervised.RunUntil(Kind::kRolled)) << supervised.Log();
    EXPECT_TRUE(supervised->status().ok()) << supervised->status();
    EXPECT_EQ(supervised->ready(), 2u);
  }
}

TEST(SupervisorRollFailureTest, AfterARollTheOldGenerationsFailuresAreForgotten) {
  Shared<std::atomic<int>> starts;
  SupervisorOptions options = FastRestartOptions(1);
  options.min_uptime = absl::Hours(1);
  options.restart_limit.restarts = 1;
  const auto second_is_well = [&](WorkerContext& worker) {
    return ++*starts % 2 == 1 ? 1 : ReadyUntilStopped(worker);
  };
  Supervised supervised(options, second_is_well);
  ASSERT_TRUE(supervised.RunUntilReady(1));
  for (uint64_t roll = 1; roll <= 3; ++roll) {
    supervised->Roll(ReadyUntilStopped);
    ASSERT_TRUE(supervised.RunUntil(Kind::kRolled, roll));
    ::kill(supervised.alive().begin()->first, SIGKILL);
    ASSERT_TRUE(supervised.RunUntil(Kind::kFailed, roll + 1));
    ASSERT_TRUE(supervised.RunUntilReady(1));
  }
  EXPECT_TRUE(supervised->status().ok());
}

TEST(SupervisorRollFailureTest, ARollMendsACrashLoop) {
  SupervisorOptions options = FastRestartOptions(3);
  options.backoff = {.initial = absl::Hours(1), .cap = absl::Hours(1)};
  Supervised supervised(options, [](WorkerContext&) { return 1; });
  ASSERT_TRUE(supervised.RunUntil(Kind::kFailed, 3));
  EXPECT_EQ(supervised->processes(), 0u) << "an hour to wait";
  supervised->Roll(ReadyUntilStopped);
  ASSERT_TRUE(supervised.RunUntil(Kind::kRolled)) << supervised.Log();
  EXPECT_EQ(supervised->ready(), 3u);
}

}  // namespace
}  // namespace forklift::proc
