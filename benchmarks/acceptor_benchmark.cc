// What a loop with Acceptor adds to one of bare accept4 calls: so many clients connect outside of
// the timing, and are accepted and closed within it. The time is that of all; items are
// connections.
//
//   ./bazelw run -c opt //benchmarks:acceptor_benchmark
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "benchmark/benchmark.h"
#include "forklift/net/acceptor.h"
#include "forklift/net/address.h"
#include "forklift/net/listener.h"
#include "forklift/net/socket_options.h"
#include "forklift/net/unique_fd.h"

namespace forklift::net {
namespace {

Listener Listen() {
  absl::StatusOr<Listener> listener = Listener::Bind(Address::Ipv4Loopback(0), {});
  CHECK_OK(listener);
  return *std::move(listener);
}

std::vector<UniqueFd> Connect(const Address& address, int64_t count) {
  std::vector<UniqueFd> clients;
  for (int64_t i = 0; i < count; ++i) {
    UniqueFd& client = clients.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    CHECK_OK(SetLinger(client.get(), absl::ZeroDuration()));  // no port stays in TIME_WAIT
    PCHECK(::connect(client.get(), address.native(), address.native_size()) == 0);
  }
  return clients;
}

void Sweep(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgName("clients")->RangeMultiplier(4)->Range(1, 256)->Complexity(benchmark::oN);
}

void BM_BareAccept(benchmark::State& state) {
  Listener listener = Listen();
  for ([[maybe_unused]] auto _ : state) {
    state.PauseTiming();
    const std::vector<UniqueFd> clients = Connect(listener.local_address(), state.range(0));
    state.ResumeTiming();
    int accepted = 0;
    while (true) {
      sockaddr_storage peer;
      socklen_t size = sizeof(peer);
      const int fd = ::accept4(listener.fd(), reinterpret_cast<sockaddr*>(&peer), &size,
                               SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) break;
      ++accepted;
      ::close(fd);
    }
    CHECK_EQ(accepted, state.range(0));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetComplexityN(state.range(0));
}
BENCHMARK(BM_BareAccept)->Apply(Sweep);

void BM_Accept(benchmark::State& state) {
  Acceptor acceptor(Listen(), {.batch = static_cast<int>(state.range(0)) + 1});
  for ([[maybe_unused]] auto _ : state) {
    state.PauseTiming();
    const std::vector<UniqueFd> clients =
        Connect(acceptor.listener().local_address(), state.range(0));
    state.ResumeTiming();
    int accepted = 0;
    CHECK_OK(acceptor.Accept([&](Accepted) {
      ++accepted;
      return AfterAccept::kNext;
    }));
    CHECK_EQ(accepted, state.range(0));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetComplexityN(state.range(0));
}
BENCHMARK(BM_Accept)->Apply(Sweep);

}  // namespace
}  // namespace forklift::net
