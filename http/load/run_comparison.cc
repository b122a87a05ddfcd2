#include "forklift/http/load/run_comparison.h"

#include <stddef.h>
#include <stdint.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forklift/http/load/base_run.h"
#include "forklift/http/load/comparison.h"
#include "forklift/http/load/histogram.h"
#include "forklift/http/load/human_text.h"
#include "forklift/http/load/load_run.h"
#include "forklift/http/load/timeline.h"

namespace forklift::http::load {
namespace {

std::vector<double> WholeSeconds(absl::Span<const uint64_t> answered, absl::Duration elapsed) {
  const size_t end = std::min(answered.size(), static_cast<size_t>(absl::ToInt64Seconds(elapsed)));
  if (end < 2) return {};
  return std::vector<double>(answered.begin() + 1, answered.begin() + static_cast<ptrdiff_t>(end));
}

double Mean(absl::Span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// Of all requests, those that failed.
double Share(uint64_t failed, uint64_t answered) {
  return failed == 0 ? 0 : static_cast<double>(failed) / static_cast<double>(failed + answered);
}

double Rate(uint64_t answered, absl::Duration elapsed) {
  const double seconds = absl::ToDoubleSeconds(elapsed);
  return seconds > 0 ? static_cast<double>(answered) / seconds : 0;
}

Difference<double> Unbounded(double difference) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  return {difference, -kInfinity, kInfinity};
}

ComparedFigure Figure(std::optional<double> percentile, double base, double changed,
                      const Difference<double>& difference) {
  const double percent = 100 / std::max(base, 1e-9);
  const bool is_more = difference.difference > 0;
  const bool is_more_better = !percentile;
  return {.percentile = percentile,
          .base = base,
          .changed = changed,
          .percent = {difference.difference * percent, difference.lowest * percent,
                      difference.highest * percent},
          .verdict = !difference.IsClear()       ? Verdict::kNoClearDifference
                     : is_more == is_more_better ? Verdict::kBetter
                                                 : Verdict::kWorse};
}

ComparedFigure CompareRate(const BaseRun& base, const LoadResult& result) {
  std::vector<uint64_t> answered;
  for (const SecondOfRun& second : result.timeline) answered.push_back(second.answered);
  const std::vector<double> before = WholeSeconds(base.answered, base.elapsed);
  const std::vector<double> after = WholeSeconds(answered, result.elapsed);
  if (const auto difference = CompareRates(before, after))
    return Figure(std::nullopt, Mean(before), Mean(after), *difference);
  const double rate_before = Rate(base.latency->count(), base.elapsed);
  const double rate_after = Rate(result.total->latency.count(), result.elapsed);
  return Figure(std::nullopt, rate_before, rate_after, Unbounded(rate_after - rate_before));
}

}  // namespace

std::vector<ComparedFigure> CompareRuns(const BaseRun& base, const LoadResult& result) {
  std::vector<ComparedFigure> figures = {CompareRate(base, result)};
  const Histogram& latency = result.total->latency;
  for (const double percentile : {50.0, 90.0, 99.0, 99.9}) {
    const auto difference = ComparePercentile(*base.latency, latency, percentile);
    if (!difference) break;
    figures.push_back(Figure(
        percentile, absl::ToDoubleSeconds(base.latency->ValueAtPercentile(percentile)),
        absl::ToDoubleSeconds(latency.ValueAtPercentile(percentile)),
        {absl::ToDoubleSeconds(difference->difference), absl::ToDoubleSeconds(difference->lowest),
         absl::ToDoubleSeconds(difference->highest)}));
  }
  const double failed_before = Share(base.failed, base.latency->count());
  const double failed_after = Share(result.total->failed.value(), latency.count());
  for (ComparedFigure& figure : figures) {
    if (figure.verdict == Verdict::kBetter && failed_after > failed_before)
      figure.verdict = Verdict::kMoreFailures;
  }
  return figures;
}

std::string FigureName(const ComparedFigure& figure) {
  return figure.percentile ? absl::StrFormat("p%.6g", *figure.percentile) : "requests/s";
}

std::string_view VerdictText(Verdict verdict) {
  switch (verdict) {
    case Verdict::kBetter:
      return "better";
    case Verdict::kWorse:
      return "worse";
    case Verdict::kMoreFailures:
      return "more failures";
    case Verdict::kNoClearDifference:
      break;
  }
  return "no clear difference";
}

std::string PercentText(double percent) {
  return std::isfinite(percent) ? absl::StrFormat("%+.2f %%", percent) : "?";
}

std::string IntervalText(const ComparedFigure& figure) {
  return absl::StrCat(PercentText(figure.percent.lowest), " to ",
                      PercentText(figure.percent.highest));
}

std::string ValueText(const ComparedFigure& figure, double value) {
  return figure.percentile ? HumanDuration(absl::Seconds(value)) : absl::StrFormat("%.1f", value);
}

}  // namespace forklift::http::load
