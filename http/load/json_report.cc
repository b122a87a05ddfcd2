#include "forklift/http/load/json_report.h"

#include <stddef.h>
#include <stdint.h>

#include <array>
#include <cmath>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "forklift/http/load/clock.h"
#include "forklift/http/load/failure.h"
#include "forklift/http/load/histogram.h"
#include "forklift/http/load/json_schema.h"
#include "forklift/http/load/json_text.h"
#include "forklift/http/load/load_options.h"
#include "forklift/http/load/load_run.h"
#include "forklift/http/load/run_comparison.h"
#include "forklift/http/load/tally.h"
#include "forklift/http/load/text_report.h"
#include "forklift/http/load/timeline.h"

namespace forklift::http::load {
namespace {

constexpr std::array<double, 7> kPercentiles = {50, 75, 90, 95, 99, 99.9, 99.99};

std::string Latencies(const Histogram& histogram) {
  std::string json = absl::StrCat(
      "{\"mean\": ", JsonSeconds(histogram.Mean()),
      ", \"standard_deviation\": ", JsonSeconds(histogram.StandardDeviation()),
      ", \"min\": ", JsonSeconds(histogram.min()), ", \"max\": ", JsonSeconds(histogram.max()));
  for (const double percentile : kPercentiles) {
    absl::StrAppendFormat(&json, ", \"p%.6g\": %s", percentile,
                          JsonSeconds(histogram.ValueAtPercentile(percentile)));
  }
  return absl::StrCat(json, "}");
}

std::string Buckets(const Histogram& histogram) {
  std::string json;
  histogram.ForEachBucket([&](const Histogram::Bucket& bucket) {
    absl::StrAppend(&json, json.empty() ? "" : ", ", "[", JsonSeconds(bucket.highest), ", ",
                    bucket.count, "]");
  });
  return absl::StrCat("[", json, "]");
}

std::string Statuses(const Tally& total) {
  std::string json;
  for (size_t status = 0; status < Tally::kStatuses; ++status) {
    if (total.statuses[status] == 0) continue;
    absl::StrAppend(&json, json.empty() ? "" : ", ", "\"", status, "\": ", total.statuses[status]);
  }
  return absl::StrCat("{", json, "}");
}

std::string Failures(const Tally& total) {
  std::string json;
  for (size_t kind = 0; kind < kFailureKinds; ++kind) {
    if (total.failures[kind] == 0) continue;
    absl::StrAppend(&json, json.empty() ? "" : ", ",
                    JsonString(FailureName(static_cast<Failure>(kind))), ": ",
                    total.failures[kind]);
  }
  return absl::StrCat("{", json, "}");
}

absl::Duration MeanLatency(const SecondOfRun& second) {
  return absl::Nanoseconds(
      second.answered == 0 ? 0 : second.latency_sum / static_cast<Nanoseconds>(second.answered));
}

std::string SecondsOfRun(const LoadResult& result) {
  return absl::StrCat(
      "[",
      absl::StrJoin(result.timeline, ", ",
                    [](std::string* json, const SecondOfRun& second) {
                      absl::StrAppend(
                          json, "{\"answered\": ", second.answered, ", \"failed\": ", second.failed,
                          ", \"latency_mean\": ", JsonSeconds(MeanLatency(second)),
                          ", \"latency_max\": ", JsonSeconds(absl::Nanoseconds(second.latency_max)),
                          "}");
                    }),
      "]");
}

std::string NumberOrNull(double number) {
  return std::isfinite(number) ? absl::StrFormat("%.4f", number) : "null";
}

std::string Comparison(const RunComparison& comparison) {
  std::string json = absl::StrCat("{\"base\": ", JsonString(comparison.base));
  for (const ComparedFigure& figure : comparison.figures) {
    absl::StrAppendFormat(
        &json,
        ", %s: {\"base\": %.9f, \"changed\": %.9f, \"difference_percent\": %s, "
        "\"lowest_percent\": %s, \"highest_percent\": %s, \"verdict\": %s}",
        JsonString(figure.percentile ? FigureName(figure) : "requests_per_second"), figure.base,
        figure.changed, NumberOrNull(figure.percent.difference),
        NumberOrNull(figure.percent.lowest), NumberOrNull(figure.percent.highest),
        JsonString(VerdictText(figure.verdict)));
  }
  return absl::StrCat(json, "}");
}

}  // namespace

std::string JsonReport(std::string_view target, const LoadOptions& options,
                       const LoadResult& result, const RunComparison* comparison) {
  const Tally& total = *result.total;
  const uint64_t answered = total.answered.value();
  const double seconds = absl::ToDoubleSeconds(result.elapsed);
  std::string json = absl::StrCat("{\"schema_version\": ", kJsonSchemaVersion,
                                  ", \"target\": ", JsonString(target),
                                  ", \"loop\": ", options.rate ? "\"open\"" : "\"closed\"");
  if (options.rate) absl::StrAppendFormat(&json, ", \"rate\": %.9g", *options.rate);
  absl::StrAppend(&json, ", \"connections\": ", options.connections,
                  ", \"workers\": ", options.workers, ", \"pipeline\": ", options.pipeline,
                  ", \"keep_alive\": ", options.keep_alive ? "true" : "false",
                  ", \"interrupted\": ", result.interrupted ? "true" : "false");
  absl::StrAppend(&json, ", \"duration\": ", JsonSeconds(result.elapsed),
                  ", \"requests\": ", answered + total.failed.value(), ", \"answered\": ", answered,
                  ", \"failed\": ", total.failed.value(),
                  ", \"sent_again\": ", total.sent_again.value(),
                  ", \"warm_up_answered\": ", total.warm_up.value(),
                  ", \"connections_opened\": ", total.connections.value(),
                  ", \"bytes_received\": ", total.received_bytes.value(),
                  ", \"bytes_sent\": ", total.sent_bytes.value());
  absl::StrAppendFormat(&json, ", \"requests_per_second\": %.3f",
                        seconds > 0 ? static_cast<double>(answered) / seconds : 0);
  absl::StrAppend(
      &json, ", \"status_codes\": ", Statuses(total), ", \"failures\": ", Failures(total),
      ", \"latency\": ", Latencies(total.latency),
      options.rate ? absl::StrCat(", \"service_time\": ", Latencies(total.service_time)) : "",
      ", \"histogram\": ", Buckets(total.latency), ", \"timeline\": ", SecondsOfRun(result),
      ", \"warnings\": [",
      absl::StrJoin(Warnings(options, result), ", ",
                    [](std::string* out, const std::string& warning) {
                      absl::StrAppend(out, JsonString(warning));
                    }),
      "]");
  if (comparison != nullptr) absl::StrAppend(&json, ", \"comparison\": ", Comparison(*comparison));
  return absl::StrCat(json, "}\n");
}

std::string CsvReport(const LoadResult& result) {
  std::string csv = "second,answered,failed,latency_mean_s,latency_max_s\r\n";
  for (size_t i = 0; i < result.timeline.size(); ++i) {
    const SecondOfRun& second = result.timeline[i];
    absl::StrAppend(&csv, i, ",", second.answered, ",", second.failed, ",",
                    JsonSeconds(MeanLatency(second)), ",",
                    JsonSeconds(absl::Nanoseconds(second.latency_max)), "\r\n");
  }
  return csv;
}

}  // namespace forklift::http::load
