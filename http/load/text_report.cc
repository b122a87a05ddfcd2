#include "forklift/http/load/text_report.h"

#include <stddef.h>
#include <stdint.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "forklift/http/load/failure.h"
#include "forklift/http/load/histogram.h"
#include "forklift/http/load/human_text.h"
#include "forklift/http/load/load_options.h"
#include "forklift/http/load/load_run.h"
#include "forklift/http/load/run_comparison.h"
#include "forklift/http/load/tally.h"
#include "forklift/http/status_code.h"

namespace forklift::http::load {
namespace {

constexpr std::array<double, 8> kPercentiles = {50, 75, 90, 95, 99, 99.9, 99.99, 100};

// The busiest worker's share of a processor from which on it may be what limits the run.
constexpr double kBusy = 0.9;

void AddLatencies(const LoadOptions& options, const Tally& total, std::string& report) {
  absl::StrAppend(&report, "\nLatency, ",
                  options.rate
                      ? "from when a request was due | from when it was sent\n"
                      : "from when a request was sent: a server that stalls is asked less\n");
  const auto line = [&](std::string_view name, absl::Duration due, absl::Duration sent) {
    absl::StrAppendFormat(&report, "  %-8s %11s", name, HumanDuration(due));
    if (options.rate) absl::StrAppendFormat(&report, " | %11s", HumanDuration(sent));
    report += '\n';
  };
  line("mean", total.latency.Mean(), total.service_time.Mean());
  line("st. dev.", total.latency.StandardDeviation(), total.service_time.StandardDeviation());
  line("min", total.latency.min(), total.service_time.min());
  for (const double percentile : kPercentiles) {
    line(percentile == 100 ? "max" : absl::StrFormat("p%.6g", percentile),
         total.latency.ValueAtPercentile(percentile),
         total.service_time.ValueAtPercentile(percentile));
  }
}

// Ten bars from the shortest to the longest latency, each up to so many times the one before:
// latencies have long tails.
void AddHistogram(const Histogram& histogram, std::string& report) {
  if (histogram.count() == 0) return;
  constexpr size_t kBars = 10;
  constexpr size_t kWidth = 50;
  std::array<uint64_t, kBars> counts = {};
  std::array<absl::Duration, kBars> ends;
  const absl::Duration shortest = std::max(histogram.min(), absl::Nanoseconds(1));
  const double whole = absl::FDivDuration(histogram.max(), shortest);
  for (size_t i = 0; i < kBars; ++i)
    ends[i] = shortest * std::pow(whole, static_cast<double>(i + 1) / kBars);
  histogram.ForEachBucket([&](const Histogram::Bucket& bucket) {
    const auto bar = std::lower_bound(ends.begin(), ends.end(), bucket.highest);
    counts[std::min<size_t>(static_cast<size_t>(bar - ends.begin()), kBars - 1)] += bucket.count;
  });
  const uint64_t most = *std::max_element(counts.begin(), counts.end());
  report += "\nHistogram\n";
  for (size_t i = 0; i < kBars; ++i) {
    const size_t width = static_cast<size_t>(counts[i] * kWidth / most);
    absl::StrAppendFormat(&report, "  up to %11s  %-12s %s\n", HumanDuration(ends[i]),
                          HumanCount(counts[i]), std::string(width, '#'));
  }
}

}  // namespace

std::string DescribeLoad(const LoadOptions& options) {
  std::string load = "closed loop";
  if (options.rate) {
    const std::string rate =
        options.stages.empty()
            ? absl::StrFormat("%.6g requests/s", *options.rate)
            : absl::StrFormat("%d stages, the last of %.6g requests/s,", options.stages.size(),
                              options.stages.back().value);
    load = absl::StrCat(
        "open loop, ", rate,
        options.spacing == Spacing::kEven ? " evenly spaced" : " as a Poisson process");
  }
  absl::StrAppend(&load, "; ", options.connections, " connections",
                  options.keep_alive ? "" : ", each for one request", " by ", options.workers,
                  options.workers == 1 ? " worker" : " workers");
  if (options.pipeline > 1) absl::StrAppend(&load, "; ", options.pipeline, " requests pipelined");
  if (options.hold) absl::StrAppend(&load, ", all held open at once");
  return load;
}

std::vector<std::string> Warnings(const LoadOptions& options, const LoadResult& result) {
  const Tally& total = *result.total;
  std::vector<std::string> warnings;
  const double busy = absl::FDivDuration(result.busiest_worker, result.elapsed);
  if (result.elapsed > absl::ZeroDuration() && busy > kBusy) {
    warnings.push_back(absl::StrFormat(
        "a worker of this client was busy for %.0f %% of the time: the client may be what limits "
        "the run; try more --workers",
        busy * 100));
  }
  if (total.late > 0) {
    warnings.push_back(absl::StrFormat(
        "%s requests were sent more than 1 ms late although a connection was free, the worst %s: "
        "the client is too busy for this rate",
        HumanCount(total.late), HumanDuration(absl::Nanoseconds(total.worst_lag))));
  }
  const uint64_t failed = total.failed.value();
  if (failed > 0 && total.answered.value() > 0)
    warnings.push_back("the latencies are those of answered requests: the failed ones have none");
  if (total.latency.clamped() > 0)
    warnings.push_back(absl::StrCat(total.latency.clamped(), " latencies beyond 1 h count as 1 h"));
  if (options.rate && total.failures[static_cast<size_t>(Failure::kNotSent)] > 0) {
    warnings.push_back(
        "the server did not keep up with the rate: more --connections may help, or "
        "hide it");
  }
  return warnings;
}

std::string TextReport(const LoadOptions& options, const LoadResult& result) {
  const Tally& total = *result.total;
  const uint64_t answered = total.answered.value();
  const uint64_t failed = total.failed.value();
  const double seconds = absl::ToDoubleSeconds(result.elapsed);
  const double per_second = seconds > 0 ? 1 / seconds : 0;
  std::string report = absl::StrCat(DescribeLoad(options), "\n\nSummary\n");
  const auto line = [&](std::string_view name, std::string_view value) {
    absl::StrAppendFormat(&report, "  %-14s %s\n", name, value);
  };
  line("answered",
       absl::StrCat(HumanCount(answered), " of ", HumanCount(answered + failed), " requests"));
  line("time", HumanDuration(result.elapsed));
  line("requests/s", absl::StrFormat("%.1f", static_cast<double>(answered) * per_second));
  line("received",
       absl::StrCat(HumanBytes(static_cast<double>(total.received_bytes.value())), ", ",
                    HumanBytes(static_cast<double>(total.received_bytes.value()) * per_second),
                    "/s"));
  line("sent", HumanBytes(static_cast<double>(total.sent_bytes.value())));
  line("connections", HumanCount(total.connections.value()));
  if (total.sent_again.value() > 0)
    line("sent again", absl::StrCat(HumanCount(total.sent_again.value()),
                                    ", as the server had closed before it answered them"));
  if (total.warm_up.value() > 0)
    line("warm-up", absl::StrCat(HumanCount(total.warm_up.value()), " answers, not counted"));
  if (answered > 0) AddLatencies(options, total, report);

  if (answered > 0) report += "\nStatus codes\n";
  for (size_t status = 0; status < Tally::kStatuses; ++status) {
    if (total.statuses[status] == 0) continue;
    absl::StrAppendFormat(&report, "  %-14s %s\n",
                          absl::StrCat(status, " ", ReasonPhrase(static_cast<StatusCode>(status))),
                          HumanCount(total.statuses[status]));
  }
  if (failed > 0) report += "\nFailures\n";
  for (size_t kind = 0; kind < kFailureKinds; ++kind) {
    if (total.failures[kind] == 0) continue;
    absl::StrAppendFormat(&report, "  %-32s %s\n", FailureText(static_cast<Failure>(kind)),
                          HumanCount(total.failures[kind]));
  }
  AddHistogram(total.latency, report);
  const std::vector<std::string> warnings = Warnings(options, result);
  if (!warnings.empty()) report += "\nTo mistrust\n";
  for (const std::string& warning : warnings) absl::StrAppend(&report, "  ", warning, "\n");
  return report;
}

std::string TextComparison(const RunComparison& comparison) {
  std::string text =
      absl::StrFormat("Compared with %s\n  %-10s %11s %11s %12s  %s\n", comparison.base, "", "base",
                      "now", "difference", "with 95 % confidence");
  for (const ComparedFigure& figure : comparison.figures) {
    absl::StrAppendFormat(&text, "  %-10s %11s %11s %12s  %-24s %s\n", FigureName(figure),
                          ValueText(figure, figure.base), ValueText(figure, figure.changed),
                          PercentText(figure.percent.difference), IntervalText(figure),
                          VerdictText(figure.verdict));
  }
  absl::StrAppend(&text, "  ", kComparisonCaveat, "\n");
  return text;
}

}  // namespace forklift::http::load
