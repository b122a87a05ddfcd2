// Timers, with so many of them waiting, in TimerQueue and in a std::multimap of callbacks.
//
//   ./bazelw run -c opt //benchmarks:timer_queue_benchmark
#include <stddef.h>
#include <stdint.h>

#include <map>
#include <random>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/log/check.h"
#include "absl/time/time.h"
#include "benchmark/benchmark.h"
#include "forklift/benchmarks/measure.h"
#include "forklift/net/deadline.h"
#include "forklift/net/timer_queue.h"

namespace forklift::net {
namespace {

// Within a minute, in no order: the worst of what a server has, whose timeouts mostly come in
// order.
std::vector<Deadline> RandomDeadlines(benchmark::State& state, absl::Duration from) {
  state.SetComplexityN(state.range(0));
  std::minstd_rand random(1);
  std::vector<Deadline> deadlines;
  for (int64_t i = 0; i < state.range(0); ++i) {
    deadlines.push_back(Deadline::After(from + absl::Microseconds(random() % 60'000'000)));
  }
  return deadlines;
}

void Sweep(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgName("timers")->RangeMultiplier(10)->Range(100, 100'000);
}

void BM_InsertCancel(benchmark::State& state) {
  TimerQueue timers;
  const std::vector<Deadline> deadlines = RandomDeadlines(state, absl::Hours(1));
  for (const Deadline deadline : deadlines) timers.Add(deadline, [] {});
  size_t next = 0;
  benchmarks::Measure(state, [&] {
    const TimerId timer = timers.Add(deadlines[next++ % deadlines.size()], [] {});
    CHECK(timers.Cancel(timer));
  });
}
BENCHMARK(BM_InsertCancel)->Apply(Sweep)->Complexity(benchmark::oLogN);

void BM_InsertCancelMultimap(benchmark::State& state) {
  std::multimap<Deadline, absl::AnyInvocable<void() &&>> timers;
  const std::vector<Deadline> deadlines = RandomDeadlines(state, absl::Hours(1));
  for (const Deadline deadline : deadlines) timers.emplace(deadline, [] {});
  size_t next = 0;
  benchmarks::Measure(
      state, [&] { timers.erase(timers.emplace(deadlines[next++ % deadlines.size()], [] {})); });
}
BENCHMARK(BM_InsertCancelMultimap)->Apply(Sweep)->Complexity(benchmark::oLogN);

// What a server does with each request of a connection that is kept alive.
void BM_Postpone(benchmark::State& state) {
  TimerQueue timers;
  std::vector<TimerId> ids;
  for (int64_t i = 0; i < state.range(0); ++i) {
    ids.push_back(timers.Add(Deadline::After(absl::Hours(1)), [] {}));
  }
  std::minstd_rand random(1);
  benchmarks::Measure(state, [&] {
    CHECK(timers.Move(ids[random() % ids.size()], Deadline::After(absl::Hours(1))));
  });
  state.SetComplexityN(state.range(0));
}
BENCHMARK(BM_Postpone)->Apply(Sweep)->Complexity(benchmark::oLogN);

// All of them are inserted outside of the timing, then expire. The time is that of all.
void BM_Expire(benchmark::State& state) {
  const std::vector<Deadline> deadlines = RandomDeadlines(state, -absl::Hours(1));
  size_t ran = 0;
  for ([[maybe_unused]] auto _ : state) {
    state.PauseTiming();
    TimerQueue timers;
    for (const Deadline deadline : deadlines) timers.Add(deadline, [&] { ++ran; });
    state.ResumeTiming();
    CHECK_EQ(timers.RunExpired(), deadlines.size());
  }
  state.SetItemsProcessed(static_cast<int64_t>(ran));
}
BENCHMARK(BM_Expire)->Apply(Sweep)->Unit(benchmark::kMicrosecond)->Complexity(benchmark::oNLogN);

void BM_ExpireMultimap(benchmark::State& state) {
  const std::vector<Deadline> deadlines = RandomDeadlines(state, -absl::Hours(1));
  size_t ran = 0;
  for ([[maybe_unused]] auto _ : state) {
    state.PauseTiming();
    std::multimap<Deadline, absl::AnyInvocable<void() &&>> timers;
    for (const Deadline deadline : deadlines) timers.emplace(deadline, [&] { ++ran; });
    state.ResumeTiming();
    const Deadline now = Deadline::After(absl::ZeroDuration());
    while (!timers.empty() && timers.begin()->first <= now) {
      auto timer = timers.extract(timers.begin());
      std::move(timer.mapped())();
    }
  }
  state.SetItemsProcessed(static_cast<int64_t>(ran));
}
BENCHMARK(BM_ExpireMultimap)
    ->Apply(Sweep)
    ->Unit(benchmark::kMicrosecond)
    ->Complexity(benchmark::oNLogN);

}  // namespace
}  // namespace forklift::net
