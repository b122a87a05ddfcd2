// From the start of a program to its end, by proc::Spawn and by the bare calls, with so many MiB
// resident: fork copies page tables, the others do not.
//
//   ./bazelw run -c opt //benchmarks:spawn_benchmark
#include <spawn.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "benchmark/benchmark.h"
#include "forklift/benchmarks/measure.h"
#include "forklift/benchmarks/resident_memory.h"
#include "forklift/net/deadline.h"
#include "forklift/proc/exit_status.h"
#include "forklift/proc/spawn.h"
#include "forklift/proc/spawn_options.h"

namespace forklift::proc {
namespace {

constexpr char kProgram[] = "/bin/true";

char* const* Arguments() {
  static char program[] = "/bin/true";
  static char* const arguments[] = {program, nullptr};
  return arguments;
}

void WaitFor(pid_t pid) {
  int status = 0;
  PCHECK(::waitpid(pid, &status, 0) == pid);
  CHECK_EQ(status, 0);
}

void Sweep(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgName("MiB")->RangeMultiplier(8)->Range(1, 512)->UseRealTime();
}

void BM_Spawn(benchmark::State& state) {
  const ResidentMemory memory(state.range(0));
  const SpawnOptions options = {.argv = {kProgram}};
  benchmarks::MeasureWithSystemCalls(state, [&] {
    absl::StatusOr<SpawnedProgram> program = Spawn(options);
    CHECK_OK(program);
    const std::optional<ExitStatus> status = program->child.Wait(net::Deadline::Infinite());
    CHECK(status->success());
  });
  state.SetComplexityN(state.range(0));
}
BENCHMARK(BM_Spawn)->Apply(Sweep)->Complexity(benchmark::o1);

void BM_BareForkExec(benchmark::State& state) {
  const ResidentMemory memory(state.range(0));
  benchmarks::MeasureWithSystemCalls(state, [&] {
    const pid_t pid = ::fork();
    if (pid == 0) {
      ::execv(kProgram, Arguments());
      ::_exit(127);
    }
    WaitFor(pid);
  });
  state.SetComplexityN(state.range(0));
}
BENCHMARK(BM_BareForkExec)->Apply(Sweep)->Complexity(benchmark::oN);

void BM_BareVforkExec(benchmark::State& state) {
  const ResidentMemory memory(state.range(0));
  char* const* const arguments = Arguments();
  benchmarks::MeasureWithSystemCalls(state, [&] {
    const pid_t pid = ::vfork();  // NOLINT(clang-analyzer-security.insecureAPI.vfork)
    if (pid == 0) {
      ::execv(kProgram, arguments);
      ::_exit(127);
    }
    WaitFor(pid);
  });
  state.SetComplexityN(state.range(0));
}
BENCHMARK(BM_BareVforkExec)->Apply(Sweep)->Complexity(benchmark::o1);

void BM_PosixSpawn(benchmark::State& state) {
  const ResidentMemory memory(state.range(0));
  benchmarks::MeasureWithSystemCalls(state, [&] {
    pid_t pid;
    CHECK_EQ(::posix_spawn(&pid, kProgram, nullptr, nullptr, Arguments(), environ), 0);
    WaitFor(pid);
  });
  state.SetComplexityN(state.range(0));
}
BENCHMARK(BM_PosixSpawn)->Apply(Sweep)->Complexity(benchmark::o1);

}  // namespace
}  // namespace forklift::proc
