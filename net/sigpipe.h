// WithoutSigpipe makes a system call that writes, and that raises SIGPIPE where its reader is gone,
// fail with EPIPE alone: for write(2) and writev(2) on pipes and for sendfile(2), which know no
// MSG_NOSIGNAL.
//
// So a library need not ignore SIGPIPE for the whole process, which its programs would inherit. It
// blocks the signal in the calling thread for the call, and takes the one that the call raised,
// also where it had moved some bytes before and reports those; one that was pending before stays.
// Costs three short system calls. Owns nothing; blocks as long as the call does. Safe across fork
// and from any thread; not for signal handlers.
#ifndef FORKLIFT_NET_SIGPIPE_H_
#define FORKLIFT_NET_SIGPIPE_H_

#include <errno.h>
#include <signal.h>
#include <time.h>

#include "forklift/net/eintr.h"

namespace forklift::net {

// What `call` returned, with errno as it left it. `call` returns -1 for an error.
template <typename Call>
auto WithoutSigpipe(Call call) -> decltype(call()) {
  sigset_t sigpipe;
  ::sigemptyset(&sigpipe);
  ::sigaddset(&sigpipe, SIGPIPE);
  sigset_t previous;
  ::pthread_sigmask(SIG_BLOCK, &sigpipe, &previous);
  const bool blocked_before = ::sigismember(&previous, SIGPIPE) == 1;
  sigset_t pending;
  const bool pending_before =
      blocked_before && ::sigpending(&pending) == 0 && ::sigismember(&pending, SIGPIPE) == 1;

  const auto result = call();

  const int saved_errno = errno;
  if (!pending_before) {
    const timespec at_once = {};
    RetryOnEintr([&] { return ::sigtimedwait(&sigpipe, nullptr, &at_once); });
  }
  if (!blocked_before) ::pthread_sigmask(SIG_SETMASK, &previous, nullptr);
  errno = saved_errno;
  return result;
}

}  // namespace forklift::net

#endif  // FORKLIFT_NET_SIGPIPE_H_
