// RunningClock counts only the time in which this process was running, so that a timeout does not
// strike when the process, or the whole machine with all that it watches, was stopped meanwhile
// (SIGSTOP, the freezer of a cgroup, a debugger) and goes on.
//
// A process cannot see that it is stopped; it sees that it looks at the clock later than it meant
// to. So a look that comes late moves this clock by at most twice the wait that was planned. Who
// plans waits of at most a quarter of each timeout loses at most half a timeout to a stop, however
// long that was.
//
// A value without a clock of its own: the caller says the time. Owns nothing, never blocks. One
// object, one thread.
//
//   clock.Advance(MonotonicNow());
//   if (clock.now() - last_seen > timeout) ...
//   clock.Plan(timeout / 4);  // before a wait of that long
#ifndef FORKLIFT_PROC_RUNNING_CLOCK_H_
#define FORKLIFT_PROC_RUNNING_CLOCK_H_

#include <algorithm>

#include "absl/time/time.h"

namespace forklift::proc {

class RunningClock {
 public:
  // `now` as in Advance.
  explicit RunningClock(absl::Duration now) : looked_at_(now) {}

  // Looks at the clock: `now` is that of proc/monotonic_time.h.
  void Advance(absl::Duration now) {
    now_ += std::min(now - looked_at_, 2 * planned_);
    looked_at_ = now;
  }

  // Says that the next look comes after `wait` at the latest; absl::InfiniteDuration() where no
  // timeout is running.
  void Plan(absl::Duration wait) { planned_ = wait; }

  // The time that counts, from 0 on, as of the last look.
  absl::Duration now() const { return now_; }

 private:
  absl::Duration now_;
  absl::Duration looked_at_;
  absl::Duration planned_ = absl::InfiniteDuration();
};

}  // namespace forklift::proc

#endif  // FORKLIFT_PROC_RUNNING_CLOCK_H_
