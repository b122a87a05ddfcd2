#include "forklift/proc/heartbeat.h"

#include <signal.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forklift/proc/fork.h"
#include "forklift/proc/monotonic_time.h"
#include "forklift/tests/support/eventually.h"
#include "gtest/gtest.h"

namespace forklift::proc {
namespace {

using tests::Eventually;

Heartbeats Create(size_t slots) {
  absl::StatusOr<Heartbeats> heartbeats = Heartbeats::Create(slots);
  EXPECT_TRUE(heartbeats.ok()) << heartbeats.status();
  return *std::move(heartbeats);
}

TEST(HeartbeatTest, ABeatIsSeenInItsSlotAlone) {
  Heartbeats heartbeats = Create(3);
  EXPECT_EQ(heartbeats.size(), 3u);
  const absl::Duration before = MonotonicNow();
  heartbeats.Beat(1);
  EXPECT_GE(heartbeats.LastBeat(1), before);
  EXPECT_LE(heartbeats.LastBeat(1), MonotonicNow());
  EXPECT_EQ(heartbeats.LastBeat(0), absl::ZeroDuration());
  EXPECT_EQ(heartbeats.LastBeat(2), absl::ZeroDuration());
}

TEST(HeartbeatTest, TheParentSeesTheBeatsOfEachChildAndTheirAge) {
  Heartbeats heartbeats = Create(4);
  const absl::Duration before = MonotonicNow();
  for (size_t slot = 0; slot < 3; ++slot) {
    const absl::StatusOr<pid_t> child = Fork([&] {
      heartbeats.Beat(slot);
      return 0;
    });
    ASSERT_TRUE(child.ok()) << child.status();
    ASSERT_EQ(::waitpid(*child, nullptr, 0), *child);
    EXPECT_GE(heartbeats.LastBeat(slot), before);
    EXPECT_LE(heartbeats.LastBeat(slot), MonotonicNow()) << "one clock for all processes";
  }
  EXPECT_EQ(heartbeats.LastBeat(3), absl::ZeroDuration());
}

TEST(HeartbeatTest, AWorkerKilledWhileItBeatsLeavesAGoodBeatAndTheOthersAlone) {
  Heartbeats heartbeats = Create(2);
  absl::Duration last = MonotonicNow();
  for (int i = 0; i < 100; ++i) {
    const absl::StatusOr<pid_t> child = Fork([&]() -> int {
      while (true) heartbeats.Beat(0);
    });
    ASSERT_TRUE(child.ok()) << child.status();
    ASSERT_TRUE(Eventually([&] { return heartbeats.LastBeat(0) > last; }));
    ::kill(*child, SIGKILL);
    ASSERT_EQ(::waitpid(*child, nullptr, 0), *child);
    EXPECT_LE(heartbeats.LastBeat(0), MonotonicNow());
    last = MonotonicNow();
  }
  EXPECT_EQ(heartbeats.LastBeat(1), absl::ZeroDuration());
}

TEST(HeartbeatTest, AMoveTakesTheSlotsAlong) {
  Heartbeats first = Create(1);
  first.Beat(0);
  const absl::Duration beat = first.LastBeat(0);
  const Heartbeats second = std::move(first);
  EXPECT_EQ(second.LastBeat(0), beat);
}

TEST(HeartbeatTest, MemoryThatIsNotThereIsAnError) {
  const absl::StatusOr<Heartbeats> heartbeats = Heartbeats::Create(size_t{1} << 50);
  ASSERT_FALSE(heartbeats.ok());
  EXPECT_EQ(heartbeats.status().message(),
            "mmap of 72057594037927936 shared bytes: Cannot allocate memory (ENOMEM)");
}

TEST(HeartbeatDeathTest, MistakesOfTheCallerDie) {
  Heartbeats heartbeats = Create(2);
  EXPECT_DEATH(heartbeats.Beat(2), "no such slot");
  EXPECT_DEATH(heartbeats.LastBeat(2), "no such slot");
  EXPECT_DEATH((void)Heartbeats::Create(0), "no slots");
}

}  // namespace
}  // namespace forklift::proc
