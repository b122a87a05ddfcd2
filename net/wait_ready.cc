#include "forklift/net/wait_ready.h"

#include <errno.h>
#include <poll.h>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "forklift/net/deadline.h"
#include "forklift/net/posix_error.h"

namespace forklift::net {

absl::StatusOr<bool> WaitReady(int fd, short events, Deadline deadline) {
  while (true) {
    pollfd entry = {.fd = fd, .events = events, .revents = 0};
    // Not RetryOnEintr: the timeout is computed anew each time.
    const int ready = ::poll(&entry, 1, deadline.PollTimeout());
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return PosixError(errno, absl::StrCat("poll ", fd));
    // An interrupted look at a deadline that has passed is repeated: it does not wait.
    if (ready == 0 && deadline.expired()) return false;
  }
}

}  // namespace forklift::net
