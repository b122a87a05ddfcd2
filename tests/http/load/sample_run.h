// Results of load runs that were never made, for what reports on them.
#ifndef FORKLIFT_TESTS_HTTP_LOAD_SAMPLE_RUN_H_
#define FORKLIFT_TESTS_HTTP_LOAD_SAMPLE_RUN_H_

#include <stddef.h>

#include <memory>

#include "absl/time/time.h"
#include "forklift/http/load/clock.h"
#include "forklift/http/load/failure.h"
#include "forklift/http/load/load_run.h"
#include "forklift/http/load/tally.h"
#include "forklift/http/load/timeline.h"

namespace forklift::http::load {

// Whole seconds, each with `rate` answers 200 of which the i-th takes 1 ms + i us, or half of that
// from when it was sent.
inline LoadResult SampleRun(size_t seconds, size_t rate) {
  LoadResult result = {.total = std::make_unique<Tally>(),
                       .timeline = {},
                       .elapsed = absl::Seconds(seconds),
                       .busiest_worker = absl::ZeroDuration()};
  for (size_t second = 0; second < seconds; ++second) {
    SecondOfRun& last = result.timeline.emplace_back();
    for (size_t i = 0; i < rate; ++i) {
      const auto latency = static_cast<Nanoseconds>(1'000'000 + 1'000 * i);
      const auto now = static_cast<Nanoseconds>(second) * kSecond + latency;
      result.total->AddAnswer(200, latency, now);
      result.total->service_time.Record(absl::Nanoseconds(latency / 2));
      last.Merge({.answered = 1, .latency_sum = latency, .latency_max = latency});
    }
  }
  return result;
}

// A thousand answers of 1 us to 1 ms, one 404 of a second, and a failure in the second second.
inline LoadResult MixedRun() {
  LoadResult result = {.total = std::make_unique<Tally>()};
  for (int i = 1; i <= 1000; ++i) result.total->AddAnswer(200, i * 1000, kSecond);
  result.total->AddAnswer(404, kSecond, kSecond);
  result.total->received_bytes.Add(3 * 1024 * 1024);
  result.elapsed = absl::Seconds(2);
  result.busiest_worker = absl::Seconds(1);
  result.timeline = {{.answered = 600, .latency_sum = 1200, .latency_max = 5},
                     {.answered = 401, .failed = 1}};
  return result;
}

inline void AddFailures(Failure kind, size_t count, LoadResult& result) {
  result.total->AddFailures(kind, count, kSecond);
  if (result.timeline.empty()) result.timeline.emplace_back();
  result.timeline.front().failed += count;
}

}  // namespace forklift::http::load

#endif  // FORKLIFT_TESTS_HTTP_LOAD_SAMPLE_RUN_H_
