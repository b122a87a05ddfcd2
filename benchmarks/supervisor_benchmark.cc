// Supervisor with so many workers: a look that finds nothing to do, and a worker's end until its
// replacement is ready. The first looks at each worker; the second also forks.
//
//   ./bazelw run -c opt //benchmarks:supervisor_benchmark
#include <signal.h>
#include <stddef.h>
#include <sys/types.h>

#include "absl/log/check.h"
#include "absl/time/time.h"
#include "benchmark/benchmark.h"
#include "forklift/benchmarks/measure.h"
#include "forklift/proc/supervisor.h"
#include "forklift/tests/proc/supervised.h"

namespace forklift::proc {
namespace {

void BM_Advance(benchmark::State& state) {
  const auto workers = static_cast<size_t>(state.range(0));
  tests::Supervised supervised({.workers = workers, .max_workers = workers},
                               tests::ReadyUntilStopped);
  CHECK(supervised.RunUntilReady(workers));
  benchmarks::MeasureWithSystemCalls(state, [&] { supervised->Advance(); });
  state.SetComplexityN(state.range(0));
  CHECK(supervised.StopAndRun());
}
BENCHMARK(BM_Advance)
    ->ArgName("workers")
    ->RangeMultiplier(4)
    ->Range(1, 256)
    ->Complexity(benchmark::oN);

void BM_Replace(benchmark::State& state) {
  const auto workers = static_cast<size_t>(state.range(0));
  SupervisorOptions options = tests::FastRestartOptions(workers);
  options.max_workers = workers;
  options.late_restarts = {.restarts = 1'000'000, .window = absl::Milliseconds(1)};
  tests::Supervised supervised(options, tests::ReadyUntilStopped);
  CHECK(supervised.RunUntilReady(workers));
  benchmarks::Measure(state, [&] {
    const pid_t pid = supervised.alive().begin()->first;
    PCHECK(::kill(pid, SIGKILL) == 0);
    CHECK(supervised.RunUntil(
        [&] { return !supervised.alive().contains(pid) && supervised->ready() == workers; }));
  });
  CHECK(supervised.StopAndRun());
}
BENCHMARK(BM_Replace)->ArgName("workers")->Arg(1)->Arg(16)->Arg(256)->UseRealTime();

}  // namespace
}  // namespace forklift::proc
