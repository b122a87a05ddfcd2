// What a loop with Acceptor adds to one of bare accept4 calls: a batch of clients connects outside
// of the timing, and is accepted and closed within it. The time is a batch's; items are
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

constexpr int kBatch = 64;

Listener Listen() {
  absl::StatusOr<Listener> listener = Listener::Bind(Address::Ipv4Loopback(0), {});
  CHECK_OK(listener);
  return *std::move(listener);
}

std::vector<UniqueFd> Connect(const Address& address) {
  std::vector<UniqueFd> clients;
  for (int i = 0; i < kBatch; ++i) {
    UniqueFd& client = clients.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    CHECK_OK(SetLinger(client.get(), absl::ZeroDuration()));  // no port stays in TIME_WAIT
    PCHECK(::connect(client.get(), address.native(), address.native_size()) == 0);
  }
  return clients;
}

void BM_BareAccept(benchmark::State& state) {
  Listener listener = Listen();
  for ([[maybe_unused]] auto _ : state) {
    state.PauseTiming();
    const std::vector<UniqueFd> clients = Connect(listener.local_address());
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
    CHECK_EQ(accepted, kBatch);
  }
  state.SetItemsProcessed(int64_t{state.iterations()} * kBatch);
}
BENCHMARK(BM_BareAccept);

void BM_Accept(benchmark::State& state) {
  Acceptor acceptor(Listen(), {.batch = kBatch + 1});
  for ([[maybe_unused]] auto _ : state) {
    state.PauseTiming();
    const std::vector<UniqueFd> clients = Connect(acceptor.listener().local_address());
    state.ResumeTiming();
    int accepted = 0;
    CHECK_OK(acceptor.Accept([&](Accepted) {
      ++accepted;
      return AfterAccept::kNext;
    }));
    CHECK_EQ(accepted, kBatch);
  }
  state.SetItemsProcessed(int64_t{state.iterations()} * kBatch);
}
BENCHMARK(BM_Accept);

}  // namespace
}  // namespace forklift::net
