#include "forklift/proc/restart_policy.h"

#include <algorithm>

#include "absl/time/time.h"

namespace forklift::proc {

bool RestartPolicy::EarlyFailure(absl::Duration started, absl::Duration now) {
  probing_ = true;
  if (started < next_start_) return true;
  const bool admitted = early_.Admit(now);
  BackOff(now);
  return admitted;
}

void RestartPolicy::LateFailure(absl::Duration now) {
  if (!late_.Admit(now)) BackOff(now);
}

void RestartPolicy::BackOff(absl::Duration now) {
  // Many that fail together are one failure: the wait for the next try has begun.
  if (now < next_start_) return;
  next_start_ = now + backoff_.Next(/*lasted=*/now - next_start_);
}

void RestartPolicy::TryAtOnce(absl::Duration now) {
  next_start_ = std::min(next_start_, now);
  probing_ = false;
}

}  // namespace forklift::proc
