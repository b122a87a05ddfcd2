// SearchMax finds the highest rate that a server holds: doubles it until a run fails, and then
// halves what is left between the highest that held and the lowest that failed.
//
// Pure but for the runs that its caller makes: blocks as long as they do. Not for two threads at
// once.
//
//   const auto found = SearchMax(100, [&](double rate) -> absl::StatusOr<bool> {
//     options.rate = rate;
//     absl::StatusOr<LoadResult> result = RunLoad(options);
//     if (!result.ok()) return result.status();
//     return IsGoodEnough(*result);
//   });
#ifndef FORKLIFT_HTTP_LOAD_SEARCH_MAX_H_
#define FORKLIFT_HTTP_LOAD_SEARCH_MAX_H_

#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"

namespace forklift::http::load {

struct Probe {
  double rate;
  bool held;
};

struct FoundMax {
  double rate = 0;            // the highest that held; 0 where none did
  std::vector<Probe> probes;  // in the order in which they were made
};

// The rate is within this factor of the lowest that failed.
inline constexpr double kSearchPrecision = 1.03;

// Begins at `first`, more than 0, and goes down from there where that does not hold: to a
// thousandth at most. Ends with the error of the first run that has one; with kResourceExhausted
// where every rate up to 1e7 holds, as then something is wrong with what is asked.
absl::StatusOr<FoundMax> SearchMax(double first,
                                   absl::FunctionRef<absl::StatusOr<bool>(double rate)> holds);

}  // namespace forklift::http::load

#endif  // FORKLIFT_HTTP_LOAD_SEARCH_MAX_H_
