// A request and its response through Exchange, over a transport in memory: all that a server does
// with a request but for the system calls. The argument is the size of the response's content, or
// of the request's body, which is given back.
//
//   ./bazelw run -c opt //benchmarks:exchange_benchmark
#include <stddef.h>
#include <stdint.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "benchmark/benchmark.h"
#include "forklift/benchmarks/measure.h"
#include "forklift/http/header_name.h"
#include "forklift/http/server/content.h"
#include "forklift/http/server/exchange.h"
#include "forklift/http/server/handler.h"
#include "forklift/http/server/response.h"
#include "forklift/http/server/testing/memory_transport.h"
#include "forklift/http/server/worker_clock.h"
#include "forklift/net/address.h"

namespace forklift::http::server {
namespace {

void Serve(benchmark::State& state, FunctionHandler::Function function,
           const std::string& request) {
  FunctionHandler handler(std::move(function));
  WorkerClock clock;
  Exchange exchange({.limits = {.requests = ~size_t{0}}, .handler = &handler, .clock = &clock});
  const net::Address client = net::Address::Ipv4Loopback(50'000);
  testing::MemoryTransport transport;
  exchange.Attach(transport, client, 0);
  size_t sent = 0;
  benchmarks::Measure(state, [&] {
    transport.AddInput(request);
    Exchange::Wait wait = Exchange::Wait::kInput;
    while (wait != Exchange::Wait::kIdle) {
      if (wait == Exchange::Wait::kWork) {
        exchange.Work();
      } else {
        CHECK(wait == Exchange::Wait::kInput && !transport.input().empty());
        exchange.SetReadable();
      }
      wait = exchange.Advance();
    }
    sent = transport.TakeOutput().size();
  });
  CHECK_GT(sent, static_cast<size_t>(state.range(0)));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(request.size() + sent));
  state.SetComplexityN(state.range(0));
}

void Sweep(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgName("bytes")->RangeMultiplier(8)->Range(16, 512 * 1024);
}

// Shared, as a server has what it sends to many.
void BM_Get(benchmark::State& state) {
  const auto content =
      std::make_shared<const std::string>(static_cast<size_t>(state.range(0)), 'x');
  const auto answer = [content](const Request&, Response& response) {
    CHECK(response.headers.Add(HeaderName::kContentType, "text/plain; charset=utf-8"));
    response.content = SharedBytes{.bytes = *content, .owner = content};
  };
  Serve(state, answer, "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
}
BENCHMARK(BM_Get)->Apply(Sweep)->Complexity(benchmark::oN);

void BM_PostAndBack(benchmark::State& state) {
  const auto echo = [](const Request& request, Response& response) {
    response.content = std::string(request.body);
  };
  Serve(state, echo,
        absl::StrCat("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ", state.range(0), "\r\n\r\n",
                     std::string(static_cast<size_t>(state.range(0)), 'x')));
}
BENCHMARK(BM_PostAndBack)->Apply(Sweep)->Complexity(benchmark::oN);

}  // namespace
}  // namespace forklift::http::server
