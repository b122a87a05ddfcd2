// What a run of the test client is held to: --threshold, and the rate that --search-max looks for.
//
// To be called once ParseCommandLine has set the flags.
#ifndef FORKLIFT_APPS_LOAD_GOALS_H_
#define FORKLIFT_APPS_LOAD_GOALS_H_

#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "forklift/http/load/load_options.h"
#include "forklift/http/load/load_run.h"
#include "forklift/http/load/threshold.h"

namespace forklift::apps {

inline constexpr int kExitThreshold = 99;

struct LoadGoals {
  std::vector<http::load::Threshold> thresholds;  // all must be met
  std::vector<http::load::Threshold> search;      // of the highest rate that meets them
};

// kInvalidArgument names the flag that makes no sense with these options.
absl::StatusOr<LoadGoals> LoadGoalsOfFlags(const http::load::LoadOptions& options);

// Runs the load: once, or with goals.search again and again, telling on standard error what each
// rate came to. Then the result is of one more run, at the highest rate that held, which is in
// `options`; kFailedPrecondition where none did.
absl::StatusOr<http::load::LoadResult> RunForGoals(const LoadGoals& goals,
                                                   http::load::LoadOptions& options);

// The exit code: says on standard error which thresholds were not met, and where nothing was
// answered.
int ExitCodeOf(std::string_view program, const LoadGoals& goals,
               const http::load::LoadResult& result);

}  // namespace forklift::apps

#endif  // FORKLIFT_APPS_LOAD_GOALS_H_
