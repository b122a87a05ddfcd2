#include "forklift/http/load/search_max.h"

#include <cmath>

#include "absl/functional/function_ref.h"
#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace forklift::http::load {
namespace {

constexpr double kHighest = 1e7;
constexpr double kDeepest = 1e-3;  // of the first rate

}  // namespace

absl::StatusOr<FoundMax> SearchMax(double first,
                                   absl::FunctionRef<absl::StatusOr<bool>(double rate)> holds) {
  CHECK_GT(first, 0);
  FoundMax found;
  double failed = 0;  // the lowest rate that did not hold; 0: none yet
  double rate = first;
  while (true) {
    const absl::StatusOr<bool> held = holds(rate);
    if (!held.ok()) return held.status();
    found.probes.push_back({.rate = rate, .held = *held});
    if (*held) {
      found.rate = rate;
    } else {
      failed = rate;
    }
    if (failed == 0) {
      rate *= 2;
      if (rate > kHighest)
        return absl::ResourceExhaustedError("every rate holds: the goal has no limit");
    } else if (found.rate == 0) {
      rate /= 2;
      if (rate < first * kDeepest) return found;
    } else if (failed / found.rate <= kSearchPrecision) {
      return found;
    } else {
      rate = std::sqrt(found.rate * failed);
    }
  }
}

}  // namespace forklift::http::load
