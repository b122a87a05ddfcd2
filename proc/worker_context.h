// WorkerContext is what a supervised worker knows of its supervisor: how to say that it is ready
// and alive, and how to hear that it should stop.
//
// The supervisor makes it in the worker and owns nothing of it; it lasts as long as the worker's
// function runs. Nothing here blocks, but ShouldStop with a deadline. Beat is safe in signal
// handlers and threads; the rest is for one thread. Children that the worker forks inherit the
// channel, and must not use the context.
//
//   int Serve(WorkerContext& worker) {
//     // Open what it needs, drop privileges.
//     worker.Ready();
//     while (!worker.ShouldStop(net::Deadline::After(worker.beat_interval()))) worker.Beat();
//     return 0;
//   }
#ifndef FORKLIFT_PROC_WORKER_CONTEXT_H_
#define FORKLIFT_PROC_WORKER_CONTEXT_H_

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "absl/time/time.h"
#include "forklift/net/deadline.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/heartbeat.h"

namespace forklift::proc {

struct WorkerIdentity {
  // Unlike that of any other worker alive, from 0 on and as low as possible: to index what workers
  // share. A replacement that starts before the old worker has ended has another slot.
  size_t slot = 0;
  // 1 for the first workers; each Roll of the supervisor begins the next.
  uint64_t generation = 1;
};

// What a worker says on its channel, a byte each and each once.
inline constexpr char kReadyWord = 'R';
inline constexpr char kRetiringWord = 'T';

class WorkerContext {
 public:
  // For the supervisor. `channel` is the worker's end of a stream socket pair: it sends the words
  // above, and gets a byte when it should stop, or the end of file when the supervisor has died.
  // Calls EndWithParent.
  WorkerContext(const WorkerIdentity& identity, net::UniqueFd channel, Heartbeats& heartbeats,
                absl::Duration beat_interval, pid_t parent, absl::Duration orphan_grace);

  WorkerContext(const WorkerContext&) = delete;
  WorkerContext& operator=(const WorkerContext&) = delete;

  size_t slot() const { return identity_.slot; }
  uint64_t generation() const { return identity_.generation; }

  // Says that the worker can serve: until then it does not count, and the supervisor waits no
  // longer than its timeouts.ready. To be called after what may fail and after privileges are
  // dropped (it renews EndWithParent, which that undoes); again is no harm.
  void Ready();

  // Says that the worker wants to be replaced, for instance after so many requests. It goes on
  // until it ShouldStop: once its replacement is ready. Workers that retire together are replaced
  // one after the other. Where it ends by itself before, with exit code 0, that is no failure.
  // Again is no harm; dies before Ready.
  void Retire();

  // Says that the worker is alive; to be called at least every beat_interval() from Ready on.
  void Beat() { heartbeats_.Beat(identity_.slot); }

  // A quarter of the supervisor's timeouts.heartbeat: absl::InfiniteDuration() where it has none.
  absl::Duration beat_interval() const { return beat_interval_; }

  // Readable when the worker should finish and return: because the supervisor said so (it sends
  // SIGTERM too), or because it has died. To poll for POLLIN, not to read.
  int stop_fd() const { return channel_.get(); }

  // Whether stop_fd() is readable, or becomes so by `wait_until`. A signal with a handler ends the
  // wait early.
  bool ShouldStop(net::Deadline wait_until = net::Deadline::After(absl::ZeroDuration())) const;

  // Whether the supervisor has died: then SIGKILL comes after its timeouts.orphan.
  bool ParentDied() const;

 private:
  void Say(char word);

  const WorkerIdentity identity_;
  const net::UniqueFd channel_;
  Heartbeats& heartbeats_;
  const absl::Duration beat_interval_;
  const pid_t parent_;
  const absl::Duration orphan_grace_;
  bool ready_ = false;
  bool retiring_ = false;
};

}  // namespace forklift::proc

#endif  // FORKLIFT_PROC_WORKER_CONTEXT_H_
