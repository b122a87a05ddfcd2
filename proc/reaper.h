// Reaper waits for child processes without blocking: it leaves no zombie, and misses no exit.
//
// SIGCHLD says only "at least one child has changed": many exits may raise one signal. So ReapAll
// waits until there is none left to wait for. It takes the status only of children that it was
// given, never that of a child which another part of the process waits for.
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
#include "absl/functional/any_invocable.h"
#include "forklift/proc/exit_status.h"

namespace forklift::proc {

class Reaper {
 public:
  // Told once, when the child has ended and its pid is free for reuse.
  using ExitCallback = absl::AnyInvocable<void(pid_t, ExitStatus) &&>;

  Reaper() = default;
  Reaper(const Reaper&) = delete;
  Reaper& operator=(const Reaper&) = delete;

  // Takes charge of `pid`, a child of this process that has not been waited for; it may have ended
  // already. Dies if `pid` is not positive, or is in its charge already.
  void Adopt(pid_t pid, ExitCallback on_exit);

  // Reaps every adopted child that has ended, and calls its callback, which may Adopt others.
  // Returns how many. A child whose status another wait has taken counts too, with
  // ExitStatus::Unknown(), in the first ReapAll that finds no other.
  size_t ReapAll();

  // Sends `signal` to every adopted child. One whose status another wait has taken is left out: its
  // pid may be another process's by now.
  void SignalAll(int signal) const;

  // The children in charge of: running, or ended and not yet reaped.
  size_t size() const { return callbacks_.size(); }
  std::vector<pid_t> Pids() const;

 private:
  bool TryReap(pid_t pid);
  size_t ReapEach();

  absl::flat_hash_map<pid_t, ExitCallback> callbacks_;
};

}  // namespace forklift::proc

#endif  // FORKLIFT_PROC_REAPER_H_
