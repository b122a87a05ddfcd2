// Deadline is a point on the monotonic clock by which something must be done, so that a wait that
// is interrupted or repeated never starts its whole timeout again, and a jump of the wall clock
// moves nothing.
//
// A value: owns nothing, never blocks; safe across fork (the clock is the machine's), in signal
// handlers and from any thread.
//
//   const Deadline deadline = Deadline::After(absl::Seconds(10));
//   while (!deadline.expired()) ::poll(&entry, 1, deadline.PollTimeout());
#ifndef FORKLIFT_NET_DEADLINE_H_
#define FORKLIFT_NET_DEADLINE_H_

#include <stdint.h>

#include <compare>
#include <limits>

#include "absl/time/time.h"

namespace forklift::net {

class Deadline {
 public:
  // `timeout` from now. Negative counts as zero; absl::InfiniteDuration() gives Infinite().
  static Deadline After(absl::Duration timeout);

  // Never expires.
  static Deadline Infinite() { return Deadline(std::numeric_limits<int64_t>::max()); }

  // `delay` after this one; never before it.
  Deadline Later(absl::Duration delay) const;

  bool infinite() const { return nanoseconds_ == std::numeric_limits<int64_t>::max(); }
  bool expired() const { return Remaining() == absl::ZeroDuration(); }

  // What is left: zero once expired, absl::InfiniteDuration() where infinite.
  absl::Duration Remaining() const;

  // What is left as poll(2) and epoll_wait(2) take it: whole milliseconds, rounded up so that a
  // wait does not end early and spin; -1 where infinite.
  int PollTimeout() const;

  // Earlier is less.
  friend auto operator<=>(const Deadline&, const Deadline&) = default;

 private:
  explicit Deadline(int64_t nanoseconds) : nanoseconds_(nanoseconds) {}

  int64_t nanoseconds_;  // of CLOCK_MONOTONIC; the maximum stands for "never"
};

}  // namespace forklift::net

#endif  // FORKLIFT_NET_DEADLINE_H_
