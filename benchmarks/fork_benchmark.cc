// What proc::Fork and proc::Reaper add to the bare system calls, alone and with so many MiB
// resident.
//
//   ./bazelw run -c opt //benchmarks:fork_benchmark -- --benchmark_repetitions=9
//       --benchmark_enable_random_interleaving=true
#include <signal.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "benchmark/benchmark.h"
#include "forklift/benchmarks/measure.h"
#include "forklift/benchmarks/resident_memory.h"
#include "forklift/proc/exit_status.h"
#include "forklift/proc/fork.h"
#include "forklift/proc/reaper.h"

namespace forklift::proc {
namespace {

void BareForkWait(benchmark::State& state) {
  benchmarks::MeasureWithSystemCalls(state, [] {
    const pid_t pid = ::fork();
    if (pid == 0) ::_exit(0);
    PCHECK(::waitpid(pid, nullptr, 0) == pid);
  });
}

void ForkReap(benchmark::State& state) {
  Reaper reaper;
  benchmarks::MeasureWithSystemCalls(state, [&] {
    const absl::StatusOr<pid_t> child = Fork([] { return 0; });
    CHECK_OK(child);
    reaper.Adopt(*child, [](pid_t, ExitStatus) {});
    // Waits as the bare one does, and leaves the child to the reaper.
    siginfo_t ended;
    PCHECK(::waitid(P_PID, static_cast<id_t>(*child), &ended, WEXITED | WNOWAIT) == 0);
    CHECK_EQ(reaper.ReapAll(), 1u);
  });
}

void BM_BareForkWait(benchmark::State& state) { BareForkWait(state); }
BENCHMARK(BM_BareForkWait)->UseRealTime();

void BM_ForkReap(benchmark::State& state) { ForkReap(state); }
BENCHMARK(BM_ForkReap)->UseRealTime();

void Sweep(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgName("MiB")->RangeMultiplier(8)->Range(1, 512)->UseRealTime()->Complexity(
      benchmark::oN);
}

void BM_BareForkWaitResident(benchmark::State& state) {
  const ResidentMemory memory(state.range(0));
  BareForkWait(state);
  state.SetComplexityN(state.range(0));
}
BENCHMARK(BM_BareForkWaitResident)->Apply(Sweep);

void BM_ForkReapResident(benchmark::State& state) {
  const ResidentMemory memory(state.range(0));
  ForkReap(state);
  state.SetComplexityN(state.range(0));
}
BENCHMARK(BM_ForkReapResident)->Apply(Sweep);

}  // namespace
}  // namespace forklift::proc
