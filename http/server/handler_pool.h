// HandlerPool runs jobs in threads: handlers that may block, without holding up the loop that
// serves their connections.
//
// Owns its threads: the destructor waits for the jobs that run, and drops those that have not
// begun. Its threads have the caller's signal mask, which programs that their jobs start inherit.
// Thread-safe. Not to be carried across fork.
#ifndef FORKLIFT_HTTP_SERVER_HANDLER_POOL_H_
#define FORKLIFT_HTTP_SERVER_HANDLER_POOL_H_

#include <stddef.h>

#include <deque>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "forklift/net/deadline.h"

namespace forklift::http::server {

class HandlerPool {
 public:
  // Calls `alive` where it has got on, and may run as long again.
  using Job = absl::AnyInvocable<void(absl::FunctionRef<void()> alive) &&>;

  // `threads` is at least 1. A job is to be done, or to have got on, within `timeout`. kUnavailable
  // where a limit on threads is reached (EAGAIN).
  static absl::StatusOr<std::unique_ptr<HandlerPool>> Create(size_t threads,
                                                             absl::Duration timeout);
  ~HandlerPool();
  HandlerPool(const HandlerPool&) = delete;
  HandlerPool& operator=(const HandlerPool&) = delete;

  // Takes `jobs`, and has threads run them in this order, after those of earlier calls. Many at
  // once cost less: a thread that is done with one goes on with the next, where for each that comes
  // alone another is woken. Never blocks.
  void Submit(std::vector<Job>& jobs);

  // Whether a job has been running for longer than the timeout, and not got on.
  bool IsStuck() const;

 private:
  HandlerPool(size_t threads, absl::Duration timeout);

  absl::Status StartThread();
  void Run(size_t thread);
  void SetAlive(size_t thread);
  bool HasJobOrStops() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stopping_ || !jobs_.empty();
  }

  const absl::Duration timeout_;
  mutable absl::Mutex mutex_;
  std::deque<Job> jobs_ ABSL_GUARDED_BY(mutex_);
  std::vector<net::Deadline> running_until_ ABSL_GUARDED_BY(mutex_);  // of each thread's job
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace forklift::http::server

#endif  // FORKLIFT_HTTP_SERVER_HANDLER_POOL_H_
