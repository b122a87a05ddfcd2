#include "forklift/http/load/load_run.h"

#include <signal.h>
#include <stddef.h>
#include <sys/resource.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/log/log.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forklift/http/load/clock.h"
#include "forklift/http/load/load_control.h"
#include "forklift/http/load/load_options.h"
#include "forklift/http/load/load_worker.h"
#include "forklift/http/load/tally.h"
#include "forklift/http/load/timeline.h"
#include "forklift/http/load/worker_group.h"
#include "forklift/net/deadline.h"
#include "forklift/net/event_loop.h"
#include "forklift/proc/resource_limits.h"
#include "forklift/proc/shared_array.h"
#include "forklift/signals/received_signals.h"
#include "forklift/signals/self_pipe.h"

namespace forklift::http::load {
namespace {

// More than a day is not told second by second.
constexpr size_t kMostSeconds = 86'400;

// That a worker has open beside its connections.
constexpr size_t kOtherDescriptors = 16;

size_t SecondsOf(const LoadOptions& options) {
  if (options.duration >= absl::Seconds(kMostSeconds)) return kMostSeconds;
  const absl::Duration longest =
      options.duration + std::min(options.timeout, absl::Seconds(kMostSeconds));
  return std::min(static_cast<size_t>(absl::ToInt64Seconds(longest)) + 2, kMostSeconds);
}

// Says so beforehand where a worker will run out of descriptors.
void WarnOfDescriptors(const LoadOptions& options) {
  const absl::StatusOr<rlimit> limit = proc::GetLimit("nofile");
  const bool one_process = options.worker_kind == WorkerKind::kThreads;
  const size_t each =
      one_process ? options.connections : (options.connections - 1) / options.workers + 1;
  if (!limit.ok() || each + kOtherDescriptors <= limit->rlim_cur) return;
  LOG(WARNING) << each << " connections in a process, which may have " << limit->rlim_cur
               << " descriptors (ulimit -n): "
               << (one_process ? "take processes" : "take more workers")
               << ", or some will fail for want of one";
}

class LoadRun {
 public:
  LoadRun(const LoadOptions& options, LoadObserver observer, net::EventLoop& loop,
          signals::SelfPipe& signals, proc::SharedArray<Tally> tallies,
          proc::SharedArray<SecondOfRun> seconds, proc::SharedArray<LoadControl> control)
      : options_(options),
        observer_(std::move(observer)),
        loop_(loop),
        signals_(signals),
        tallies_(std::move(tallies)),
        seconds_(std::move(seconds)),
        control_(std::move(control)),
        rate_(options.rate.value_or(0)),
        workers_(loop, [this](const absl::Status& ended) { OnWorkerEnd(ended); }) {}

  absl::StatusOr<LoadResult> Run() {
    absl::StatusOr<net::Registration> watched =
        loop_.Watch(signals_.fd(), net::Interest::kRead, [this](net::Readiness) { OnSignal(); });
    if (!watched.ok()) return watched.status();
    failure_ = workers_.Start(options_.worker_kind, options_.workers, [this](size_t index) {
      return RunLoadWorker(options_, index, control_[0], tallies_[index], SecondsOfWorker(index));
    });
    if (!failure_.ok()) control_[0].stop = true;  // those that were started are not to go on
    Tick();
    if (workers_.size() > 0) {
      if (absl::Status ran = loop_.Run(); !ran.ok()) {
        control_[0].abort = true;
        return ran;
      }
    }
    if (!failure_.ok()) return failure_;
    return Sum();
  }

 private:
  absl::Span<SecondOfRun> SecondsOfWorker(size_t index) {
    const size_t each = seconds_.size() / options_.workers;
    return absl::MakeSpan(&seconds_[index * each], each);
  }

  void OnSignal() {
    const signals::ReceivedSignals received = signals_.Drain();
    if (received.Contains(SIGINT) || received.Contains(SIGTERM)) {
      if (!interrupted_) LOG(INFO) << "waiting for answers; a second SIGINT (Ctrl-C) does not";
      control_[0].abort = interrupted_;
      control_[0].stop = true;
      if (!interrupted_) interrupted_at_ = MonotonicNanoseconds();
      interrupted_ = true;
    }
    if (received.Contains(SIGTTIN)) ChangeRate(kFaster);
    if (received.Contains(SIGTTOU)) ChangeRate(1 / kFaster);
    if (received.Contains(SIGCHLD)) workers_.ReapAll();
  }

  void OnWorkerEnd(const absl::Status& ended) {
    if (!ended.ok()) {
      failure_.Update(ended);
      control_[0].stop = true;
    }
    if (workers_.size() == 0) loop_.Stop();
  }

  void ChangeRate(double factor) {
    if (!options_.rate) return;
    if (!options_.stages.empty()) {
      LOG(WARNING) << "the stages say the rate: SIGTTIN and SIGTTOU do not change it";
      return;
    }
    rate_ = std::clamp(rate_ * factor, kLeastRequestsPerSecond, kMostRequestsPerSecond);
    LOG(INFO) << "the rate is " << rate_ << " requests/s now";
    if (begin_ != 0) TellRate(std::max(MonotonicNanoseconds(), begin_) + kHeadStart);
  }

  void TellRate(Nanoseconds from) {
    LoadControl& control = control_[0];
    control.rate = rate_;
    control.rate_from = from;
    ++control.changes;
  }

  // Lets all begin once all are ready, and tells the observer.
  void Tick() {
    const Nanoseconds now = MonotonicNanoseconds();
    LoadControl& control = control_[0];
    if (control.begin == 0 && control.settled == options_.workers) {
      begin_ = now + kHeadStart;
      control.begin = begin_;
      if (rate_ != options_.rate.value_or(0)) TellRate(begin_);
    }
    if (begin_ != 0 && observer_ && now >= next_report_) {
      next_report_ = now + kSecond / 10;
      observer_(Progress(now));
    }
    const absl::Duration wait = begin_ == 0 ? absl::Milliseconds(2) : absl::Milliseconds(100);
    loop_.timers().Add(net::Deadline::After(wait), [this] { Tick(); });
  }

  Nanoseconds measured_from() const { return begin_ + absl::ToInt64Nanoseconds(options_.warm_up); }

  LoadProgress Progress(Nanoseconds now) const {
    LoadProgress progress = {.elapsed = absl::Nanoseconds(now - measured_from())};
    for (size_t i = 0; i < tallies_.size(); ++i) {
      progress.answered += tallies_[i].answered.value();
      progress.failed += tallies_[i].failed.value();
      progress.open += tallies_[i].open.value();
    }
    return progress;
  }

  // Of the measurement: as long as it was to be, or until it was interrupted, or until the last
  // answer where that came later. Of a number of requests, when all had an answer or had failed.
  Nanoseconds EndOf(const Tally& total) const {
    if (options_.duration == absl::InfiniteDuration()) return total.last_end;
    Nanoseconds end = measured_from() + absl::ToInt64Nanoseconds(options_.duration);
    if (interrupted_) end = std::min(end, interrupted_at_);
    return std::max(end, total.last_answer);
  }

  LoadResult Sum() {
    LoadResult result;
    result.total = std::make_unique<Tally>();
    result.interrupted = interrupted_;
    Nanoseconds busiest = 0;
    for (size_t i = 0; i < tallies_.size(); ++i) {
      result.total->Merge(tallies_[i]);
      busiest = std::max(busiest, tallies_[i].cpu_time);
    }
    result.busiest_worker = absl::Nanoseconds(busiest);
    result.elapsed =
        absl::Nanoseconds(std::max<Nanoseconds>(EndOf(*result.total) - measured_from(), 0));
    size_t used = 0;
    std::vector<SecondOfRun> timeline(seconds_.size() / options_.workers);
    for (size_t i = 0; i < tallies_.size(); ++i) {
      const absl::Span<SecondOfRun> seconds = SecondsOfWorker(i);
      for (size_t second = 0; second < seconds.size(); ++second) {
        timeline[second].Merge(seconds[second]);
        if (timeline[second].answered + timeline[second].failed > 0)
          used = std::max(used, second + 1);
      }
    }
    timeline.resize(used);
    result.timeline = std::move(timeline);
    return result;
  }

  static constexpr Nanoseconds kHeadStart = kSecond / 50;  // for the workers to see a change
  static constexpr double kFaster = 1.1;

  const LoadOptions& options_;
  LoadObserver observer_;
  net::EventLoop& loop_;
  signals::SelfPipe& signals_;
  proc::SharedArray<Tally> tallies_;
  proc::SharedArray<SecondOfRun> seconds_;
  proc::SharedArray<LoadControl> control_;
  absl::Status failure_;
  Nanoseconds begin_ = 0;
  Nanoseconds next_report_ = 0;
  double rate_;  // as it is now
  bool interrupted_ = false;
  Nanoseconds interrupted_at_ = 0;
  WorkerGroup workers_;  // last, as they use the rest
};

}  // namespace

absl::StatusOr<LoadResult> RunLoad(const LoadOptions& options, LoadObserver observer) {
  if (absl::Status checked = Check(options); !checked.ok()) return checked;
  if (options.server.size() != 1) return absl::InvalidArgumentError("there is no server to load");
  WarnOfDescriptors(options);
  absl::StatusOr<proc::SharedArray<Tally>> tallies =
      proc::SharedArray<Tally>::Create(options.workers);
  if (!tallies.ok()) return tallies.status();
  absl::StatusOr<proc::SharedArray<SecondOfRun>> seconds =
      proc::SharedArray<SecondOfRun>::Create(options.workers * SecondsOf(options));
  if (!seconds.ok()) return seconds.status();
  absl::StatusOr<proc::SharedArray<LoadControl>> control =
      proc::SharedArray<LoadControl>::Create(1);
  if (!control.ok()) return control.status();
  absl::StatusOr<std::unique_ptr<signals::SelfPipe>> signals =
      signals::SelfPipe::Create({SIGINT, SIGTERM, SIGTTIN, SIGTTOU, SIGCHLD});
  if (!signals.ok()) return signals.status();
  absl::StatusOr<std::unique_ptr<net::EventLoop>> loop = net::EventLoop::Create();
  if (!loop.ok()) return loop.status();
  LoadRun run(options, std::move(observer), **loop, **signals, *std::move(tallies),
              *std::move(seconds), *std::move(control));
  return run.Run();
}

}  // namespace forklift::http::load
