#include "forklift/http/load/html_report.h"

#include <stddef.h>
#include <stdint.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "forklift/http/load/failure.h"
#include "forklift/http/load/histogram.h"
#include "forklift/http/load/html_page.h"
#include "forklift/http/load/html_plots.h"
#include "forklift/http/load/human_text.h"
#include "forklift/http/load/load_options.h"
#include "forklift/http/load/load_run.h"
#include "forklift/http/load/run_comparison.h"
#include "forklift/http/load/tally.h"
#include "forklift/http/load/text_report.h"
#include "forklift/http/status_code.h"

namespace forklift::http::load {
namespace {

// Of text cells, the first of each row naming it.
class Table {
 public:
  explicit Table(std::string_view title, std::initializer_list<std::string_view> head = {})
      : html_(absl::StrCat("<section>\n<h2>", HtmlEscape(title), "</h2>\n<table>\n")) {
    if (head.size() == 0) return;
    html_ += "<thead><tr>";
    for (const std::string_view cell : head)
      absl::StrAppend(&html_, "<th scope=\"col\">", HtmlEscape(cell), "</th>");
    html_ += "</tr></thead>\n";
  }

  void AddRow(std::string_view name, std::initializer_list<std::string_view> cells) {
    absl::StrAppend(&html_, "<tr><th scope=\"row\">", HtmlEscape(name), "</th>");
    for (const std::string_view cell : cells)
      absl::StrAppend(&html_, "<td>", HtmlEscape(cell), "</td>");
    html_ += "</tr>\n";
  }

  std::string Finish(std::string_view note = "") const {
    return absl::StrCat(html_, "</table>\n", note.empty() ? "" : "<p>", HtmlEscape(note),
                        note.empty() ? "" : "</p>\n", "</section>\n");
  }

 private:
  std::string html_;
};

std::string PerSecond(const LoadResult& result, uint64_t count) {
  const double seconds = absl::ToDoubleSeconds(result.elapsed);
  return absl::StrFormat("%.1f", seconds > 0 ? static_cast<double>(count) / seconds : 0);
}

std::string Share(uint64_t count, uint64_t of) {
  return absl::StrFormat("%.4g %%", 100 * static_cast<double>(count) / static_cast<double>(of));
}

// The figures that one looks for first.
std::string Figures(const LoadResult& result) {
  const Tally& total = *result.total;
  std::string html = "<dl class=\"figures\">\n";
  const auto add = [&html](std::string_view name, std::string_view value) {
    absl::StrAppend(&html, "<div><dt>", HtmlEscape(name), "</dt><dd>", HtmlEscape(value),
                    "</dd></div>\n");
  };
  add("requests/s", PerSecond(result, total.answered.value()));
  add("answered", HumanCount(total.answered.value()));
  add("failed", HumanCount(total.failed.value()));
  if (total.latency.count() > 0) {
    add("p50", HumanDuration(total.latency.ValueAtPercentile(50)));
    add("p99", HumanDuration(total.latency.ValueAtPercentile(99)));
    add("longest", HumanDuration(total.latency.max()));
  }
  return absl::StrCat(html, "</dl>\n");
}

std::string Doubts(const std::vector<std::string>& warnings) {
  if (warnings.empty()) return "";
  std::string html = "<section class=\"alert\">\n<h2>To mistrust</h2>\n<ul>\n";
  for (const std::string& warning : warnings)
    absl::StrAppend(&html, "<li>", HtmlEscape(warning), "</li>\n");
  return absl::StrCat(html, "</ul>\n</section>\n");
}

std::string Summary(const LoadResult& result) {
  const Tally& total = *result.total;
  const uint64_t answered = total.answered.value();
  const uint64_t requests = answered + total.failed.value();
  const double seconds = absl::ToDoubleSeconds(result.elapsed);
  const double received = static_cast<double>(total.received_bytes.value());
  Table table("Summary");
  table.AddRow("answered",
               {absl::StrCat(HumanCount(answered), " of ", HumanCount(requests), " requests")});
  table.AddRow("time", {absl::StrCat(HumanDuration(result.elapsed),
                                     result.interrupted ? ", interrupted" : "")});
  table.AddRow("requests/s", {PerSecond(result, answered)});
  table.AddRow("received", {absl::StrCat(HumanBytes(received), ", ",
                                         HumanBytes(seconds > 0 ? received / seconds : 0), "/s")});
  table.AddRow("sent", {HumanBytes(static_cast<double>(total.sent_bytes.value()))});
  table.AddRow("connections opened", {HumanCount(total.connections.value())});
  if (total.sent_again.value() > 0) {
    table.AddRow("sent again", {absl::StrCat(HumanCount(total.sent_again.value()),
                                             ", as the server had closed before it answered")});
  }
  if (total.warm_up.value() > 0) {
    table.AddRow("warm-up",
                 {absl::StrCat(HumanCount(total.warm_up.value()), " answers, not counted")});
  }
  return table.Finish();
}

std::string Latencies(const LoadOptions& options, const Tally& total) {
  if (total.latency.count() == 0) return "";
  Table table = options.rate ? Table("Latency", {"", "from when due", "from when sent"})
                             : Table("Latency", {"", "from when sent"});
  const auto add = [&](std::string_view name, absl::Duration due, absl::Duration sent) {
    if (options.rate) return table.AddRow(name, {HumanDuration(due), HumanDuration(sent)});
    table.AddRow(name, {HumanDuration(due)});
  };
  add("mean", total.latency.Mean(), total.service_time.Mean());
  add("standard deviation", total.latency.StandardDeviation(),
      total.service_time.StandardDeviation());
  add("shortest", total.latency.min(), total.service_time.min());
  for (const double percentile : {50.0, 75.0, 90.0, 95.0, 99.0, 99.9, 99.99}) {
    add(absl::StrFormat("p%.6g", percentile), total.latency.ValueAtPercentile(percentile),
        total.service_time.ValueAtPercentile(percentile));
  }
  add("longest", total.latency.max(), total.service_time.max());
  return table.Finish();
}

std::string Statuses(const Tally& total) {
  if (total.answered.value() == 0) return "";
  Table table("Status codes", {"", "answers", "share"});
  for (size_t status = 0; status < Tally::kStatuses; ++status) {
    const uint64_t count = total.statuses[status];
    if (count == 0) continue;
    table.AddRow(absl::StrCat(status, " ", ReasonPhrase(static_cast<StatusCode>(status))),
                 {HumanCount(count), Share(count, total.answered.value())});
  }
  return table.Finish();
}

std::string Failures(const Tally& total) {
  if (total.failed.value() == 0) return "";
  Table table("Failures", {"", "requests", "share"});
  for (size_t kind = 0; kind < kFailureKinds; ++kind) {
    const uint64_t count = total.failures[kind];
    if (count == 0) continue;
    table.AddRow(FailureText(static_cast<Failure>(kind)),
                 {HumanCount(count), Share(count, total.answered.value() + total.failed.value())});
  }
  return table.Finish();
}

std::string Comparison(const RunComparison* comparison) {
  if (comparison == nullptr) return "";
  Table table(absl::StrCat("Compared with ", comparison->base),
              {"", "difference", "verdict", "with 95 % confidence", "base", "now"});
  for (const ComparedFigure& figure : comparison->figures) {
    table.AddRow(
        FigureName(figure),
        {PercentText(figure.percent.difference), VerdictText(figure.verdict), IntervalText(figure),
         ValueText(figure, figure.base), ValueText(figure, figure.changed)});
  }
  return absl::StrCat("<div class=\"wide\">\n", table.Finish(kComparisonCaveat), "</div>\n");
}

}  // namespace

std::string HtmlReport(std::string_view target, const LoadOptions& options,
                       const LoadResult& result, const RunComparison* comparison) {
  return HtmlPage(
      absl::StrCat("Load of ", target),
      absl::StrCat("<h1>", HtmlEscape(target), "</h1>\n<p>", HtmlEscape(DescribeLoad(options)),
                   "</p>\n", Figures(result), Doubts(Warnings(options, result)),
                   Comparison(comparison), "<div class=\"cards\">\n", HtmlPlots(options, result),
                   Latencies(options, *result.total), "<div class=\"stack\">\n", Summary(result),
                   Statuses(*result.total), Failures(*result.total), "</div>\n</div>\n"));
}

}  // namespace forklift::http::load
