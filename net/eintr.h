// RetryOnEintr repeats a system call that a signal interrupted (EINTR) until it ends another way.
//
// Owns nothing; blocks as long as the call does. Safe across fork, in signal handlers and from any
// thread.
//
// Not for close: Linux has closed the descriptor by then, and a second close may hit another
// thread's new one. Not for connect: it goes on in the background; poll for writability, then read
// SO_ERROR (POSIX connect). Not for poll, epoll_wait and nanosleep with a timeout: the whole
// timeout would start again; recompute it from a Deadline each time.
#ifndef FORKLIFT_NET_EINTR_H_
#define FORKLIFT_NET_EINTR_H_

#include <errno.h>

namespace forklift::net {

// What `call` returned in the end, with errno as it left it. `call` returns -1 for an error.
//   ssize_t count = RetryOnEintr([&] { return ::read(fd, buffer, size); });
template <typename Call>
auto RetryOnEintr(Call call) -> decltype(call()) {
  while (true) {
    auto result = call();
    if (result != -1 || errno != EINTR) return result;
  }
}

}  // namespace forklift::net

#endif  // FORKLIFT_NET_EINTR_H_
