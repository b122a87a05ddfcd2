// Backoff tells how long to wait before something that keeps failing is tried again: twice as long
// each time, up to a cap, with jitter so that many who failed together do not come back together.
//
// A value without a clock: the caller says how long the last try lasted, and waits himself. Owns
// nothing, never blocks; a copy in a forked child goes its own way. One object, one thread.
//
//   Backoff backoff;
//   while (!Connect()) Wait(backoff.Next(/*lasted=*/absl::ZeroDuration()));
#ifndef FORKLIFT_PROC_BACKOFF_H_
#define FORKLIFT_PROC_BACKOFF_H_

#include <stdint.h>

#include <optional>

#include "absl/time/time.h"

namespace forklift::proc {

struct BackoffOptions {
  absl::Duration initial = absl::Milliseconds(100);  // more than 0
  absl::Duration cap = absl::Seconds(30);            // at least `initial`
  // What lasted this long before it failed was well: the next wait is `initial` again.
  absl::Duration reset_after = absl::Seconds(60);
  // The part of a wait that is random, 0 to 1: with 0.25, a wait of 8 s is 6 to 8 s.
  double jitter = 0.25;
  // For the same waits in each run; without it they differ from process to process.
  std::optional<uint64_t> seed;
};

class Backoff {
 public:
  // Dies where an option is out of its range.
  explicit Backoff(const BackoffOptions& options = {});

  // How long to wait before the next try. `lasted` is how long the last one did before it failed.
  absl::Duration Next(absl::Duration lasted);

  // The next wait is `initial` again.
  void Reset() { wait_ = options_.initial; }

 private:
  double NextFraction();

  BackoffOptions options_;
  absl::Duration wait_;  // the next one, before jitter
  uint64_t random_;
};

}  // namespace forklift::proc

#endif  // FORKLIFT_PROC_BACKOFF_H_
