// The head of a usual response: status, Date (its text kept by the caller), Server, Content-Type
// and Content-Length.
//
//   ./bazelw run -c opt //benchmarks:response_writer_benchmark
#include <stddef.h>

#include <optional>
#include <string_view>

#include "absl/log/check.h"
#include "absl/types/span.h"
#include "benchmark/benchmark.h"
#include "forklift/benchmarks/measure.h"
#include "forklift/http/response_writer.h"
#include "forklift/http/status_code.h"

namespace forklift::http {
namespace {

void BM_WriteHead(benchmark::State& state) {
  std::string_view date = "Sun, 06 Nov 1994 08:49:37 GMT";
  std::string_view server = "forklift";
  std::string_view type = "text/plain; charset=utf-8";
  size_t length = 14;
  char buffer[512];
  benchmarks::Measure(state, [&] {
    benchmark::DoNotOptimize(date);
    benchmark::DoNotOptimize(server);
    benchmark::DoNotOptimize(type);
    benchmark::DoNotOptimize(length);
    ResponseWriter writer(absl::MakeSpan(buffer), StatusCode::kOk);
    writer.AddField("Date", date);
    writer.AddField("Server", server);
    writer.AddField("Content-Type", type);
    writer.AddContentLength(length);
    const std::optional<std::string_view> head = writer.Finish();
    CHECK(head.has_value());
    benchmark::DoNotOptimize(head->data());
    benchmark::ClobberMemory();
  });
}
BENCHMARK(BM_WriteHead);

}  // namespace
}  // namespace forklift::http
