// So many fields put together by Headers, in memory that it has kept from the last message; and one
// replaced among so many.
//
//   ./bazelw run -c opt //benchmarks:headers_benchmark
#include <stdint.h>

#include <string>
#include <vector>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "benchmark/benchmark.h"
#include "forklift/benchmarks/measure.h"
#include "forklift/http/header_name.h"
#include "forklift/http/headers.h"

namespace forklift::http {
namespace {

std::vector<std::string> Names(int64_t count) {
  std::vector<std::string> names;
  for (int64_t i = 0; i < count; ++i) names.push_back(absl::StrCat("X-Field-", i));
  return names;
}

void BM_Add(benchmark::State& state) {
  const std::vector<std::string> names = Names(state.range(0));
  Headers headers;
  benchmarks::Measure(state, [&] {
    headers.Clear();
    for (const std::string& name : names) CHECK(headers.Add(name, "a value of 24 characters"));
  });
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetComplexityN(state.range(0));
}
BENCHMARK(BM_Add)->ArgName("fields")->RangeMultiplier(2)->Range(4, 256)->Complexity(benchmark::oN);

void BM_Set(benchmark::State& state) {
  Headers headers;
  for (const std::string& name : Names(state.range(0) - 1)) CHECK(headers.Add(name, "value"));
  benchmarks::Measure(state, [&] { CHECK(headers.Set(HeaderName::kContentType, "text/plain")); });
  state.SetComplexityN(state.range(0));
}
BENCHMARK(BM_Set)->ArgName("fields")->RangeMultiplier(2)->Range(4, 256)->Complexity(benchmark::oN);

}  // namespace
}  // namespace forklift::http
