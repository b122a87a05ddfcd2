// What stands between so many ranges of a response, and its length, which must be known before.
//
//   ./bazelw run -c opt //benchmarks:multipart_ranges_benchmark
#include <stddef.h>
#include <stdint.h>

#include <string>
#include <vector>

#include "benchmark/benchmark.h"
#include "forklift/benchmarks/measure.h"
#include "forklift/http/multipart_ranges.h"
#include "forklift/http/range.h"

namespace forklift::http {
namespace {

constexpr uint64_t kLength = 10'000'000;

void BM_Write(benchmark::State& state) {
  std::vector<ByteRange> ranges;
  for (uint64_t i = 0; i < static_cast<uint64_t>(state.range(0)); ++i) {
    ranges.push_back({.first = i * 1000, .last = i * 1000 + 99});
  }
  std::string out;
  benchmarks::Measure(state, [&] {
    const MultipartRanges parts("0123456789abcdef", "text/plain", ranges, kLength);
    benchmark::DoNotOptimize(parts.ContentLength());
    out.clear();
    for (size_t i = 0; i < ranges.size(); ++i) parts.AppendPartHead(i, out);
    parts.AppendEnd(out);
    benchmark::DoNotOptimize(out.data());
  });
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(out.size()));
  state.SetComplexityN(state.range(0));
}
BENCHMARK(BM_Write)->ArgName("ranges")->RangeMultiplier(2)->Range(1, 32)->Complexity(benchmark::oN);

}  // namespace
}  // namespace forklift::http
