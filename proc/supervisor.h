// Supervisor keeps a number of worker processes alive: starts them, waits until each is ready,
// replaces those that end or hang, rolls them over to a new generation, and stops them gracefully.
//
// It is a passive part of the caller's poll loop: it waits for nothing itself and catches no
// signal. Call Advance after each poll, SIGCHLD among what wakes it, and it does what is due, fork
// included. Every wait of it has an end, and no descriptor of one worker is open in another. When
// the supervising process dies, even killed, its workers get SIGTERM, and SIGKILL after
// timeouts.orphan; a worker that runs as a user whom the supervisor may not signal gets neither,
// and has to heed WorkerContext::stop_fd().
//
// A worker inherits no crash handler and no ignored SIGPIPE: every signal is at its default there
// (proc/fork.h), but those of SupervisorOptions::ignored. SIGPIPE is among these unless the caller
// sets others: a worker of a program that ignores it would die of a client that hangs up.
//
// PID 1 of a container, and a subreaper, say ReapEverything.
//
// Owns the workers: the destructor kills those that are left, and waits for their end, 5 s at most;
// in a child that inherited it, it does nothing to them. Never blocks otherwise, but for Fork. Not
// for processes with threads (proc/fork.h) or signal handlers, nor for use in a child. One object,
// one thread.
//
//   absl::StatusOr<std::unique_ptr<SelfPipe>> self_pipe =
//       SelfPipe::Create({SIGCHLD, SIGHUP, SIGTERM});
//   absl::StatusOr<std::unique_ptr<Supervisor>> supervisor = Supervisor::Create(
//       {.workers = 4}, Serve, [](const WorkerEvent& event) { LOG(INFO) << event; });
//   while (!(*supervisor)->stopped()) {
//     std::vector<pollfd> entries = {{.fd = (*self_pipe)->fd(), .events = POLLIN, .revents = 0}};
//     (*supervisor)->AppendPollEntries(entries);
//     ::poll(entries.data(), entries.size(), (*supervisor)->NextDeadline().PollTimeout());
//     const ReceivedSignals signals = (*self_pipe)->Drain();
//     if (signals.Contains(SIGHUP)) (*supervisor)->Roll(Serve);
//     if (signals.Contains(SIGTERM)) (*supervisor)->Stop();
//     (*supervisor)->Advance();
//   }
//   return (*supervisor)->status();
#ifndef FORKLIFT_PROC_SUPERVISOR_H_
#define FORKLIFT_PROC_SUPERVISOR_H_

#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forklift/net/deadline.h"
#include "forklift/proc/backoff.h"
#include "forklift/proc/child_table.h"
#include "forklift/proc/fork.h"
#include "forklift/proc/heartbeat.h"
#include "forklift/proc/reaper.h"
#include "forklift/proc/restart_limit.h"
#include "forklift/proc/restart_policy.h"
#include "forklift/proc/worker.h"
#include "forklift/proc/worker_context.h"
#include "forklift/proc/worker_event.h"
#include "forklift/proc/worker_pool.h"
#include "forklift/signals/signal_set.h"

namespace forklift::proc {

struct SupervisorOptions {
  size_t workers = 1;
  // The most that SetWorkers may ask for. There are never more than twice as many processes: those
  // that are slow to stop may stand beside their replacements.
  size_t max_workers = 128;

  // To replace workers that are stuck, set the heartbeat's; without it, they are left alone.
  WorkerTimeouts timeouts;

  // A worker that ends before it was ready for this long has failed early. Early failures back off,
  // and more tries that end so than `restart_limit` allows end it all: workers that fail together
  // are one try.
  absl::Duration min_uptime = absl::Seconds(1);
  BackoffOptions backoff;
  RestartLimitOptions restart_limit;
  // Those that fail later are replaced at once; more of them than this back off too, but never end
  // it all.
  RestartLimitOptions late_restarts = {.restarts = 30, .window = absl::Minutes(1)};
  // The exit code with which a worker that is not ready yet says that another one would fail too.
  // -1: none.
  int sick_exit_code = 3;

  // kOwn: what a worker has started, and left behind when it ended, is killed.
  ChildGroup group = ChildGroup::kParents;

  // What the workers ignore from birth: by default what a terminal sends to parent and workers
  // alike, which is the parent's to handle, and SIGPIPE. SIGTERM, which ends a worker that has no
  // handler for it, belongs here where the workers watch stop_fd() instead.
  signals::SignalSet ignored = {SIGHUP, SIGINT, SIGQUIT, SIGPIPE};

  // Around the fork of each worker; `in_child` right before its body.
  ForkHooks fork_hooks;
};

class Supervisor {
 public:
  // What a worker does, in a process of its own; the result is its exit code. It should say Ready,
  // and return when it ShouldStop.
  using WorkerBody = absl::AnyInvocable<int(WorkerContext&)>;
  // Told of each event, in Advance. It may call SetWorkers, Roll, Stop and Kill.
  using EventCallback = absl::AnyInvocable<void(const WorkerEvent&)>;

  // Starts nothing yet: the first Advance does. kInvalidArgument where a timeout or a number of
  // workers makes no sense; an error of mmap otherwise. Dies where Backoff does for its options.
  static absl::StatusOr<std::unique_ptr<Supervisor>> Create(const SupervisorOptions& options,
                                                            WorkerBody body,
                                                            EventCallback on_event);

  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  // As that of Reaper: `on_unknown` is told in Advance, and in the destructor.
  void ReapEverything(Reaper::UnknownCallback on_unknown) {
    pool_.ReapEverything(std::move(on_unknown));
  }

  // What the caller's poll(2) shall wait for: these descriptors, until this deadline.
  void AppendPollEntries(std::vector<pollfd>& entries) const;
  net::Deadline NextDeadline() const;

  // Does what is due, without waiting: reaps, sees who is ready and who is late, stops, kills and
  // starts. To call after SIGCHLD, a descriptor's readiness and the deadline; more often is well.
  void Advance();

  // The following take effect in the next Advance, which is due at once then.

  // Keeps `workers` of them alive from now on, at most max_workers. The surplus is told to stop.
  void SetWorkers(size_t workers);

  // Replaces all workers by such that run `body`, the next generation, one at a time: a worker is
  // told to stop when its replacement is ready, and the next follows when it has ended, so that
  // there is one process beside those wanted, and no more but for killed ones that do not die and
  // stuck ones, whose replacements do not wait for their end.
  //
  // Where one of the new generation fails early before all are replaced, the old generation stays,
  // and those of the new one are rolled back: kRollFailed. One that fails later is replaced. While
  // a roll is on, the failures of the old generation are no reason to give up; after it, what came
  // before is forgotten. A Roll during another waits for that; of several only the last is made.
  void Roll(WorkerBody body);

  // Tells all workers to stop, kills those that have not within timeouts.stop, and starts no more.
  void Stop();

  // As Stop, without the grace.
  void Kill();

  // Sends `signal` now to each worker that was not told to stop. One that is starting may have no
  // handler for it yet: let it be among SupervisorOptions::ignored.
  void Signal(int signal);

  // Whether Stop, Kill or giving up has come to its end: no worker is left.
  bool stopped() const { return stopping_ && pool_.size() == 0; }

  // OK, or why it gave up: kResourceExhausted where workers kept failing early,
  // kFailedPrecondition where one failed early with sick_exit_code. It stops by itself then.
  const absl::Status& status() const { return status_; }

  size_t starting() const;
  size_t ready() const;
  size_t processes() const { return pool_.size(); }  // the stopping ones too
  const ChildCounts& counts() const { return pool_.counts(); }

 private:
  enum class Failure { kSick, kEarly, kLate };
  struct Generation {
    uint64_t number;
    WorkerBody body;
  };

  Supervisor(const SupervisorOptions& options, WorkerBody body, EventCallback on_event,
             Heartbeats heartbeats);

  // The steps of Advance.
  void AdvanceRoll();
  void StopSurplus();
  void StartMissing();

  void OnEvent(const WorkerEvent& event, const Worker& worker);
  void OnEnd(WorkerEvent event, const Worker& worker);
  void OnFailure(const Worker& worker, Failure failure, const std::string& what);
  void FailRoll(const std::string& why);
  void GiveUp(absl::Status why);

  void Start(Generation& generation, bool trial);
  bool MayStart() const;
  bool IsProven() const;  // one of the candidates is ready: they may replace others
  size_t wanted() const { return stopping_ ? 0 : wanted_; }
  size_t Strength() const;  // the workers that count for it
  RestartPolicy NewRestartPolicy() const;
  bool IsYoung(const Worker& worker) const { return worker.uptime() < options_.min_uptime; }
  // To be replaced: of another generation than all are to be of, or at its own wish.
  bool IsOutgoing(const Worker& worker) const {
    return worker.identity().generation != goal() || worker.retiring();
  }
  // What all workers are to be of.
  uint64_t goal() const { return candidate_ ? candidate_->number : serving_.number; }

  const SupervisorOptions options_;
  EventCallback on_event_;
  WorkerPool pool_;
  net::Deadline next_deadline_;

  size_t wanted_;
  bool stopping_ = false;
  bool killing_ = false;
  bool due_ = true;  // something was asked for since the last Advance
  absl::Status status_;

  Generation serving_;                   // what failed workers are replaced by
  std::optional<Generation> candidate_;  // what a roll is trying
  std::optional<WorkerBody> next_roll_;  // asked for, and not begun
  uint64_t last_generation_ = 1;

  RestartPolicy restarts_;
};

}  // namespace forklift::proc

#endif  // FORKLIFT_PROC_SUPERVISOR_H_
