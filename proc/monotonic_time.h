// MonotonicNow tells the time on the monotonic clock as a duration: for what compares two moments,
// in one process or in several, where net/deadline.h waits for one.
//
// Owns nothing, never blocks, never allocates: safe across fork, in signal handlers and from any
// thread.
#ifndef FORKLIFT_PROC_MONOTONIC_TIME_H_
#define FORKLIFT_PROC_MONOTONIC_TIME_H_

#include <time.h>

#include "absl/time/time.h"

namespace forklift::proc {

// Since an arbitrary moment that is the same for every process of the machine (CLOCK_MONOTONIC of
// clock_gettime(2): no jump of the wall clock moves it, and it stands still while the machine is
// suspended).
inline absl::Duration MonotonicNow() {
  timespec now;
  ::clock_gettime(CLOCK_MONOTONIC, &now);  // cannot fail: the clock exists and the pointer is good
  return absl::DurationFromTimespec(now);
}

}  // namespace forklift::proc

#endif  // FORKLIFT_PROC_MONOTONIC_TIME_H_
