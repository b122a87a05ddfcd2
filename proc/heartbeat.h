// Heartbeats lets the parent see when each of its workers was last alive: a slot a worker, in
// memory that parent and children share.
//
// Owns a SharedArray. Beat is one store without a lock, so a worker that is killed at any
// point leaves the last beat or this one, and harms no other. Never blocks. Beat and LastBeat may
// be called in a signal handler and from any thread and process that shares the slots.
//
// Not for finding out that a worker has ended (proc/reaper.h), only that it does not get on.
//
//   absl::StatusOr<Heartbeats> heartbeats = Heartbeats::Create(workers);
//   // In the worker's loop, at least every few seconds:
//   heartbeats->Beat(slot);
//   // In the parent:
//   const absl::Duration silent_for = MonotonicNow() - heartbeats->LastBeat(slot);
#ifndef FORKLIFT_PROC_HEARTBEAT_H_
#define FORKLIFT_PROC_HEARTBEAT_H_

#include <stddef.h>
#include <stdint.h>

#include <atomic>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forklift/proc/shared_array.h"

namespace forklift::proc {

class Heartbeats {
 public:
  // For slots 0 to `slots` - 1. To be called before the fork of the workers. Dies where `slots` is
  // 0; fails where the kernel has no memory (mmap).
  static absl::StatusOr<Heartbeats> Create(size_t slots);

  // Says that whoever has `slot` is alive now. Dies where there is no such slot.
  void Beat(size_t slot);

  // When `slot` last beat, in the time of MonotonicNow; zero where it never has. It is what the
  // worker wrote, so no proof against one that lies. Dies where there is no such slot.
  absl::Duration LastBeat(size_t slot) const;

  size_t size() const { return slots_.size(); }

 private:
  // A cache line each: workers on different processors do not slow each other down.
  struct alignas(64) Slot {
    std::atomic<int64_t> nanoseconds;
  };
  static_assert(std::atomic<int64_t>::is_always_lock_free);

  explicit Heartbeats(SharedArray<Slot> slots) : slots_(std::move(slots)) {}

  SharedArray<Slot> slots_;
};

}  // namespace forklift::proc

#endif  // FORKLIFT_PROC_HEARTBEAT_H_
