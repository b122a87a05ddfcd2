#include "forklift/net/deadline.h"

#include <stdint.h>
#include <time.h>

#include <algorithm>
#include <limits>

#include "absl/time/time.h"

namespace forklift::net {
namespace {

int64_t MonotonicNanoseconds() {
  timespec now;
  ::clock_gettime(CLOCK_MONOTONIC, &now);  // cannot fail: the clock exists and the pointer is good
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

Deadline Deadline::After(absl::Duration timeout) {
  return Deadline(MonotonicNanoseconds()).Later(timeout);
}

Deadline Deadline::Later(absl::Duration delay) const {
  const int64_t wait = std::max<int64_t>(absl::ToInt64Nanoseconds(delay), 0);
  if (wait > std::numeric_limits<int64_t>::max() - nanoseconds_) return Infinite();
  return Deadline(nanoseconds_ + wait);
}

absl::Duration Deadline::Remaining() const {
  if (infinite()) return absl::InfiniteDuration();
  return absl::Nanoseconds(std::max<int64_t>(nanoseconds_ - MonotonicNanoseconds(), 0));
}

int Deadline::PollTimeout() const {
  if (infinite()) return -1;
  const int64_t left = std::max<int64_t>(nanoseconds_ - MonotonicNanoseconds(), 0);
  const int64_t milliseconds = left / 1'000'000 + (left % 1'000'000 != 0);
  return static_cast<int>(std::min<int64_t>(milliseconds, std::numeric_limits<int>::max()));
}

}  // namespace forklift::net
