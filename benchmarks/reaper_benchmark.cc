// Reaping many exits at once: the time must grow with their number and no faster. Items are exits.
//
//   ./bazelw run -c opt //benchmarks:reaper_benchmark
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vector>

#include "absl/log/check.h"
#include "benchmark/benchmark.h"
#include "forklift/proc/exit_status.h"
#include "forklift/proc/reaper.h"

namespace forklift::proc {
namespace {

// Children that have ended and wait to be reaped.
std::vector<pid_t> StartZombies(int64_t count) {
  std::vector<pid_t> zombies;
  for (int64_t i = 0; i < count; ++i) {
    const pid_t pid = ::fork();
    PCHECK(pid >= 0) << "fork";
    if (pid == 0) ::_exit(0);
    zombies.push_back(pid);
  }
  for (pid_t pid : zombies) {
    siginfo_t ended;
    PCHECK(::waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOWAIT) == 0);
  }
  return zombies;
}

void Sweep(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgName("children")
      ->RangeMultiplier(4)
      ->Range(16, 4'096)
      ->UseRealTime()
      ->Complexity(benchmark::oN);
}

void BM_BareWaitAny(benchmark::State& state) {
  for ([[maybe_unused]] auto _ : state) {
    state.PauseTiming();
    StartZombies(state.range(0));
    state.ResumeTiming();
    int64_t reaped = 0;
    while (::waitpid(-1, nullptr, WNOHANG) > 0) ++reaped;
    CHECK_EQ(reaped, state.range(0));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetComplexityN(state.range(0));
}
BENCHMARK(BM_BareWaitAny)->Apply(Sweep);

void ReapAll(benchmark::State& state, bool everything) {
  Reaper reaper;
  if (everything) reaper.ReapEverything([](pid_t, ExitStatus) {});
  for ([[maybe_unused]] auto _ : state) {
    state.PauseTiming();
    for (pid_t pid : StartZombies(state.range(0))) reaper.Adopt(pid, [](pid_t, ExitStatus) {});
    state.ResumeTiming();
    CHECK_EQ(reaper.ReapAll(), static_cast<size_t>(state.range(0)));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetComplexityN(state.range(0));
}

void BM_ReapAll(benchmark::State& state) { ReapAll(state, false); }
BENCHMARK(BM_ReapAll)->Apply(Sweep);

void BM_ReapEverything(benchmark::State& state) { ReapAll(state, true); }
BENCHMARK(BM_ReapEverything)->Apply(Sweep);

}  // namespace
}  // namespace forklift::proc
