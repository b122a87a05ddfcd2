#include "forklift/proc/heartbeat.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>

#include <atomic>
#include <limits>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forklift/net/posix_error.h"
#include "forklift/proc/monotonic_time.h"

namespace forklift::proc {

absl::StatusOr<Heartbeats> Heartbeats::Create(size_t slots) {
  CHECK_GT(slots, 0u) << "Heartbeats::Create: no slots";
  CHECK_LE(slots, std::numeric_limits<size_t>::max() / sizeof(Slot));
  // Comes filled with zeros, which are valid slots.
  void* memory = ::mmap(nullptr, slots * sizeof(Slot), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    return net::PosixError(errno, absl::StrCat("mmap of ", slots, " heartbeat slots"));
  }
  return Heartbeats(static_cast<Slot*>(memory), slots);
}

Heartbeats::~Heartbeats() {
  if (slots_ != nullptr) ::munmap(slots_, size_ * sizeof(Slot));
}

void Heartbeats::Beat(size_t slot) {
  CHECK_LT(slot, size_) << "Heartbeats::Beat: no such slot";
  slots_[slot].nanoseconds.store(absl::ToInt64Nanoseconds(MonotonicNow()),
                                 std::memory_order_relaxed);
}

absl::Duration Heartbeats::LastBeat(size_t slot) const {
  CHECK_LT(slot, size_) << "Heartbeats::LastBeat: no such slot";
  return absl::Nanoseconds(slots_[slot].nanoseconds.load(std::memory_order_relaxed));
}

}  // namespace forklift::proc
