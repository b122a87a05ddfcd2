// Axis tells where on an edge of a plot values lie, and which round ones are marked there.
//
// Plain values and pure functions; thread-safe.
#ifndef FORKLIFT_HTTP_LOAD_SVG_AXIS_H_
#define FORKLIFT_HTTP_LOAD_SVG_AXIS_H_

#include <stdint.h>

#include <string>
#include <vector>

#include "absl/time/time.h"

namespace forklift::http::load {

struct Tick {
  double position;
  std::string label;
};

struct Axis {
  std::string label;
  double first;  // positions at both ends, the last above the first
  double last;
  std::vector<Tick> ticks;  // at most ten, between both
};

// Amounts from 0 to `highest` or a little more; an amount is its own position.
Axis AmountAxis(std::string label, double highest);

// Seconds from 0 to `last` or a little more, which are their own positions.
Axis TimeAxis(std::string label, double last);

// Latencies at their logarithms, from a little below `lowest` to a little above `highest`.
Axis LatencyAxis(std::string label, absl::Duration lowest, absl::Duration highest);
double LatencyPosition(absl::Duration latency);
absl::Duration LatencyAt(double position);

// Percentiles of `count` values, 1 or more: each further nine is as wide as the one before, and the
// end is what only one value exceeds.
Axis PercentileAxis(std::string label, uint64_t count);
double PercentilePosition(double percentile);
double PercentileAt(double position);

}  // namespace forklift::http::load

#endif  // FORKLIFT_HTTP_LOAD_SVG_AXIS_H_
