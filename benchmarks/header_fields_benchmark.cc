// To find a field in a head of so many: one whose name the parser knows, which comes last; one that
// is not there; and one of another name, which is compared with each.
//
//   ./bazelw run -c opt //benchmarks:header_fields_benchmark
#include <stdint.h>

#include <optional>
#include <string>
#include <string_view>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "benchmark/benchmark.h"
#include "forklift/benchmarks/measure.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/header_name.h"
#include "forklift/http/parse_state.h"
#include "forklift/http/request_parser.h"

namespace forklift::http {
namespace {

std::string HeadOf(int64_t fields) {
  std::string head = "GET / HTTP/1.1\r\n";
  for (int64_t i = 2; i < fields; ++i) absl::StrAppend(&head, "X-Field-", i, ": value\r\n");
  absl::StrAppend(&head, "X-Request-Id: 1\r\nHost: a\r\n\r\n");
  return head;
}

template <typename Name>
void BM_Find(benchmark::State& state, Name name, bool is_there) {
  const std::string head = HeadOf(state.range(0));
  RequestParser parser({.fields = 1'000});
  CHECK(parser.Parse(head) == ParseState::kComplete);
  HeaderFields fields = parser.head().fields;
  benchmarks::Measure(state, [&] {
    benchmark::DoNotOptimize(fields);
    std::optional<std::string_view> value = fields.Find(name);
    benchmark::DoNotOptimize(value);
    CHECK(value.has_value() == is_there);
  });
  state.SetComplexityN(state.range(0));
}

void Sweep(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgName("fields")->RangeMultiplier(2)->Range(4, 256);
}
BENCHMARK_CAPTURE(BM_Find, known, HeaderName::kHost, true)->Apply(Sweep)->Complexity(benchmark::oN);
BENCHMARK_CAPTURE(BM_Find, known_absent, HeaderName::kRange, false)
    ->Apply(Sweep)
    ->Complexity(benchmark::o1);
BENCHMARK_CAPTURE(BM_Find, other, std::string_view("x-request-id"), true)
    ->Apply(Sweep)
    ->Complexity(benchmark::oN);

}  // namespace
}  // namespace forklift::http
