// DropCount counts the lines that a log has lost, for all processes that write to it, and tells the
// ordinary log.
//
// Owns a page of memory that it shares with the processes forked after it was made, so that a
// thousand short-lived ones warn once a second and not a thousand times. Never blocks: where
// standard error, which may be the same full pipe, does not take a line at once, the warning waits
// for a later call. Thread-safe; not for signal handlers.
#ifndef FORKLIFT_HTTP_LOG_DROP_COUNT_H_
#define FORKLIFT_HTTP_LOG_DROP_COUNT_H_

#include <stdint.h>

#include <atomic>
#include <memory>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "forklift/proc/shared_array.h"

namespace forklift::http::log {

class DropCount {
 public:
  // Fails where there is no memory (mmap).
  static absl::StatusOr<std::unique_ptr<DropCount>> Create();

  DropCount(const DropCount&) = delete;
  DropCount& operator=(const DropCount&) = delete;

  // A line was lost. `error_number` is a value of errno, or 0 where a part of it was written.
  void Add(int error_number);

  // Warns of what was added since the last warning, if that was a second ago. `log` names it.
  void WarnWhenDue(std::string_view log);

  // The last line in the log has no end.
  void SetTorn();
  // Whether that is so; for the first caller only, who mends it.
  bool TakeTorn();

  uint64_t count() const;

 private:
  struct Shared {
    std::atomic<uint64_t> count = 0;
    std::atomic<uint64_t> warned = 0;  // what `count` was at the last warning
    std::atomic<int64_t> due = 0;      // the next warning, by CLOCK_MONOTONIC in nanoseconds
    std::atomic<int> last_error = 0;
    std::atomic<bool> torn = false;
  };
  static_assert(std::atomic<uint64_t>::is_always_lock_free, "a lock is not shared with processes");

  explicit DropCount(proc::SharedArray<Shared> shared) : shared_(std::move(shared)) {}

  const proc::SharedArray<Shared> shared_;  // of one
};

}  // namespace forklift::http::log

#endif  // FORKLIFT_HTTP_LOG_DROP_COUNT_H_
