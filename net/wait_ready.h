// WaitReady blocks until one descriptor is ready or a deadline comes: poll(2) whose time does not
// start again when a signal interrupts it.
//
// Borrows the descriptor; owns nothing. Safe across fork and from any thread. Not for signal
// handlers (errors allocate), and not for a loop with more than one descriptor.
//
//   const absl::StatusOr<bool> ready = WaitReady(fd, POLLIN, Deadline::After(absl::Seconds(1)));
#ifndef FORKLIFT_NET_WAIT_READY_H_
#define FORKLIFT_NET_WAIT_READY_H_

#include "absl/status/statusor.h"
#include "forklift/net/deadline.h"

namespace forklift::net {

// Whether `fd` is ready for `events` (POLLIN, POLLOUT), or in a state that the next call on it will
// tell of (closed, in error); false when the deadline came first. Looks once where the deadline has
// passed. A negative `fd` is never ready. Fails where the kernel has no memory (ENOMEM).
absl::StatusOr<bool> WaitReady(int fd, short events, Deadline deadline);

}  // namespace forklift::net

#endif  // FORKLIFT_NET_WAIT_READY_H_
