#include "forklift/proc/fork.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "absl/base/config.h"
#include "absl/functional/function_ref.h"
#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "forklift/net/posix_error.h"
#include "forklift/signals/disposition.h"
#include "forklift/signals/signal_mask.h"
#include "forklift/signals/signal_set.h"

namespace forklift::proc {
namespace {

// Linux counts a directory's links as 2 and one for each directory in it: here, one for each
// thread.
bool HasOtherThreads() {
#ifdef ABSL_HAVE_THREAD_SANITIZER
  return false;  // its own background thread is always there, and made for being forked
#else
  struct stat tasks;
  if (::stat("/proc/self/task", &tasks) != 0) return false;  // no /proc: nothing to tell from
  return tasks.st_nlink > 3;
#endif
}

}  // namespace

absl::StatusOr<pid_t> Fork(absl::FunctionRef<int()> body, const signals::SignalSet& ignored) {
  // A thread that was just joined is still counted for a moment.
  for (int tries = 0; HasOtherThreads(); ++tries) {
    CHECK_LT(tries, 1000) << "Fork in a process with other threads: fork before starting them";
    ::poll(nullptr, 0, 1);
  }
  ::fflush(nullptr);
  signals::ScopedSignalMask blocked(signals::SignalSet::All());
  const pid_t pid = ::fork();
  if (pid == 0) {
    signals::ResetDispositions(ignored);
    signals::SetBlockedSignals({});
    // noexcept: an exception must not unwind into the parent's code, which would go on in the
    // child.
    ::_exit([&]() noexcept { return body(); }());
  }
  if (pid < 0) return net::PosixError(errno, "fork");
  return pid;
}

}  // namespace forklift::proc
