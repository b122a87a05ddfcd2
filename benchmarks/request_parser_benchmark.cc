// Heads of requests through RequestParser, by each instruction set, of so many fields, and byte by
// byte. Where there is a checkout of picohttpparser, also through that
// (picohttpparser_benchmark.cc):
//
//   ./bazelw run -c opt --repo_env=PICOHTTPPARSER=$HOME/picohttpparser
//   //benchmarks:request_parser_benchmark
#include <stddef.h>
#include <stdint.h>

#include <string>
#include <string_view>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "benchmark/benchmark.h"
#include "forklift/benchmarks/measure.h"
#include "forklift/benchmarks/request_heads.h"
#include "forklift/http/instruction_set.h"
#include "forklift/http/limits.h"
#include "forklift/http/parse_state.h"
#include "forklift/http/request_parser.h"

namespace forklift::http {
namespace {

using benchmarks::kBrowserHead;
using benchmarks::kCurlHead;
using benchmarks::LargeHead;

void BM_RequestHead(benchmark::State& state, InstructionSet instructions, const std::string& head) {
  if (!IsAvailable(instructions)) {
    state.SkipWithMessage("this processor lacks those instructions");
    return;
  }
  RequestParser parser({}, instructions);
  benchmarks::Measure(state, [&] {
    parser.Reset();
    CHECK(parser.Parse(head) == ParseState::kComplete);
    benchmark::DoNotOptimize(parser.head());
  });
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(head.size()));
}

BENCHMARK_CAPTURE(BM_RequestHead, browser_portable, InstructionSet::kPortable,
                  std::string(kBrowserHead));
BENCHMARK_CAPTURE(BM_RequestHead, browser_sse2, InstructionSet::kSse2, std::string(kBrowserHead));
BENCHMARK_CAPTURE(BM_RequestHead, browser_avx2, InstructionSet::kAvx2, std::string(kBrowserHead));
BENCHMARK_CAPTURE(BM_RequestHead, curl_portable, InstructionSet::kPortable, std::string(kCurlHead));
BENCHMARK_CAPTURE(BM_RequestHead, curl_sse2, InstructionSet::kSse2, std::string(kCurlHead));
BENCHMARK_CAPTURE(BM_RequestHead, curl_avx2, InstructionSet::kAvx2, std::string(kCurlHead));
BENCHMARK_CAPTURE(BM_RequestHead, large_portable, InstructionSet::kPortable, LargeHead(8192));
BENCHMARK_CAPTURE(BM_RequestHead, large_sse2, InstructionSet::kSse2, LargeHead(8192));
BENCHMARK_CAPTURE(BM_RequestHead, large_avx2, InstructionSet::kAvx2, LargeHead(8192));

void BM_Fields(benchmark::State& state) {
  std::string head = "GET / HTTP/1.1\r\n";
  for (int64_t i = 0; i < state.range(0); ++i) {
    absl::StrAppend(&head, "X-Field-", i, ": a value of 24 characters\r\n");
  }
  head += "\r\n";
  RequestParser parser({.fields = 1'000});
  benchmarks::Measure(state, [&] {
    parser.Reset();
    CHECK(parser.Parse(head) == ParseState::kComplete);
    benchmark::DoNotOptimize(parser.head());
  });
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(head.size()));
  state.SetComplexityN(state.range(0));
}
BENCHMARK(BM_Fields)->ArgName("fields")->RangeMultiplier(2)->Range(4, 256)->Complexity(
    benchmark::oN);

// The argument is the size of the head, in one line or in 100 fields.
void BM_ByteByByte(benchmark::State& state, bool one_line) {
  const auto size = static_cast<size_t>(state.range(0));
  const std::string head = one_line
                               ? "GET / HTTP/1.1\r\nX: " + std::string(size - 23, 'v') + "\r\n\r\n"
                               : LargeHead(size);
  CHECK_EQ(head.size(), size);
  RequestParser parser({.field_line = size < 65'535 ? size : 65'535});
  for ([[maybe_unused]] auto _ : state) {
    parser.Reset();
    size_t arrived = 0;
    while (parser.Parse(std::string_view(head).substr(0, arrived)) == ParseState::kIncomplete) {
      ++arrived;
    }
    CHECK_EQ(parser.head().size, size);
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
  state.SetComplexityN(state.range(0));
}
BENCHMARK_CAPTURE(BM_ByteByByte, one_line, true)
    ->RangeMultiplier(2)
    ->Range(4 * 1024, 64 * 1024)
    ->Complexity(benchmark::oN);
BENCHMARK_CAPTURE(BM_ByteByByte, fields, false)
    ->RangeMultiplier(2)
    ->Range(4 * 1024, 64 * 1024)
    ->Complexity(benchmark::oN);

}  // namespace
}  // namespace forklift::http
