#include "forklift/apps/load_goals.h"

#include <stddef.h>
#include <stdio.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "forklift/apps/command_line.h"
#include "forklift/apps/progress_bar.h"
#include "forklift/http/load/failure.h"
#include "forklift/http/load/human_text.h"
#include "forklift/http/load/load_options.h"
#include "forklift/http/load/load_run.h"
#include "forklift/http/load/search_max.h"
#include "forklift/http/load/tally.h"
#include "forklift/http/load/threshold.h"

ABSL_FLAG(std::string, threshold, "",
          "'p99<50ms, errors<0.1%, rate>1000': exit with 99 where one is not met");
ABSL_FLAG(std::string, search_max, "",
          "'p99<20ms': find the highest rate that meets it, by runs of --duration each");

namespace forklift::apps {
namespace {

using http::load::LoadOptions;
using http::load::LoadResult;
using http::load::Threshold;

constexpr double kFirstRate = 100;  // where --rate does not say

absl::StatusOr<std::vector<Threshold>> Parse(std::string_view flag, const std::string& text) {
  if (text.empty()) return std::vector<Threshold>();
  absl::StatusOr<std::vector<Threshold>> thresholds = http::load::ParseThresholds(text);
  if (thresholds.ok()) return thresholds;
  return absl::InvalidArgumentError(absl::StrCat(flag, ": ", thresholds.status().message()));
}

// What is not met, in a line each.
std::string Unmet(const std::vector<Threshold>& thresholds, const LoadResult& result) {
  const http::load::Measured measured = {.latency = result.total->latency,
                                         .answers = result.total->answered.value(),
                                         .errors = result.total->failed.value(),
                                         .duration = result.elapsed};
  std::string unmet;
  for (const Threshold& threshold : thresholds) {
    const http::load::ThresholdResult evaluated = threshold.Evaluate(measured);
    if (!evaluated.met) absl::StrAppend(&unmet, unmet.empty() ? "" : "; ", evaluated.message);
  }
  return unmet;
}

absl::StatusOr<bool> Holds(const std::vector<Threshold>& goals, const LoadOptions& options) {
  const absl::StatusOr<LoadResult> result = http::load::RunLoad(options, ProgressBar(options));
  if (!result.ok()) return result.status();
  if (result->interrupted) return absl::CancelledError("interrupted");
  std::string unmet = Unmet(goals, *result);
  const size_t not_sent =
      result->total->failures[static_cast<size_t>(http::load::Failure::kNotSent)];
  if (unmet.empty() && not_sent > 0) unmet = absl::StrCat(not_sent, " requests were not sent");
  absl::FPrintF(
      stderr, "%.6g requests/s: %s\n", *options.rate,
      unmet.empty()
          ? absl::StrCat("holds, p99 is ",
                         http::load::HumanDuration(result->total->latency.ValueAtPercentile(99)))
          : absl::StrCat("does not hold: ", unmet));
  return unmet.empty();
}

}  // namespace

absl::StatusOr<LoadGoals> LoadGoalsOfFlags(const LoadOptions& options) {
  LoadGoals goals;
  auto thresholds = Parse("--threshold", absl::GetFlag(FLAGS_threshold));
  if (!thresholds.ok()) return thresholds.status();
  goals.thresholds = *std::move(thresholds);
  auto search = Parse("--search-max", absl::GetFlag(FLAGS_search_max));
  if (!search.ok()) return search.status();
  goals.search = *std::move(search);
  const bool has_rates = !options.stages.empty() || options.hold || options.pipeline > 1 ||
                         options.duration == absl::InfiniteDuration();
  if (!goals.search.empty() && has_rates) {
    return absl::InvalidArgumentError(
        "--search-max sets the rate itself, for --duration: leave --stages, --pipeline, "
        "--requests, "
        "--max-clients and --max-conns out");
  }
  return goals;
}

absl::StatusOr<LoadResult> RunForGoals(const LoadGoals& goals, LoadOptions& options) {
  if (!goals.search.empty()) {
    const auto found = http::load::SearchMax(options.rate.value_or(kFirstRate), [&](double rate) {
      options.rate = rate;
      return Holds(goals.search, options);
    });
    if (!found.ok()) return found.status();
    if (found->rate == 0) return absl::FailedPreconditionError("--search-max: no rate holds");
    absl::FPrintF(stderr, "the highest rate that holds: %.6g requests/s\n", found->rate);
    options.rate = found->rate;
  }
  return http::load::RunLoad(options, ProgressBar(options));
}

int ExitCodeOf(std::string_view program, const LoadGoals& goals, const LoadResult& result) {
  std::string unmet = Unmet(goals.thresholds, result);
  const std::string searched = Unmet(goals.search, result);  // by the last run, too
  if (!searched.empty()) absl::StrAppend(&unmet, unmet.empty() ? "" : "; ", searched);
  if (!unmet.empty()) {
    Complain(program, absl::FailedPreconditionError(absl::StrCat("not met: ", unmet)));
    return kExitThreshold;
  }
  if (result.total->answered.value() > 0) return kExitSuccess;
  return Complain(program, absl::UnavailableError("no request was answered"));
}

}  // namespace forklift::apps
