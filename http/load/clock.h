// Nanoseconds are how the load client keeps time: a plain number is what its hot path can afford,
// and its statistics can share with other processes.
#ifndef FORKLIFT_HTTP_LOAD_CLOCK_H_
#define FORKLIFT_HTTP_LOAD_CLOCK_H_

#include <stdint.h>
#include <time.h>

namespace forklift::http::load {

// A moment of CLOCK_MONOTONIC, or a time between two.
using Nanoseconds = int64_t;

inline constexpr Nanoseconds kSecond = 1'000'000'000;

// The same clock for every process of the machine; safe across fork and from any thread.
inline Nanoseconds MonotonicNanoseconds() {
  timespec now;
  ::clock_gettime(CLOCK_MONOTONIC, &now);  // cannot fail: the clock exists and the pointer is good
  return now.tv_sec * kSecond + now.tv_nsec;
}

}  // namespace forklift::http::load

#endif  // FORKLIFT_HTTP_LOAD_CLOCK_H_
