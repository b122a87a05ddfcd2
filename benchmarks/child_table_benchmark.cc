// A child from its start to its end by ChildTable, with so many others alive, against bare fork and
// waitpid; and to find who a pid belongs to. Neither should care how many there are.
//
//   ./bazelw run -c opt //benchmarks:child_table_benchmark
#include <signal.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vector>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "benchmark/benchmark.h"
#include "forklift/benchmarks/measure.h"
#include "forklift/proc/child_table.h"
#include "forklift/proc/exit_status.h"

namespace forklift::proc {
namespace {

// Leaves the child to who reaps.
void WaitForEnd(pid_t pid) {
  siginfo_t ended;
  PCHECK(::waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOWAIT) == 0);
}

// Children that stay until the end.
class Others {
 public:
  explicit Others(int64_t count)
      : table_(static_cast<size_t>(count) + 1, [](pid_t, ExitStatus, int&) {}) {
    for (int64_t i = 0; i < count; ++i) {
      const absl::StatusOr<pid_t> child = table_.Start(0, [] { return ::pause(); });
      CHECK_OK(child);
      pids_.push_back(*child);
    }
  }
  ~Others() {
    table_.SignalAll(SIGKILL);
    for (const pid_t pid : pids_) WaitForEnd(pid);
    table_.ReapAll();
    CHECK_EQ(table_.size(), 0u);
  }

  ChildTable<int>& table() { return table_; }
  const std::vector<pid_t>& pids() const { return pids_; }

 private:
  ChildTable<int> table_;
  std::vector<pid_t> pids_;
};

void Sweep(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgName("others")->RangeMultiplier(8)->Range(1, 512)->UseRealTime()->Complexity(
      benchmark::o1);
}

void BM_BareForkWait(benchmark::State& state) {
  const Others others(state.range(0));
  benchmarks::MeasureWithSystemCalls(state, [] {
    const pid_t pid = ::fork();
    if (pid == 0) ::_exit(0);
    WaitForEnd(pid);
    PCHECK(::waitpid(pid, nullptr, 0) == pid);
  });
  state.SetComplexityN(state.range(0));
}
BENCHMARK(BM_BareForkWait)->Apply(Sweep);

void BM_StartReap(benchmark::State& state) {
  Others others(state.range(0));
  benchmarks::MeasureWithSystemCalls(state, [&] {
    const absl::StatusOr<pid_t> child = others.table().Start(0, [] { return 0; });
    CHECK_OK(child);
    WaitForEnd(*child);
    CHECK_EQ(others.table().ReapAll(), 1u);
  });
  state.SetComplexityN(state.range(0));
}
BENCHMARK(BM_StartReap)->Apply(Sweep);

void BM_Find(benchmark::State& state) {
  Others others(state.range(0));
  size_t next = 0;
  benchmarks::Measure(state, [&] {
    CHECK(others.table().Find(others.pids()[next++ % others.pids().size()]) != nullptr);
  });
  state.SetComplexityN(state.range(0));
}
BENCHMARK(BM_Find)
    ->ArgName("children")
    ->RangeMultiplier(8)
    ->Range(1, 512)
    ->Complexity(benchmark::oLogN);

}  // namespace
}  // namespace forklift::proc
