#include "forklift/proc/backoff.h"

#include <stdint.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/log/check.h"
#include "absl/time/time.h"
#include "forklift/proc/monotonic_time.h"

namespace forklift::proc {
namespace {

// Differs from process to process, and from run to run: enough to come back at different times.
uint64_t AnySeed() {
  return static_cast<uint64_t>(absl::ToInt64Nanoseconds(MonotonicNow())) ^
         (static_cast<uint64_t>(::getpid()) << 40);
}

}  // namespace

Backoff::Backoff(const BackoffOptions& options)
    : options_(options), wait_(options.initial), random_(options.seed.value_or(AnySeed())) {
  CHECK(options.initial > absl::ZeroDuration()) << "Backoff: initial must be more than 0";
  CHECK(options.cap >= options.initial) << "Backoff: cap must be at least initial";
  CHECK(options.jitter >= 0 && options.jitter <= 1) << "Backoff: jitter must be from 0 to 1";
}

absl::Duration Backoff::Next(absl::Duration lasted) {
  if (lasted >= options_.reset_after) Reset();
  const absl::Duration wait = std::exchange(wait_, std::min(2 * wait_, options_.cap));
  return wait - options_.jitter * NextFraction() * wait;
}

// From 0 to 1 (splitmix64: one word of state, and any seed will do).
double Backoff::NextFraction() {
  uint64_t mixed = random_ += 0x9e3779b97f4a7c15;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  mixed ^= mixed >> 31;
  return static_cast<double>(mixed >> 11) * 0x1p-53;
}

}  // namespace forklift::proc
