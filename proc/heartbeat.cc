#include "forklift/proc/heartbeat.h"

#include <stddef.h>

#include <atomic>
#include <utility>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forklift/proc/monotonic_time.h"
#include "forklift/proc/shared_array.h"

namespace forklift::proc {

absl::StatusOr<Heartbeats> Heartbeats::Create(size_t slots) {
  CHECK_GT(slots, 0u) << "Heartbeats::Create: no slots";
  absl::StatusOr<SharedArray<Slot>> array = SharedArray<Slot>::Create(slots);
  if (!array.ok()) return array.status();
  return Heartbeats(*std::move(array));
}

void Heartbeats::Beat(size_t slot) {
  CHECK_LT(slot, size()) << "Heartbeats::Beat: no such slot";
  slots_[slot].nanoseconds.store(absl::ToInt64Nanoseconds(MonotonicNow()),
                                 std::memory_order_relaxed);
}

absl::Duration Heartbeats::LastBeat(size_t slot) const {
  CHECK_LT(slot, size()) << "Heartbeats::LastBeat: no such slot";
  return absl::Nanoseconds(slots_[slot].nanoseconds.load(std::memory_order_relaxed));
}

}  // namespace forklift::proc
