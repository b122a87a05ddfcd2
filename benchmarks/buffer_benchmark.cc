// Bytes through a Buffer, against a std::string that is appended to and erased from. The argument
// is the size of a piece; 64 KiB stay in the buffer all along, as of a client that sends ahead.
//
//   ./bazelw run -c opt //benchmarks:buffer_benchmark
#include <stddef.h>
#include <stdint.h>

#include <string>

#include "absl/log/check.h"
#include "benchmark/benchmark.h"
#include "forklift/benchmarks/measure.h"
#include "forklift/net/buffer.h"

namespace forklift::net {
namespace {

constexpr size_t kAhead = 64 * 1024;

void Sweep(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgName("bytes")->RangeMultiplier(4)->Range(64, 16 * 1'024)->Complexity(benchmark::oN);
}

void BM_Buffer(benchmark::State& state) {
  const std::string piece(static_cast<size_t>(state.range(0)), 'x');
  Buffer buffer(2 * kAhead);
  CHECK(buffer.Append(std::string(kAhead, 'x')));
  benchmarks::Measure(state, [&] {
    CHECK(buffer.Append(piece));
    benchmark::DoNotOptimize(buffer.bytes().data());
    buffer.Consume(piece.size());
  });
  state.SetBytesProcessed(int64_t{state.iterations()} * state.range(0));
  state.SetComplexityN(state.range(0));
}
BENCHMARK(BM_Buffer)->Apply(Sweep);

void BM_String(benchmark::State& state) {
  const std::string piece(static_cast<size_t>(state.range(0)), 'x');
  std::string buffer(kAhead, 'x');
  benchmarks::Measure(state, [&] {
    buffer.append(piece);
    benchmark::DoNotOptimize(buffer.data());
    buffer.erase(0, piece.size());
  });
  state.SetBytesProcessed(int64_t{state.iterations()} * state.range(0));
  state.SetComplexityN(state.range(0));
}
BENCHMARK(BM_String)->Apply(Sweep);

}  // namespace
}  // namespace forklift::net
