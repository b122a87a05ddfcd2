// What owning a descriptor adds to the bare system calls.
//
//   ./bazelw run -c opt //benchmarks:unique_fd_benchmark
#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>

#include "absl/log/check.h"
#include "benchmark/benchmark.h"
#include "forklift/benchmarks/measure.h"
#include "forklift/net/unique_fd.h"

namespace forklift::net {
namespace {

void BM_BareOpenClose(benchmark::State& state) {
  benchmarks::MeasureWithSystemCalls(state, [] {
    const int fd = ::eventfd(0, EFD_CLOEXEC);
    PCHECK(fd >= 0 && ::close(fd) == 0);
  });
}
BENCHMARK(BM_BareOpenClose);

void BM_OpenClose(benchmark::State& state) {
  benchmarks::MeasureWithSystemCalls(state, [] {
    const UniqueFd fd(::eventfd(0, EFD_CLOEXEC));
    PCHECK(fd.valid());
  });
}
BENCHMARK(BM_OpenClose);

void BM_Move(benchmark::State& state) {
  UniqueFd first(::eventfd(0, EFD_CLOEXEC));
  benchmarks::Measure(state, [&] {
    UniqueFd second = std::move(first);
    benchmark::DoNotOptimize(second);
    first = std::move(second);
  });
}
BENCHMARK(BM_Move);

}  // namespace
}  // namespace forklift::net
