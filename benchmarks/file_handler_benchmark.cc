// A GET of a file of 1 KiB, from the parsed request to the response with the open file in it, which
// is closed again: what a server of static files does besides receiving and sending. The same of
// its precompressed neighbour, of a client that has it already, and of a file that is kept open;
// and, for comparison, the system calls alone.
//
//   ./bazelw run -c opt //benchmarks:file_handler_benchmark
#include <fcntl.h>
#include <sys/stat.h>

#include <memory>
#include <string>
#include <string_view>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "benchmark/benchmark.h"
#include "forklift/benchmarks/measure.h"
#include "forklift/http/files/file_handler.h"
#include "forklift/http/files/open_beneath.h"
#include "forklift/http/files/opened_path.h"
#include "forklift/http/files/walk_beneath.h"
#include "forklift/http/server/response.h"
#include "forklift/http/status_code.h"
#include "forklift/net/address.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/http/files/parsed_request.h"
#include "forklift/tests/http/files/tree.h"

namespace forklift::http::files {
namespace {

// A folder with "css/site.css" and its neighbour.
class Files {
 public:
  Files() {
    tree_.Write("css/site.css", std::string(1024, 'x'));
    tree_.Write("css/site.css.gz", std::string(256, 'x'));
  }

  std::string Path() const { return tree_.Path(); }

 private:
  const tests::Tree tree_;
};

void BM_Get(benchmark::State& state, FileHandlerOptions options, std::string_view fields,
            StatusCode status) {
  const Files files;
  options.root = files.Path();
  absl::StatusOr<std::unique_ptr<FileHandler>> handler = FileHandler::Create(options);
  CHECK_OK(handler);
  const tests::ParsedRequest request("GET /css/site.css", fields);
  const net::Address client = net::Address::Ipv4Loopback(1);
  server::Response response;
  benchmarks::MeasureWithSystemCalls(state, [&] {
    response.Clear();
    (*handler)->Handle({*request, client}, response);
    CHECK(response.status == status);
    benchmark::ClobberMemory();
  });
}
const FileHandlerOptions kPlain;
const FileHandlerOptions kPrecompressed = {.precompressed = true};
// At a time when the file is old enough to be kept.
const FileHandlerOptions kKept = {.file_cache = absl::InfiniteDuration(),
                                  .clock = [] { return absl::Now() + absl::Hours(1); }};
BENCHMARK_CAPTURE(BM_Get, file, kPlain, "", StatusCode::kOk);
BENCHMARK_CAPTURE(BM_Get, kept, kKept, "", StatusCode::kOk);
BENCHMARK_CAPTURE(BM_Get, range, kPlain, "Range: bytes=0-99\r\n", StatusCode::kPartialContent);
BENCHMARK_CAPTURE(BM_Get, not_modified, kPlain, "If-None-Match: *\r\n", StatusCode::kNotModified);
BENCHMARK_CAPTURE(BM_Get, without_neighbour, kPrecompressed, "", StatusCode::kOk);
BENCHMARK_CAPTURE(BM_Get, gzip, kPrecompressed, "Accept-Encoding: gzip, deflate, br\r\n",
                  StatusCode::kOk);

void BM_Open(benchmark::State& state, OpenedPath (*open)(int root, const char* path, int flags)) {
  const Files files;
  const net::UniqueFd root(::open(files.Path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  benchmarks::MeasureWithSystemCalls(state, [&] {
    const OpenedPath opened = open(root.get(), "css/site.css", O_RDONLY);
    struct stat status;
    CHECK(::fstat(opened.descriptor.get(), &status) == 0);
    benchmark::DoNotOptimize(status);
  });
}
BENCHMARK_CAPTURE(BM_Open, at_once, OpenBeneath);
BENCHMARK_CAPTURE(BM_Open, step_by_step, WalkBeneath);

}  // namespace
}  // namespace forklift::http::files
