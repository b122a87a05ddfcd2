// Threshold is what a run has to keep to pass, such as p99<50ms.
//
//   p99<50ms p99.9<=1s min>1ms max<2s mean<10ms    latencies: pN is the percentile N, 0 to 100
//   errors<0.1% errors<=5                          of all requests, or their number
//   rate>1000                                      answers/s
//
// with < <= > or >=, and spaces between the parts or none.
//
// A value: owns its text, never blocks, safe from any thread.
//
//   const auto thresholds = ParseThresholds("p99<50ms, errors<0.1%");
//   if (!thresholds.ok()) return thresholds.status();
//   for (const Threshold& threshold : *thresholds) {
//     const ThresholdResult result = threshold.Evaluate(measured);
//     if (!result.met) Fail(result.message);  // "p99<50ms: measured 61.312ms"
//   }
#ifndef FORKLIFT_HTTP_LOAD_THRESHOLD_H_
#define FORKLIFT_HTTP_LOAD_THRESHOLD_H_

#include <stddef.h>
#include <stdint.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forklift/http/load/histogram.h"

namespace forklift::http::load {

// What thresholds are held against.
struct Measured {
  const Histogram& latency;
  uint64_t answers = 0;  // requests that were answered well
  uint64_t errors = 0;   // all others
  absl::Duration duration;
};

struct ThresholdResult {
  bool met = false;
  std::string message;  // what was wanted, and what was measured
};

class Threshold {
 public:
  // The error is InvalidArgument, and names the part that is wrong.
  static absl::StatusOr<Threshold> Parse(std::string_view text);

  // Latencies are as Histogram reports them, which is at most 0.1 % too long. What was not measured
  // is not met: no latencies, no part of no requests, no rate of no time.
  ThresholdResult Evaluate(const Measured& measured) const;

  const std::string& text() const { return text_; }

 private:
  enum class Metric { kPercentile, kMin, kMax, kMean, kErrors, kErrorPercent, kRate };
  enum class Comparison { kLess, kLessOrEqual, kGreater, kGreaterOrEqual };

  Threshold() = default;
  absl::Status ParseMetric(std::string_view metric);
  absl::Status ParseLimit(std::string_view limit);
  bool IsLatency() const;
  std::optional<double> Value(const Measured& measured) const;
  bool IsMetBy(double value) const;
  std::string Format(double value) const;

  std::string text_;
  Metric metric_ = Metric::kPercentile;
  double percentile_ = 0;
  Comparison comparison_ = Comparison::kLess;
  double limit_ = 0;  // latencies are in nanoseconds
};

inline constexpr size_t kMaxThresholds = 100;

// Some, with commas between.
absl::StatusOr<std::vector<Threshold>> ParseThresholds(std::string_view text);

}  // namespace forklift::http::load

#endif  // FORKLIFT_HTTP_LOAD_THRESHOLD_H_
