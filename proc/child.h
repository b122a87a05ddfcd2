// Child is one child process of this one, owned from its start until its exit was collected.
//
// It knows the pid only while the pid is the child's: once the exit was collected (reaped), no call
// can reach whatever process has the number by then. Needs no SIGCHLD: where the kernel has pidfds
// (Linux 5.4) it signals through one and waits on it, and fd() can be polled in a loop; elsewhere
// Wait looks every few milliseconds.
//
// Owns the process: a Child that is destroyed or assigned to while its process runs kills it
// (SIGKILL) and waits for it, so that none is left behind by an error path. Release it to let it
// run on, or hand it to a Reaper. Blocks in Wait and WaitWithoutReaping, up to their deadline, and
// in the destructor, as long as the kernel takes to kill. A process that cannot be killed (it runs
// as a user whom this one may not signal), or that is still there after ten seconds (it waits for a
// disk), is left behind with an error in the log. A copy that a forked process inherits is nobody's
// child there: it signals and waits for nothing. One object, one thread; the process may have
// others. Not for signal handlers.
//
// No other part of the process may wait for this child. So a Reaper that reaps everything
// (proc/reaper.h: PID 1, subreapers) and a live Child exclude each other in one process: what ends
// first goes to the Reaper, and the Child gets ExitStatus::Unknown().
//
//   absl::StatusOr<pid_t> pid = Fork([] { return 3; });
//   if (!pid.ok()) return pid.status();
//   Child child(*pid);
//   std::optional<ExitStatus> status = child.Wait(net::Deadline::After(absl::Seconds(10)));
//   if (!status) child.Signal(SIGTERM);  // runs still
#ifndef FORKLIFT_PROC_CHILD_H_
#define FORKLIFT_PROC_CHILD_H_

#include <signal.h>
#include <sys/resource.h>
#include <sys/types.h>

#include <optional>

#include "forklift/net/deadline.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/exit_status.h"

namespace forklift::proc {

class Child {
 public:
  // Owns `pid`, a child of this process that nobody has waited for; it may have ended already. Dies
  // where `pid` is not positive.
  explicit Child(pid_t pid);

  // The object that was moved from has no process: as if released.
  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) noexcept;
  ~Child() { KillAndReap(); }

  // Whether there is a process to signal and wait for: not reaped, released or moved from.
  bool owns_process() const { return pid_ > 0; }
  // Dies unless owns_process().
  pid_t pid() const;

  // Readable once the child has ended, for poll and epoll; then call Wait. -1 where the kernel has
  // no pidfds, or no descriptor was left, and where no process is owned: use SIGCHLD or Wait.
  int fd() const { return pidfd_.get(); }

  // Sends `signal` to the process (0 just looks). False where it has ended already, and where the
  // kernel refuses: the child runs as another user (EPERM).
  bool Signal(int signal);

  // Sends `signal` to the child's process group, with all that it has started and that stayed in
  // it; also when the child itself has ended but is not reaped. False where the child does not lead
  // a group (SpawnOptions::process_group; setpgid(2)), and as Signal.
  bool SignalGroup(int signal);

  // Waits until the child ends or `deadline` expires, which is looked at once if it has; a stopped
  // child has not ended. Reaps it, and from then on owns no process. Empty where it runs still.
  // ExitStatus::Unknown() where another wait has taken the status. Dies where no process is owned.
  std::optional<ExitStatus> Wait(const net::Deadline& deadline);

  // The same without reaping: true once it has ended. The pid and the group stay the child's.
  bool WaitWithoutReaping(const net::Deadline& deadline);

  // What the child used, with the descendants that it waited for; zeros until Wait has reaped it.
  const rusage& usage() const { return usage_; }

  // Gives the process up, running or not: the caller waits for it now.
  //   reaper.Adopt(child.Release(), on_exit);
  // Dies where no process is owned.
  [[nodiscard]] pid_t Release();

 private:
  bool Look(int options, siginfo_t& ended, rusage* usage) const;
  bool HasEnded() const;
  bool IsOurs() const;
  void KillAndReap();

  pid_t pid_;
  net::UniqueFd pidfd_;
  rusage usage_ = {};
};

}  // namespace forklift::proc

#endif  // FORKLIFT_PROC_CHILD_H_
