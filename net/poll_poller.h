// PollPoller is Poller over poll(2), for systems without epoll: Wait costs what is watched. See
// poller.h.
#ifndef FORKLIFT_NET_POLL_POLLER_H_
#define FORKLIFT_NET_POLL_POLLER_H_

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "forklift/net/deadline.h"
#include "forklift/net/poller.h"

namespace forklift::net {

class PollPoller final : public Poller {
 public:
  PollPoller() = default;

  absl::Status Add(int fd, Interest interest, uint64_t data, Wakes wakes) override;
  void Change(int fd, Interest interest, uint64_t data) override;
  void Remove(int fd) override;
  absl::StatusOr<size_t> Wait(absl::Span<ReadyEvent> events, Deadline deadline) override;

 private:
  size_t IndexOf(int fd) const;

  std::vector<pollfd> entries_;
  struct Details {
    uint64_t data;
    Wakes wakes;
  };
  std::vector<Details> details_;  // of the entry with the same index
  absl::flat_hash_map<int, size_t> index_;
  size_t first_ = 0;  // where the next Wait begins to look, so that each gets its turn
};

}  // namespace forklift::net

#endif  // FORKLIFT_NET_POLL_POLLER_H_
