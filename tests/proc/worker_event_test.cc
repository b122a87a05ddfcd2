#include "forklift/proc/worker_event.h"

#include <signal.h>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "forklift/proc/exit_status.h"
#include "gtest/gtest.h"

namespace forklift::proc {
namespace {

using Kind = WorkerEvent::Kind;

TEST(WorkerEventTest, ReadsAsALineOfALog) {
  const WorkerIdentity worker = {.slot = 2, .generation = 3};
  const struct {
    WorkerEvent event;
    const char* text;
  } kCases[] = {
      {{.kind = Kind::kStarted, .pid = 7, .worker = worker},
       "worker 7 (slot 2, generation 3) started"},
      {{.kind = Kind::kReady, .pid = 7, .worker = worker},
       "worker 7 (slot 2, generation 3) is ready"},
      {{.kind = Kind::kRetiring, .pid = 7, .worker = worker},
       "worker 7 (slot 2, generation 3) retires; starting its replacement"},
      {{.kind = Kind::kNotReady, .pid = 7, .worker = worker},
       "worker 7 (slot 2, generation 3) was not ready in time; killing it"},
      {{.kind = Kind::kStuck, .pid = 7, .worker = worker},
       "worker 7 (slot 2, generation 3) gave no sign of life in time; stopping it"},
      {{.kind = Kind::kKilled, .pid = 7, .worker = worker},
       "worker 7 (slot 2, generation 3) did not stop in time; killing it"},
      {{.kind = Kind::kEnded,
        .pid = 7,
        .worker = worker,
        .exit_status = ExitStatus::FromWaitStatus(0)},
       "worker 7 (slot 2, generation 3) ended: exited with status 0"},
      {{.kind = Kind::kFailed,
        .pid = 7,
        .worker = worker,
        .exit_status = ExitStatus::FromWaitStatus(SIGKILL)},
       "worker 7 (slot 2, generation 3) failed: killed by signal 9 (SIGKILL)"},
      {{.kind = Kind::kStartFailed, .worker = worker, .status = absl::UnavailableError("fork: no")},
       "generation 3: could not start a worker; trying again: fork: no"},
      {{.kind = Kind::kRolled, .worker = worker},
       "generation 3: all workers are of the new generation"},
      {{.kind = Kind::kRollFailed, .worker = worker, .status = absl::AbortedError("why")},
       "generation 3: the new generation failed; going on with the old one: why"},
      {{.kind = Kind::kGaveUp, .worker = worker, .status = absl::AbortedError("why")},
       "generation 3: gave up; stopping all workers: why"},
  };
  for (const auto& c : kCases) EXPECT_EQ(absl::StrCat(c.event), c.text);
}

}  // namespace
}  // namespace forklift::proc
