// The head of a request with so many fields beside Host.
//
//   ./bazelw run -c opt //benchmarks:request_writer_benchmark
#include <stddef.h>
#include <stdint.h>

#include <optional>
#include <string_view>
#include <vector>

#include "absl/log/check.h"
#include "absl/types/span.h"
#include "benchmark/benchmark.h"
#include "forklift/benchmarks/measure.h"
#include "forklift/http/request_writer.h"

namespace forklift::http {
namespace {

void BM_WriteHead(benchmark::State& state) {
  std::vector<char> buffer(256 + static_cast<size_t>(state.range(0)) * 64);
  std::string_view target = "/articles/2026/11/a-web-server.html?page=2";
  std::string_view value = "text/html,application/xml;q=0.9";
  size_t written = 0;
  benchmarks::Measure(state, [&] {
    benchmark::DoNotOptimize(target);
    benchmark::DoNotOptimize(value);
    RequestWriter writer(absl::MakeSpan(buffer), "GET", target, "www.example.com");
    for (int64_t i = 0; i < state.range(0); ++i) writer.AddField("Accept", value);
    const std::optional<std::string_view> head = writer.Finish();
    CHECK(head.has_value());
    written = head->size();
    benchmark::ClobberMemory();
  });
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(written));
  state.SetComplexityN(state.range(0));
}
BENCHMARK(BM_WriteHead)
    ->ArgName("fields")
    ->RangeMultiplier(2)
    ->Range(1, 64)
    ->Complexity(benchmark::oN);

}  // namespace
}  // namespace forklift::http
