#include "forklift/net/epoll_poller.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <iterator>
#include <memory>
#include <string_view>
#include <utility>

#include "absl/log/check.h"
#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forklift/net/deadline.h"
#include "forklift/net/posix_error.h"
#include "forklift/net/unique_fd.h"

namespace forklift::net {
namespace {

epoll_event EventFor(Interest interest, uint64_t data) {
  epoll_event event = {};
  if (interest != Interest::kWrite) event.events |= EPOLLIN;
  if (interest != Interest::kRead) event.events |= EPOLLOUT;
  event.data.u64 = data;
  return event;
}

std::string_view Advice(int error_number) {
  if (error_number == EPERM) return "; only sockets, pipes and the like can be waited for";
  if (error_number == ENOSPC) return "; raise /proc/sys/fs/epoll/max_user_watches";
  return "";
}

// epoll_wait until `deadline`, by nanoseconds where the kernel can (Linux 5.11): a timer is not up
// to a millisecond late then. Else by milliseconds, rounded up.
int WaitUntil(int epoll, epoll_event* events, int room, Deadline deadline) {
  static std::atomic<bool> precise = true;
  if (precise.load(std::memory_order_relaxed) && !deadline.infinite()) {
    const timespec timeout = absl::ToTimespec(deadline.Remaining());
    const int count = ::epoll_pwait2(epoll, events, room, &timeout, nullptr);
    // EPERM is of a filter of system calls that does not know this one.
    if (count >= 0 || (errno != ENOSYS && errno != EPERM)) return count;
    precise = false;
  }
  return ::epoll_wait(epoll, events, room, deadline.PollTimeout());
}

absl::StatusCode CodeFor(int error_number, absl::StatusCode otherwise) {
  return error_number == EPERM ? absl::StatusCode::kFailedPrecondition : otherwise;
}

}  // namespace

absl::StatusOr<std::unique_ptr<EpollPoller>> EpollPoller::Create() {
  UniqueFd epoll(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll.valid()) return PosixError(errno, "epoll_create1");
  return absl::WrapUnique(new EpollPoller(std::move(epoll)));
}

EpollPoller::EpollPoller(UniqueFd epoll) : epoll_(std::move(epoll)), owner_pid_(::getpid()) {}

bool EpollPoller::InChild() const { return ::getpid() != owner_pid_; }

absl::Status EpollPoller::Add(int fd, Interest interest, uint64_t data, Wakes wakes) {
  CHECK(!InChild()) << "Poller::Add in a child would change its parent's; create one of its own";
  epoll_event event = EventFor(interest, data);
  if (wakes == Wakes::kOne) event.events |= EPOLLEXCLUSIVE;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0) return absl::OkStatus();
  const int error_number = errno;
  const absl::Status error = PosixError(error_number, absl::StrCat("epoll_ctl ADD ", fd));
  return absl::Status(CodeFor(error_number, error.code()),
                      absl::StrCat(error.message(), Advice(error_number)));
}

void EpollPoller::Change(int fd, Interest interest, uint64_t data) {
  CHECK(!InChild()) << "Poller::Change in a child would change its parent's; create one of its own";
  epoll_event event = EventFor(interest, data);
  PCHECK(::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event) == 0) << "epoll_ctl MOD " << fd;
}

void EpollPoller::Remove(int fd) {
  // The instance is shared: the parent would lose its entry.
  if (InChild()) return;
  PCHECK(::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr) == 0)
      << "epoll_ctl DEL " << fd << ": closed before it was removed?";
}

absl::StatusOr<size_t> EpollPoller::Wait(absl::Span<ReadyEvent> events, Deadline deadline) {
  CHECK(!events.empty()) << "Poller::Wait: no room for an event";
  DCHECK(!InChild()) << "Poller::Wait in a child would take its parent's events";  // a system call
  epoll_event ready[64];  // small, as the stack of a server that forks
  const int room = static_cast<int>(std::min(events.size(), std::size(ready)));
  // Not RetryOnEintr: the caller's loop looks at what interrupted it, and at its deadline.
  const int count = WaitUntil(epoll_.get(), ready, room, deadline);
  if (count < 0) {
    PCHECK(errno == EINTR) << "epoll_wait " << epoll_.get();
    return size_t{0};
  }
  for (int i = 0; i < count; ++i) {
    const uint32_t bits = ready[i].events;
    const bool broken = (bits & (EPOLLERR | EPOLLHUP)) != 0;
    events[static_cast<size_t>(i)] = {.data = ready[i].data.u64,
                                      .readable = broken || (bits & EPOLLIN) != 0,
                                      .writable = broken || (bits & EPOLLOUT) != 0};
  }
  return static_cast<size_t>(count);
}

}  // namespace forklift::net
