// Paths of requests, of so many segments, to the paths that are looked up: plain ones, and the ones
// that take most work. And percent-encoding, each way, of so many bytes.
//
//   ./bazelw run -c opt //benchmarks:path_benchmark
#include <stddef.h>
#include <stdint.h>

#include <string>
#include <string_view>

#include "absl/log/check.h"
#include "benchmark/benchmark.h"
#include "forklift/benchmarks/measure.h"
#include "forklift/http/path.h"
#include "forklift/http/percent_encoding.h"

namespace forklift::http {
namespace {

std::string Repeat(std::string_view text, int64_t times) {
  std::string result;
  for (int64_t i = 0; i < times; ++i) result += text;
  return result;
}

void Finish(benchmark::State& state, const std::string& input) {
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(input.size()));
  state.SetComplexityN(state.range(0));
}

void BM_Normalize(benchmark::State& state, std::string_view segment) {
  const std::string path = Repeat(segment, state.range(0));
  std::string out;
  benchmarks::Measure(state, [&] {
    out.clear();
    CHECK(!AppendNormalizedPath(path, out));
    benchmark::DoNotOptimize(out.data());
  });
  Finish(state, path);
}

void SegmentsSweep(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgName("segments")->RangeMultiplier(4)->Range(1, 1'024)->Complexity(benchmark::oN);
}
BENCHMARK_CAPTURE(BM_Normalize, plain, "/documents")->Apply(SegmentsSweep);
BENCHMARK_CAPTURE(BM_Normalize, encoded, "/%64%6f%63s")->Apply(SegmentsSweep);
BENCHMARK_CAPTURE(BM_Normalize, up_again, "/documents/..")->Apply(SegmentsSweep);

void BM_Decode(benchmark::State& state, std::string_view triplet) {
  const std::string text = Repeat(triplet, state.range(0) / 3);
  std::string out;
  benchmarks::Measure(state, [&] {
    out.clear();
    CHECK(!AppendPercentDecoded(text, out));
    benchmark::DoNotOptimize(out.data());
  });
  Finish(state, text);
}

void BM_Encode(benchmark::State& state, std::string_view characters) {
  const std::string text = Repeat(characters, state.range(0) / 3);
  std::string out;
  benchmarks::Measure(state, [&] {
    out.clear();
    AppendPercentEncoded(text, UriPart::kPath, out);
    benchmark::DoNotOptimize(out.data());
  });
  Finish(state, text);
}

void BytesSweep(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgName("bytes")->RangeMultiplier(4)->Range(12, 12'288)->Complexity(benchmark::oN);
}
BENCHMARK_CAPTURE(BM_Decode, plain, "abc")->Apply(BytesSweep);
BENCHMARK_CAPTURE(BM_Decode, encoded, "%c3")->Apply(BytesSweep);
BENCHMARK_CAPTURE(BM_Encode, plain, "abc")->Apply(BytesSweep);
BENCHMARK_CAPTURE(BM_Encode, encoded, "\xe2\x82\xac")->Apply(BytesSweep);

}  // namespace
}  // namespace forklift::http
