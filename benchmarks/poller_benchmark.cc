// A wake-up with 1 to 10,000 descriptors watched and one of them ready: epoll, poll(2), the event
// loop over epoll, and bare epoll_wait. Only poll(2) looks at all of them.
//
//   ./bazelw run -c opt //benchmarks:poller_benchmark
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>

#include <memory>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "benchmark/benchmark.h"
#include "forklift/benchmarks/measure.h"
#include "forklift/net/deadline.h"
#include "forklift/net/epoll_poller.h"
#include "forklift/net/event_loop.h"
#include "forklift/net/poll_poller.h"
#include "forklift/net/poller.h"
#include "forklift/net/unique_fd.h"

namespace forklift::net {
namespace {

std::vector<UniqueFd> OpenDescriptors(int64_t count) {
  rlimit limit;
  PCHECK(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
  limit.rlim_cur = limit.rlim_max;
  PCHECK(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
  std::vector<UniqueFd> descriptors;
  for (int64_t i = 0; i < count; ++i) {
    descriptors.emplace_back(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    PCHECK(descriptors.back().valid());
  }
  return descriptors;
}

void MakeReady(const UniqueFd& descriptor) { PCHECK(::eventfd_write(descriptor.get(), 1) == 0); }
void MakeUnready(const UniqueFd& descriptor) {
  eventfd_t value;
  PCHECK(::eventfd_read(descriptor.get(), &value) == 0);
}

void Sweep(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgName("descriptors")->RangeMultiplier(10)->Range(1, 10'000);
}

void BM_BareEpoll(benchmark::State& state) {
  const std::vector<UniqueFd> descriptors = OpenDescriptors(state.range(0));
  const UniqueFd epoll(::epoll_create1(EPOLL_CLOEXEC));
  for (const UniqueFd& descriptor : descriptors) {
    epoll_event event = {.events = EPOLLIN, .data = {.fd = descriptor.get()}};
    PCHECK(::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, descriptor.get(), &event) == 0);
  }
  size_t next = 0;
  benchmarks::MeasureWithSystemCalls(state, [&] {
    const UniqueFd& descriptor = descriptors[next++ % descriptors.size()];
    MakeReady(descriptor);
    epoll_event events[256];
    PCHECK(::epoll_wait(epoll.get(), events, 256, -1) == 1);
    MakeUnready(descriptor);
  });
  state.SetComplexityN(state.range(0));
}
BENCHMARK(BM_BareEpoll)->Apply(Sweep)->Complexity(benchmark::o1);

void Wait(benchmark::State& state, Poller& poller) {
  const std::vector<UniqueFd> descriptors = OpenDescriptors(state.range(0));
  for (const UniqueFd& descriptor : descriptors) {
    CHECK_OK(poller.Add(descriptor.get(), Interest::kRead, 0, Wakes::kAll));
  }
  std::vector<ReadyEvent> events(256);
  size_t next = 0;
  benchmarks::MeasureWithSystemCalls(state, [&] {
    const UniqueFd& descriptor = descriptors[next++ % descriptors.size()];
    MakeReady(descriptor);
    const absl::StatusOr<size_t> count = poller.Wait(absl::MakeSpan(events), Deadline::Infinite());
    CHECK_OK(count);
    CHECK_EQ(*count, 1u);
    MakeUnready(descriptor);
  });
  state.SetComplexityN(state.range(0));
  for (const UniqueFd& descriptor : descriptors) poller.Remove(descriptor.get());
}

void BM_Epoll(benchmark::State& state) {
  const absl::StatusOr<std::unique_ptr<EpollPoller>> poller = EpollPoller::Create();
  CHECK_OK(poller);
  Wait(state, **poller);
}
BENCHMARK(BM_Epoll)->Apply(Sweep)->Complexity(benchmark::o1);

void BM_Poll(benchmark::State& state) {
  PollPoller poller;
  Wait(state, poller);
}
BENCHMARK(BM_Poll)->Apply(Sweep)->Complexity(benchmark::oN);

void BM_EventLoop(benchmark::State& state) {
  const std::vector<UniqueFd> descriptors = OpenDescriptors(state.range(0));
  const absl::StatusOr<std::unique_ptr<EventLoop>> loop = EventLoop::Create();
  CHECK_OK(loop);
  std::vector<Registration> registrations;
  for (const UniqueFd& descriptor : descriptors) {
    absl::StatusOr<Registration> registration = (*loop)->Watch(
        descriptor.get(), Interest::kRead, [&](Readiness) { MakeUnready(descriptor); });
    CHECK_OK(registration);
    registrations.push_back(*std::move(registration));
  }
  size_t next = 0;
  benchmarks::MeasureWithSystemCalls(state, [&] {
    MakeReady(descriptors[next++ % descriptors.size()]);
    CHECK_OK((*loop)->RunOnce(Deadline::Infinite()));
  });
  state.SetComplexityN(state.range(0));
}
BENCHMARK(BM_EventLoop)->Apply(Sweep)->Complexity(benchmark::o1);

}  // namespace
}  // namespace forklift::net
