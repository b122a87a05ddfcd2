#include "forklift/http/load/html_plots.h"

#include <stddef.h>
#include <stdint.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "forklift/http/load/histogram.h"
#include "forklift/http/load/html_page.h"
#include "forklift/http/load/human_text.h"
#include "forklift/http/load/load_options.h"
#include "forklift/http/load/load_run.h"
#include "forklift/http/load/svg_axis.h"
#include "forklift/http/load/svg_plot.h"
#include "forklift/http/load/tally.h"
#include "forklift/http/load/timeline.h"

namespace forklift::http::load {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

std::string Section(std::string_view title, std::string_view svg, std::string_view note) {
  return absl::StrCat("<section>\n<h2>", HtmlEscape(title), "</h2>\n", svg, "<p>", HtmlEscape(note),
                      "</p>\n</section>\n");
}

// ---- Latencies ----

Line PercentileLine(std::string_view name, const Histogram& histogram, double last) {
  constexpr int kPoints = 200;
  Line line = {.name = std::string(name), .points = {}, .marks = {}};
  for (int i = 0; i <= kPoints; ++i) {
    const double position = last * i / kPoints;
    const absl::Duration latency =
        i == kPoints ? histogram.max() : histogram.ValueAtPercentile(PercentileAt(position));
    line.points.push_back({position, LatencyPosition(latency)});
  }
  for (const double percentile : {50.0, 90.0, 99.0, 99.9, 99.99}) {
    const double position = PercentilePosition(percentile);
    if (position > last) break;
    const absl::Duration latency = histogram.ValueAtPercentile(percentile);
    line.marks.push_back(
        {{position, LatencyPosition(latency)},
         absl::StrFormat("%s: p%.6g is %s", name, percentile, HumanDuration(latency))});
  }
  return line;
}

std::string Percentiles(const LoadOptions& options, const Tally& total) {
  const bool is_open = options.rate.has_value();
  const auto lowest =
      is_open ? std::min(total.latency.min(), total.service_time.min()) : total.latency.min();
  const auto highest =
      is_open ? std::max(total.latency.max(), total.service_time.max()) : total.latency.max();
  const Plot plot = {
      .id = "percentiles",
      .title = "Latency by percentile",
      .description = absl::StrFormat(
          "Half of the answers took up to %s, 90 %% up to %s, 99 %% up to %s; the slowest took %s.",
          HumanDuration(total.latency.ValueAtPercentile(50)),
          HumanDuration(total.latency.ValueAtPercentile(90)),
          HumanDuration(total.latency.ValueAtPercentile(99)), HumanDuration(total.latency.max())),
      .x = PercentileAxis("percentile", total.latency.count()),
      .y = LatencyAxis("latency, logarithmic", lowest, highest)};
  std::vector<Line> lines = {
      PercentileLine(is_open ? "from when due" : "latency", total.latency, plot.x.last)};
  if (is_open) lines.push_back(PercentileLine("from when sent", total.service_time, plot.x.last));
  return Section(plot.title, LinePlot(plot, lines),
                 absl::StrCat(plot.description, " Each further nine is as wide as the last."));
}

std::string Distribution(const Histogram& latency) {
  constexpr size_t kBars = 40;
  Plot plot = {.id = "distribution",
               .title = "Distribution of latency",
               .description = absl::StrCat("From ", HumanDuration(latency.min()), " to ",
                                           HumanDuration(latency.max()), ", most often "),
               .x = LatencyAxis("latency, logarithmic", latency.min(), latency.max()),
               .y = {}};
  const double width = (plot.x.last - plot.x.first) / kBars;
  std::array<uint64_t, kBars> counts = {};
  latency.ForEachBucket([&](const Histogram::Bucket& bucket) {
    const double at = (LatencyPosition(bucket.highest) - plot.x.first) / width;
    counts[static_cast<size_t>(std::clamp(at, 0.0, kBars - 1.0))] += bucket.count;
  });
  const size_t mode =
      static_cast<size_t>(std::max_element(counts.begin(), counts.end()) - counts.begin());
  const auto share = [&](size_t i) {
    return 100 * static_cast<double>(counts[i]) / static_cast<double>(latency.count());
  };
  const auto range = [&](size_t i) {
    const double begin = plot.x.first + width * static_cast<double>(i);
    return absl::StrCat(HumanDuration(LatencyAt(begin)), " to ",
                        HumanDuration(LatencyAt(begin + width)));
  };
  absl::StrAppend(&plot.description, range(mode), ".");
  plot.y = AmountAxis("% of the answers", share(mode));
  std::vector<Bar> bars;
  for (size_t i = 0; i < kBars; ++i) {
    if (counts[i] == 0) continue;
    const double begin = plot.x.first + width * static_cast<double>(i);
    bars.push_back(
        {begin, begin + width, share(i),
         absl::StrFormat("%s: %s (%.3g %%)", range(i), HumanCount(counts[i]), share(i))});
  }
  return Section(plot.title, BarPlot(plot, bars),
                 absl::StrCat(plot.description, " Bars are equally wide on the logarithmic axis."));
}

// ---- Time ----

// What happened in some seconds that follow one another.
struct Interval {
  double begin;  // in seconds
  double end;
  SecondOfRun sum;

  double PerSecond(uint64_t count) const { return static_cast<double>(count) / (end - begin); }
};

std::vector<Interval> Intervals(const LoadResult& result) {
  constexpr size_t kMost = 150;
  constexpr double kShortest = 0.5;
  const size_t seconds = result.timeline.size();
  const size_t each = (seconds + kMost - 1) / kMost;
  std::vector<Interval> intervals;
  for (size_t i = 0; i < seconds; i += each) {
    const size_t end = std::min(i + each, seconds);
    Interval interval = {.begin = static_cast<double>(i), .end = static_cast<double>(end)};
    for (size_t second = i; second < end; ++second) interval.sum.Merge(result.timeline[second]);
    intervals.push_back(interval);
  }
  // The last one ends with the run, unless failures came later. A sliver of a second tells no rate,
  // and goes with the interval before it.
  const double elapsed = absl::ToDoubleSeconds(result.elapsed);
  Interval& last = intervals.back();
  if (elapsed <= last.begin) return intervals;
  if (elapsed - last.begin >= kShortest || (intervals.size() == 1 && last.sum.failed == 0)) {
    last.end = std::min(elapsed, last.end);
  } else if (intervals.size() > 1) {
    Interval& before = intervals[intervals.size() - 2];
    before.end = elapsed;
    before.sum.Merge(last.sum);
    intervals.pop_back();
  }
  return intervals;
}

// A line that is level in each interval.
template <typename Value>
Line StepLine(std::string_view name, const std::vector<Interval>& intervals, Value value) {
  Line line = {.name = std::string(name), .points = {}, .marks = {}};
  for (const Interval& interval : intervals) {
    const double y = value(interval);
    line.points.push_back({interval.begin, y});
    line.points.push_back({interval.end, y});
  }
  return line;
}

std::string Note(const std::vector<Interval>& intervals) {
  const double each = intervals.front().end - intervals.front().begin;
  return each > 1 ? absl::StrFormat(" Each step is of %.0f seconds.", each) : std::string();
}

std::string Throughput(const LoadResult& result, const std::vector<Interval>& intervals) {
  const auto answers = [](const Interval& interval) {
    return interval.PerSecond(interval.sum.answered);
  };
  const auto failures = [](const Interval& interval) {
    return interval.PerSecond(interval.sum.failed);
  };
  double highest = 0;
  for (const Interval& interval : intervals)
    highest = std::max({highest, answers(interval), failures(interval)});
  const uint64_t failed = result.total->failed.value();
  const Plot plot = {.id = "throughput",
                     .title = "Throughput",
                     .description = absl::StrCat(
                         HumanCount(result.total->answered.value()), " requests were answered, ",
                         failed == 0 ? "and none failed." : HumanCount(failed) + " failed."),
                     .x = TimeAxis("time", intervals.back().end),
                     .y = AmountAxis("requests/s", highest)};
  std::vector<Line> lines = {StepLine("answered", intervals, answers)};
  if (failed > 0) lines.push_back(StepLine("failed", intervals, failures));
  return Section(plot.title, LinePlot(plot, lines), plot.description + Note(intervals));
}

absl::Duration MeanLatency(const SecondOfRun& second) {
  return absl::Nanoseconds(static_cast<double>(second.latency_sum) /
                           static_cast<double>(second.answered));
}

std::string LatencyOverTime(const std::vector<Interval>& intervals) {
  absl::Duration lowest = absl::InfiniteDuration();
  absl::Duration highest;
  for (const Interval& interval : intervals) {
    if (interval.sum.answered == 0) continue;
    lowest = std::min(lowest, MeanLatency(interval.sum));
    highest = std::max(highest, absl::Nanoseconds(interval.sum.latency_max));
  }
  const Plot plot = {
      .id = "latency",
      .title = "Latency over time",
      .description = absl::StrCat("The best mean of a step was ", HumanDuration(lowest),
                                  ", the longest latency ", HumanDuration(highest), "."),
      .x = TimeAxis("time", intervals.back().end),
      .y = LatencyAxis("latency, logarithmic", lowest, highest)};
  const auto mean = [](const Interval& interval) {
    return interval.sum.answered == 0 ? kNone : LatencyPosition(MeanLatency(interval.sum));
  };
  const auto longest = [](const Interval& interval) {
    return interval.sum.answered == 0
               ? kNone
               : LatencyPosition(absl::Nanoseconds(interval.sum.latency_max));
  };
  const std::vector<Line> lines = {StepLine("mean", intervals, mean),
                                   StepLine("longest", intervals, longest)};
  return Section(plot.title, LinePlot(plot, lines), plot.description + Note(intervals));
}

}  // namespace

std::string HtmlPlots(const LoadOptions& options, const LoadResult& result) {
  std::string plots;
  const bool has_latencies = result.total->latency.count() > 0;
  if (has_latencies) {
    plots += Percentiles(options, *result.total);
    plots += Distribution(result.total->latency);
  }
  if (result.timeline.empty()) return plots;
  const std::vector<Interval> intervals = Intervals(result);
  plots += Throughput(result, intervals);
  if (has_latencies) plots += LatencyOverTime(intervals);
  return plots;
}

}  // namespace forklift::http::load
