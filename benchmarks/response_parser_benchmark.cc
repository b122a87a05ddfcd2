// Heads of responses through ResponseParser: a usual one, and one of so many fields.
//
//   ./bazelw run -c opt //benchmarks:response_parser_benchmark
#include <stddef.h>
#include <stdint.h>

#include <string>
#include <string_view>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "benchmark/benchmark.h"
#include "forklift/benchmarks/measure.h"
#include "forklift/http/limits.h"
#include "forklift/http/parse_state.h"
#include "forklift/http/response_parser.h"

namespace forklift::http {
namespace {

void Parse(benchmark::State& state, std::string_view head) {
  ResponseParser parser({.fields = 1'000});
  benchmarks::Measure(state, [&] {
    parser.Reset();
    CHECK(parser.Parse(head) == ParseState::kComplete);
    benchmark::DoNotOptimize(parser.head());
  });
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(head.size()));
}

void BM_Usual(benchmark::State& state) {
  Parse(state,
        "HTTP/1.1 200 OK\r\n"
        "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
        "Server: forklift\r\n"
        "Content-Type: text/html; charset=utf-8\r\n"
        "ETag: \"2f5e-618a0b6c7d3c0\"\r\n"
        "Content-Length: 12126\r\n"
        "\r\n");
}
BENCHMARK(BM_Usual);

void BM_Fields(benchmark::State& state) {
  std::string head = "HTTP/1.1 200 OK\r\n";
  for (int64_t i = 0; i < state.range(0); ++i) {
    absl::StrAppend(&head, "X-Field-", i, ": a value of 24 characters\r\n");
  }
  head += "\r\n";
  Parse(state, head);
  state.SetComplexityN(state.range(0));
}
BENCHMARK(BM_Fields)->ArgName("fields")->RangeMultiplier(2)->Range(4, 256)->Complexity(
    benchmark::oN);

}  // namespace
}  // namespace forklift::http
