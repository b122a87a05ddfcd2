#include "forklift/net/poll_poller.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "forklift/net/deadline.h"
#include "forklift/net/posix_error.h"

namespace forklift::net {
namespace {

short EventsFor(Interest interest) {
  switch (interest) {
    case Interest::kRead:
      return POLLIN;
    case Interest::kWrite:
      return POLLOUT;
    case Interest::kReadOrWrite:
      return POLLIN | POLLOUT;
  }
  return 0;
}

}  // namespace

absl::Status PollPoller::Add(int fd, Interest interest, uint64_t data, Wakes wakes) {
  // As epoll_ctl says at once; poll would say it of each Wait.
  if (::fcntl(fd, F_GETFD) < 0) return PosixError(errno, absl::StrCat("poll of ", fd));
  if (!index_.emplace(fd, entries_.size()).second) {
    return absl::AlreadyExistsError(absl::StrCat("poll of ", fd, ": watched already"));
  }
  entries_.push_back({.fd = fd, .events = EventsFor(interest), .revents = 0});
  details_.push_back({data, wakes});
  return absl::OkStatus();
}

void PollPoller::Change(int fd, Interest interest, uint64_t data) {
  const size_t index = IndexOf(fd);
  entries_[index].events = EventsFor(interest);
  CHECK(details_[index].wakes == Wakes::kAll) << "poll of " << fd << ": added with Wakes::kOne";
  details_[index].data = data;
}

void PollPoller::Remove(int fd) {
  const size_t index = IndexOf(fd);
  entries_[index] = entries_.back();
  details_[index] = details_.back();
  index_[entries_[index].fd] = index;
  entries_.pop_back();
  details_.pop_back();
  index_.erase(fd);
}

size_t PollPoller::IndexOf(int fd) const {
  const auto found = index_.find(fd);
  CHECK(found != index_.end()) << "poll of " << fd << ": not watched";
  return found->second;
}

absl::StatusOr<size_t> PollPoller::Wait(absl::Span<ReadyEvent> events, Deadline deadline) {
  CHECK(!events.empty()) << "Poller::Wait: no room for an event";
  // Not RetryOnEintr: the caller's loop looks at what interrupted it, and at its deadline.
  const int ready = ::poll(entries_.data(), entries_.size(), deadline.PollTimeout());
  if (ready < 0) {
    if (errno == EINTR) return size_t{0};
    return PosixError(errno, absl::StrCat("poll of ", entries_.size(), " descriptors"));
  }
  size_t count = 0;
  for (int left = ready; left > 0 && count < events.size();) {
    first_ = first_ + 1 < entries_.size() ? first_ + 1 : 0;
    const pollfd& entry = entries_[first_];
    if (entry.revents == 0) continue;
    --left;
    CHECK((entry.revents & POLLNVAL) == 0)
        << "poll of " << entry.fd << ": closed before it was removed?";
    const bool broken = (entry.revents & (POLLERR | POLLHUP)) != 0;
    events[count++] = {.data = details_[first_].data,
                       .readable = broken || (entry.revents & POLLIN) != 0,
                       .writable = broken || (entry.revents & POLLOUT) != 0};
  }
  return count;
}

}  // namespace forklift::net
