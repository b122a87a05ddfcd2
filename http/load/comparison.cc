#include "forklift/http/load/comparison.h"

#include <stdint.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <optional>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forklift/http/load/histogram.h"

namespace forklift::http::load {
namespace {

constexpr double kConfidence = 0.95;
constexpr double kNormalQuantile = 1.959964;  // of 97.5 %

// How far Student's t goes, on both sides of 0, with a probability of kConfidence. With t = tan(a)
// * sqrt(freedom) its density is that of cos(a)^(freedom - 1), which is summed in steps of `a`.
double StudentQuantile(double freedom) {
  constexpr int kSteps = 20'000;
  constexpr double kStep = std::numbers::pi / 2 / kSteps;
  const auto density = [&](int i) { return std::pow(std::cos((i + 0.5) * kStep), freedom - 1); };
  double total = 0;
  for (int i = 0; i < kSteps; ++i) total += density(i);
  double rest = kConfidence * total;
  int i = 0;
  for (; i + 1 < kSteps && density(i) < rest; ++i) rest -= density(i);
  return std::tan((i + rest / density(i)) * kStep) * std::sqrt(freedom);
}

struct Mean {
  double value = 0;
  double squared_error = 0;  // its variance
  double freedom = 0;
};

Mean MeanOf(absl::Span<const double> values) {
  const double count = static_cast<double>(values.size());
  Mean mean = {.freedom = count - 1};
  for (double value : values) mean.value += value / count;
  for (double value : values) {
    mean.squared_error += (value - mean.value) * (value - mean.value) / mean.freedom / count;
  }
  return mean;
}

struct Bounded {  // in nanoseconds
  double value = 0;
  double lowest = 0;
  double highest = 0;
};

Bounded Percentile(const Histogram& histogram, double percentile) {
  const double count = static_cast<double>(histogram.count());
  const double part = percentile / 100;
  const double rank = count * part;
  const double reach = kNormalQuantile * std::sqrt(rank * (1 - part));
  const auto value = [&](double at) {
    return absl::ToDoubleNanoseconds(histogram.ValueAtRank(static_cast<uint64_t>(at)));
  };
  const double low = std::floor(rank - reach);
  const double high = std::ceil(rank + reach) + 1;
  return {
      .value = absl::ToDoubleNanoseconds(histogram.ValueAtPercentile(percentile)),
      .lowest = low < 1 ? 0 : value(low),
      .highest = high > count ? std::numeric_limits<double>::infinity() : value(high),
  };
}

}  // namespace

std::optional<Difference<double>> CompareRates(absl::Span<const double> base,
                                               absl::Span<const double> changed) {
  if (base.size() < 2 || changed.size() < 2) return std::nullopt;
  const Mean before = MeanOf(base);
  const Mean after = MeanOf(changed);
  const double difference = after.value - before.value;
  const double squared_error = before.squared_error + after.squared_error;
  if (squared_error == 0) return Difference<double>{difference, difference, difference};
  const double freedom = squared_error * squared_error /
                         (before.squared_error * before.squared_error / before.freedom +
                          after.squared_error * after.squared_error / after.freedom);
  // From 10,000 degrees on it is the normal distribution's, in four digits.
  const double reach = StudentQuantile(std::clamp(freedom, 1.0, 1e4)) * std::sqrt(squared_error);
  return Difference<double>{difference, difference - reach, difference + reach};
}

std::optional<Difference<absl::Duration>> ComparePercentile(const Histogram& base,
                                                            const Histogram& changed,
                                                            double percentile) {
  if (base.count() == 0 || changed.count() == 0) return std::nullopt;
  const Bounded before = Percentile(base, percentile);
  const Bounded after = Percentile(changed, percentile);
  const double difference = after.value - before.value;
  const double below = std::hypot(after.value - after.lowest, before.highest - before.value);
  const double above = std::hypot(after.highest - after.value, before.value - before.lowest);
  return Difference<absl::Duration>{absl::Nanoseconds(difference),
                                    absl::Nanoseconds(difference - below),
                                    absl::Nanoseconds(difference + above)};
}

}  // namespace forklift::http::load
