// What it costs to record a latency; and to report a percentile of so many and to merge them, which
// must not care how many there are.
//
//   ./bazelw run -c opt //benchmarks:histogram_benchmark
#include <stddef.h>
#include <stdint.h>

#include <cmath>
#include <memory>
#include <random>
#include <vector>

#include "absl/time/time.h"
#include "benchmark/benchmark.h"
#include "forklift/benchmarks/measure.h"
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
  benchmarks::Measure(state, [&] { histogram->Record(latencies[next++ % latencies.size()]); });
}
BENCHMARK(BM_Record);

// The same latency each time: one counter, which each record has to wait for.
void BM_RecordOneValue(benchmark::State& state) {
  const auto histogram = std::make_unique<Histogram>();
  benchmarks::Measure(state, [&] { histogram->Record(absl::Milliseconds(1)); });
}
BENCHMARK(BM_RecordOneValue);

std::unique_ptr<Histogram> Recorded(int64_t count) {
  auto histogram = std::make_unique<Histogram>();
  for (absl::Duration latency : Latencies(static_cast<size_t>(count))) histogram->Record(latency);
  return histogram;
}

void Sweep(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgName("recorded")
      ->RangeMultiplier(10)
      ->Range(1'000, 1'000'000)
      ->Complexity(benchmark::o1);
}

void BM_ValueAtPercentile(benchmark::State& state) {
  const auto histogram = Recorded(state.range(0));
  benchmarks::Measure(state, [&] { benchmark::DoNotOptimize(histogram->ValueAtPercentile(99.9)); });
  state.SetComplexityN(state.range(0));
}
BENCHMARK(BM_ValueAtPercentile)->Apply(Sweep);

void BM_Merge(benchmark::State& state) {
  const auto histogram = Recorded(state.range(0));
  const auto all = std::make_unique<Histogram>();
  benchmarks::Measure(state, [&] { all->Merge(*histogram); });
  state.SetComplexityN(state.range(0));
}
BENCHMARK(BM_Merge)->Apply(Sweep);

}  // namespace
}  // namespace forklift::http::load
