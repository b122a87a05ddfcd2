// WorkerPool holds the processes of a supervisor: it starts and stops single workers, and tells who
// got ready, who is late and who has ended. How many there should be is not its business.
//
// Owns the workers: its end is theirs. Never blocks, but for Fork and in the destructor. One
// object, one thread.
//
// Not for use outside the supervisor (proc/supervisor.h), which says more.
#ifndef FORKLIFT_PROC_WORKER_POOL_H_
#define FORKLIFT_PROC_WORKER_POOL_H_

#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "forklift/proc/child_table.h"
#include "forklift/proc/exit_status.h"
#include "forklift/proc/heartbeat.h"
#include "forklift/proc/reaper.h"
#include "forklift/proc/running_clock.h"
#include "forklift/proc/worker.h"
#include "forklift/proc/worker_context.h"
#include "forklift/proc/worker_event.h"
#include "forklift/signals/signal_set.h"

namespace forklift::proc {

// These count the time in which the supervising process runs: stopped and continued together with
// its workers, it kills none of them for that.
struct WorkerTimeouts {
  absl::Duration ready = absl::Seconds(30);             // from the start to Ready; then SIGKILL
  absl::Duration heartbeat = absl::InfiniteDuration();  // from one Beat to the next; then SIGTERM
  absl::Duration stop = absl::Seconds(30);              // from SIGTERM to SIGKILL
  absl::Duration stuck = absl::Seconds(30);             // the same of one that did not beat
  absl::Duration orphan = absl::Seconds(1);             // from the supervisor's death to SIGKILL
};

class WorkerPool {
 public:
  // Told of the events of single workers, as they are now; kFailed is any end that they were not
  // told to make. It must not start or stop any.
  using EventCallback = absl::AnyInvocable<void(const WorkerEvent&, const Worker&)>;

  // For as many processes as there are slots in `heartbeats`, each of `group`.
  WorkerPool(const WorkerTimeouts& timeouts, const signals::SignalSet& ignored, ChildGroup group,
             Heartbeats heartbeats, EventCallback on_event);

  // Kills the workers that are left, all together, and waits until they have ended: 5 s at most,
  // then it logs who is left (one that hangs in the kernel, or runs as a user that this process may
  // not signal) and lets them be. In a child that inherited it, does nothing to them.
  ~WorkerPool();

  // Starts a worker that runs `body`; OK, or why no process or descriptor was to be had. `trial` is
  // what Worker makes of it.
  absl::Status Start(uint64_t generation, absl::FunctionRef<int(WorkerContext&)> body, bool trial);

  // SIGTERM, with SIGCONT for one that was stopped, and SIGKILL when its time is over.
  void TellToStop(pid_t pid, Worker& worker);
  void Kill(pid_t pid, Worker& worker);

  // False where the worker has ended.
  bool Signal(pid_t pid, int signal) const { return children_.Signal(pid, signal); }

  // As that of Reaper.
  void ReapEverything(Reaper::UnknownCallback on_unknown) {
    children_.ReapEverything(std::move(on_unknown));
  }

  // Sees what has happened since the last time.
  void Advance();

  // To call last before the caller waits: for how long at most. Infinite where no time is running.
  absl::Duration PlanWait();

  // What to wait for beside that and SIGCHLD.
  void AppendPollEntries(std::vector<pollfd>& entries) const;

  // Pairs of pid and worker, those that stop among them.
  auto begin() { return children_.begin(); }
  auto end() { return children_.end(); }

  size_t CountIf(absl::FunctionRef<bool(const Worker&)> is_counted) const;
  size_t size() const { return children_.size(); }
  bool full() const { return children_.full(); }
  const ChildCounts& counts() const { return children_.counts(); }

 private:
  void Hear(pid_t pid, Worker& worker);
  void SeeWhoIsLate();
  absl::Duration Timeout(const Worker& worker) const;
  size_t FreeSlot() const;

  const WorkerTimeouts timeouts_;
  const signals::SignalSet ignored_;
  const ChildGroup group_;
  const pid_t owner_pid_;
  EventCallback on_event_;
  Heartbeats heartbeats_;
  ChildTable<Worker> children_;
  RunningClock clock_;
};

}  // namespace forklift::proc

#endif  // FORKLIFT_PROC_WORKER_POOL_H_
