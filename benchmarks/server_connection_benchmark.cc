// A whole round of the protocol without I/O: a small GET is read, and its response written with
// Date (its text kept by the caller), Content-Type and Content-Length.
//
//   ./bazelw run -c opt //benchmarks:server_connection_benchmark
#include <string_view>

#include "absl/log/check.h"
#include "absl/types/span.h"
#include "benchmark/benchmark.h"
#include "forklift/benchmarks/measure.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/header_name.h"
#include "forklift/http/limits.h"
#include "forklift/http/server_connection.h"
#include "forklift/http/status_code.h"

namespace forklift::http {
namespace {

using Event = ServerConnection::Event;

constexpr std::string_view kBody = "Hello, World!\n";

void BM_Round(benchmark::State& state, std::string_view request) {
  ServerConnection connection({.requests = ~size_t{0}});
  const Field fields[] = {
      {.value = "Sun, 06 Nov 1994 08:49:37 GMT", .id = HeaderName::kDate},
      {.value = "text/plain; charset=utf-8", .id = HeaderName::kContentType},
  };
  char buffer[512];
  benchmarks::Measure(state, [&] {
    benchmark::DoNotOptimize(request);
    const ServerConnection::Step head = connection.Next(request);
    CHECK(head.event == Event::kRequest);
    CHECK(connection.Next(request.substr(head.consumed)).event == Event::kRequestEnd);
    auto written =
        connection.BeginResponse(absl::MakeSpan(buffer), StatusCode::kOk, fields, kBody.size());
    CHECK(written.has_value());
    benchmark::DoNotOptimize(written->data());
    benchmark::DoNotOptimize(connection.Body(kBody));
    benchmark::DoNotOptimize(connection.EndResponse());
    benchmark::ClobberMemory();
  });
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(request.size()));
}

BENCHMARK_CAPTURE(BM_Round, shortest, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
BENCHMARK_CAPTURE(BM_Round, curl,
                  "GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUser-Agent: curl/7.88.1\r\n"
                  "Accept: */*\r\n\r\n");

}  // namespace
}  // namespace forklift::http
