#include "forklift/http/load/threshold.h"

#include <stddef.h>

#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"

namespace forklift::http::load {
namespace {

absl::Status Wrong(std::string_view part, std::string_view rule) {
  return absl::InvalidArgumentError(absl::StrCat("'", absl::CHexEscape(part), "' is ", rule));
}

// Not NaN, nor infinite.
bool ParseNumber(std::string_view text, double most, double& number) {
  return absl::SimpleAtod(text, &number) && std::isfinite(number) && number >= 0 && number <= most;
}

}  // namespace

absl::StatusOr<Threshold> Threshold::Parse(std::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  Threshold threshold;
  threshold.text_ = std::string(text);
  const size_t sign = text.find_first_of("<>");
  if (sign == text.npos) return Wrong(text, "no threshold such as p99<50ms");
  std::string_view limit = text.substr(sign + 1);
  const bool or_equal = absl::ConsumePrefix(&limit, "=");
  threshold.comparison_ = text[sign] == '<'
                              ? (or_equal ? Comparison::kLessOrEqual : Comparison::kLess)
                              : (or_equal ? Comparison::kGreaterOrEqual : Comparison::kGreater);
  absl::Status parsed = threshold.ParseMetric(absl::StripAsciiWhitespace(text.substr(0, sign)));
  if (parsed.ok()) parsed = threshold.ParseLimit(absl::StripAsciiWhitespace(limit));
  if (parsed.ok()) return threshold;
  return absl::InvalidArgumentError(
      absl::StrCat("threshold '", absl::CHexEscape(text), "': ", parsed.message()));
}

absl::Status Threshold::ParseMetric(std::string_view metric) {
  static constexpr std::pair<std::string_view, Metric> kNames[] = {
      {"min", Metric::kMin},       {"max", Metric::kMax},   {"mean", Metric::kMean},
      {"errors", Metric::kErrors}, {"rate", Metric::kRate},
  };
  for (const auto& name : kNames) {
    if (metric != name.first) continue;
    metric_ = name.second;
    return absl::OkStatus();
  }
  std::string_view number = metric;
  if (!absl::ConsumePrefix(&number, "p")) {
    return Wrong(metric, "none of p0 to p100, min, max, mean, errors and rate");
  }
  if (!ParseNumber(number, 100, percentile_)) return Wrong(metric, "no percentile, p0 to p100");
  metric_ = Metric::kPercentile;
  return absl::OkStatus();
}

bool Threshold::IsLatency() const {
  return metric_ != Metric::kErrors && metric_ != Metric::kErrorPercent && metric_ != Metric::kRate;
}

absl::Status Threshold::ParseLimit(std::string_view limit) {
  if (IsLatency()) {
    absl::Duration duration;
    if (!absl::ParseDuration(limit, &duration) || duration < absl::ZeroDuration() ||
        duration == absl::InfiniteDuration()) {
      return Wrong(limit, "no duration (write 10s or 500ms)");
    }
    limit_ = absl::ToDoubleNanoseconds(duration);
    return absl::OkStatus();
  }
  std::string_view number = limit;
  if (metric_ == Metric::kErrors && absl::ConsumeSuffix(&number, "%")) {
    metric_ = Metric::kErrorPercent;
    if (!ParseNumber(number, 100, limit_)) return Wrong(limit, "no percentage from 0% to 100%");
    return absl::OkStatus();
  }
  if (!ParseNumber(number, HUGE_VAL, limit_)) return Wrong(limit, "no number from 0 on");
  return absl::OkStatus();
}

// Nothing where it was not measured.
std::optional<double> Threshold::Value(const Measured& measured) const {
  const double answers = static_cast<double>(measured.answers);
  const double errors = static_cast<double>(measured.errors);
  const double requests = answers + errors;
  const Histogram& latency = measured.latency;
  if (IsLatency() && latency.count() == 0) return std::nullopt;
  switch (metric_) {
    case Metric::kPercentile:
      return absl::ToDoubleNanoseconds(latency.ValueAtPercentile(percentile_));
    case Metric::kMin:
      return absl::ToDoubleNanoseconds(latency.min());
    case Metric::kMax:
      return absl::ToDoubleNanoseconds(latency.max());
    case Metric::kMean:
      return absl::ToDoubleNanoseconds(latency.Mean());
    case Metric::kErrors:
      return requests == 0 ? std::nullopt : std::optional(errors);
    case Metric::kErrorPercent:
      return requests == 0 ? std::nullopt : std::optional(100 * errors / requests);
    case Metric::kRate:
      if (measured.duration <= absl::ZeroDuration()) return std::nullopt;
      return answers / absl::ToDoubleSeconds(measured.duration);
  }
  return std::nullopt;
}

bool Threshold::IsMetBy(double value) const {
  switch (comparison_) {
    case Comparison::kLess:
      return value < limit_;
    case Comparison::kLessOrEqual:
      return value <= limit_;
    case Comparison::kGreater:
      return value > limit_;
    case Comparison::kGreaterOrEqual:
      return value >= limit_;
  }
  return false;
}

std::string Threshold::Format(double value) const {
  if (IsLatency()) return absl::FormatDuration(absl::Nanoseconds(value));
  if (metric_ == Metric::kErrorPercent) return absl::StrCat(value, "%");
  if (metric_ == Metric::kRate) return absl::StrCat(value, "/s");
  return absl::StrCat(value);
}

ThresholdResult Threshold::Evaluate(const Measured& measured) const {
  const std::optional<double> value = Value(measured);
  if (!value) return {.met = false, .message = absl::StrCat(text_, ": nothing was measured")};
  return {.met = IsMetBy(*value), .message = absl::StrCat(text_, ": measured ", Format(*value))};
}

absl::StatusOr<std::vector<Threshold>> ParseThresholds(std::string_view text) {
  std::vector<Threshold> thresholds;
  for (std::string_view part : absl::StrSplit(text, ',')) {
    if (thresholds.size() == kMaxThresholds) {
      return absl::InvalidArgumentError(absl::StrCat("more than ", kMaxThresholds, " thresholds"));
    }
    absl::StatusOr<Threshold> threshold = Threshold::Parse(part);
    if (!threshold.ok()) return std::move(threshold).status();
    thresholds.push_back(*std::move(threshold));
  }
  return thresholds;
}

}  // namespace forklift::http::load
