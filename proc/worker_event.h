// WorkerEvent is something that happened to a supervised worker or to the supervision as a whole,
// for a log.
//
// A value: owns nothing but text, never blocks. ToString allocates.
#ifndef FORKLIFT_PROC_WORKER_EVENT_H_
#define FORKLIFT_PROC_WORKER_EVENT_H_

#include <sys/types.h>

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "forklift/proc/exit_status.h"
#include "forklift/proc/worker_context.h"

namespace forklift::proc {

struct WorkerEvent {
  enum class Kind {
    // Of one worker, which `pid` and `worker` name.
    kStarted,
    kReady,     // it counts from now on
    kRetiring,  // it has asked for a replacement, and goes on until there is one
    kNotReady,  // not within timeouts.ready: it is killed
    kStuck,     // no heartbeat within timeouts.heartbeat: it is told to stop, and replaced
    kKilled,    // did not stop within timeouts.stop: it is killed
    kEnded,     // as it was told to, or because its work was done; see `exit_status`
    kFailed,    // ended in any other way; see `exit_status`
    // Of no process: `pid` is 0, `worker` tells the generation, `status` the reason.
    kStartFailed,  // no process or descriptor to be had; tried again later
    kRolled,       // all workers are of the new generation; `status` is OK
    kRollFailed,   // a worker of the new generation failed; the workers stay with the old one
    kGaveUp,       // restarting is pointless: all workers are told to stop
  };

  Kind kind;
  pid_t pid = 0;
  WorkerIdentity worker;
  std::optional<ExitStatus> exit_status;
  absl::Status status;

  // "worker 4711 (slot 0, generation 1) failed: killed by signal 9 (SIGKILL)", ...
  std::string ToString() const;

  template <typename Sink>
  friend void AbslStringify(Sink& sink, const WorkerEvent& event) {
    sink.Append(event.ToString());
  }
};

}  // namespace forklift::proc

#endif  // FORKLIFT_PROC_WORKER_EVENT_H_
