#include "forklift/proc/worker_context.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#include <utility>

#include "absl/log/check.h"
#include "absl/time/time.h"
#include "forklift/net/deadline.h"
#include "forklift/net/eintr.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/heartbeat.h"
#include "forklift/proc/parent_death.h"

namespace forklift::proc {

WorkerContext::WorkerContext(const WorkerIdentity& identity, net::UniqueFd channel,
                             Heartbeats& heartbeats, absl::Duration beat_interval, pid_t parent,
                             absl::Duration orphan_grace)
    : identity_(identity),
      channel_(std::move(channel)),
      heartbeats_(heartbeats),
      beat_interval_(beat_interval),
      parent_(parent),
      orphan_grace_(orphan_grace) {
  EndWithParent(parent_, orphan_grace_);
}

void WorkerContext::Ready() {
  EndWithParent(parent_, orphan_grace_);
  Beat();
  if (!std::exchange(ready_, true)) Say(kReadyWord);
}

void WorkerContext::Retire() {
  CHECK(ready_) << "WorkerContext::Retire: not Ready yet";
  if (!std::exchange(retiring_, true)) Say(kRetiringWord);
}

void WorkerContext::Say(char word) {
  // Fails only where the supervisor has gone, which stop_fd tells.
  net::RetryOnEintr([&] { return ::send(channel_.get(), &word, 1, MSG_NOSIGNAL | MSG_DONTWAIT); });
}

bool WorkerContext::ShouldStop(net::Deadline wait_until) const {
  pollfd entry = {.fd = channel_.get(), .events = POLLIN, .revents = 0};
  return ::poll(&entry, 1, wait_until.PollTimeout()) > 0;
}

bool WorkerContext::ParentDied() const {
  // While the parent dies, its descriptors are closed first, and only later has the child another
  // parent.
  char byte;
  const ssize_t count =
      net::RetryOnEintr([&] { return ::recv(channel_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT); });
  const bool closed = count == 0 || (count < 0 && errno == ECONNRESET);
  return closed || ::getppid() != parent_;
}

}  // namespace forklift::proc
