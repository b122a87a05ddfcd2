// Wakeup wakes a poll loop from another thread or from a signal handler, by a descriptor that
// becomes readable: an eventfd on Linux, a pipe elsewhere.
//
// It carries no data: any number of wake-ups before the next Clear are one. So put what the loop
// shall see in place before Wake, and look at it after Clear; then nothing is ever missed.
//
// Owns the descriptor. Never blocks. Wake is async-signal-safe and thread-safe; Clear belongs to
// the loop's thread. The object must outlive whoever may wake it, and stay where it is meanwhile.
// Across fork: Wake in a child that inherited it does nothing, so a child never wakes its parent by
// accident; Clear dies there, as it would swallow the parent's wake-ups. A child creates its own.
//
//   absl::StatusOr<Wakeup> wakeup = Wakeup::Create();
//   std::thread worker([&] { posted = 42; wakeup->Wake(); });
//   pollfd entry = {.fd = wakeup->fd(), .events = POLLIN, .revents = 0};
//   while (::poll(&entry, 1, -1) != 1) {}
//   wakeup->Clear();
//   Handle(posted);
#ifndef FORKLIFT_NET_WAKEUP_H_
#define FORKLIFT_NET_WAKEUP_H_

#include <sys/types.h>

#include "absl/status/statusor.h"
#include "forklift/net/unique_fd.h"

namespace forklift::net {

class Wakeup {
 public:
  // Fails where the process or the system has no descriptor left.
  static absl::StatusOr<Wakeup> Create();

  // What Create gives on a system without eventfd.
  static absl::StatusOr<Wakeup> CreatePortableForTest();

  // Makes fd() readable; errno is as before when it returns.
  void Wake() const;

  // Makes fd() unreadable until the next Wake. No harm where there was none.
  void Clear();

  // To poll for reading, not to read.
  int fd() const { return read_end_.get(); }

 private:
  Wakeup(UniqueFd read_end, UniqueFd write_end);

  pid_t owner_pid_;
  UniqueFd read_end_;
  UniqueFd write_end_;  // owns nothing with an eventfd, which is both ends
};

}  // namespace forklift::net

#endif  // FORKLIFT_NET_WAKEUP_H_
