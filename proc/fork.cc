#include "forklift/proc/fork.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>
#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#endif

#include <optional>
#include <utility>

#include "absl/base/config.h"
#include "absl/functional/function_ref.h"
#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "forklift/net/posix_error.h"
#include "forklift/signals/disposition.h"
#include "forklift/signals/signal_mask.h"
#include "forklift/signals/signal_set.h"

#ifdef __GLIBC__
// All open streams; in the ABI of every glibc, in none of its headers.
extern "C" struct _IO_FILE_plus* _IO_list_all;  // NOLINT(bugprone-reserved-identifier)

// Absent, as a weak reference brings nothing in: the first from a static program, the other from
// one of which no part calls it. NOLINTBEGIN(readability-redundant-declaration)
extern "C" const char _DYNAMIC __attribute__((weak));  // NOLINT(bugprone-reserved-identifier)
extern "C" int pthread_atfork(void (*)(), void (*)(), void (*)()) noexcept __attribute__((weak));
// NOLINTEND(readability-redundant-declaration)
#endif

namespace forklift::proc {
namespace {

bool HasOtherThreads() {
#ifdef ABSL_HAVE_THREAD_SANITIZER
  return false;  // its own background thread is always there, and made for being forked
#else
#if __has_include(<sys/single_threaded.h>)
  if (__libc_single_threaded) return false;  // true is a promise; false says nothing
#endif
  // Linux counts a directory's links as 2 and one for each directory in it: here, one for each
  // thread.
  struct stat tasks;
  if (::stat("/proc/self/task", &tasks) != 0) return false;  // no /proc: nothing to tell from
  return tasks.st_nlink > 3;
#endif
}

void FlushStdio() {
#ifdef __GLIBC__
  // fflush writes to its locks, and the first write to a page after a fork copies it: a tenth of
  // the whole fork, mostly for nothing. So look first; the only thread needs no lock for that.
  bool pending = false;
  for (FILE* file = reinterpret_cast<FILE*>(_IO_list_all); file != nullptr; file = file->_chain) {
    pending = pending || ::__fpending(file) > 0;
  }
  if (!pending) return;
#endif
  ::fflush(nullptr);
}

// fork(2) as such where nobody can have asked to hear of it. glibc's own readies the locks of a
// program with threads, too, and so writes to pages all over the child, each of which is copied.
pid_t CallFork() {
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
  if (&_DYNAMIC == nullptr && &::pthread_atfork == nullptr) return ::_Fork();
#endif
  return ::fork();
}

}  // namespace

absl::StatusOr<pid_t> Fork(absl::FunctionRef<int()> body, const signals::SignalSet& ignored) {
  return Forker(ignored).Fork(body);
}

Forker::Forker(const signals::SignalSet& ignored)
    : ignored_(ignored), to_change_(signals::DispositionsToReset(ignored)) {}

absl::StatusOr<pid_t> Forker::Fork(absl::FunctionRef<int()> body) const {
  // A thread that was just joined is still counted for a moment.
  for (int tries = 0; HasOtherThreads(); ++tries) {
    CHECK_LT(tries, 1000) << "Fork in a process with other threads: fork before starting them";
    ::poll(nullptr, 0, 1);
  }
  FlushStdio();
  std::optional<signals::ScopedSignalMask> blocked(std::in_place, signals::SignalSet::All());
  // Where the child is to have just what the parent has, there is no handler that could run in it,
  // and nothing to set: it does not even fault in the code that would.
  const bool as_parent = to_change_.empty() && blocked->previous().empty();
  if (as_parent) blocked.reset();
  const pid_t pid = CallFork();
  if (pid == 0) {
    if (!as_parent) {
      signals::ResetDispositions(ignored_, to_change_);
      signals::SetBlockedSignals({});
    }
    // noexcept: an exception must not unwind into the parent's code, which would go on in the
    // child.
    ::_exit([&]() noexcept { return body(); }());
  }
  if (pid < 0) return net::PosixError(errno, "fork");
  return pid;
}

}  // namespace forklift::proc
