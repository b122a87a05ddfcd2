// Worker is the supervisor's side of one worker: how far it has come, since when, and the channel
// on which it says that it is ready or retires, and hears that it should stop.
//
// Owns the supervisor's end of the channel. Does not know the process: proc/child_table.h holds one
// of these for each. Never blocks. One object, one thread.
//
// Not for use outside the supervisor.
#ifndef FORKLIFT_PROC_WORKER_H_
#define FORKLIFT_PROC_WORKER_H_

#include <optional>

#include "absl/time/time.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/monotonic_time.h"
#include "forklift/proc/worker_context.h"
#include "forklift/proc/worker_event.h"

namespace forklift::proc {

class Worker {
 public:
  // Only ever forward.
  enum class State {
    kStarting,  // not ready yet
    kReady,
    kStopping,  // told to stop
    kKilled,    // sent SIGKILL, and not yet reaped
  };

  // `running_now` is the time of the supervisor's RunningClock, here and below; `trial` is one that
  // stands beside the workers wanted, until it is ready; `last_beat` is what its slot says now.
  Worker(const WorkerIdentity& identity, net::UniqueFd channel, absl::Duration running_now,
         bool trial, absl::Duration last_beat);

  const WorkerIdentity& identity() const { return identity_; }
  State state() const { return state_; }
  bool trial() const { return trial_; }
  // Has asked for a replacement, and goes on until it is told to stop.
  bool retiring() const { return retiring_; }
  // Not told to stop.
  bool active() const { return state_ == State::kStarting || state_ == State::kReady; }

  // To poll for POLLIN, and then to Listen; -1 where nothing is to come.
  int listen_fd() const { return active() && !retiring_ && !hung_up_ ? channel_.get() : -1; }

  // What it has said since the last call, kReady or kRetiring, and is from now on.
  std::optional<WorkerEvent::Kind> Listen(absl::Duration running_now);

  // Starts its time anew where it has beaten since the last call.
  void SeeBeat(absl::Duration last_beat, absl::Duration running_now);

  // Makes stop_fd() readable in the worker, with a byte. The signal is the caller's to send, after
  // this.
  void TellToStop(absl::Duration running_now);
  void SetKilled() { state_ = State::kKilled; }
  void SetStuck() { stuck_ = true; }
  // Has given no sign of life in time: it is not expected to stop in good order.
  bool stuck() const { return stuck_; }

  // How long it has been starting, without a beat, or stopping: since when its present timeout
  // runs.
  absl::Duration waited(absl::Duration running_now) const { return running_now - since_; }

  // On the real clock: when it was started, and how long it has been ready,
  // -absl::InfiniteDuration() where it never was.
  absl::Duration started_at() const { return started_at_; }
  absl::Duration uptime() const { return MonotonicNow() - ready_at_; }

 private:
  const WorkerIdentity identity_;
  net::UniqueFd channel_;
  State state_ = State::kStarting;
  bool trial_;
  bool retiring_ = false;
  bool stuck_ = false;
  bool hung_up_ = false;  // closed its end, or said what makes no sense
  absl::Duration since_;
  absl::Duration last_beat_;
  const absl::Duration started_at_ = MonotonicNow();
  absl::Duration ready_at_ = absl::InfiniteDuration();  // in the time of MonotonicNow
};

}  // namespace forklift::proc

#endif  // FORKLIFT_PROC_WORKER_H_
