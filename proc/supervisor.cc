#include "forklift/proc/supervisor.h"

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forklift/net/deadline.h"
#include "forklift/proc/exit_status.h"
#include "forklift/proc/heartbeat.h"
#include "forklift/proc/monotonic_time.h"
#include "forklift/proc/worker.h"
#include "forklift/proc/worker_context.h"
#include "forklift/proc/worker_event.h"

namespace forklift::proc {
namespace {

using Kind = WorkerEvent::Kind;

absl::Status Check(const SupervisorOptions& options) {
  if (options.max_workers < 1 || options.workers > options.max_workers) {
    return absl::InvalidArgumentError("workers must be at most max_workers, and that at least 1");
  }
  if (options.timeouts.ready <= absl::ZeroDuration() ||
      options.timeouts.heartbeat <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError("the ready and heartbeat timeouts must be more than 0");
  }
  if (options.timeouts.stop < absl::ZeroDuration() ||
      options.timeouts.orphan < absl::ZeroDuration()) {
    return absl::InvalidArgumentError("the stop and orphan timeouts must not be negative");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Supervisor>> Supervisor::Create(const SupervisorOptions& options,
                                                               WorkerBody body,
                                                               EventCallback on_event) {
  const absl::Status checked = Check(options);
  if (!checked.ok()) return checked;
  CHECK(body != nullptr && on_event != nullptr) << "Supervisor::Create: nothing to call";
  absl::StatusOr<Heartbeats> heartbeats = Heartbeats::Create(2 * options.max_workers);
  if (!heartbeats.ok()) return heartbeats.status();
  return absl::WrapUnique(
      new Supervisor(options, std::move(body), std::move(on_event), *std::move(heartbeats)));
}

Supervisor::Supervisor(const SupervisorOptions& options, WorkerBody body, EventCallback on_event,
                       Heartbeats heartbeats)
    : options_(options),
      on_event_(std::move(on_event)),
      pool_(options.timeouts, options.ignored, options.group, std::move(heartbeats),
            [this](const WorkerEvent& event, const Worker& worker) { OnEvent(event, worker); }),
      next_deadline_(net::Deadline::Infinite()),
      wanted_(options.workers),
      serving_{.number = 1, .body = std::move(body)},
      restarts_(NewRestartPolicy()) {}

RestartPolicy Supervisor::NewRestartPolicy() const {
  return RestartPolicy(options_.backoff, options_.restart_limit, options_.late_restarts);
}

void Supervisor::AppendPollEntries(std::vector<pollfd>& entries) const {
  pool_.AppendPollEntries(entries);
}

net::Deadline Supervisor::NextDeadline() const {
  return due_ ? net::Deadline::After(absl::ZeroDuration()) : next_deadline_;
}

void Supervisor::Advance() {
  due_ = false;
  pool_.Advance();
  AdvanceRoll();
  StopSurplus();
  StartMissing();
  const absl::Duration until_start = restarts_.next_start() - MonotonicNow();
  next_deadline_ = net::Deadline::After(pool_.PlanWait());
  if (until_start > absl::ZeroDuration()) {
    next_deadline_ = std::min(next_deadline_, net::Deadline::After(until_start));
  }
}

void Supervisor::SetWorkers(size_t workers) {
  wanted_ = std::min(workers, options_.max_workers);
  due_ = true;
}

void Supervisor::Roll(WorkerBody body) {
  CHECK(body != nullptr) << "Supervisor::Roll: nothing to run";
  next_roll_ = std::move(body);
  due_ = true;
}

void Supervisor::Stop() {
  stopping_ = true;
  due_ = true;
}

void Supervisor::Kill() {
  Stop();
  killing_ = true;
}

void Supervisor::OnEvent(const WorkerEvent& event, const Worker& worker) {
  switch (event.kind) {
    case Kind::kReady:
      restarts_.Ready();
      // It proves its generation: the waits that the old one's failures earned are not for it.
      if (candidate_ && event.worker.generation == candidate_->number) {
        restarts_.TryAtOnce(MonotonicNow());
      }
      return on_event_(event);
    case Kind::kRetiring:
      if (IsYoung(worker)) restarts_.LateFailure(MonotonicNow());  // bounds how often
      return on_event_(event);
    case Kind::kNotReady:
      on_event_(event);
      return OnFailure(worker, Failure::kEarly,
                       absl::StrCat("worker ", event.pid, " was not ready in time"));
    case Kind::kStuck:
      on_event_(event);
      return OnFailure(worker, Failure::kLate, absl::StrCat("worker ", event.pid, " was stuck"));
    case Kind::kFailed:
      return OnEnd(event, worker);
    default:
      return on_event_(event);
  }
}

void Supervisor::OnEnd(WorkerEvent event, const Worker& worker) {
  const ExitStatus status = *event.exit_status;
  if (status.success() && (!IsYoung(worker) || worker.retiring())) {
    event.kind = Kind::kEnded;  // it has done its work, and the next may do more
    return on_event_(event);
  }
  on_event_(event);
  // Once it was ready, the code is not its own word any more, but of what it runs.
  const bool sick = worker.state() == Worker::State::kStarting && status.code() >= 0 &&
                    status.code() == options_.sick_exit_code;
  OnFailure(worker,
            !IsYoung(worker) ? Failure::kLate
            : sick           ? Failure::kSick
                             : Failure::kEarly,
            absl::StrCat("worker ", event.pid, " ", status));
}

void Supervisor::Signal(int signal) {
  for (auto& [pid, worker] : pool_) {
    if (worker.active()) pool_.Signal(pid, signal);
  }
}

void Supervisor::OnFailure(const Worker& worker, Failure failure, const std::string& what) {
  const uint64_t generation = worker.identity().generation;
  const bool on_trial = candidate_ && generation == candidate_->number;
  if (on_trial && failure != Failure::kLate) return FailRoll(what);
  // Of a roll that failed, or of what a roll replaces by something better: to be replaced anyway.
  if (!on_trial && (generation != serving_.number || IsProven())) return;
  if (failure == Failure::kLate) return restarts_.LateFailure(MonotonicNow());
  const bool too_often = !restarts_.EarlyFailure(worker.started_at(), MonotonicNow());
  if (candidate_) return;  // it may mend this
  if (failure == Failure::kSick) {
    GiveUp(absl::FailedPreconditionError(
        absl::StrCat("restarting is pointless, says the exit code: ", what)));
  } else if (too_often) {
    GiveUp(absl::ResourceExhaustedError(absl::StrCat(
        "workers keep failing, more than ", options_.restart_limit.restarts, " times within ",
        absl::FormatDuration(options_.restart_limit.window), "; the last: ", what)));
  }
}

void Supervisor::GiveUp(absl::Status why) {
  if (stopping_) return;
  status_ = std::move(why);
  Stop();
  on_event_({.kind = Kind::kGaveUp, .worker = {.generation = serving_.number}, .status = status_});
}

void Supervisor::FailRoll(const std::string& why) {
  const uint64_t failed = candidate_->number;
  candidate_.reset();
  for (auto& [pid, worker] : pool_) {
    if (worker.active() && worker.trial()) pool_.TellToStop(pid, worker);
  }
  on_event_({.kind = Kind::kRollFailed,
             .worker = {.generation = failed},
             .status = absl::AbortedError(why)});
}

void Supervisor::AdvanceRoll() {
  if (stopping_) return;
  const auto is_old = [this](const Worker& worker) {
    return worker.identity().generation != goal() && worker.state() != Worker::State::kKilled;
  };
  if (candidate_ && pool_.CountIf(is_old) == 0 && ready() >= wanted_) {
    serving_ = *std::exchange(candidate_, std::nullopt);
    restarts_ = NewRestartPolicy();
    on_event_({.kind = Kind::kRolled, .worker = {.generation = serving_.number}});
  }
  if (!candidate_ && next_roll_) {
    candidate_ = {.number = ++last_generation_, .body = *std::exchange(next_roll_, std::nullopt)};
    restarts_.TryAtOnce(MonotonicNow());
    due_ = true;  // where no worker is wanted, no other event ends the roll
  }
}

void Supervisor::StopSurplus() {
  for (auto& [pid, worker] : pool_) {
    if (stopping_ && worker.active()) pool_.TellToStop(pid, worker);
    if (killing_ && worker.state() != Worker::State::kKilled) pool_.Kill(pid, worker);
  }
  while (Strength() > wanted()) {
    // One to be replaced rather than another, not ready rather than ready.
    const auto rank = [this](const Worker& worker) {
      return std::tuple(worker.active() && !worker.trial(), IsOutgoing(worker),
                        worker.state() == Worker::State::kStarting, worker.identity().slot);
    };
    const auto surplus = std::max_element(
        pool_.begin(), pool_.end(),
        [&](const auto& a, const auto& b) { return rank(a.second) < rank(b.second); });
    pool_.TellToStop(surplus->first, surplus->second);
  }
}

void Supervisor::StartMissing() {
  if (stopping_) return;
  const auto is_outgoing = [this](const Worker& worker) {
    return worker.active() && IsOutgoing(worker);
  };
  const auto stays = [this](const Worker& worker) {
    return worker.active() && !IsOutgoing(worker);
  };
  // Nothing waits for those that cannot die.
  const auto may_end = [](const Worker& worker) {
    return worker.state() != Worker::State::kKilled;
  };
  Generation& next = candidate_ ? *candidate_ : serving_;
  while (Strength() < wanted_ && MayStart()) Start(IsProven() ? next : serving_, /*trial=*/false);
  if ((candidate_ || pool_.CountIf(is_outgoing) > 0) && pool_.CountIf(stays) < wanted_ &&
      pool_.CountIf(may_end) <= wanted_ && MayStart()) {
    Start(next, /*trial=*/true);
  }
}

void Supervisor::Start(Generation& generation, bool trial) {
  options_.fork_hooks.before();
  const absl::Status started = pool_.Start(
      generation.number,
      [&](WorkerContext& context) {
        options_.fork_hooks.in_child();
        return generation.body(context);
      },
      trial);
  options_.fork_hooks.in_parent();
  if (started.ok()) return;
  restarts_.StartFailed(MonotonicNow());
  on_event_(
      {.kind = Kind::kStartFailed, .worker = {.generation = generation.number}, .status = started});
}

bool Supervisor::IsProven() const {
  return candidate_ && pool_.CountIf([this](const Worker& worker) {
    return worker.identity().generation == candidate_->number &&
           worker.state() == Worker::State::kReady;
  }) > 0;
}

bool Supervisor::MayStart() const {
  return !pool_.full() && restarts_.MayStart(MonotonicNow(), starting());
}

size_t Supervisor::Strength() const {
  return pool_.CountIf([](const Worker& worker) { return worker.active() && !worker.trial(); });
}

size_t Supervisor::starting() const {
  return pool_.CountIf(
      [](const Worker& worker) { return worker.state() == Worker::State::kStarting; });
}

size_t Supervisor::ready() const {
  return pool_.CountIf(
      [](const Worker& worker) { return worker.state() == Worker::State::kReady; });
}

}  // namespace forklift::proc
