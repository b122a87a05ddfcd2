// What the load tester does to make requests: the bytes of one with so many fields, once a run, and
// when the next is meant to be sent, for each.
//
//   ./bazelw run -c opt //benchmarks:request_bytes_benchmark
#include <stdint.h>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "benchmark/benchmark.h"
#include "forklift/benchmarks/measure.h"
#include "forklift/http/load/arrivals.h"
#include "forklift/http/load/request_bytes.h"

namespace forklift::http::load {
namespace {

void BM_MakeRequest(benchmark::State& state) {
  RequestOptions options;
  for (int64_t i = 0; i < state.range(0); ++i) {
    options.headers.emplace_back(absl::StrCat("X-Field-", i), "a value of 24 characters");
  }
  benchmarks::Measure(state, [&] {
    const absl::StatusOr<RequestBytes> request = MakeRequest("http://localhost:8888/a", options);
    CHECK_OK(request);
    benchmark::DoNotOptimize(request->bytes.data());
  });
  state.SetComplexityN(state.range(0));
}
BENCHMARK(BM_MakeRequest)
    ->ArgName("fields")
    ->RangeMultiplier(2)
    ->Range(1, 64)
    ->Complexity(benchmark::oN);

void BM_NextArrival(benchmark::State& state, Spacing spacing) {
  Arrivals arrivals({.rate = 1e6, .spacing = spacing, .workers = 4});
  benchmarks::Measure(state, [&] {
    benchmark::DoNotOptimize(arrivals.next());
    arrivals.Advance();
  });
}
BENCHMARK_CAPTURE(BM_NextArrival, even, Spacing::kEven);
BENCHMARK_CAPTURE(BM_NextArrival, poisson, Spacing::kPoisson);

}  // namespace
}  // namespace forklift::http::load
