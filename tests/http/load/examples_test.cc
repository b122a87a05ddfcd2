// The examples at the head of the headers, line by line as they stand there, made whole and run.
#include <stddef.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forklift/http/load/arrivals.h"
#include "forklift/http/load/comparison.h"
#include "forklift/http/load/histogram.h"
#include "forklift/http/load/stages.h"
#include "forklift/http/load/threshold.h"
#include "forklift/proc/shared_array.h"
#include "gtest/gtest.h"

namespace forklift::http::load {
namespace {

using proc::SharedArray;

TEST(LoadExamplesTest, RecordingLatencies) {
  const size_t workers = 2;
  const size_t worker = 1;
  const absl::Duration sent_at = absl::Seconds(1);
  const absl::Duration received_at = absl::Seconds(1) + absl::Milliseconds(5);
  absl::Duration printed;
  const auto Print = [&](absl::Duration latency) { printed = latency; };
  const auto run = [&]() -> absl::Status {
    auto latencies = SharedArray<Histogram>::Create(workers);
    if (!latencies.ok()) return latencies.status();
    // In the worker:
    (*latencies)[worker].Record(received_at - sent_at);
    // In the parent, at any time:
    const auto all = std::make_unique<Histogram>();  // too large for some stacks
    for (size_t i = 0; i < latencies->size(); ++i) all->Merge((*latencies)[i]);
    Print(all->ValueAtPercentile(99.9));
    return absl::OkStatus();
  };
  EXPECT_TRUE(run().ok());
  EXPECT_EQ(printed, absl::Milliseconds(5));
}

TEST(LoadExamplesTest, PacingAnOpenLoop) {
  const int workers = 4;
  const int worker = 1;
  absl::Duration now;
  const auto Elapsed = [&] { return now; };
  const auto WaitUntil = [&](absl::Duration then) { now = then + absl::Microseconds(60); };
  const auto Running = [&] { return now < absl::Milliseconds(7); };
  std::vector<absl::Duration> sent;
  const auto Send = [&](absl::Duration intended) { sent.push_back(intended); };

  Arrivals arrivals({.rate = 1000, .workers = workers, .worker = worker});
  while (Running()) {
    for (; arrivals.next() <= Elapsed(); arrivals.Advance()) Send(arrivals.next());
    WaitUntil(arrivals.next());
  }
  EXPECT_EQ(sent, std::vector({absl::Milliseconds(1), absl::Milliseconds(5)}));
}

TEST(LoadExamplesTest, FollowingStages) {
  Arrivals arrivals({.rate = 0});
  const auto run = [&]() -> absl::Status {
    const auto stages = ParseStages("10s:100,30s:1000", StageValue::kRate);
    if (!stages.ok()) return stages.status();
    absl::Duration start;
    for (const Stage& stage : *stages) {
      arrivals.SetRate(start, stage.value);
      start += stage.duration;
    }
    arrivals.SetRate(start, 0);
    return absl::OkStatus();
  };
  EXPECT_TRUE(run().ok());
  int sent = 0;
  for (; arrivals.next() < absl::InfiniteDuration(); arrivals.Advance()) ++sent;
  EXPECT_EQ(sent, 31'000);
}

TEST(LoadExamplesTest, HoldingARunAgainstThresholds) {
  Histogram histogram;
  histogram.Record(absl::Microseconds(61'312));
  const Measured measured = {.latency = histogram, .answers = 1};
  std::vector<std::string> failures;
  const auto Fail = [&](std::string message) { failures.push_back(message); };
  const auto run = [&]() -> absl::Status {
    const auto thresholds = ParseThresholds("p99<50ms, errors<0.1%");
    if (!thresholds.ok()) return thresholds.status();
    for (const Threshold& threshold : *thresholds) {
      const ThresholdResult result = threshold.Evaluate(measured);
      if (!result.met) Fail(result.message);  // "p99<50ms: measured 61.312ms"
    }
    return absl::OkStatus();
  };
  EXPECT_TRUE(run().ok());
  EXPECT_EQ(failures, std::vector<std::string>({"p99<50ms: measured 61.312ms"}));
}

TEST(LoadExamplesTest, ComparingRuns) {
  const std::vector<double> base_answers = {1'000, 1'010, 990};
  const std::vector<double> answers = {1'100, 1'110, 1'090};
  Histogram base_latency;
  Histogram latency;
  base_latency.Record(absl::Milliseconds(1), 10'000);
  latency.Record(absl::Milliseconds(3), 10'000);
  std::string reported;
  const auto Report = [&](std::string_view what, double difference) {
    absl::StrAppend(&reported, what, ": ", difference, ";");
  };

  const auto rate = CompareRates(base_answers, answers);  // in each second
  if (rate && rate->IsClear()) Report("answers/s", rate->difference);
  const auto p99 = ComparePercentile(base_latency, latency, 99);
  if (p99 && p99->IsClear()) Report("p99 in ms", absl::ToDoubleMilliseconds(p99->difference));
  EXPECT_EQ(reported, "answers/s: 100;p99 in ms: 2;");
}

}  // namespace
}  // namespace forklift::http::load
