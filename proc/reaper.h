// Reaper waits for child processes without blocking: it leaves no zombie, and misses no exit.
//
// SIGCHLD says only "at least one child has changed": many exits may raise one signal. So ReapAll
// waits until there is none left to wait for. It takes the status only of children that it was
// given, never that of a child which another part of the process waits for.
//
// PID 1 of a container, and a subreaper, are also given the orphans of others: they say
// ReapEverything.
//
// Owns no process: children outlive it. Never blocks. A child that inherits a Reaper has other
// children, or none, and must not use it. Not for signal handlers: turn SIGCHLD into an event first
// (signals/self_pipe.h). One object, one thread; the process may have others.
//
//   Reaper reaper;
//   reaper.Adopt(pid, [](pid_t pid, ExitStatus status) { LOG(INFO) << pid << " " << status; });
//   if (self_pipe->Drain().Contains(SIGCHLD)) reaper.ReapAll();
#ifndef FORKLIFT_PROC_REAPER_H_
#define FORKLIFT_PROC_REAPER_H_

#include <stddef.h>
#include <sys/types.h>

#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "forklift/proc/exit_status.h"

namespace forklift::proc {

class Reaper {
 public:
  // Told once, when the child has ended and its pid is free for reuse.
  using ExitCallback = absl::AnyInvocable<void(pid_t, ExitStatus) &&>;
  // The same for each child that was never adopted.
  using UnknownCallback = absl::AnyInvocable<void(pid_t, ExitStatus)>;

  Reaper() = default;
  Reaper(const Reaper&) = delete;
  Reaper& operator=(const Reaper&) = delete;

  // Takes charge of `pid`, a child of this process that has not been waited for; it may have ended
  // already. Dies if `pid` is not positive, or is in its charge already. Where SIGCHLD is ignored
  // (or has SA_NOCLDWAIT), the kernel waits for all children itself, and the status is lost: a
  // signals::SignalSource for SIGCHLD mends what a program inherited.
  void Adopt(pid_t pid, ExitCallback on_exit);

  // The same of the leader of a process group, which is not to outlive it: once the leader has
  // ended, what is left of the group gets SIGKILL. That is sent before the leader is reaped: until
  // then no other group can have its number.
  void AdoptGroup(pid_t leader, ExitCallback on_exit);

  // From now on ReapAll takes every child of the process that has ended, and calls `on_unknown` for
  // those that were not adopted. Only for the one part of a program that owns all its children: no
  // other may wait then. Adopt a child before the next ReapAll, or it is an unknown one.
  void ReapEverything(UnknownCallback on_unknown);

  // Reaps every adopted child that has ended, and calls its callback, which may Adopt others.
  // Returns how many. A child whose status another wait has taken counts too, with
  // ExitStatus::Unknown(), in the first ReapAll that finds no other.
  size_t ReapAll();

  // Sends `signal` (0 just looks) to an adopted child. False, and nothing is sent, where `pid` is
  // not in its charge, or has ended: once another wait has taken its status, the pid may be another
  // process's. Also false where the kernel refuses (kill(2): the child runs as another user).
  bool Signal(pid_t pid, int signal) const;

  // The same for every adopted child.
  void SignalAll(int signal) const;

  // The children in charge of: running, or ended and not yet reaped.
  size_t size() const { return callbacks_.size(); }
  std::vector<pid_t> Pids() const;

 private:
  bool TryReap(pid_t pid);
  bool TryReapUnknown(pid_t pid);
  size_t ReapEach();

  absl::flat_hash_map<pid_t, ExitCallback> callbacks_;
  absl::flat_hash_set<pid_t> leaders_;  // those of them whose group ends with them
  UnknownCallback on_unknown_;          // null unless it reaps everything
};

// Makes this process the parent of its descendants' orphans, as PID 1 is of everyone's (prctl(2)
// PR_SET_CHILD_SUBREAPER); its own children do not inherit that. To be followed by ReapEverything.
absl::Status BecomeSubreaper();

// Whether this process is given the orphans of others: as PID 1, or as a subreaper, which it may
// have become before an exec.
bool AdoptsOrphans();

}  // namespace forklift::proc

#endif  // FORKLIFT_PROC_REAPER_H_
