// EpollPoller is Poller over epoll(7): Wait costs what is ready, not what is watched. See poller.h.
#ifndef FORKLIFT_NET_EPOLL_POLLER_H_
#define FORKLIFT_NET_EPOLL_POLLER_H_

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "forklift/net/deadline.h"
#include "forklift/net/poller.h"
#include "forklift/net/unique_fd.h"

namespace forklift::net {

class EpollPoller final : public Poller {
 public:
  // Fails where the process or the system has no descriptor left (epoll_create1).
  static absl::StatusOr<std::unique_ptr<EpollPoller>> Create();

  absl::Status Add(int fd, Interest interest, uint64_t data, Wakes wakes) override;
  void Change(int fd, Interest interest, uint64_t data) override;
  void Remove(int fd) override;
  absl::StatusOr<size_t> Wait(absl::Span<ReadyEvent> events, Deadline deadline) override;

 private:
  explicit EpollPoller(UniqueFd epoll);
  bool InChild() const;

  const UniqueFd epoll_;
  const pid_t owner_pid_;
};

}  // namespace forklift::net

#endif  // FORKLIFT_NET_EPOLL_POLLER_H_
