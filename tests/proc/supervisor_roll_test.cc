// Rolling restarts that go well. What fails meanwhile has tests of its own beside this.
#include <poll.h>
#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <set>

#include "forklift/net/deadline.h"
#include "forklift/proc/child_table.h"
#include "forklift/proc/supervisor.h"
#include "forklift/proc/worker_context.h"
#include "forklift/proc/worker_event.h"
#include "forklift/tests/proc/supervised.h"
#include "forklift/tests/support/eventually.h"
#include "gtest/gtest.h"

namespace forklift::proc {
namespace {

using tests::FastRestartOptions;
using tests::ReadyUntilStopped;
using tests::Shared;
using tests::Supervised;
using Generations = std::set<uint64_t>;
using Kind = WorkerEvent::Kind;

TEST(SupervisorRollTest, ReplacesAllWithoutOneMissingOrTwoMore) {
  for (size_t workers : {1, 2, 5}) {
    Supervised supervised(FastRestartOptions(workers), ReadyUntilStopped);
    ASSERT_TRUE(supervised.RunUntilReady(workers));
    supervised.ResetExtremes();
    for (uint64_t roll = 1; roll <= 3; ++roll) {
      supervised->Roll(ReadyUntilStopped);
      ASSERT_TRUE(supervised.RunUntil(Kind::kRolled, roll)) << supervised.Log();
      EXPECT_EQ(supervised.Generations(), Generations{roll + 1});
      EXPECT_EQ(supervised.Last(Kind::kRolled).worker.generation, roll + 1);
    }
    EXPECT_EQ(supervised->ready(), workers);
    EXPECT_EQ(supervised.least_ready(), workers);
    EXPECT_EQ(supervised.most_processes(), workers + 1);
    EXPECT_EQ(supervised->counts(),
              (ChildCounts{.started = 4 * workers, .exited_cleanly = 3 * workers}));
  }
}

TEST(SupervisorRollTest, WaitsForTheOldOneToEndBeforeTheNext) {
  Shared<std::atomic<bool>> may_end;
  Supervised supervised(FastRestartOptions(3), [&](WorkerContext& worker) {
    ReadyUntilStopped(worker);
    while (!*may_end) ::poll(nullptr, 0, 1);  // a request in flight
    return 0;
  });
  ASSERT_TRUE(supervised.RunUntilReady(3));
  supervised->Roll(ReadyUntilStopped);
  ASSERT_TRUE(supervised.RunUntil(Kind::kReady, 4));
  for (int i = 0; i < 10; ++i) supervised.Advance();
  EXPECT_EQ(supervised->counts().started, 4u);
  EXPECT_EQ(supervised->ready(), 3u);
  *may_end = true;
  ASSERT_TRUE(supervised.RunUntil(Kind::kRolled));
  EXPECT_EQ(supervised.Generations(), Generations{2});
}

// The old workers take their time, and one of the new ones is killed meanwhile.
TEST(SupervisorRollTest, AWorkerOfTheNewGenerationThatWasWellIsReplaced) {
  Shared<std::atomic<bool>> may_end;
  Supervised supervised(FastRestartOptions(3), [&](WorkerContext& worker) {
    ReadyUntilStopped(worker);
    while (!*may_end) ::poll(nullptr, 0, 1);
    return 0;
  });
  ASSERT_TRUE(supervised.RunUntilReady(3));
  supervised->Roll(ReadyUntilStopped);
  ASSERT_TRUE(supervised.RunUntil(Kind::kReady, 4));
  ::kill(supervised.Last(Kind::kReady).pid, SIGKILL);
  ASSERT_TRUE(supervised.RunUntil(Kind::kFailed));
  *may_end = true;
  ASSERT_TRUE(supervised.RunUntil(Kind::kRolled)) << supervised.Log();
  EXPECT_EQ(supervised.Count(Kind::kRollFailed), 0u);
  EXPECT_EQ(supervised.Generations(), Generations{2});
  EXPECT_EQ(supervised->ready(), 3u);
}

TEST(SupervisorRollTest, WithoutAWorkerARollIsMadeAtOnce) {
  Supervised supervised(FastRestartOptions(0), ReadyUntilStopped);
  for (uint64_t roll = 1; roll <= 2; ++roll) {
    supervised->Roll(ReadyUntilStopped);
    ASSERT_TRUE(supervised.RunUntil(Kind::kRolled, roll));
    EXPECT_LE(supervised.advances(), 4 * roll) << "no spin";
    EXPECT_TRUE(supervised->NextDeadline().infinite());
  }
  supervised->SetWorkers(2);
  ASSERT_TRUE(supervised.RunUntilReady(2));
  EXPECT_EQ(supervised.Generations(), Generations{3});
}

// Fault 53.
TEST(SupervisorRollTest, AStormOfRollsIsCoalescedAndTheLastIsMade) {
  Supervised supervised(FastRestartOptions(2), ReadyUntilStopped);
  ASSERT_TRUE(supervised.RunUntilReady(2));
  Shared<std::atomic<int>> last;
  for (int i = 1; i <= 100; ++i) {
    supervised->Roll([&last, i](WorkerContext& worker) {
      *last = i;
      return ReadyUntilStopped(worker);
    });
    if (i % 10 == 0) supervised.Advance();
  }
  ASSERT_TRUE(supervised.RunUntil([&] {
    return supervised.Generations() == Generations{3} && supervised->processes() == 2;
  })) << supervised.Log();
  EXPECT_EQ(*last, 100);
  EXPECT_EQ(supervised.Count(Kind::kRolled), 2u) << "the first, and the last of all others";
  EXPECT_EQ(supervised->counts().started, 6u);
}

TEST(SupervisorRollTest, AWorkerKilledDuringARollIsReplaced) {
  Supervised supervised(FastRestartOptions(4), ReadyUntilStopped);
  ASSERT_TRUE(supervised.RunUntilReady(4));
  supervised->Roll(ReadyUntilStopped);
  ASSERT_TRUE(supervised.RunUntil(Kind::kReady, 5));
  for (const auto& [pid, worker] : supervised.alive()) {
    if (worker.generation == 1) ::kill(pid, SIGKILL);
  }
  ASSERT_TRUE(supervised.RunUntil(Kind::kRolled)) << supervised.Log();
  EXPECT_EQ(supervised->ready(), 4u);
  EXPECT_EQ(supervised.Generations(), Generations{2});
}

TEST(SupervisorRollTest, FewerMoreAndNoWorkersDuringARoll) {
  for (size_t workers : {1, 2, 6, 0}) {
    Supervised supervised(FastRestartOptions(4), ReadyUntilStopped);
    ASSERT_TRUE(supervised.RunUntilReady(4));
    supervised->Roll(ReadyUntilStopped);
    ASSERT_TRUE(supervised.RunUntil(Kind::kReady, 5));
    supervised->SetWorkers(workers);
    ASSERT_TRUE(supervised.RunUntil(Kind::kRolled)) << supervised.Log();
    ASSERT_TRUE(supervised.RunUntilReady(workers));
    EXPECT_EQ(supervised.Generations(), workers == 0 ? Generations{} : Generations{2});
  }
}

TEST(SupervisorRollTest, AStopDuringARollStopsBothGenerations) {
  Supervised supervised(FastRestartOptions(3), ReadyUntilStopped);
  ASSERT_TRUE(supervised.RunUntilReady(3));
  supervised->Roll([](WorkerContext& worker) {
    return worker.ShouldStop(net::Deadline::After(tests::kPatience)) ? 0 : 1;  // never ready
  });
  ASSERT_TRUE(supervised.RunUntil(Kind::kStarted, 4));
  ASSERT_TRUE(supervised.StopAndRun());
  EXPECT_EQ(supervised->counts(), (ChildCounts{.started = 4, .exited_cleanly = 4}));
  EXPECT_EQ(supervised.Count(Kind::kRollFailed), 0u);
}

// What the callback asks for in the middle of an Advance is done, and spoils nothing.
TEST(SupervisorRollTest, TheCallbackMaySteer) {
  Supervisor* self = nullptr;
  size_t rolled = 0;
  auto supervisor =
      Supervisor::Create(FastRestartOptions(2), ReadyUntilStopped, [&](const WorkerEvent& event) {
        if (event.kind == Kind::kReady && event.worker.generation == 1)
          self->Roll(ReadyUntilStopped);
        if (event.kind == Kind::kRolled && ++rolled == 1) self->SetWorkers(3);
        if (event.kind == Kind::kReady && rolled > 0 && self->ready() == 3) self->Stop();
      });
  ASSERT_TRUE(supervisor.ok());
  self = supervisor->get();
  EXPECT_TRUE(tests::Eventually([&] { return self->Advance(), self->stopped(); }));
  EXPECT_GE(rolled, 1u);
}

}  // namespace
}  // namespace forklift::proc
