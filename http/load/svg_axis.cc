#include "forklift/http/load/svg_axis.h"

#include <stddef.h>
#include <stdint.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "forklift/http/load/human_text.h"

namespace forklift::http::load {
namespace {

constexpr size_t kMostTicks = 8;

// The smallest of 1, 2 and 5 times a power of ten that is not below `least`, more than 0.
double RoundStep(double least) {
  const double power = std::pow(10, std::floor(std::log10(least)));
  for (const double digit : {1, 2, 5}) {
    if (digit * power >= least * (1 - 1e-9)) return digit * power;
  }
  return 10 * power;
}

std::string AmountLabel(double amount) {
  if (amount >= 1e9) return absl::StrFormat("%.4gG", amount / 1e9);
  if (amount >= 1e6) return absl::StrFormat("%.4gM", amount / 1e6);
  if (amount >= 1e3) return absl::StrFormat("%.4gk", amount / 1e3);
  return absl::StrFormat("%.4g", amount);
}

std::string TimeLabel(double seconds, double step) {
  if (step >= 3600) return absl::StrFormat("%.4g h", seconds / 3600);
  if (step >= 60) return absl::StrFormat("%.4g min", seconds / 60);
  return absl::StrFormat("%.4g s", seconds);
}

Tick LatencyTick(double nanoseconds) {
  return {std::log10(nanoseconds), HumanDuration(absl::Nanoseconds(nanoseconds))};
}

// At the leading digits of each `decades`-th decade.
std::vector<Tick> LogarithmicTicks(const Axis& axis, const std::vector<double>& digits,
                                   int decades) {
  std::vector<Tick> ticks;
  for (int decade = static_cast<int>(std::floor(axis.first)); decade <= axis.last; ++decade) {
    if (decade % decades != 0) continue;
    for (const double digit : digits) {
      const Tick tick = LatencyTick(digit * std::pow(10, decade));
      if (tick.position >= axis.first && tick.position <= axis.last) ticks.push_back(tick);
    }
  }
  return ticks;
}

// At equal distances, where the logarithm hardly bends the axis.
std::vector<Tick> EvenLatencyTicks(const Axis& axis) {
  const double low = std::pow(10, axis.first);
  const double high = std::pow(10, axis.last);
  const double step = RoundStep((high - low) / 5);
  std::vector<Tick> ticks;
  for (double at = std::ceil(low / step); at * step <= high; ++at)
    ticks.push_back(LatencyTick(at * step));
  return ticks;
}

}  // namespace

Axis AmountAxis(std::string label, double highest) {
  const double step = RoundStep(highest > 0 ? highest / 5 : 0.2);
  Axis axis = {std::move(label), 0, std::max(std::ceil(highest / step - 1e-9), 1.0) * step, {}};
  for (double at = 0; at * step <= axis.last * (1 + 1e-9); ++at)
    axis.ticks.push_back({at * step, AmountLabel(at * step)});
  return axis;
}

Axis TimeAxis(std::string label, double last) {
  last = std::max(last, 1e-6);
  double step = RoundStep(last / kMostTicks);
  if (step > 10) {  // minutes and hours are not decimal
    constexpr std::array<double, 13> kSteps = {15,   20,   30,   60,   120,   300,  600,
                                               1200, 1800, 3600, 7200, 10800, 21600};
    const auto* const found = std::lower_bound(kSteps.begin(), kSteps.end(), last / kMostTicks);
    step = found == kSteps.end() ? RoundStep(last / kMostTicks / 3600) * 3600 : *found;
  }
  const double round = std::ceil(last / step) * step;
  if (round < last * 1.02) last = round;  // a run ends at its last answer, a little early
  Axis axis = {std::move(label), 0, last, {}};
  for (double at = 0; at * step <= last * (1 + 1e-9); ++at)
    axis.ticks.push_back({at * step, TimeLabel(at * step, step)});
  return axis;
}

Axis LatencyAxis(std::string label, absl::Duration lowest, absl::Duration highest) {
  constexpr double kLeast = 0.1;  // that a plot of equal latencies is high
  constexpr double kEvenUpTo = 0.6;
  Axis axis = {std::move(label), LatencyPosition(lowest), LatencyPosition(highest), {}};
  const double margin =
      std::max(0.03 * (axis.last - axis.first), (kLeast - (axis.last - axis.first)) / 2);
  axis.first -= margin;
  axis.last += margin;
  if (axis.last - axis.first < kEvenUpTo) {
    axis.ticks = EvenLatencyTicks(axis);
    return axis;
  }
  axis.ticks = LogarithmicTicks(axis, {1, 2, 5}, 1);
  if (axis.ticks.size() > kMostTicks) axis.ticks = LogarithmicTicks(axis, {1}, 1);
  if (axis.ticks.size() > kMostTicks) axis.ticks = LogarithmicTicks(axis, {1}, 2);
  return axis;
}

double LatencyPosition(absl::Duration latency) {
  return std::log10(std::max(absl::ToDoubleNanoseconds(latency), 1.0));
}

absl::Duration LatencyAt(double position) { return absl::Nanoseconds(std::pow(10, position)); }

Axis PercentileAxis(std::string label, uint64_t count) {
  constexpr int kMostNines = 7;
  Axis axis = {
      std::move(label),
      0,
      std::clamp(std::log10(static_cast<double>(count)), 1.0, static_cast<double>(kMostNines)),
      {}};
  axis.ticks = {{0, "0"}, {PercentilePosition(50), "50"}, {1, "90"}, {2, "99"}};
  std::string nines = "99.";
  for (int at = 3; at <= kMostNines; ++at)
    axis.ticks.push_back({static_cast<double>(at), nines += '9'});
  std::erase_if(axis.ticks, [&](const Tick& tick) { return tick.position > axis.last; });
  return axis;
}

double PercentilePosition(double percentile) { return -std::log10((100 - percentile) / 100); }

double PercentileAt(double position) { return 100 * (1 - std::pow(10, -position)); }

}  // namespace forklift::http::load
