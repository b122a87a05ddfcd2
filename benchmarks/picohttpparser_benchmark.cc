// picohttpparser with the heads that RequestParser is measured with; only where there is a checkout
// of it (see //bazel:picohttpparser.bzl).
#include <string>

#include "benchmark/benchmark.h"

#ifdef FORKLIFT_HAS_PICOHTTPPARSER

#include <stddef.h>
#include <stdint.h>

#include <array>

#include "absl/log/check.h"
#include "forklift/benchmarks/request_heads.h"
#include "picohttpparser.h"

namespace forklift::benchmarks {
namespace {

void BM_Picohttpparser(benchmark::State& state, const std::string& head) {
  for ([[maybe_unused]] auto _ : state) {
    std::array<phr_header, 100> headers;
    size_t count = headers.size();
    const char* method = nullptr;
    const char* path = nullptr;
    size_t method_size = 0;
    size_t path_size = 0;
    int minor_version = 0;
    const int size = ::phr_parse_request(head.data(), head.size(), &method, &method_size, &path,
                                         &path_size, &minor_version, headers.data(), &count, 0);
    CHECK_EQ(static_cast<size_t>(size), head.size());
    benchmark::DoNotOptimize(headers);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(head.size()));
}
BENCHMARK_CAPTURE(BM_Picohttpparser, browser, std::string(kBrowserHead));
BENCHMARK_CAPTURE(BM_Picohttpparser, curl, std::string(kCurlHead));
BENCHMARK_CAPTURE(BM_Picohttpparser, large, LargeHead(8192));

}  // namespace
}  // namespace forklift::benchmarks

#else

namespace {

void BM_Picohttpparser(benchmark::State& state) {
  state.SkipWithMessage("left out: --repo_env=PICOHTTPPARSER names no checkout");
}
BENCHMARK(BM_Picohttpparser);

}  // namespace

#endif
