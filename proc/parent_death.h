// EndWithParent sees to it that a forked child does not outlive its parent, whatever kills that.
//
// Called in the child; holds for that process alone: not for its own children, nor beyond exec of a
// set-user-ID program. Never blocks. It takes the ParentDeathSignal and one POSIX timer; both are
// process-wide, so one thread calls it.
//
//   const pid_t parent = ::getpid();
//   Fork([&] {
//     EndWithParent(parent, absl::Seconds(1));
//     return Work();
//   });
#ifndef FORKLIFT_PROC_PARENT_DEATH_H_
#define FORKLIFT_PROC_PARENT_DEATH_H_

#include <signal.h>
#include <sys/types.h>

#include "absl/time/time.h"

namespace forklift::proc {

// What the kernel sends for the parent's death (prctl(2) PR_SET_PDEATHSIG). One that no program
// uses for itself, so that it is not mistaken for a request; left alone, it kills.
inline int ParentDeathSignal() { return SIGRTMAX - 1; }

// From now on, when `parent`, which forked this process, dies, this process gets SIGTERM, and
// SIGKILL once `grace` is over; with a `grace` of zero, SIGKILL at once. Where the parent has died
// already, that happens now.
//
// The kernel forgets it when the process changes its user or group, or loses capabilities: call it
// again after that.
//
// With a `grace` of zero, "parent" is the thread that forked: the kernel counts the end of that
// thread as the death of the parent. With more, only the end of the whole process counts.
//
// The kernel asks whether `parent` may signal this process, as kill(2) does: where this has become
// another user than an unprivileged parent, it hears nothing of the death.
void EndWithParent(pid_t parent, absl::Duration grace);

}  // namespace forklift::proc

#endif  // FORKLIFT_PROC_PARENT_DEATH_H_
