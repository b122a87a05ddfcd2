// WorkerGroup runs a function in several processes or threads at once, and knows when all have
// ended.
//
// Owns the workers. Its end waits for those that are left, so they must have been told to end by
// then; the processes among them also end with this one. Never blocks but there. For the thread of
// its loop. Processes are forked, so there must be no threads then; and they are reaped by ReapAll,
// which is to be called at SIGCHLD.
//
// Not for use outside a load run (load_run.h).
#ifndef FORKLIFT_HTTP_LOAD_WORKER_GROUP_H_
#define FORKLIFT_HTTP_LOAD_WORKER_GROUP_H_

#include <stddef.h>

#include <functional>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "forklift/http/load/load_options.h"
#include "forklift/net/event_loop.h"
#include "forklift/proc/reaper.h"

namespace forklift::http::load {

class WorkerGroup {
 public:
  // What worker `index` does.
  using Body = std::function<absl::Status(size_t index)>;

  // `on_end` is called by `loop`, or by ReapAll, each time a worker has ended: with its error,
  // where it has one, or how its process died.
  WorkerGroup(net::EventLoop& loop, std::function<void(const absl::Status&)> on_end)
      : loop_(loop), on_end_(std::move(on_end)) {}
  ~WorkerGroup();
  WorkerGroup(const WorkerGroup&) = delete;
  WorkerGroup& operator=(const WorkerGroup&) = delete;

  // Starts `count` workers. Where not all can be started, the others are there all the same.
  absl::Status Start(WorkerKind kind, size_t count, const Body& body);

  void ReapAll() { processes_.ReapAll(); }

  // Those that have not ended.
  size_t size() const { return running_; }

 private:
  absl::Status StartProcess(size_t index, const Body& body);
  void StartThread(size_t index, const Body& body);
  void Ended(const absl::Status& status);

  net::EventLoop& loop_;
  const std::function<void(const absl::Status&)> on_end_;
  proc::Reaper processes_;
  std::vector<std::thread> threads_;
  size_t running_ = 0;
};

}  // namespace forklift::http::load

#endif  // FORKLIFT_HTTP_LOAD_WORKER_GROUP_H_
