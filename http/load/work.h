// Work hands out the requests of one worker: when each may be sent, and when there are no more.
//
// In a closed loop there is always one, until the end. In an open loop each has a moment at which
// it is due, and is handed out no earlier; later, where no connection was free.
//
// Pure but for the clock that its caller reads; owns its schedule. One object, one thread.
//
//   while (std::optional<Nanoseconds> due = work.Take(now)) Send(*due);
//   Wait(work.NextDue());
#ifndef FORKLIFT_HTTP_LOAD_WORK_H_
#define FORKLIFT_HTTP_LOAD_WORK_H_

#include <stdint.h>

#include <limits>
#include <optional>

#include "forklift/http/load/arrivals.h"
#include "forklift/http/load/clock.h"

namespace forklift::http::load {

class Work {
 public:
  static constexpr Nanoseconds kNever = std::numeric_limits<Nanoseconds>::max();

  // `count` requests of a closed loop, none from `end` on.
  Work(uint64_t count, Nanoseconds end) : left_(count), end_(end) {}

  // Those of `arrivals`, which begin at `begin`, as far as they are due before `end`.
  Work(uint64_t count, Nanoseconds end, Nanoseconds begin, Arrivals arrivals);

  // When the next request was due, which in a closed loop is now; nothing where none is due yet.
  std::optional<Nanoseconds> Take(Nanoseconds now);

  // When Take has something; now or earlier in a closed loop, kNever where it has nothing any more.
  Nanoseconds NextDue() const { return left_ == 0 ? kNever : next_; }

  // Whether Take has nothing any more.
  bool done(Nanoseconds now) const { return left_ == 0 || (arrivals_ ? next_ : now) >= end_; }

  Nanoseconds end() const { return end_; }

  // From `from` on, requests of all workers are due at `rate`, whatever was to come; where that has
  // passed, from the last one that was taken on. Only for an open loop.
  void SetRate(Nanoseconds from, double rate);

  // Hands out nothing any more.
  void Stop() { left_ = 0; }

  // How many were due in the time from `from` to `now` and never taken, as far as that is found out
  // by looking at `most` requests: done() once all were. Nothing may be taken after that.
  uint64_t GiveUp(Nanoseconds from, Nanoseconds now, uint64_t most);

 private:
  void Advance();
  void FindNext();

  uint64_t left_;
  Nanoseconds end_;
  Nanoseconds begin_ = 0;
  Nanoseconds next_ = std::numeric_limits<Nanoseconds>::min();  // a closed loop's is always due
  std::optional<Arrivals> arrivals_;
};

}  // namespace forklift::http::load

#endif  // FORKLIFT_HTTP_LOAD_WORK_H_
