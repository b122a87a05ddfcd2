// A line of the access log, in each format: of a usual request, and of the worst that a client can
// send.
//
//   ./bazelw run -c opt //benchmarks:access_log_benchmark
#include <string>
#include <string_view>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "benchmark/benchmark.h"
#include "forklift/benchmarks/measure.h"
#include "forklift/http/log/access_format.h"
#include "forklift/http/log/access_record.h"
#include "forklift/http/status_code.h"
#include "forklift/net/address.h"

namespace forklift::http::log {
namespace {

AccessRecord UsualRecord(const net::Address& client) {
  return {.client = &client,
          .method = "GET",
          .target = "/articles/2024/06/a-web-server.html?utm_source=feed&page=2",
          .status = StatusCode::kOk,
          .content_bytes = 23'260,
          .referer = "https://www.example.com/articles/",
          .user_agent =
              "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
              "Chrome/126.0.0.0 Safari/537.36",
          .start = absl::FromUnixMillis(971'211'336'123),
          .duration = absl::Microseconds(1234)};
}

void Run(benchmark::State& state, AccessFormat format, AccessRecord record) {
  const absl::TimeZone zone = absl::LocalTimeZone();
  char buffer[kMaxAccessLine];
  benchmarks::Measure(state, [&] {
    benchmark::DoNotOptimize(record);
    benchmark::DoNotOptimize(log::FormatAccessRecord(record, format, zone, absl::MakeSpan(buffer)));
    benchmark::ClobberMemory();
  });
}

void BM_Format(benchmark::State& state, AccessFormat format, std::string_view client) {
  const absl::StatusOr<net::Address> address = net::Address::Parse(client);
  CHECK_OK(address);
  Run(state, format, UsualRecord(*address));
}
BENCHMARK_CAPTURE(BM_Format, common, AccessFormat::kCommon, "192.0.2.1:54321");
BENCHMARK_CAPTURE(BM_Format, combined, AccessFormat::kCombined, "192.0.2.1:54321");
BENCHMARK_CAPTURE(BM_Format, combined_ipv6, AccessFormat::kCombined, "[2001:db8::1234:5]:54321");
BENCHMARK_CAPTURE(BM_Format, json, AccessFormat::kJson, "192.0.2.1:54321");

// Values of nothing but escapes, longer than a line.
void BM_FormatHostile(benchmark::State& state, AccessFormat format) {
  const net::Address client = net::Address::Ipv4Loopback(1);
  const std::string value(8192, '\xff');
  AccessRecord record = UsualRecord(client);
  record.target = value;
  record.referer = value;
  record.user_agent = value;
  Run(state, format, record);
}
BENCHMARK_CAPTURE(BM_FormatHostile, combined, AccessFormat::kCombined);
BENCHMARK_CAPTURE(BM_FormatHostile, json, AccessFormat::kJson);

}  // namespace
}  // namespace forklift::http::log
