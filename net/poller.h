// Poller waits until descriptors are ready for reading or writing: the interface of EpollPoller
// (epoll(7), Linux) and PollPoller (poll(2), anywhere).
//
// Level-triggered: a descriptor that stays ready is reported again. Borrows the descriptors: remove
// one before it is closed, or the kernel may go on reporting it while a copy of it is open (dup,
// fork). Only Wait blocks. One object, one thread; not for signal handlers.
//
// Across fork: an epoll instance is shared with the child, which must not use it. Remove and the
// destructor do nothing to the parent's there, so objects that a child inherits may be destroyed.
//
// Most programs want event_loop.h, which adds callbacks, timers and protection from events that
// are out of date.
#ifndef FORKLIFT_NET_POLLER_H_
#define FORKLIFT_NET_POLLER_H_

#include <stddef.h>
#include <stdint.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "forklift/net/deadline.h"

namespace forklift::net {

// What to wait for. An error or hang-up is reported whatever is asked; to hear nothing, Remove.
enum class Interest : uint8_t { kRead, kWrite, kReadOrWrite };

// Of several processes that wait for one descriptor (a listener), each with an epoll of its own,
// which wake up.
enum class Wakes : uint8_t {
  kAll,
  // Or a few (EPOLLEXCLUSIVE; poll(2) wakes all). Who is woken accepts until nothing is ready
  // before it removes the entry, or what it leaves wakes nobody else. The entry cannot be changed.
  kOne,
};

struct ReadyEvent {
  uint64_t data;  // as given to Add or Change
  // An error or hang-up sets both: the next read or write tells.
  bool readable;
  bool writable;
};

class Poller {
 public:
  virtual ~Poller() = default;
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  // Begins to watch `fd`. kAlreadyExists where it is watched already; kFailedPrecondition where it
  // can't be waited for, as a regular file (epoll; poll reports it as ready); kResourceExhausted at
  // the limit of epoll's entries (/proc/sys/fs/epoll/max_user_watches).
  virtual absl::Status Add(int fd, Interest interest, uint64_t data, Wakes wakes) = 0;

  // Dies where `fd` is not watched, or was added with Wakes::kOne.
  virtual void Change(int fd, Interest interest, uint64_t data) = 0;

  // Dies where `fd` is not watched; with epoll also where it was closed first.
  virtual void Remove(int fd) = 0;

  // Waits until something is ready or `deadline` has passed, and fills in the first events: how
  // many, 0 at the deadline or after a signal (EINTR), so that the caller's loop can look at it.
  // `events` must have room for one. poll(2) can fail: for want of memory, or where a limit on
  // descriptors was lowered below what is watched (kInvalidArgument); the caller may try again.
  virtual absl::StatusOr<size_t> Wait(absl::Span<ReadyEvent> events, Deadline deadline) = 0;

 protected:
  Poller() = default;
};

}  // namespace forklift::net

#endif  // FORKLIFT_NET_POLLER_H_
