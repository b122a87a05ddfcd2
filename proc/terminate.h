// Terminate ends a child politely, then by force: SIGTERM, a time to clean up, SIGKILL.
//
// Blocks up to the two times in its options, no longer. Reaps the child. Not for signal handlers;
// one Child, one thread. A loop that must not block sends the signals itself (Child::Signal,
// Child::fd).
//
//   Termination end = Terminate(child, {.grace = absl::Seconds(5)});
//   if (end.status) LOG(INFO) << "worker " << *end.status;
#ifndef FORKLIFT_PROC_TERMINATE_H_
#define FORKLIFT_PROC_TERMINATE_H_

#include <signal.h>

#include <optional>

#include "absl/time/time.h"
#include "forklift/proc/child.h"
#include "forklift/proc/exit_status.h"

namespace forklift::proc {

struct TerminateOptions {
  int signal = SIGTERM;
  // From the signal to SIGKILL.
  absl::Duration grace = absl::Seconds(10);
  // From SIGKILL until it is given up: a process in an uninterruptible wait dies only after it.
  absl::Duration kill_patience = absl::Seconds(10);
  // The process group that the child leads (SpawnOptions::process_group = 0), with what the child
  // has started; where it leads none, the child alone. What is left of the group when the child has
  // ended is killed at once, so a child that wants its own children to clean up waits for them.
  // What has left the group lives on.
  bool group = false;
};

struct Termination {
  // How the child ended; empty where it is still there, and owned by `child`: it was killed but
  // does not die, or it may not be signalled (it runs as another user), and `killed` is false.
  std::optional<ExitStatus> status;
  // Whether SIGKILL was sent to the child itself.
  bool killed;
};

// Ends `child`, which may have ended already. A stopped child is continued, to get the signal.
Termination Terminate(Child& child, const TerminateOptions& options = {});

}  // namespace forklift::proc

#endif  // FORKLIFT_PROC_TERMINATE_H_
