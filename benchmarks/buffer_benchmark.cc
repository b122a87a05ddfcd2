// Bytes through a Buffer, against a std::string that is appended to and erased from. The argument
// is the size of a piece; 64 KiB stay in the buffer all along, as of a client that sends ahead.
//
//   ./bazelw run -c opt //benchmarks:buffer_benchmark
#include <stddef.h>
#include <stdint.h>

#include <string>

#include "absl/log/check.h"
#include "benchmark/benchmark.h"
#include "forklift/net/buffer.h"

namespace forklift::net {
namespace {

constexpr size_t kAhead = 64 * 1024;

void BM_Buffer(benchmark::State& state) {
  const std::string piece(static_cast<size_t>(state.range(0)), 'x');
  Buffer buffer(2 * kAhead);
  CHECK(buffer.Append(std::string(kAhead, 'x')));
  for ([[maybe_unused]] auto _ : state) {
    CHECK(buffer.Append(piece));
    benchmark::DoNotOptimize(buffer.bytes().data());
    buffer.Consume(piece.size());
  }
  state.SetBytesProcessed(int64_t{state.iterations()} * state.range(0));
}
BENCHMARK(BM_Buffer)->Arg(64)->Arg(1'024)->Arg(16 * 1'024);

void BM_String(benchmark::State& state) {
  const std::string piece(static_cast<size_t>(state.range(0)), 'x');
  std::string buffer(kAhead, 'x');
  for ([[maybe_unused]] auto _ : state) {
    buffer.append(piece);
    benchmark::DoNotOptimize(buffer.data());
    buffer.erase(0, piece.size());
  }
  state.SetBytesProcessed(int64_t{state.iterations()} * state.range(0));
}
BENCHMARK(BM_String)->Arg(64)->Arg(1'024)->Arg(16 * 1'024);

}  // namespace
}  // namespace forklift::net
