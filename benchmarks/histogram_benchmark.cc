// What it costs to record a latency, and to report a percentile of a million.
//
//   ./bazelw run -c opt //benchmarks:histogram_benchmark
#include <stddef.h>

#include <cmath>
#include <memory>
#include <random>
#include <vector>

#include "absl/time/time.h"
#include "benchmark/benchmark.h"
#include "forklift/http/load/histogram.h"

namespace forklift::http::load {
namespace {

// Around a millisecond, most of them from a third to three times that.
std::vector<absl::Duration> Latencies(size_t count) {
  std::mt19937_64 random(1);
  std::lognormal_distribution<> nanoseconds(std::log(1e6), 1);
  std::vector<absl::Duration> latencies;
  for (size_t i = 0; i < count; ++i) latencies.push_back(absl::Nanoseconds(nanoseconds(random)));
  return latencies;
}

void BM_Record(benchmark::State& state) {
  const std::vector<absl::Duration> latencies = Latencies(4'096);
  const auto histogram = std::make_unique<Histogram>();
  size_t next = 0;
  for ([[maybe_unused]] auto _ : state) histogram->Record(latencies[next++ % latencies.size()]);
}
BENCHMARK(BM_Record);

// The same latency each time: one counter, which each record has to wait for.
void BM_RecordOneValue(benchmark::State& state) {
  const auto histogram = std::make_unique<Histogram>();
  for ([[maybe_unused]] auto _ : state) histogram->Record(absl::Milliseconds(1));
}
BENCHMARK(BM_RecordOneValue);

std::unique_ptr<Histogram> Recorded() {
  auto histogram = std::make_unique<Histogram>();
  for (absl::Duration latency : Latencies(1'000'000)) histogram->Record(latency);
  return histogram;
}

void BM_ValueAtPercentile(benchmark::State& state) {
  const auto histogram = Recorded();
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(histogram->ValueAtPercentile(99.9));
  }
}
BENCHMARK(BM_ValueAtPercentile);

void BM_Merge(benchmark::State& state) {
  const auto histogram = Recorded();
  const auto all = std::make_unique<Histogram>();
  for ([[maybe_unused]] auto _ : state) all->Merge(*histogram);
}
BENCHMARK(BM_Merge);

}  // namespace
}  // namespace forklift::http::load
