// RestartPolicy says when a supervisor may start the next worker: at once, unless workers keep
// failing; then later and later, and where they fail early, one at a time and at some point never.
//
// A value without a clock: the caller says the time, that of proc/monotonic_time.h. Owns nothing,
// never blocks. One object, one thread.
//
// Not for use outside the supervisor.
#ifndef FORKLIFT_PROC_RESTART_POLICY_H_
#define FORKLIFT_PROC_RESTART_POLICY_H_

#include <stddef.h>

#include "absl/time/time.h"
#include "forklift/proc/backoff.h"
#include "forklift/proc/restart_limit.h"

namespace forklift::proc {

class RestartPolicy {
 public:
  // More early failures than `early` allows are reason to give up, more late ones than `late`
  // allows only to wait.
  RestartPolicy(const BackoffOptions& backoff, const RestartLimitOptions& early,
                const RestartLimitOptions& late)
      : backoff_(backoff), early_(early), late_(late) {}

  // A worker that was started at `started` has failed early. False where that was once too often,
  // and it is time to give up. All that were started before the present wait began are one failure:
  // however many workers there are, it is the tries that count.
  [[nodiscard]] bool EarlyFailure(absl::Duration started, absl::Duration now);

  // A worker has failed that had been well.
  void LateFailure(absl::Duration now);

  // No worker could be started: a shortage, which never makes it give up.
  void StartFailed(absl::Duration now) { BackOff(now); }

  // A worker is ready: the others that are missing need not wait for each other.
  void Ready() { probing_ = false; }

  // Something has changed that makes it worth to try at once, and to wait only if that fails.
  void TryAtOnce(absl::Duration now);

  // Whether a worker may be started at `now`, where `starting` are not ready yet.
  bool MayStart(absl::Duration now, size_t starting) const {
    return now >= next_start_ && !(probing_ && starting > 0);
  }

  // No worker may be started before.
  absl::Duration next_start() const { return next_start_; }

 private:
  void BackOff(absl::Duration now);

  Backoff backoff_;
  RestartLimit early_;
  RestartLimit late_;
  absl::Duration next_start_ = -absl::InfiniteDuration();
  bool probing_ = false;  // one start at a time
};

}  // namespace forklift::proc

#endif  // FORKLIFT_PROC_RESTART_POLICY_H_
