#include "forklift/http/load/load_worker.h"

#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forklift/http/load/arrivals.h"
#include "forklift/http/load/clock.h"
#include "forklift/http/load/failure.h"
#include "forklift/http/load/load_connection.h"
#include "forklift/http/load/load_control.h"
#include "forklift/http/load/load_options.h"
#include "forklift/http/load/stages.h"
#include "forklift/http/load/tally.h"
#include "forklift/http/load/timeline.h"
#include "forklift/http/load/work.h"
#include "forklift/net/address.h"
#include "forklift/net/deadline.h"
#include "forklift/net/event_loop.h"

namespace forklift::http::load {
namespace {

// How often a worker looks at what nothing wakes it for.
constexpr absl::Duration kTick = absl::Milliseconds(5);

// What was due by the end may still be sent for so long, where the worker or all of its connections
// were busy just then.
constexpr Nanoseconds kGrace = kSecond;

// Larger than a head may be, so that there is always room to receive into.
constexpr size_t kBufferSize = 256 * 1024;

Nanoseconds CpuTime() {
  rusage usage;
  PCHECK(::getrusage(RUSAGE_THREAD, &usage) == 0);
  return absl::ToInt64Nanoseconds(absl::DurationFromTimeval(usage.ru_utime) +
                                  absl::DurationFromTimeval(usage.ru_stime));
}

// `moment` after `span`, which may be infinite.
Nanoseconds After(Nanoseconds moment, absl::Duration span) {
  const Nanoseconds most = std::numeric_limits<Nanoseconds>::max();
  const Nanoseconds added = absl::ToInt64Nanoseconds(span);
  return added > most - moment ? most : moment + added;
}

class LoadWorker {
 public:
  LoadWorker(const LoadOptions& options, size_t index, LoadControl& control, Tally& tally,
             absl::Span<SecondOfRun> seconds, net::EventLoop& loop)
      : options_(options),
        index_(index),
        control_(control),
        seconds_(seconds),
        buffer_(kBufferSize),
        context_{.options = options,
                 .loop = loop,
                 .tally = tally,
                 .timeline = Timeline(seconds, 0),
                 .buffer = absl::MakeSpan(buffer_),
                 .next_nonce = static_cast<uint64_t>(index) << 40} {
    const size_t share = ShareOf(options.connections, index, options.workers);
    for (size_t i = 0; i < share; ++i) {
      std::optional<net::Address> source;
      if (!options.sources.empty())
        source = options.sources[(i * options.workers + index) % options.sources.size()];
      connections_.emplace_back(context_, source);
    }
  }

  absl::Status Run() {
    const Nanoseconds now = MonotonicNanoseconds();
    for (LoadConnection& connection : connections_) connection.Begin(now);
    Tick();
    absl::Status ran = context_.loop.Run();
    if (context_.measuring) context_.tally.cpu_time = CpuTime() - cpu_before_;
    return ran;
  }

 private:
  // Sees to all that no readiness of a socket tells of.
  void Tick() {
    const Nanoseconds now = MonotonicNanoseconds();
    if (!work_) {
      SeeWhetherToBegin(now);
    } else if (control_.stop || now - kGrace >= work_->end()) {
      GiveUp(now);
    } else {
      SeeRate();
    }
    if (now >= next_sweep_) Sweep(now);
    if (work_ && work_->done(now) && context_.in_flight == 0) return context_.loop.Stop();
    if (control_.abort) {
      for (LoadConnection& connection : connections_) connection.Abort(now);
    }
    if (control_.abort || (!work_ && control_.stop)) return context_.loop.Stop();
    context_.loop.timers().Add(net::Deadline::After(kTick), [this] { Tick(); });
  }

  void SeeWhetherToBegin(Nanoseconds now) {
    if (!settled_) {
      settled_ = std::all_of(connections_.begin(), connections_.end(),
                             [](const LoadConnection& each) { return each.settled(); });
      if (settled_) ++control_.settled;
    }
    const Nanoseconds begin = control_.begin;
    if (begin == 0 || now < begin - absl::ToInt64Nanoseconds(kTick)) return;
    const absl::Duration until_begin = absl::Nanoseconds(std::max<Nanoseconds>(begin - now, 0));
    const uint64_t count = ShareOf(options_.count, index_, options_.workers);
    context_.measure_from = After(begin, options_.warm_up);
    context_.timeline = Timeline(seconds_, context_.measure_from);
    const Nanoseconds end = After(context_.measure_from, options_.duration);
    if (options_.rate) {
      work_.emplace(count, end, begin, Schedule());
    } else {
      work_.emplace(count, end);
    }
    context_.loop.timers().Add(net::Deadline::After(until_begin), [this] { BeginWork(); });
  }

  Arrivals Schedule() const {
    Arrivals arrivals({.rate = *options_.rate,
                       .spacing = options_.spacing,
                       .workers = static_cast<int>(options_.workers),
                       .worker = static_cast<int>(index_),
                       .seed = options_.seed});
    absl::Duration start = options_.warm_up;
    for (const Stage& stage : options_.stages) {
      arrivals.SetRate(start, stage.value);
      start += stage.duration;
    }
    return arrivals;
  }

  // Takes over another rate where there is one.
  void SeeRate() {
    const uint64_t changes = control_.changes;
    if (changes == seen_changes_ || !options_.rate) return;
    seen_changes_ = changes;
    work_->SetRate(control_.rate_from, control_.rate);
  }

  void BeginWork() {
    context_.work = &*work_;
    if (options_.warm_up == absl::ZeroDuration()) {
      BeginToMeasure();
    } else {
      context_.loop.timers().Add(net::Deadline::After(options_.warm_up),
                                 [this] { BeginToMeasure(); });
    }
    SendWhatIsDue();
  }

  void BeginToMeasure() {
    context_.measuring = true;
    cpu_before_ = CpuTime();
  }

  // Has idle connections send, and comes again when there is more to send.
  void SendWhatIsDue() {
    const Nanoseconds now = MonotonicNanoseconds();
    if (context_.work == nullptr) return;  // it was given up
    for (size_t left = context_.idle.size(); left > 0 && work_->NextDue() <= now; --left) {
      LoadConnection* const connection = context_.idle.front();
      context_.idle.pop_front();
      connection->Wake(now);
    }
    if (!options_.rate || work_->done(now)) return;
    // Where all connections are busy, the next that is answered takes what is due by then.
    const Nanoseconds next = std::max(work_->NextDue(), now + kLeastWait);
    context_.loop.timers().Add(net::Deadline::After(absl::Nanoseconds(next - now)),
                               [this] { SendWhatIsDue(); });
  }

  void Sweep(Nanoseconds now) {
    for (LoadConnection& connection : connections_) connection.Sweep(now);
    const Nanoseconds tenth = absl::ToInt64Nanoseconds(options_.timeout) / 10;
    next_sweep_ = now + std::clamp<Nanoseconds>(tenth, kSecond / 100, kSecond / 10);
  }

  // Sends no more; those of an open loop that were due and found no connection have failed. There
  // may be more of them than can be counted without a look at all else.
  void GiveUp(Nanoseconds now) {
    if (context_.work != nullptr) given_up_at_ = now;
    context_.work = nullptr;
    constexpr uint64_t kAtOnce = 1'000'000;
    const uint64_t not_sent = work_->GiveUp(context_.measure_from, given_up_at_, kAtOnce);
    if (not_sent == 0) return;
    context_.tally.AddFailures(Failure::kNotSent, not_sent, now);
    context_.timeline.AddFailures(not_sent, now);
  }

  static constexpr Nanoseconds kLeastWait = 20'000;  // between two looks at the schedule

  const LoadOptions& options_;
  const size_t index_;
  LoadControl& control_;
  const absl::Span<SecondOfRun> seconds_;
  std::vector<char> buffer_;
  LoadContext context_;
  std::deque<LoadConnection> connections_;  // which stay where they are
  std::optional<Work> work_;
  bool settled_ = false;
  uint64_t seen_changes_ = 0;
  Nanoseconds next_sweep_ = 0;
  Nanoseconds given_up_at_ = 0;
  Nanoseconds cpu_before_ = 0;
};

}  // namespace

absl::Status RunLoadWorker(const LoadOptions& options, size_t index, LoadControl& control,
                           Tally& tally, absl::Span<SecondOfRun> seconds) {
  // Wakes up when a request is due, and not 50 us later.
  ::prctl(PR_SET_TIMERSLACK, 1UL);
  absl::StatusOr<std::unique_ptr<net::EventLoop>> loop = net::EventLoop::Create();
  if (!loop.ok()) return loop.status();
  return LoadWorker(options, index, control, tally, seconds, **loop).Run();
}

}  // namespace forklift::http::load
