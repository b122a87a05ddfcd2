// RestartLimit tells when to give up: more restarts within a window of time than it allows.
//
// A value without a clock: the caller says the time. Owns nothing, never blocks; remembers as many
// moments as it allows restarts. One object, one thread.
//
//   RestartLimit limit({.restarts = 10, .window = absl::Seconds(60)});
//   if (!limit.Admit(MonotonicNow())) return absl::ResourceExhaustedError("it keeps crashing");
#ifndef FORKLIFT_PROC_RESTART_LIMIT_H_
#define FORKLIFT_PROC_RESTART_LIMIT_H_

#include <stddef.h>

#include <deque>

#include "absl/time/time.h"

namespace forklift::proc {

// By default what keeps failing is given up after about 80 s with the waits of a default Backoff,
// and within the window even where each try takes half a minute.
struct RestartLimitOptions {
  size_t restarts = 10;
  absl::Duration window = absl::Minutes(10);
};

class RestartLimit {
 public:
  explicit RestartLimit(const RestartLimitOptions& options) : options_(options) {}

  // Whether one more restart at `now` is allowed; it counts if it is. `now` is any clock's that
  // does not go back, the same one each time (proc/monotonic_time.h).
  bool Admit(absl::Duration now) {
    while (!admitted_.empty() && admitted_.front() + options_.window <= now) admitted_.pop_front();
    if (admitted_.size() >= options_.restarts) return false;
    admitted_.push_back(now);
    return true;
  }

  const RestartLimitOptions& options() const { return options_; }

 private:
  RestartLimitOptions options_;
  std::deque<absl::Duration> admitted_;  // those of the last window, oldest first
};

}  // namespace forklift::proc

#endif  // FORKLIFT_PROC_RESTART_LIMIT_H_
