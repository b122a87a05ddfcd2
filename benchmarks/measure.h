// Measure runs the timed loop of a benchmark, and counts beside the time what an operation
// allocates (operator new) and, where asked, how often it calls the kernel.
//
//   void BM_Wait(benchmark::State& state) {
//     ...
//     MeasureWithSystemCalls(state, [&] { CHECK_OK(loop->RunOnce(Deadline::Infinite())); });
//   }
#ifndef FORKLIFT_BENCHMARKS_MEASURE_H_
#define FORKLIFT_BENCHMARKS_MEASURE_H_

#include <stddef.h>

#include <optional>

#include "benchmark/benchmark.h"
#include "forklift/benchmarks/system_calls.h"
#include "forklift/tests/support/allocation_count.h"

namespace forklift::benchmarks {

template <typename Operation>
void Measure(benchmark::State& state, Operation operation) {
  operation();  // what is allocated once is no part of it
  const size_t before = tests::AllocationCount();
  for ([[maybe_unused]] auto _ : state) operation();
  state.counters["allocs/op"] = benchmark::Counter(
      static_cast<double>(tests::AllocationCount() - before), benchmark::Counter::kAvgIterations);
}

// The calls are counted in one more operation, outside of the timing. No count where tracing is not
// allowed.
template <typename Operation>
void MeasureWithSystemCalls(benchmark::State& state, Operation operation) {
  Measure(state, operation);
  const std::optional<size_t> calls = SystemCallsOf(operation);
  if (calls) state.counters["syscalls/op"] = static_cast<double>(*calls);
}

}  // namespace forklift::benchmarks

#endif  // FORKLIFT_BENCHMARKS_MEASURE_H_
