// ConnectionLimit bounds the connections that all workers of a server serve at once, together: one
// of them may have all where the others have none.
//
// Owns memory that it shares with the processes forked after it was made. Each worker has a slot
// that counts its own connections, so that the parent can take back those of one that was killed.
// Costs an atomic operation a connection; never blocks. Safe from any thread and process, but a
// slot is for one at a time; safe in signal handlers.
#ifndef FORKLIFT_HTTP_SERVER_CONNECTION_LIMIT_H_
#define FORKLIFT_HTTP_SERVER_CONNECTION_LIMIT_H_

#include <stddef.h>
#include <stdint.h>

#include <atomic>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "forklift/proc/shared_array.h"

namespace forklift::http::server {

class ConnectionLimit {
 public:
  // `most` connections at once, in the slots 0 to `slots` - 1. To be made before the workers are
  // forked. Dies where there is no slot; fails where there is no memory (mmap).
  static absl::StatusOr<std::unique_ptr<ConnectionLimit>> Create(size_t most, size_t slots);

  ConnectionLimit(const ConnectionLimit&) = delete;
  ConnectionLimit& operator=(const ConnectionLimit&) = delete;

  // Counts a connection; false, and it is not counted, where there are as many as there may be.
  // These die where there is no such slot.
  bool Enter(size_t slot);
  // One that has entered is over.
  void Leave(size_t slot);
  // Whoever had the slot has ended, with all of its connections.
  void LeaveAll(size_t slot);

  // There is no limit from now on: the server stops for good, and its workers take in what is in
  // the queue, which closing the last copy of the listener would reset.
  void Lift();
  bool lifted() const;

  // Whether nobody may enter for now.
  bool full() const { return count() >= most_ && !lifted(); }

  size_t most() const { return most_; }
  size_t count() const;

 private:
  // A cache line each: workers on different processors share only the first two.
  struct alignas(64) Cell {
    std::atomic<int64_t> value;
  };
  static_assert(std::atomic<int64_t>::is_always_lock_free, "a lock is not shared with processes");
  static constexpr size_t kFirstSlot = 2;

  ConnectionLimit(size_t most, proc::SharedArray<Cell> cells)
      : most_(most), cells_(std::move(cells)) {}

  std::atomic<int64_t>& total() const { return cells_[0].value; }  // of all slots
  std::atomic<int64_t>& lifted_cell() const { return cells_[1].value; }
  std::atomic<int64_t>& InSlot(size_t slot) const;

  const size_t most_;
  const proc::SharedArray<Cell> cells_;
};

// What a worker has of it. One without a limit lets all in.
class ConnectionShare {
 public:
  ConnectionShare() = default;
  // `limit` must outlive it.
  ConnectionShare(ConnectionLimit& limit, size_t slot) : limit_(&limit), slot_(slot) {}

  bool Enter() { return limit_ == nullptr || limit_->Enter(slot_); }
  void Leave() {
    if (limit_ != nullptr) limit_->Leave(slot_);
  }
  bool full() const { return limit_ != nullptr && limit_->full(); }
  // SIZE_MAX without a limit.
  size_t most() const { return limit_ == nullptr ? SIZE_MAX : limit_->most(); }

 private:
  ConnectionLimit* limit_ = nullptr;
  size_t slot_ = 0;
};

}  // namespace forklift::http::server

#endif  // FORKLIFT_HTTP_SERVER_CONNECTION_LIMIT_H_
