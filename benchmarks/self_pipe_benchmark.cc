// From a signal to what a loop knows of it: the self-pipe against signalfd, an eventfd that another
// part of the program writes to, and the handler alone. And what a child pays for its dispositions.
//
//   ./bazelw run -c opt //benchmarks:self_pipe_benchmark
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <memory>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "benchmark/benchmark.h"
#include "forklift/benchmarks/measure.h"
#include "forklift/net/unique_fd.h"
#include "forklift/signals/create_signal_source.h"
#include "forklift/signals/disposition.h"
#include "forklift/signals/signal_source.h"

namespace forklift::signals {
namespace {

void WaitFor(int fd) {
  pollfd entry = {.fd = fd, .events = POLLIN, .revents = 0};
  PCHECK(::poll(&entry, 1, -1) == 1);
}

void BM_BareHandler(benchmark::State& state) {
  struct sigaction action = {};
  action.sa_handler = [](int) {};
  const ScopedDisposition handled(SIGUSR1, action);
  benchmarks::MeasureWithSystemCalls(state, [] { ::raise(SIGUSR1); });
}
BENCHMARK(BM_BareHandler);

void BM_EventFdPollRead(benchmark::State& state) {
  const net::UniqueFd fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  PCHECK(fd.valid());
  benchmarks::MeasureWithSystemCalls(state, [&] {
    uint64_t value = 1;
    PCHECK(::write(fd.get(), &value, sizeof(value)) == sizeof(value));
    WaitFor(fd.get());
    PCHECK(::read(fd.get(), &value, sizeof(value)) == sizeof(value));
  });
}
BENCHMARK(BM_EventFdPollRead);

void SignalPollDrain(benchmark::State& state, SignalMechanism mechanism) {
  const absl::StatusOr<std::unique_ptr<SignalSource>> source =
      CreateSignalSource(mechanism, {SIGUSR1});
  CHECK_OK(source);
  benchmarks::MeasureWithSystemCalls(state, [&] {
    ::raise(SIGUSR1);
    WaitFor((*source)->fd());
    CHECK((*source)->Drain().Contains(SIGUSR1));
  });
}
BENCHMARK_CAPTURE(SignalPollDrain, SelfPipe, SignalMechanism::kSelfPipe);
BENCHMARK_CAPTURE(SignalPollDrain, SignalFd, SignalMechanism::kSignalFd);

// In a process that is warm; after a fork each call costs a child several times as much.
void BM_ResetDispositions(benchmark::State& state) {
  benchmarks::MeasureWithSystemCalls(state, [] { ResetDispositions(); });
}
BENCHMARK(BM_ResetDispositions);

void BM_ResetOnlyWhatMust(benchmark::State& state) {
  benchmarks::MeasureWithSystemCalls(state, [] { ResetDispositions({}, DispositionsToReset()); });
}
BENCHMARK(BM_ResetOnlyWhatMust);

}  // namespace
}  // namespace forklift::signals
