// Workers that ask to be replaced.
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <atomic>
#include <set>
#include <vector>

#include "absl/time/time.h"
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
using Kind = WorkerEvent::Kind;

// The first `retiring` workers retire once all of them are ready; the others are well.
class Retiring {
 public:
  explicit Retiring(int retiring) : retiring_(retiring) {}

  int operator()(WorkerContext& worker) {
    worker.Ready();
    if (++*started_ > retiring_) return ReadyUntilStopped(worker);
    while (*started_ < retiring_ || !*may_retire_) {
      if (worker.ShouldStop(net::Deadline::After(absl::Milliseconds(1)))) return 1;
    }
    worker.Retire();
    worker.Retire();  // again is no harm
    return worker.ShouldStop(net::Deadline::After(tests::kPatience)) ? 0 : 1;
  }
  void MayRetire() { *may_retire_ = true; }

 private:
  const int retiring_;
  Shared<std::atomic<int>> started_;
  Shared<std::atomic<bool>> may_retire_;
};

TEST(SupervisorRetireTest, ServesUntilTheReplacementIsReadyAndAllAreReplacedInTurn) {
  for (size_t workers : {1, 4}) {
    Retiring body(static_cast<int>(workers));
    Supervised supervised(FastRestartOptions(workers),
                          [&](WorkerContext& worker) { return body(worker); });
    ASSERT_TRUE(supervised.RunUntilReady(workers));
    const auto old = supervised.alive();
    supervised.ResetExtremes();
    body.MayRetire();
    ASSERT_TRUE(supervised.RunUntil(Kind::kEnded, workers)) << supervised.Log();
    ASSERT_TRUE(supervised.RunUntilReady(workers));
    for (const auto& [pid, worker] : supervised.alive()) EXPECT_FALSE(old.contains(pid));
    EXPECT_EQ(supervised.Count(Kind::kRetiring), workers);
    EXPECT_EQ(supervised.least_ready(), workers) << "none was missing";
    EXPECT_EQ(supervised.most_processes(), workers + 1);
    EXPECT_EQ(supervised->counts(),
              (ChildCounts{.started = 2 * workers, .exited_cleanly = workers}));
  }
}

TEST(SupervisorRetireTest, OneThatEndsByItselfMeanwhileIsNoFailure) {
  Shared<std::atomic<int>> starts;
  SupervisorOptions options = FastRestartOptions(2);
  options.min_uptime = absl::Hours(1);
  options.restart_limit.restarts = 0;
  Supervised supervised(options, [&](WorkerContext& worker) {
    if (++*starts > 2) return ReadyUntilStopped(worker);
    worker.Ready();
    worker.Retire();
    return 0;
  });
  ASSERT_TRUE(supervised.RunUntil(Kind::kEnded, 2)) << supervised.Log();
  ASSERT_TRUE(supervised.RunUntilReady(2)) << supervised.Log();
  EXPECT_EQ(supervised.Count(Kind::kFailed), 0u);
}

TEST(SupervisorRetireTest, GoesOnWhereTheReplacementFails) {
  Shared<std::atomic<int>> starts;
  SupervisorOptions options = FastRestartOptions(1);
  Supervised supervised(options, [&](WorkerContext& worker) {
    const int number = ++*starts;
    if (number == 2 || number == 3) return 1;
    worker.Ready();
    if (number == 1) worker.Retire();
    return worker.ShouldStop(net::Deadline::After(tests::kPatience)) ? 0 : 1;
  });
  ASSERT_TRUE(supervised.RunUntil(Kind::kReady));
  supervised.ResetExtremes();
  ASSERT_TRUE(supervised.RunUntil(Kind::kEnded)) << supervised.Log();
  EXPECT_EQ(supervised.Count(Kind::kFailed), 2u);
  EXPECT_EQ(supervised.least_ready(), 1u);
}

TEST(SupervisorRetireTest, ARollReplacesRetiringWorkersToo) {
  Retiring body(2);
  Supervised supervised(FastRestartOptions(3), [&](WorkerContext& worker) { return body(worker); });
  ASSERT_TRUE(supervised.RunUntilReady(3));
  supervised.ResetExtremes();
  body.MayRetire();
  supervised->Roll(ReadyUntilStopped);
  ASSERT_TRUE(supervised.RunUntil(Kind::kRolled)) << supervised.Log();
  EXPECT_EQ(supervised.Generations(), std::set<uint64_t>{2});
  EXPECT_EQ(supervised.least_ready(), 3u);
  EXPECT_EQ(supervised.most_processes(), 4u);
}

TEST(SupervisorRetireTest, WorkersThatRetireAtOnceForEverBackOffAndServe) {
  SupervisorOptions options = FastRestartOptions(1);
  options.min_uptime = absl::Hours(1);
  options.backoff = {.initial = absl::Hours(1), .cap = absl::Hours(1)};
  options.late_restarts = {.restarts = 3, .window = absl::Hours(1)};
  Supervised supervised(options, [](WorkerContext& worker) {
    worker.Ready();
    worker.Retire();
    return worker.ShouldStop(net::Deadline::After(tests::kPatience)) ? 0 : 1;
  });
  ASSERT_TRUE(supervised.RunUntil(Kind::kRetiring, 4));
  ASSERT_TRUE(supervised.RunUntilReady(1));
  for (int i = 0; i < 10; ++i) supervised.Advance();
  EXPECT_EQ(supervised->counts().started, 4u);
  EXPECT_EQ(supervised->ready(), 1u);
  EXPECT_FALSE(supervised->NextDeadline().infinite());
}

TEST(SupervisorRetireTest, AWorkerThatTalksNonsenseIsNotHeardAndCausesNoSpin) {
  Shared<std::atomic<bool>> said;
  Supervised supervised(FastRestartOptions(1), [&](WorkerContext& worker) {
    worker.Ready();
    // Its own end: what it sends goes to the supervisor.
    for (int i = 0; i < 100; ++i) ::send(worker.stop_fd(), "?T", 2, MSG_NOSIGNAL);
    *said = true;
    return worker.ShouldStop(net::Deadline::After(tests::kPatience)) ? 0 : 1;
  });
  ASSERT_TRUE(supervised.RunUntilReady(1));
  ASSERT_TRUE(supervised.RunUntilSeen([&] { return said->load(); }));
  supervised.Advance();
  std::vector<pollfd> entries;
  supervised->AppendPollEntries(entries);
  EXPECT_TRUE(entries.empty());
  EXPECT_EQ(supervised.Count(Kind::kRetiring), 0u);
  EXPECT_EQ(supervised->ready(), 1u);
  ASSERT_TRUE(supervised.StopAndRun());
  EXPECT_EQ(supervised->counts().exited_cleanly, 1u) << "it still hears";
}

TEST(SupervisorRetireTest, RetiringBeforeReadyIsAMistake) {
  SupervisorOptions options = FastRestartOptions(1);
  options.restart_limit.restarts = 0;
  Supervised supervised(options, [](WorkerContext& worker) {
    worker.Retire();
    return 0;
  });
  ASSERT_TRUE(supervised.RunUntil([&] { return supervised->stopped(); }));
  EXPECT_EQ(supervised.Last(Kind::kFailed).exit_status->signal(), SIGABRT);
}

}  // namespace
}  // namespace forklift::proc
