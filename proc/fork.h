// Fork starts a child process that runs one function, with signals and stdio in order on both
// sides.
//
// Blocks as long as fork(2) itself and the flush of stdio, which waits where a reader of standard
// output is slow; and up to a second where a thread was joined just before, which the kernel still
// counts for a moment. The child is a copy of the caller: it owns copies of all descriptors, and
// closes those it does not need; see net/unique_fd.h. The parent must wait for it (proc/reaper.h),
// or it stays as a zombie. Not for programs with threads, not for signal handlers.
//
//   absl::StatusOr<pid_t> child = Fork([&] {
//     listener.Close();
//     return Serve(connection) ? 0 : 1;
//   });
//   if (!child.ok()) return child.status();  // the parent goes on here, the child never does
#ifndef FORKLIFT_PROC_FORK_H_
#define FORKLIFT_PROC_FORK_H_

#include <sys/types.h>

#include <functional>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "forklift/signals/signal_set.h"

namespace forklift::proc {

// What to do around forks, for whoever forks on behalf of others: before one, and after it on
// either side, also where it has failed. Unlike handlers of pthread_atfork(3), only for the forks
// that it is given to.
struct ForkHooks {
  std::function<void()> before = [] {};
  std::function<void()> in_parent = [] {};
  std::function<void()> in_child = [] {};
};

// Returns the child's pid in the parent. In the child runs `body` and leaves by _exit with its
// result (the low eight bits): no destructor, atexit function or stdio buffer of the parent runs
// twice. An exception that leaves `body` ends the child (std::terminate).
//
// No signal handler of the parent runs in the child: where there is one, or another thing for the
// child to change, signals are blocked around the fork; and `body` starts with every disposition at
// its default, but those of `ignored` ignored, and nothing blocked. There is no moment at which a
// signal of `ignored` can strike the child. stdio is flushed first, so that nothing in its buffers
// is written twice; a C++ stream that is not synchronized with stdio is the caller's to flush.
//
// What `body` itself leaves in a stdio buffer is lost: a child that prints flushes before it
// returns (fflush(nullptr), std::cout.flush()). It is not done for all, which mostly print nothing,
// since it may block on a slow reader and costs each the page faults of the code.
//
// Handlers of pthread_atfork(3) run, around the fork and in the child.
//
// A program that ignores SIGPIPE for good names it in `ignored`, or the child dies of its first
// write to a peer that has gone. Its handlers for crashes (SIGSEGV, SIGABRT) are gone in the child
// too: one that wants their stack trace installs them first thing in `body`.
//
// Errors: kUnavailable (EAGAIN) where a limit on processes is reached, kResourceExhausted (ENOMEM)
// where memory is short; nothing was started then, and to try again later may help. Dies where the
// process has other threads: the child would have only the forking one, with the locks of the
// others held for ever.
absl::StatusOr<pid_t> Fork(absl::FunctionRef<int()> body, const signals::SignalSet& ignored = {});

// The same for a process that forks often: it finds out only once which signals a child has to
// change, which takes as many system calls as there are signals. A handler that is set afterwards
// runs in the children too.
class Forker {
 public:
  explicit Forker(const signals::SignalSet& ignored = {});

  absl::StatusOr<pid_t> Fork(absl::FunctionRef<int()> body) const;

 private:
  const signals::SignalSet ignored_;
  const signals::SignalSet to_change_;
};

}  // namespace forklift::proc

#endif  // FORKLIFT_PROC_FORK_H_
