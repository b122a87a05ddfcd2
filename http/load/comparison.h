// Comparison tells by how much one run differs from another, and between what bounds the true
// difference lies: of a hundred such pairs of runs, the bounds of about 95 hold it.
//
// Pure functions: they own nothing, never block, and are safe from any thread.
//
// The bounds know of chance alone, and hold for values that do not depend on one another. Seconds
// that follow each other do to a degree, as do latencies behind the same queue, so that true bounds
// are somewhat wider. What is the same throughout a run and not in the next, such as another
// program on the machine, they do not see at all: that only more runs show. And of twenty
// comparisons of equals, one is clear by chance.
//
//   const auto rate = CompareRates(base_answers, answers);  // in each second
//   if (rate && rate->IsClear()) Report("answers/s", rate->difference);
//   const auto p99 = ComparePercentile(base_latency, latency, 99);
//   if (p99 && p99->IsClear()) Report("p99 in ms", absl::ToDoubleMilliseconds(p99->difference));
#ifndef FORKLIFT_HTTP_LOAD_COMPARISON_H_
#define FORKLIFT_HTTP_LOAD_COMPARISON_H_

#include <optional>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forklift/http/load/histogram.h"

namespace forklift::http::load {

template <typename T>
struct Difference {
  T difference;  // above 0 where the changed run has more than the base
  T lowest;      // bounds of the true one, at 95 % confidence
  T highest;

  // Whether more than chance: 0 is not within the bounds.
  bool IsClear() const { return lowest > T{} || highest < T{}; }
};

// The difference of the means of what was counted in each second of each run, whole seconds after
// the warm-up. The bounds are Welch's, by Student's t and without a claim that both runs vary
// alike; the means are to be about normal, which those of ten seconds or more are. Nothing where a
// run has fewer than two values.
std::optional<Difference<double>> CompareRates(absl::Span<const double> base,
                                               absl::Span<const double> changed);

// The difference of a percentile of latency. That of each run is bounded by the latencies whose
// ranks are 1.96 deviations of the binomial distribution below and above its own, whatever their
// distribution, and both bounds are put together as MOVER does (Zou and Donner, 2008). A bound is
// infinite where a run had too few: 99.9 takes some 6000. What differs by less than 0.1 % the
// histograms do not tell apart. Nothing where one is empty; dies where there is no such percentile.
std::optional<Difference<absl::Duration>> ComparePercentile(const Histogram& base,
                                                            const Histogram& changed,
                                                            double percentile);

}  // namespace forklift::http::load

#endif  // FORKLIFT_HTTP_LOAD_COMPARISON_H_
