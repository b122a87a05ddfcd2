// LogGeneration tells all processes that write to a log that its file is to be opened again.
//
// Owns memory that it shares with the processes forked after it was made; each has its copy of what
// it has heard, which costs a load to compare. So whoever writes hears of it in time: a process
// that is starting, busy or ignores signals too. Never blocks. Thread-safe; safe in signal
// handlers.
#ifndef FORKLIFT_HTTP_LOG_LOG_GENERATION_H_
#define FORKLIFT_HTTP_LOG_LOG_GENERATION_H_

#include <stdint.h>

#include <atomic>
#include <memory>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "forklift/proc/shared_array.h"

namespace forklift::http::log {

class LogGeneration {
 public:
  // Fails where there is no memory (mmap).
  static absl::StatusOr<std::unique_ptr<LogGeneration>> Create();

  LogGeneration(const LogGeneration&) = delete;
  LogGeneration& operator=(const LogGeneration&) = delete;

  // Begins the next one, in which this process is already.
  void Begin();

  // Calls `follow` where another process has begun one that this process has not followed to; false
  // from it to be called again. One thread does it while the others go on.
  void FollowBy(absl::FunctionRef<bool()> follow) {
    if (shared_[0].load(std::memory_order_acquire) != seen_.load(std::memory_order_relaxed)) {
      FollowNow(follow);
    }
  }

 private:
  using Shared = std::atomic<uint64_t>;
  static_assert(Shared::is_always_lock_free, "a lock is not shared with processes");

  explicit LogGeneration(proc::SharedArray<Shared> shared) : shared_(std::move(shared)) {}

  void FollowNow(absl::FunctionRef<bool()> follow);

  const proc::SharedArray<Shared> shared_;  // of one
  std::atomic<uint64_t> seen_ = 0;
  std::atomic_flag following_;
};

}  // namespace forklift::http::log

#endif  // FORKLIFT_HTTP_LOG_LOG_GENERATION_H_
