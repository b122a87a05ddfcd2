// RunComparison tells by how much a run was better or worse than an earlier one, and whether that
// is more than chance (comparison.h).
//
// Plain values and pure functions; thread-safe.
//
//   const auto base = ParseBaseRun(json);
//   if (!base.ok()) return base.status();
//   for (const ComparedFigure& figure : CompareRuns(*base, result))
//     Print(FigureName(figure), figure.percent.difference, VerdictText(figure.verdict));
#ifndef FORKLIFT_HTTP_LOAD_RUN_COMPARISON_H_
#define FORKLIFT_HTTP_LOAD_RUN_COMPARISON_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "forklift/http/load/base_run.h"
#include "forklift/http/load/comparison.h"
#include "forklift/http/load/load_run.h"

namespace forklift::http::load {

enum class Verdict {
  kBetter,
  kWorse,
  kNoClearDifference,
  // It would be better, but a larger share of the requests failed, which have no latency and leave
  // the server idle.
  kMoreFailures,
};

struct ComparedFigure {
  std::optional<double> percentile;  // of latency; without one it is the rate of answers
  double base;                       // in seconds, or answers/s
  double changed;
  Difference<double> percent;  // of the base; a bound that cannot be told is infinite
  Verdict verdict;
};

// What a reader of the figures should know: a sentence.
inline constexpr std::string_view kComparisonCaveat =
    "It is one run of each: whatever else changed between them is in the differences too.";

struct RunComparison {
  std::string base;  // the file, in printable ASCII
  std::vector<ComparedFigure> figures;
};

// The rate of answers, and p50, p90, p99 and p99.9 where this run had answers too. The rates are
// means of whole seconds without the first, in which connections warm up, and so without the last,
// which is hardly ever whole; of the whole runs where one had fewer than two such seconds.
std::vector<ComparedFigure> CompareRuns(const BaseRun& base, const LoadResult& result);

// "requests/s", "p99.9".
std::string FigureName(const ComparedFigure& figure);

// "better", "worse", "no clear difference", "more failures".
std::string_view VerdictText(Verdict verdict);

// "+1.23 %"; "?" where it is infinite.
std::string PercentText(double percent);

// Both bounds: "-0.5 % to +1.2 %".
std::string IntervalText(const ComparedFigure& figure);

// A value of the figure for a person, with its unit.
std::string ValueText(const ComparedFigure& figure, double value);

}  // namespace forklift::http::load

#endif  // FORKLIFT_HTTP_LOAD_RUN_COMPARISON_H_
