// Timeline is what a worker has seen in each second of a load run.
//
// Borrows its memory, which may be shared with another process (proc/shared_array.h). One writer.
// What happens beyond the last second that there is memory for counts to that one.
#ifndef FORKLIFT_HTTP_LOAD_TIMELINE_H_
#define FORKLIFT_HTTP_LOAD_TIMELINE_H_

#include <stddef.h>
#include <stdint.h>

#include <algorithm>

#include "absl/types/span.h"
#include "forklift/http/load/clock.h"

namespace forklift::http::load {

struct SecondOfRun {
  uint64_t answered = 0;
  uint64_t failed = 0;
  Nanoseconds latency_sum = 0;  // of the answered
  Nanoseconds latency_max = 0;

  void Merge(const SecondOfRun& other) {
    answered += other.answered;
    failed += other.failed;
    latency_sum += other.latency_sum;
    latency_max = std::max(latency_max, other.latency_max);
  }
};

class Timeline {
 public:
  // Of a run whose measurement begins at `begin`; `seconds` must not be empty.
  Timeline(absl::Span<SecondOfRun> seconds, Nanoseconds begin) : seconds_(seconds), begin_(begin) {}

  void AddAnswer(Nanoseconds now, Nanoseconds latency) {
    SecondOfRun& second = At(now);
    ++second.answered;
    second.latency_sum += latency;
    second.latency_max = std::max(second.latency_max, latency);
  }
  void AddFailures(uint64_t count, Nanoseconds now) { At(now).failed += count; }

 private:
  SecondOfRun& At(Nanoseconds now) {
    const Nanoseconds since = std::max<Nanoseconds>(now - begin_, 0);
    return seconds_[std::min(static_cast<size_t>(since / kSecond), seconds_.size() - 1)];
  }

  absl::Span<SecondOfRun> seconds_;
  Nanoseconds begin_;
};

}  // namespace forklift::http::load

#endif  // FORKLIFT_HTTP_LOAD_TIMELINE_H_
