// A request on one of so many connections of Connections, the others idle: with the client's calls
// to send and to receive. It must not care how many there are.
//
//   ./bazelw run -c opt //benchmarks:connections_benchmark
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "benchmark/benchmark.h"
#include "forklift/benchmarks/measure.h"
#include "forklift/http/server/connections.h"
#include "forklift/http/server/content.h"
#include "forklift/http/server/exchange.h"
#include "forklift/http/server/handler.h"
#include "forklift/http/server/response.h"
#include "forklift/http/server/worker_clock.h"
#include "forklift/net/address.h"
#include "forklift/net/deadline.h"
#include "forklift/net/event_loop.h"
#include "forklift/net/pipe.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/resource_limits.h"

namespace forklift::http::server {
namespace {

constexpr std::string_view kGet = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";

void BM_Request(benchmark::State& state) {
  CHECK_OK(proc::RaiseSoftLimit("nofile"));
  absl::StatusOr<std::unique_ptr<net::EventLoop>> loop = net::EventLoop::Create();
  CHECK_OK(loop);
  FunctionHandler handler([](const Request&, Response& response) {
    response.content = SharedBytes{.bytes = "Hello, World!\n"};
  });
  WorkerClock clock;
  // Nobody's time is up, however long it takes.
  const Timeouts timeouts = {.header = absl::InfiniteDuration(),
                             .keep_alive = absl::InfiniteDuration()};
  Connections connections(
      **loop, {.limits = {.requests = ~size_t{0}}, .handler = &handler, .clock = &clock}, clock,
      {.timeouts = timeouts}, [] {});
  std::vector<net::UniqueFd> clients;
  for (int64_t i = 0; i < state.range(0); ++i) {
    absl::StatusOr<net::SocketPair> pair =
        net::CreateSocketPair(net::SocketPairType::kStream, net::BlockingMode::kNonBlocking);
    CHECK_OK(pair);
    connections.Add(std::move(pair->first), net::Address::Ipv4Loopback(50'000));
    clients.push_back(std::move(pair->second));
  }
  size_t next = 0;
  benchmarks::MeasureWithSystemCalls(state, [&] {
    const int client = clients[next++ % clients.size()].get();
    PCHECK(::send(client, kGet.data(), kGet.size(), 0) == static_cast<ssize_t>(kGet.size()));
    char answer[512];
    while (::recv(client, answer, sizeof(answer), 0) < 0) {
      CHECK_OK((*loop)->RunOnce(net::Deadline::Infinite()));
    }
  });
  connections.Close();
  state.SetItemsProcessed(state.iterations());
  state.SetComplexityN(state.range(0));
}
BENCHMARK(BM_Request)
    ->ArgName("connections")
    ->RangeMultiplier(8)
    ->Range(1, 4'096)
    ->Complexity(benchmark::o1);

}  // namespace
}  // namespace forklift::http::server
