// From a signal to what a loop knows of it.
//
//   ./bazelw run -c opt //benchmarks:self_pipe_benchmark
#include <poll.h>
#include <signal.h>

#include "absl/log/check.h"
#include "benchmark/benchmark.h"
#include "forklift/signals/self_pipe.h"

namespace forklift::signals {
namespace {

void Nothing(int) {}

void BM_BareHandler(benchmark::State& state) {
  struct sigaction action = {};
  action.sa_handler = Nothing;
  struct sigaction previous;
  PCHECK(::sigaction(SIGUSR1, &action, &previous) == 0);
  for ([[maybe_unused]] auto _ : state) ::raise(SIGUSR1);
  ::sigaction(SIGUSR1, &previous, nullptr);
}
BENCHMARK(BM_BareHandler);

void BM_SignalPollDrain(benchmark::State& state) {
  const auto self_pipe = SelfPipe::Create({SIGUSR1});
  CHECK_OK(self_pipe);
  pollfd entry = {.fd = (*self_pipe)->fd(), .events = POLLIN, .revents = 0};
  for ([[maybe_unused]] auto _ : state) {
    ::raise(SIGUSR1);
    PCHECK(::poll(&entry, 1, -1) == 1);
    benchmark::DoNotOptimize((*self_pipe)->Drain());
  }
}
BENCHMARK(BM_SignalPollDrain);

}  // namespace
}  // namespace forklift::signals
